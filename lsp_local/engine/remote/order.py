"""Who may ask a server now: what nobody waits for makes way for what a person waits for.

A server on one machine answers one request after the other. What makes way is asked again later,
from the beginning; what the server has read of it by then it mostly knows still.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from lsp_local.engine.base import Priority

T = TypeVar("T")


class Order:
    """Invariant: nothing of `Priority.PREFETCH` or below is under way beside anything above."""

    def __init__(self) -> None:
        self._n_urgent = 0
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._yielding: set[asyncio.Task[None]] = set()

    async def run(self, priority: Priority, ask: Callable[[], Awaitable[T]]) -> T:
        """Return what `ask` does, which may be called several times."""
        if priority >= Priority.PREFETCH:
            return await self._run_when_quiet(ask)
        self._n_urgent += 1
        self._quiet.clear()
        for task in self._yielding:
            task.cancel()
        try:
            return await ask()
        finally:
            self._n_urgent -= 1
            if not self._n_urgent:
                self._quiet.set()

    async def _run_when_quiet(self, ask: Callable[[], Awaitable[T]]) -> T:
        found: list[T] = []

        async def once() -> None:
            found.append(await ask())

        while True:
            await self._quiet.wait()
            task = asyncio.create_task(once())
            self._yielding.add(task)
            try:
                await asyncio.wait([task])
            finally:
                self._yielding.discard(task)
                task.cancel()
            if not task.cancelled():
                task.result()
                return found[0]
