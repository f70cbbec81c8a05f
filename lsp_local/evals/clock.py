"""Time as a replay sees it, so that a test need not wait."""

import asyncio
import time
from contextlib import suppress
from typing import Protocol


class Clock(Protocol):
    """Seconds since some moment, and a way to wait for a later one."""

    def now(self) -> float:
        """Return the time."""

    async def wait(self, until: float, woken: asyncio.Event) -> None:
        """Return at `until`, or sooner if `woken` is set."""


class RealClock:
    """The clock of this machine."""

    def now(self) -> float:
        """Return the time."""
        return time.perf_counter()

    async def wait(self, until: float, woken: asyncio.Event) -> None:
        """Return at `until`, or sooner if `woken` is set."""
        with suppress(TimeoutError):
            await asyncio.wait_for(woken.wait(), max(0.0, until - self.now()))
