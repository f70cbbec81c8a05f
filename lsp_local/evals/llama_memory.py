"""What llama.vim remembers: answers by their context, and chunks of text from elsewhere."""

import random
import re
from collections import deque
from dataclasses import dataclass

from lsp_local.evals.llama_context import Key, LocalContext

LOOK_BEHIND = 128  # characters
SIMILAR_TO_A_CHUNK = 0.9
SIMILAR_TO_THE_CURSOR = 0.5
N_QUEUED = 16


class Answers:
    """The last answers, the least recently used forgotten first."""

    def __init__(self, n_keys: int) -> None:
        self._n_keys = n_keys
        self._texts: dict[Key, str] = {}  # the most recently used last

    def insert(self, key: Key, text: str) -> None:
        """Remember an answer."""
        if len(self._texts) >= self._n_keys:
            del self._texts[next(iter(self._texts))]
        self._texts.pop(key, None)
        self._texts[key] = text

    def get(self, key: Key) -> str | None:
        """Return the answer to this very context."""
        text = self._texts.pop(key, None)
        if text is not None:
            self._texts[key] = text
        return text

    def find(self, context: LocalContext) -> str | None:
        """Return the answer to this context, or what is left of one that the user types into."""
        before = context.prefix + context.middle
        exact = self.get((before, context.suffix))
        if exact is not None:
            return exact
        found: str | None = None
        n_best = 0  # the first find does not count: so it is there
        for n in range(1, min(LOOK_BEHIND, len(before)) + 1):
            text = self.get((before[:-n], context.suffix))
            if text is None or not text.startswith(before[-n:]) or len(text) == n:
                continue
            if found is None:
                found = text[n:]
            elif len(text) - n > n_best:
                found, n_best = text[n:], len(text) - n
        return found


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some lines of a file."""

    lines: list[str]
    path: str


class Ring:
    """Chunks of text that every request carries, and a queue of those to come."""

    def __init__(self, n_chunks: int, n_lines: int, dice: random.Random) -> None:
        self._n_chunks, self._half, self._dice = n_chunks, n_lines // 2, dice
        self._chunks: list[Chunk] = []
        self._queued: deque[Chunk] = deque(maxlen=N_QUEUED)

    def pick(self, lines: list[str], path: str, *, does_evict: bool) -> None:
        """Queue a chunk, unless it is small or known. One like it makes way, or keeps it out."""
        if self._n_chunks <= 0 or len(lines) < 3:
            return
        chunk = Chunk(lines if len(lines) + 1 < 2 * self._half else self._part(lines), path)
        if any(chunk.lines == known.lines for known in [*self._chunks, *self._queued]):
            return
        alike = [known for known in [*self._queued, *self._chunks] if _are_alike(known, chunk)]
        if alike and not does_evict:
            return
        self._chunks = [known for known in self._chunks if known not in alike]
        self._queued = deque((known for known in self._queued if known not in alike), N_QUEUED)
        self._queued.append(chunk)

    def drop_what_is_like(self, lines: list[str]) -> None:
        """Drop the chunks that repeat what is around the cursor: the model would, too."""
        around = Chunk(self._part(lines), "")
        self._chunks = [
            known for known in self._chunks if _similarity(known, around) <= SIMILAR_TO_THE_CURSOR
        ]

    def take_next(self) -> bool:
        """Move the oldest queued chunk into the ring; False when there is none."""
        if not self._queued:
            return False
        self._chunks = [*self._chunks, self._queued.popleft()][-self._n_chunks :]
        return True

    def extra(self) -> list[dict[str, str]]:
        """Return the chunks as a request carries them."""
        return [
            {"text": "\n".join(chunk.lines) + "\n", "filename": chunk.path}
            for chunk in self._chunks
        ]

    def _part(self, lines: list[str]) -> list[str]:
        start = self._dice.randint(0, max(0, len(lines) - self._half))
        return lines[start : start + self._half + 1]


def _are_alike(one: Chunk, other: Chunk) -> bool:
    return _similarity(one, other) > SIMILAR_TO_A_CHUNK


def _similarity(one: Chunk, other: Chunk) -> float:
    ours, theirs = (re.findall(r"\w+", "\n".join(chunk.lines)) for chunk in (one, other))
    if not ours and not theirs:
        return 1.0
    known = set(ours)
    return 2.0 * sum(word in known for word in theirs) / (len(ours) + len(theirs))
