"""Which KV state to reuse: the live sequence, a parked one, or none; and their form on disk."""

import hashlib
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

MAGIC = b"lsp-local KV state 1\n"
WORTH_PARKING = 192  # tokens; reading fewer again costs less than keeping a copy


@dataclass(frozen=True, slots=True)
class Parked:
    """A KV state that was taken out of the model: its tokens and its bytes."""

    tokens: list[int]
    state: bytes


def n_common(left: list[int], right: list[int]) -> int:
    """Return the length of the longest common prefix."""
    shorter = min(len(left), len(right))
    if left[:shorter] == right[:shorter]:
        return shorter
    return next(n for n in range(shorter) if left[n] != right[n])


class Parking:
    """States of documents that are not in the model just now, least recently used first."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._parked: OrderedDict[int, Parked] = OrderedDict()
        self._next_key = 0

    def n_bytes(self) -> int:
        """Return the memory that the parked states take."""
        return sum(len(parked.state) for parked in self._parked.values())

    def put(self, parked: Parked) -> None:
        """Keep a state; those that it extends go, then the oldest until the bound holds."""
        if len(parked.state) > self._max_bytes:
            return  # it would only drive out all others
        for key, other in list(self._parked.items()):
            if n_common(other.tokens, parked.tokens) == len(other.tokens):
                del self._parked[key]
        self._parked[self._next_key] = parked
        self._next_key += 1
        while self.n_bytes() > self._max_bytes:
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


def state_key(fingerprint: str, tokens: Iterable[int]) -> bytes:
    """Return the SHA-256 of everything that a state depends on (32 bytes).

    `fingerprint` names model file, engine build and context parameters.
    """
    digest = hashlib.sha256(fingerprint.encode())
    digest.update(",".join(map(str, tokens)).encode())
    return digest.digest()


def write_state(path: Path, key: bytes, state: bytes) -> None:
    """Write a state so that a reader finds it whole or not at all. Raises OSError."""
    part = path.with_name(path.name + ".part")
    try:
        part.touch(mode=0o600)
        part.write_bytes(MAGIC + key + hashlib.sha256(state).digest() + state)
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)  # on a full disk, what was written is what is missing
        raise


def read_state(path: Path, key: bytes) -> bytes | None:
    """Return a state, or None when the file is missing, damaged or made for something else."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    head = MAGIC + key
    state = content[len(head) + 32 :]
    if not content.startswith(head) or content[len(head) :][:32] != hashlib.sha256(state).digest():
        return None
    return state
