"""Keeps the model that the options name in memory, and says once why it cannot."""

import asyncio
import logging
import time
from collections.abc import Callable
from pathlib import Path

from lsp_local.adapters import voice
from lsp_local.config import Options
from lsp_local.engine.memory import size_of
from lsp_local.engine.opening import LiveEngine, loaded, open_for_window, retire
from lsp_local.lsp.failed_load import FailedLoad, stamp_of
from lsp_local.lsp.notices import Notices
from lsp_local.models import ModelMissing
from lsp_local.options import answers_as
from lsp_local.text import Reason, UserError

logger = logging.getLogger(__name__)

_RETRY_SECONDS = 2.0  # how soon a model that was pulled meanwhile is noticed


class Loader:
    """Owns the engine. Invariant: at most one load runs, and it never raises."""

    def __init__(self, notices: Notices) -> None:
        self._notices = notices
        self._options: Options | None = None
        self._engine: LiveEngine | None = None
        self._retired: list[LiveEngine] = []
        self._task: asyncio.Task[None] | None = None
        self._retry_at = 0.0
        self._retry: asyncio.TimerHandle | None = None
        self._failed = FailedLoad()
        self.size = 0  # bytes of what is loaded
        self.on_missing: Callable[[ModelMissing], None] = lambda error: notices.error(str(error))
        # For a model that is missing where whoever needs it tells the user.
        self.on_missing_told: Callable[[ModelMissing], object] = lambda _: None

    @property
    def model(self) -> str:
        """Return the name or path of the model that is wanted, "" before any is."""
        return self._options.model if self._options else ""

    @property
    def name(self) -> str:
        """Return what a person calls it."""
        return Path(self.model).name

    def try_again(self) -> None:
        """Load what is wanted, where it is not loaded: its file has come."""
        if self._engine is None:
            self._failed.forget()
            self._start()

    def want(self, options: Options) -> None:
        """Load the model of `options`; do nothing where it is loaded, or loading, as wanted."""
        before, self._options = self._options, options
        if before is not None and wish_of(before) == wish_of(options):
            return
        self._failed.forget()
        self._start()

    def engine(self) -> LiveEngine | None:
        """Return the engine once its model is loaded; a failed load is tried again in time."""
        is_idle = self._task is None or self._task.done()
        if self._engine is None and is_idle:
            wait = self._retry_at - time.monotonic()
            if wait <= 0:
                self._start()
            elif self._retry is None:  # whoever asks may not ask again: the file has just come
                self._retry = asyncio.get_running_loop().call_later(wait, self._ask_again)
        return self._engine

    async def wait(self) -> LiveEngine | None:
        """Return the engine after the load that is under way, if one is."""
        while self.engine() is None and self._task is not None and not self._task.done():
            await asyncio.wait([self._task])
        return self._engine

    @property
    def reason(self) -> Reason:
        """Say why there is no engine."""
        is_loading = self._task is not None and not self._task.done()
        return Reason.MODEL_LOADING if is_loading else Reason.NO_MODEL

    async def explain(self) -> None:
        """Tell the person what the engine has to say for itself."""
        try:
            if self._engine is not None:
                await self._engine.info()
        except UserError as error:
            self._notices.error(str(error))

    async def forget(self) -> None:
        """End the engine, whose memory holds what it has read; the next request loads it anew."""
        self._retire()
        await self.close()
        self._failed.forget()  # a load that was ended in the middle is noted as one that failed
        self._retry_at = 0.0

    async def close(self) -> None:
        """End the load and the engine at once."""
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        if self._engine is not None:
            await self._engine.close()  # a shared one stays a while, for the next window
            self._engine = None
        await self._close_retired()

    def _ask_again(self) -> None:
        self._retry = None
        self.engine()

    def _start(self) -> None:
        self._retire()
        if self._task is not None:
            self._task.cancel()
        if self._options is not None:
            self._task = asyncio.create_task(self._replace(self._task, self._options))

    def _retire(self) -> None:
        if self._engine is not None:
            self._retired.append(self._engine)
            self._engine, self.size = None, 0

    async def _close_retired(self) -> None:
        # Cancelled in the middle, it leaves the rest to the next load.
        while self._retired:
            await retire(self._retired[-1])
            self._retired.pop()

    async def _replace(self, before: asyncio.Task[None] | None, options: Options) -> None:
        """Load after the engine before is gone, so that two models never share the memory."""
        if before is not None:
            await asyncio.wait([before])
        await self._close_retired()
        try:
            if options.enabled:
                await self._load(options)
        except ModelMissing as error:
            self.on_missing(error)
        except UserError as error:
            self._notices.error(str(error))
        except Exception:
            logger.exception("loading the model failed")
        self._retry_at = time.monotonic() + _RETRY_SECONDS

    async def _load(self, options: Options) -> None:
        engine = await asyncio.to_thread(open_for_window, options)
        stamp = await asyncio.to_thread(stamp_of, engine.model)
        size = await asyncio.to_thread(size_of, engine.model, options.n_ctx)
        if self._failed.why_not(stamp) is not None:
            return
        self._failed.note(stamp)  # also of a load that is given up in the middle
        try:
            await engine.start()
            async with self._notices.progress(_title(engine, options)):
                await loaded(engine)
            self._notices.warn([engine.notice] if engine.notice else [])
        except BaseException:
            await retire(engine)
            raise
        self._engine, self.size = engine, size
        self._failed.forget()
        logger.info("%s is loaded", Path(options.model).name)


def wish_of(options: Options) -> tuple[object, ...]:
    """Tell what is to be loaded: where two wishes are equal, one engine fulfils both."""
    loaded = (options.engine, voice(options), options.n_ctx, options.n_threads)
    asked = (options.remote_url, options.remote_fim, options.remote_key_command)
    # Where nothing is kept any more, a process that keeps its states has to go.
    return options.enabled, options.share_worker, options.cache_mb, *loaded, *asked


def _title(engine: LiveEngine, options: Options) -> str:
    return (
        f"Loading {Path(options.model).name}" if engine.model else f"Asking {answers_as(options)}"
    )
