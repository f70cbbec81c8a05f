"""A model that is loaded once somebody has something to ask it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import cached_property
from pathlib import Path

from lsp_local import models
from lsp_local.adapters import chosen
from lsp_local.engine.base import ChatEngine
from lsp_local.engine.fingerprint import fingerprint
from lsp_local.engine.opening import open_engine
from lsp_local.options import Options, answers_as


class LazyModel:
    """The model that `options` name, for all who ask it."""

    def __init__(self, stack: AsyncExitStack, options: Options) -> None:
        self.options = options
        self._stack = stack
        self._loading = asyncio.Lock()
        self._engine: ChatEngine | None = None

    @cached_property
    def identity(self) -> str:
        """See `identity_of`."""
        return identity_of(self.options)

    async def engine(self) -> ChatEngine:
        """Return it, loaded. Raises EngineError."""
        async with self._loading:
            if self._engine is None:
                opened = await asyncio.to_thread(open_engine, self.options)
                self._engine = await self._stack.enter_async_context(opened)
            return self._engine


def identity_of(options: Options, path: Path | None = None) -> str:
    """Return what tells the model with its adapter, whose file may be known, from all others.

    Of a served model that is its name: nobody here sees its file. Raises UserError without one.
    """
    if options.engine == "openai":
        return answers_as(options)
    return fingerprint(path or models.resolve(options.model), chosen(options.adapter))


@asynccontextmanager
async def lazy_model(options: Options) -> AsyncIterator[LazyModel]:
    """Give the model that `options` name, and end it."""
    async with AsyncExitStack() as stack:
        yield LazyModel(stack, options)
