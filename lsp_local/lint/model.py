"""A model that is loaded once somebody has something to ask it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from lsp_local import models
from lsp_local.engine.base import ChatEngine
from lsp_local.engine.client import EngineClient
from lsp_local.options import Options


class LazyModel:
    """The model in the file `path`, under `options`."""

    def __init__(self, stack: AsyncExitStack, path: Path, options: Options) -> None:
        self.path = path
        self.options = options
        self._stack = stack
        self._loading = asyncio.Lock()
        self._engine: ChatEngine | None = None

    async def engine(self) -> ChatEngine:
        """Return it, loaded. Raises EngineError."""
        async with self._loading:
            if self._engine is None:
                client = EngineClient.keeping_states(self.path, self.options)
                self._engine = await self._stack.enter_async_context(client)
            return self._engine


@asynccontextmanager
async def lazy_model(options: Options) -> AsyncIterator[LazyModel]:
    """Give the model that `options` name. Raises UserError without one."""
    path = models.resolve(options.model)
    async with AsyncExitStack() as stack:
        yield LazyModel(stack, path, options)
