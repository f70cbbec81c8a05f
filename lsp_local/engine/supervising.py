"""A worker process behind an engine: started when it is needed, replaced when it dies."""

import asyncio
import contextlib
import logging
import time
from collections import deque
from pathlib import Path
from typing import Any, Self

from lsp_local.engine import finding, spawning, wire
from lsp_local.engine.base import EngineClosed, EngineDied, EngineError, ModelInfo, OnText, Speed
from lsp_local.engine.connection import Connection
from lsp_local.engine.spawning import Line, Load
from lsp_local.engine.wire import Message

logger = logging.getLogger(__name__)

CAREFUL_GUESS = Speed(prefill=60.0, decode=10.0)
CRASHES_IN_A_ROW = 5
CRASH_WINDOW = 180.0  # seconds; less would miss a model that dies whenever it is asked
LEFT_ALONE = (
    f"the model process died {CRASHES_IN_A_ROW} times within {CRASH_WINDOW / 60:.0f} minutes "
    "and is left alone for as long; run `lsp-local doctor` to see what is wrong"
)


class Supervised:
    """One worker at a time, ours alone unless it is to `share`."""

    def __init__(self, load: Load) -> None:
        """Prepare to load; nothing is started yet."""
        self._load_of = load
        self._linger: float | None = None  # None: a worker for us alone
        self._line: Line | None = None
        self._connection: Connection | None = None
        self._listener: asyncio.Task[None] | None = None
        self._loaded: asyncio.Task[ModelInfo] | None = None  # None: there is no worker
        self._speed = CAREFUL_GUESS
        self._crashes: deque[float] = deque(maxlen=CRASHES_IN_A_ROW)
        self._is_closed = False

    def share(self, linger: float) -> None:
        """Share the worker, once it starts, with all who do and load the same.

        It outlives the last of them by `linger` seconds.
        """
        self._linger = linger

    @property
    def model(self) -> Path:
        """Return the file that it loads."""
        return self._load_of.model

    @property
    def is_ready(self) -> bool:
        """Whether the model is in memory, so that a request need not wait for it."""
        task = self._loaded
        return task is not None and task.done() and not task.cancelled() and not task.exception()

    @property
    def worker_pid(self) -> int | None:
        """Return the process id of the running worker, of a shared one once it has answered."""
        return self._line.pid if self._line else None

    async def start(self) -> None:
        """Start the worker and return at once; `info` waits for the model. Raises EngineError."""
        if self._loaded is not None or self._is_closed:
            return
        # Nothing is awaited here: whoever sees the worker sees its `_loaded` too.
        self._line = self._private() if self._linger is None else None
        self._loaded = asyncio.create_task(self._load())
        self._loaded.add_done_callback(self._look_at_load)

    async def close(self) -> None:
        """End a private worker at once, also in mid-decode; hang up on a shared one."""
        self._is_closed = True
        if self._line is not None and self._line.process is not None:
            await asyncio.to_thread(self._line.end)
        elif self._connection is not None:
            self._connection.close()
        elif self._loaded is not None:
            self._loaded.cancel()
        if self._loaded is not None:
            await asyncio.wait([self._loaded], timeout=1)
        if self._listener is not None:
            await asyncio.wait([self._listener], timeout=1)

    def let_go(self) -> None:
        """Have a shared worker end as soon as nobody uses it: its model is not wanted any more."""
        if self._connection is not None:
            self._connection.tell({"op": "linger", "id": 0, "seconds": 0})

    async def status(self) -> Message | None:
        """Return what the worker says of itself (`Company`), None where there is none now."""
        return None if self._connection is None else await self._connection.ask({"op": "status"})

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def info(self) -> ModelInfo:
        """Wait for the model and describe it. Raises EngineError when there is none."""
        await self._wake()
        if self._loaded is None:
            raise EngineDied("the model process has died; the next request starts a new one")
        return await asyncio.shield(self._loaded)

    def _private(self) -> Line:
        try:
            return spawning.private(self._load_of)
        except OSError as error:
            raise EngineError(f"the model process cannot be started: {error}") from error

    async def _load(self) -> ModelInfo:
        try:
            if self._line is None:
                self._line = await self._shared()
            self._connection = connection = await Connection.over(self._line.connection)
        except asyncio.CancelledError:
            if self._is_closed:
                raise EngineClosed("the engine is closed") from None
            raise
        self._listener = asyncio.create_task(self._listen(connection))
        fields = await connection.ask({"op": "info"})
        self._speed = wire.speed_from(fields.pop("speed"))
        return wire.info_from(fields)

    async def _shared(self) -> Line:
        """Return a line to the worker that we share, or to one of our own where that cannot be."""
        run = asyncio.get_running_loop().run_in_executor
        linger = self._linger or 0.0
        reached = run(None, finding.reach, self._load_of, linger, self._count_death)
        try:
            return await asyncio.shield(reached)
        except OSError as error:
            logger.warning("this window has a model process of its own: %s", error)
            return self._private()
        except asyncio.CancelledError:
            reached.add_done_callback(_hang_up)
            raise

    def _look_at_load(self, task: asyncio.Task[ModelInfo]) -> None:
        """Mark a failed load as seen, for `info` raises it; one without a worker leaves nothing."""
        if not task.cancelled():
            task.exception()
        if self._connection is None and self._loaded is task:
            self._loaded = None
            line, self._line = self._line, None
            if line is not None:  # the event loop has ended before the task could begin
                line.drop()

    async def _wake(self) -> None:
        """Start a worker if there is none. Raises EngineError while it crashes all the time."""
        if self._is_closed:
            raise EngineClosed("the engine is closed")
        if self._loaded is None:
            if self._is_crashing():
                raise EngineError(LEFT_ALONE)
            await self.start()

    def _count_death(self) -> None:
        """Remember that a worker has died. Raises EngineError if they do so all the time."""
        self._crashes.append(time.monotonic())
        if self._is_crashing():
            raise EngineError(LEFT_ALONE)

    def _is_crashing(self) -> bool:
        is_full = len(self._crashes) == CRASHES_IN_A_ROW
        return is_full and time.monotonic() - self._crashes[0] < CRASH_WINDOW

    async def _call(self, message: Message, on_text: OnText | None = None) -> Any:
        await self.info()
        if self._connection is None:
            raise EngineDied("the model process has died; the next request starts a new one")
        return await self._connection.ask(message, on_text)

    async def _listen(self, connection: Connection) -> None:
        """Hand out answers until the worker is gone, and then see to the next one."""
        try:
            await connection.listen()
        except asyncio.CancelledError:
            self._is_closed = True  # the event loop ends: not the time for another worker
            raise
        finally:
            await self._bury()

    async def _bury(self) -> None:
        """Forget a dead worker; a new one is started unless they die all the time."""
        line, self._line = self._line, None
        self._connection = self._loaded = None
        if line is not None:
            await asyncio.to_thread(line.end)
        if not self._is_closed:
            with contextlib.suppress(EngineError, OSError):  # the next request says why
                self._count_death()
                await self.start()


def _hang_up(reached: asyncio.Future[Line]) -> None:
    """Close a line that nobody waits for any more."""
    if not reached.cancelled() and reached.exception() is None:
        reached.result().connection.close()
