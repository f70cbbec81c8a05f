"""How fast the user types, and so how long to wait for the next key before asking the model."""

import statistics
from collections import deque

from lsp_local.engine.base import Speed

N_GAPS = 16
LONGEST_GAP = 1.0  # seconds; a longer one is a pause, not typing
N_READ, N_DECODED = 2, 6  # tokens of a normal answer while typing on


class Rhythm:
    """The gaps between the last keys. Times are in seconds."""

    def __init__(self) -> None:
        self._gaps: deque[float] = deque(maxlen=N_GAPS)
        self._last = float("-inf")

    def key(self, now: float) -> None:
        """Take note of a key."""
        if now - self._last <= LONGEST_GAP:
            self._gaps.append(now - self._last)
        self._last = now

    def debounce(self, speed: Speed, most: float) -> float:
        """Return how long to wait: what a gap lasts longer than an answer takes.

        An answer that comes within the gap anyway need not begin at once; one that takes longer
        must not wait.
        """
        if not self._gaps:
            return 0.0
        latency = (N_READ + N_DECODED) / max(speed.decode, 1.0)
        return min(most, max(0.0, statistics.median(self._gaps) - latency))
