"""A model that is loaded when it is asked, and may leave the memory between two questions."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from lsp_local.engine.base import (
    ChatEngine,
    EngineDied,
    EngineError,
    Generated,
    GenerateRequest,
    ModelInfo,
    OnText,
    Priority,
    Speed,
    TokenScore,
)
from lsp_local.engine.memory import size_of
from lsp_local.engine.opening import LiveEngine, loaded, open_for_window, retire
from lsp_local.lsp.failed_load import FailedLoad, Stamp, stamp_of
from lsp_local.lsp.loading import Loader
from lsp_local.lsp.notices import Notices
from lsp_local.lsp.room import Room
from lsp_local.models import ModelMissing
from lsp_local.options import Options
from lsp_local.text import UserError

logger = logging.getLogger(__name__)

T = TypeVar("T")


class OnDemand(ChatEngine):
    """The model that `options` name. Invariant: while it is asked, it is not evicted.

    What goes wrong in loading is raised as EngineError by every question, and told the user once.
    """

    def __init__(
        self, options: Options, room: Room, notices: Notices, loader: Loader, patience: float = 0.0
    ) -> None:
        """With `patience`, others must have had so many seconds without a question before they go.

        `loader` knows what to do about a model that is missing.
        """
        self.name = Path(options.model).name
        self.size = 0
        self._options = options
        self._room = room
        self._notices = notices
        self._loader = loader
        self._patience = patience
        self._engine: LiveEngine | None = None
        self._loading: asyncio.Task[None] | None = None
        self._opened: LiveEngine | None = None
        self._failed = FailedLoad()
        self._has_told = False
        self._n_asked = 0
        self._last_asked = 0.0
        self._is_closed = False

    @property
    def is_loaded(self) -> bool:
        """Whether it is in memory."""
        return self._engine is not None

    @property
    def last_asked(self) -> float | None:
        """See `Lodger`."""
        return None if self._n_asked or self._engine is None else self._last_asked

    def try_again(self) -> None:
        """Forget that loading has failed: the file has come."""
        self._failed.forget()
        self._has_told = False

    async def load(self) -> None:
        """Load it for somebody who tells the user what goes wrong. Raises EngineError."""
        await self._ask(_nothing, self._offer)

    async def evict(self) -> None:
        """See `Lodger`."""
        engine, self._engine = self._engine, None
        if engine is None:
            return
        try:
            await retire(engine)
            logger.info("%s has left the memory", self.name)
        finally:
            self._room.leave(self)

    async def close(self) -> None:
        """End it at once, and for good; a shared one stays a while, for the next window."""
        await self._end(lambda engine: engine.close())

    async def retire(self) -> None:
        """End it for good, a shared one too: it is not wanted any more."""
        await self._end(retire)

    async def info(self) -> ModelInfo:
        """See `Engine`."""
        return await self._ask(lambda engine: engine.info())

    async def speed(self) -> Speed:
        """See `Engine`."""
        return await self._ask(lambda engine: engine.speed())

    async def tokenize(self, texts: list[str]) -> list[list[int]]:
        """See `Engine`."""
        return await self._ask(lambda engine: engine.tokenize(texts))

    async def tokenize_template(self, texts: list[str]) -> list[list[int]]:
        """See `ChatEngine`."""
        return await self._ask(lambda engine: engine.tokenize_template(texts))

    async def n_missing(self, tokens: list[int]) -> int:
        """See `Engine`."""
        return await self._ask(lambda engine: engine.n_missing(tokens))

    async def generate(
        self, request: GenerateRequest, on_text: OnText = lambda _text: None
    ) -> Generated:
        """See `Engine`."""
        return await self._ask(lambda engine: engine.generate(request, on_text))

    async def score(
        self,
        tokens: list[int],
        n_best: int = 5,
        first: int = 1,
        priority: Priority = Priority.LINT,
    ) -> list[TokenScore]:
        """See `ChatEngine`."""
        return await self._ask(lambda engine: engine.score(tokens, n_best, first, priority))

    async def pieces(self, tokens: list[int]) -> list[bytes]:
        """See `ChatEngine`."""
        return await self._ask(lambda engine: engine.pieces(tokens))

    async def write_states(self) -> None:
        """See `ChatEngine`; what is not in memory has nothing to write."""
        if self.is_loaded:
            await self._ask(lambda engine: engine.write_states())

    async def _end(self, end: Callable[[LiveEngine], Awaitable[None]]) -> None:
        self._is_closed = True
        if self._opened is not None:
            await self._opened.close()
        engine, self._engine = self._engine, None
        if engine is not None:
            await end(engine)
        self._room.leave(self)

    async def _ask(
        self,
        question: Callable[[LiveEngine], Awaitable[T]],
        tell: Callable[[UserError], None] | None = None,
    ) -> T:
        self._n_asked += 1
        self._room.asked(self)
        try:
            return await question(await self._loaded(tell or self._tell))
        finally:
            self._n_asked -= 1
            self._last_asked = time.monotonic()
            self._room.asked(self)

    async def _loaded(self, tell: Callable[[UserError], None]) -> LiveEngine:
        """Return the engine, loaded. Raises EngineError."""
        try:
            while self._engine is None:
                if self._loading is None:
                    await self._begin()
                else:
                    # Whoever gives up waiting does not end the load: the next one has it sooner.
                    await asyncio.shield(self._loading)
        except UserError as error:
            if not self._is_closed:
                tell(error)
            raise error if isinstance(error, EngineError) else EngineError(str(error)) from error
        return self._engine

    async def _begin(self) -> None:
        """Make room and begin to load, unless that was done meanwhile."""
        async with self._room.door:
            self._check_wanted()
            if self._loading is not None or self._engine is not None:
                return
            engine = await asyncio.to_thread(open_for_window, self._options)
            stamp = await asyncio.to_thread(stamp_of, engine.model)
            if (why := self._failed.why_not(stamp)) is not None:
                raise EngineError(why)
            self.size = await asyncio.to_thread(size_of, engine.model, self._options.n_ctx)
            await self._room.make(self.name, self.size, self._patience)
            if not self._is_closed:
                self._room.enter(self)
                self._loading = asyncio.create_task(self._load(engine, stamp))
                self._loading.add_done_callback(_look_at)

    async def _load(self, engine: LiveEngine, stamp: Stamp | None) -> None:
        self._opened = engine
        try:
            self._check_wanted()  # it may have been closed before this task began
            await engine.start()
            async with self._notices.progress(f"Loading {self.name}"):
                await loaded(engine)
        except BaseException as error:
            if isinstance(error, UserError):
                self._failed.note(stamp, str(error))
            await retire(engine)
            self._room.leave(self)
            raise
        else:
            self._engine, self._has_told = engine, False
            self._failed.forget()
            logger.info("%s is loaded", self.name)
        finally:
            self._loading = self._opened = None

    def _check_wanted(self) -> None:
        """Raise EngineDied where it has been closed."""
        if self._is_closed:
            raise EngineDied(f"the options do not name {self.name} any more")

    def _tell(self, error: UserError) -> None:
        if isinstance(error, ModelMissing):
            self._loader.on_missing(error)
        elif not self._has_told:
            self._has_told = True
            self._notices.error(str(error))

    def _offer(self, error: UserError) -> None:
        if isinstance(error, ModelMissing):
            self._loader.on_missing_told(error)


async def _nothing(_engine: LiveEngine) -> None:
    """Ask nothing."""


def _look_at(task: "asyncio.Task[None]") -> None:
    """Mark a failed load as seen: nobody may be waiting for it any more."""
    if not task.cancelled():
        task.exception()
