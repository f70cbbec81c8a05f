"""Which KV state to reuse: the live sequence, one parked in memory, one on disk, or none."""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from lsp_local.engine.states import StateStore, Stored

WORTH_PARKING = 16  # tokens; reading fewer again costs less than keeping a copy
WORTH_SHARE = 0.25  # of a state; a copy of all of it for the sake of less would waste memory
N_BLOCK = 64  # tokens that are compared at once


@dataclass(frozen=True, slots=True)
class Parked:
    """A KV state that was taken out of the model: its tokens and its bytes."""

    tokens: list[int]
    state: bytearray


class Sequence(Protocol):
    """The live KV sequence, as far as reuse goes. `tokens` is what the KV cache holds."""

    tokens: list[int]

    def forget(self, n_tokens: int) -> None:
        """Cut the KV cache to its first `n_tokens`."""

    def copy(self) -> bytearray:
        """Return the bytes of the whole state."""

    def restore(self, tokens: list[int], state: bytearray) -> bool:
        """Put a state into the KV cache; one that does not fit leaves it empty."""


def n_common(left: list[int], right: list[int]) -> int:
    """Return the length of the longest common prefix."""
    shorter = min(len(left), len(right))
    for start in range(0, shorter, N_BLOCK):
        end = min(start + N_BLOCK, shorter)
        if left[start:end] != right[start:end]:
            return next(n for n in range(start, end) if left[n] != right[n])
    return shorter


def is_worth_parking(n_live: int, n_shared: int) -> bool:
    """Whether to copy `n_live` tokens away before all behind the first `n_shared` is overwritten.

    A copy costs some 8 microseconds a token, to read one again some 3,500.
    """
    n_lost = n_live - n_shared
    return n_lost >= WORTH_PARKING and n_lost >= WORTH_SHARE * n_live


def is_worth_restoring(
    n_tokens: int, n_bytes: int, prefill_speed: float, load_speed: float
) -> bool:
    """Whether to load `n_bytes` of state takes less time than to read `n_tokens` again.

    Speeds are measured ones, in tokens and in bytes per second.
    """
    return n_bytes / load_speed < n_tokens / max(prefill_speed, 1e-6)


class Parking:
    """States of documents that are not in the model just now, least recently used first."""

    def __init__(self, max_bytes: int, n_windows: Callable[[], int] = lambda: 1) -> None:
        """Hold up to `max_bytes` for each window, wherever they are used."""
        self._max_bytes = max_bytes
        self._n_windows = n_windows
        self._parked: OrderedDict[int, Parked] = OrderedDict()
        self._next_key = 0

    def all(self) -> list[Parked]:
        """Return the states; for any thread."""
        return list(self._parked.values())

    def n_bytes(self) -> int:
        """Return the memory that the parked states take."""
        return sum(len(parked.state) for parked in self.all())

    def put(self, parked: Parked) -> None:
        """Keep a state; those that it extends go, then the oldest until the bound holds."""
        most = self._max_bytes * max(1, self._n_windows())
        if len(parked.state) > most:
            return  # it would only drive out all others
        for key, other in list(self._parked.items()):
            if n_common(other.tokens, parked.tokens) == len(other.tokens):
                del self._parked[key]
        self._parked[self._next_key] = parked
        self._next_key += 1
        while self.n_bytes() > most:
            self._parked.popitem(last=False)

    def take(self, tokens: list[int], better_than: int) -> Parked | None:
        """Return and forget the state that saves most of reading `tokens`, if one is worth it.

        `better_than` is how many tokens the live sequence already shares with `tokens`.
        """
        shared = {key: n_common(p.tokens, tokens) for key, p in self._parked.items()}
        best = max(shared, key=shared.__getitem__, default=None)
        if best is None or shared[best] < better_than + WORTH_PARKING:
            return None
        return self._parked.pop(best)


class Memory:
    """All KV states of one model, from the live sequence down to the disk."""

    def __init__(self, sequence: Sequence, parking: Parking, store: "StateStore | None") -> None:
        self._sequence = sequence
        self._parking = parking
        self._store = store

    def n_kept(self, tokens: list[int], prefill_speed: float) -> int:
        """Bring back the state that shares the longest prefix; return that prefix's length."""
        sequence = self._sequence
        shared = n_common(sequence.tokens, tokens)
        have = self._n_in_memory(tokens)
        better = self._from_disk(tokens, have, prefill_speed)
        better = better or self._parking.take(tokens, shared)
        if is_worth_parking(len(sequence.tokens), shared):
            self.park()
        if better is not None:
            sequence.restore(better.tokens, better.state)
        kept = n_common(sequence.tokens, tokens)
        if kept < len(sequence.tokens):
            sequence.forget(kept)
        return kept

    def n_ready(self, tokens: list[int], prefill_speed: float) -> int:
        """Return how many of the first `tokens` need not be read; for any thread."""
        have = self._n_in_memory(tokens)
        return max(have, self._on_disk(tokens, have, prefill_speed)[1])

    def n_bytes(self) -> int:
        """Return the memory that the parked states take."""
        return self._parking.n_bytes()

    def leave(self) -> None:
        """Copy the live state away if it is worth it: all of it is about to be overwritten."""
        if is_worth_parking(len(self._sequence.tokens), 0):
            self.park()

    def park(self) -> None:
        """Copy the live state away."""
        sequence = self._sequence
        if len(sequence.tokens) >= WORTH_PARKING:
            self._parking.put(Parked(list(sequence.tokens), sequence.copy()))

    def write(self) -> Iterator[None]:
        """Write what no file has yet, step by step; the live state first."""
        store = self._store
        if store is None:
            return
        if store.is_worth_writing(self._sequence.tokens):
            yield from store.write(list(self._sequence.tokens), self._sequence.copy())
        for parked in reversed(self._parking.all()):
            if store.is_worth_writing(parked.tokens):
                yield from store.write(parked.tokens, parked.state)

    def _n_in_memory(self, tokens: list[int]) -> int:
        known = [list(self._sequence.tokens), *(parked.tokens for parked in self._parking.all())]
        return max(n_common(one, tokens) for one in known)

    def _from_disk(self, tokens: list[int], have: int, prefill_speed: float) -> Parked | None:
        stored, _ = self._on_disk(tokens, have, prefill_speed)
        state = self._store.read(stored) if self._store and stored else None
        return Parked(stored.tokens, state) if stored and state else None

    def _on_disk(
        self, tokens: list[int], have: int, prefill_speed: float
    ) -> "tuple[Stored | None, int]":
        """Return the state on disk that spares more time than it costs, and what it shares."""
        if self._store is None or len(tokens) - have < WORTH_PARKING:
            return None, 0
        stored, shared = self._store.best(tokens)
        n_gained, speed = shared - have, self._store.load_speed
        if stored and is_worth_restoring(n_gained, stored.n_bytes, prefill_speed, speed):
            return stored, shared
        return None, 0
