"""Work that no request waits for: it is kept until it ends, and stopped together."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, TypeVar

from lsp_local.text import UserError

logger = logging.getLogger(__name__)

T = TypeVar("T")


class Tasks:
    """Tasks that are of one kind. Invariant: what is spawned never raises; the log has it."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()

    def spawn(self, work: Coroutine[Any, Any, object]) -> asyncio.Task[None]:
        """Do something that nobody needs the result of."""
        task = self.keep(asyncio.create_task(_quietly(work)))
        # One that is stopped before its first step has never awaited `work`.
        task.add_done_callback(lambda _: work.close())
        return task

    def keep(self, task: asyncio.Task[T]) -> asyncio.Task[T]:
        """Keep a task whose result somebody waits for; the event loop has weak references only."""
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    def cancel(self) -> None:
        """Stop all of it."""
        for task in list(self._running):
            task.cancel()

    async def settled(self) -> None:
        """Wait until what is under way has ended."""
        if self._running:
            await asyncio.wait(self._running)


async def _quietly(work: Coroutine[Any, Any, object]) -> None:
    try:
        await work
    except UserError as error:  # who asks for something is told
        logger.info("%s", error)
    except Exception:
        logger.exception("work in the background failed")
