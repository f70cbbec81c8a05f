"""How fast this model is on this machine, measured all the time, and with how many threads."""

import os
from pathlib import Path

from lsp_local.engine.base import Speed

WEIGHT = 0.2  # of a new measurement in the running mean
NOTEWORTHY = 0.25  # change that is published; less would move budgets for nothing
FEWEST_TOKENS = 16  # a shorter read says more about overhead than about reading
BUSY = 0.5  # of the best rate seen; half of the threads alone would reach more
FIRST_PAUSE = 1.0  # seconds with few threads before all are tried again; then twice as long
LONGEST_PAUSE = 4.0


class SpeedMeter:
    """Running means of tokens per second, and counts. `published` moves in steps."""

    def __init__(self) -> None:
        self.n_prefilled = 0  # tokens, in calls of several
        self.n_decoded = 0  # tokens, in calls of one: those of an answer, and single keys
        self._prefill = 0.0
        self._decode = 0.0
        self.published = Speed(prefill=0.0, decode=0.0)

    def read(self, n_tokens: int, seconds: float) -> None:
        """Take in one call of the model that read `n_tokens` in `seconds`."""
        rate = n_tokens / max(seconds, 1e-6)
        if n_tokens > 1:
            self.n_prefilled += n_tokens
        else:
            self.n_decoded += 1
        if n_tokens >= FEWEST_TOKENS:
            self._prefill = _mean(self._prefill, rate)
        elif n_tokens == 1:
            self._decode = _mean(self._decode, rate)
        if _has_moved(self.published.prefill, self._prefill) or _has_moved(
            self.published.decode, self._decode
        ):
            self.published = Speed(self._prefill, self._decode)


class ThreadChoice:
    """All threads on a quiet machine, half of them while something else runs.

    llama.cpp's threads wait for each other after every operation, so one that has lost its core
    stops all: with a busy core, two threads on two cores were seen at 1 to 62 tokens a second,
    one thread at 37. But a machine that is slower than it was is not busy: there all are still
    quicker than few. All are tried again after a pause, which is at least `patience` times as long
    as the try before it took.
    """

    def __init__(self, n_threads: int, patience: float = 0.0) -> None:
        self.all = n_threads
        self.few = max(1, n_threads // 2)
        self._best: dict[bool, float] = {}
        self._rate_of_few: dict[bool, float] = {}
        self._few_until = 0.0
        self._pause = FIRST_PAUSE
        self._patience = patience

    def at(self, now: float) -> int:
        """Return how many threads to compute with at `now` (seconds)."""
        return self.few if now < self._few_until else self.all

    def saw(self, n_threads: int, n_tokens: int, seconds: float, now: float) -> None:
        """Take in one call of the model, and draw the conclusion for the next ones."""
        is_prefill = n_tokens >= FEWEST_TOKENS
        if not (is_prefill or n_tokens == 1):
            return
        rate = n_tokens / max(seconds, 1e-6)
        best = self._best[is_prefill] = max(rate, self._best.get(is_prefill, 0.0) * 0.999)
        if n_threads != self.all:
            self._rate_of_few[is_prefill] = _mean(self._rate_of_few.get(is_prefill, 0.0), rate)
            return
        if rate >= BUSY * best or rate > self._rate_of_few.get(is_prefill, best):
            self._pause = FIRST_PAUSE
            return
        self._few_until = now + max(self._pause, self._patience * seconds)
        self._pause = min(self._pause * 2, LONGEST_PAUSE)


def _mean(old: float, new: float) -> float:
    return old + WEIGHT * (new - old) if old else new


def _has_moved(old: float, new: float) -> bool:
    return abs(new - old) > NOTEWORTHY * old


def physical_cores() -> int:
    """Return how many cores this process may use, hyper-threads counted once."""
    allowed = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else None
    n_logical = len(allowed) if allowed else os.cpu_count() or 1
    siblings = Path("/sys/devices/system/cpu/smt/active")
    has_siblings = siblings.exists() and siblings.read_text().strip() == "1"
    return max(1, n_logical // 2 if has_siblings else n_logical)
