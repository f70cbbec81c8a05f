"""A model that is not here: ask the user once, fetch it, show how far it is, and have it loaded."""

import asyncio
import logging
import threading
from collections.abc import Callable, Coroutine
from enum import StrEnum
from typing import Any

from lsp_local import models
from lsp_local.lsp.loading import Loader
from lsp_local.lsp.notices import Notices, Report
from lsp_local.models import Model, ModelError, ModelMissing, OnProgress

logger = logging.getLogger(__name__)

DOWNLOAD, NOT_NOW = "Download", "Not now"


class Begun(StrEnum):
    """What came of the wish to have a model."""

    BEGUN = "begun"
    HERE = "already-here"
    RUNNING = "running"
    UNKNOWN = "unknown"


class _Stopped(Exception):
    """The user has ended a pull: raised in its thread, between two blocks."""


class Pulling:
    """Invariant: one pull at a time, and of each model the user is asked once a session.

    Nothing here waits in a handler, neither for the client nor for the network.
    """

    def __init__(self, notices: Notices, loader: Loader) -> None:
        self._notices = notices
        self._loader = loader
        self._asked: set[str] = set()
        self._work: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.client_asks = False
        loader.on_missing = self.missing

    def missing(self, error: ModelMissing) -> None:
        """Take note that the wanted model is not here, however often that is found."""
        if self._is_pulling:
            return
        if self.client_asks or not self._notices.can_ask:
            self._notices.error(str(error))
        elif error.model.name not in self._asked:
            self._asked.add(error.model.name)
            self._spawn(self._ask(error))

    def begin(self, name: str = "") -> Begun:
        """Pull a model of the catalogue, the wanted one without a name; return at once."""
        if self._is_pulling:
            return Begun.RUNNING
        try:
            model = models.find(name or self._loader.model)
        except ModelError as error:
            self._notices.fail(str(error))
            return Begun.UNKNOWN
        if models.is_verified(model):
            self._arrived(model)
            return Begun.HERE
        self._work = self._spawn(self._pull(model))
        return Begun.BEGUN

    @property
    def _is_pulling(self) -> bool:
        return self._work is not None and not self._work.done()

    async def _ask(self, error: ModelMissing) -> None:
        model = error.model
        question = f"{model.name} is not on this computer yet. Download it ({_size(model)})?"
        chosen = await self._notices.ask(question, [DOWNLOAD, NOT_NOW])
        if chosen is None:
            self._notices.error(str(error))
        elif chosen == DOWNLOAD:
            self.begin(model.name)

    async def _pull(self, model: Model) -> None:
        stopped = asyncio.Event()
        title = f"Downloading {model.name}"
        if not self._notices.has_progress:
            self._notices.say(f"{title} ({_size(model)}); it says when that is done")
        async with self._notices.progress(title, stopped.set, percentage=0) as report:
            problem = await _ended(model, report, stopped)
        if problem is None:
            self._arrived(model)
        elif problem:
            self._notices.fail(problem)

    def _arrived(self, model: Model) -> None:
        if self._loader.model == model.name:
            self._notices.say(f"{model.name} is here")
            self._loader.try_again()
        else:
            self._notices.say(f"{model.name} is here; the option `model` chooses it")

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(_quietly(work))
        self._tasks.add(task)  # the event loop keeps weak references only
        task.add_done_callback(self._tasks.discard)
        return task


async def _ended(model: Model, report: Report, stopped: asyncio.Event) -> str | None:
    """Pull in a thread; return the problem, "" where the user has stopped it, None without one."""
    loop, end = asyncio.get_running_loop(), threading.Event()

    def tell(message: str, percentage: int | None) -> None:
        loop.call_soon_threadsafe(report, message, percentage)

    work = asyncio.create_task(asyncio.to_thread(_pull_here, model, _teller(model, tell, end)))
    stop = asyncio.create_task(stopped.wait())
    try:
        # A thread that waits for the network hears of the stop when that answers, or is too late.
        await asyncio.wait([work, stop], return_when=asyncio.FIRST_COMPLETED)
    finally:
        end.set()
        stop.cancel()
    return await work if work.done() else ""


def _pull_here(model: Model, on_progress: OnProgress) -> str | None:
    from lsp_local.download import pull  # its import takes long, and most sessions need none

    try:
        pull(model, on_progress=on_progress)
    except ModelError as error:
        return str(error)
    except _Stopped:
        return ""
    except Exception:
        logger.exception("a pull failed")
        return f"{model.name} could not be pulled; the log says more"
    return None


def _teller(
    model: Model, tell: Callable[[str, int | None], None], end: threading.Event
) -> OnProgress:
    """Return what a pull tells how far it is: each percent once, and each remark."""
    last = None

    def on_progress(stage: str, n_done: int, n_total: int) -> None:
        nonlocal last
        if end.is_set():
            raise _Stopped
        percentage = 100 * n_done // n_total if n_total else None
        if (stage, percentage) != last:
            last = stage, percentage
            message = f"{percentage} % of {_size(model)}, {stage}" if n_total else stage
            tell(message, percentage)

    return on_progress


def _size(model: Model) -> str:
    return f"{model.n_bytes / 1e6:.0f} MB"


async def _quietly(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except Exception:
        logger.exception("fetching a model failed")
