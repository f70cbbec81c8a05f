"""A server that fails all the time is left alone for a while, and it is said why."""

import time
from collections.abc import Callable

from lsp_local.engine.base import EngineError

N_FAILURES = 4  # in a row
PAUSE_S = 10.0


class Breaker:
    """Counts failures in a row. Invariant: in a pause nobody asks; after it one request decides."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._n_failed = 0
        self._until = 0.0
        self._reason = ""

    def check(self) -> None:
        """Let a request pass, or raise EngineError while there is a pause."""
        left = self._until - self._now()
        if left > 0:
            raise EngineError(f"{self._reason}; it is asked again in {left:.0f} s")
        if self._n_failed >= N_FAILURES:
            self._until = self._now() + PAUSE_S  # for all but this one

    def failed(self, reason: str) -> None:
        """Take note of a failure."""
        self._n_failed += 1
        self._reason = reason
        if self._n_failed >= N_FAILURES:
            self._until = self._now() + PAUSE_S

    def succeeded(self) -> None:
        """Take note of an answer."""
        self._n_failed, self._until = 0, 0.0
