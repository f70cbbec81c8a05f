"""A model that is not here: ask the user once, fetch it, show how far it is, and have it loaded."""

import asyncio
import logging
import threading
from collections.abc import Callable
from enum import StrEnum

from lsp_local import models
from lsp_local.lsp.jobs import Models
from lsp_local.lsp.notices import Notices, Report
from lsp_local.lsp.tasks import Tasks
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

    def __init__(self, notices: Notices, wanted: Models) -> None:
        self._notices = notices
        self._wanted = wanted
        self._asked: set[str] = set()
        self._work: asyncio.Task[None] | None = None
        self._pull: _Pull | None = None  # the last one
        self._tasks = Tasks()
        self.client_asks = False
        wanted.completion.on_missing = self.missing
        wanted.completion.on_missing_told = self.offer

    def missing(self, error: ModelMissing) -> None:
        """Take note that a wanted model is not here, however often that is found."""
        if not self._is_pulling and not self.offer(error):
            self._notices.error(str(error))

    def offer(self, error: ModelMissing) -> bool:
        """Ask once whether to fetch a model; return False where nobody can be asked."""
        if self.client_asks or not self._notices.can_ask:
            return False
        if not self._is_pulling and error.model.name not in self._asked:
            self._asked.add(error.model.name)
            self._tasks.spawn(self._ask(error))
        return True

    def begin(self, name: str = "") -> Begun:
        """Pull a model of the catalogue, the wanted one without a name; return at once."""
        if self._is_pulling:
            return Begun.RUNNING
        try:
            model = models.find(name or self._wanted.completion.model)
        except ModelError as error:
            self._notices.fail(str(error))
            return Begun.UNKNOWN
        if models.is_verified(model):
            self._arrived(model)
            return Begun.HERE
        self._pull = _Pull(model)
        self._work = self._tasks.spawn(self._run(model, self._pull))
        return Begun.BEGUN

    async def close(self) -> None:
        """Stop the pull, and pip with it; what was fetched is kept."""
        if self._pull is not None:
            await self._pull.close()

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

    async def _run(self, model: Model, pull: "_Pull") -> None:
        title = f"Downloading {model.name}"
        if not self._notices.has_progress:
            self._notices.say(f"{title} ({_size(model)}); it says when that is done")
        async with self._notices.progress(title, pull.stop, percentage=0) as report:
            problem = await pull.run(report)
        if problem is None:
            self._arrived(model)
        elif problem:
            self._notices.fail(problem)

    def _arrived(self, model: Model) -> None:
        if self._wanted.is_wanted(model.name):
            self._notices.say(f"{model.name} is here")
            self._wanted.try_again()
        else:
            self._notices.say(f"{model.name} is here; the option `model` chooses it")


class _Pull:
    """One pull, in a thread of its own."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._stopped = asyncio.Event()
        self._end = threading.Event()
        self._thread: asyncio.Task[str | None] | None = None

    def stop(self) -> None:
        """End it. A thread that waits for the network hears of that when the network answers."""
        self._end.set()
        self._stopped.set()

    async def run(self, report: Report) -> str | None:
        """Pull; return the problem, "" where it was stopped, None without one."""
        loop = asyncio.get_running_loop()

        def tell(message: str, percentage: int | None) -> None:
            loop.call_soon_threadsafe(report, message, percentage)

        on_progress = _teller(self._model, tell, self._end)
        thread = asyncio.create_task(asyncio.to_thread(_pull_here, self._model, on_progress))
        self._thread = thread
        stopped = asyncio.create_task(self._stopped.wait())
        await asyncio.wait([thread, stopped], return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        return await thread if thread.done() else ""

    async def close(self) -> None:
        """End it, and wait for its thread."""
        self.stop()
        if self._thread is not None:
            await asyncio.wait([self._thread])


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
    last, most = None, 0

    def on_progress(stage: str, n_done: int, n_total: int) -> None:
        nonlocal last, most
        if end.is_set():
            raise _Stopped
        percentage = 100 * n_done // n_total if n_total else None
        if (stage, percentage) != last:
            last = stage, percentage
            message = f"{percentage} % of {_size(model)}, {stage}" if n_total else stage
            # A client's bar only rises: it stays where it is while what has come is verified.
            is_rising = percentage is not None and percentage >= most
            most = max(most, percentage or 0)
            tell(message, percentage if is_rising else None)

    return on_progress


def _size(model: Model) -> str:
    return f"{model.n_bytes / 1e6:.0f} MB"
