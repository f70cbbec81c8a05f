"""Who does which job: completions have a model that stays, the other jobs that one or their own."""

import asyncio
import logging

from lsp_local.engine.base import ChatEngine, EngineError
from lsp_local.lsp.loading import Loader, wish_of
from lsp_local.lsp.notices import Notices
from lsp_local.lsp.on_demand import OnDemand
from lsp_local.lsp.room import Room
from lsp_local.lsp.tasks import Tasks
from lsp_local.options import Job, Options, for_job
from lsp_local.text import UserError

logger = logging.getLogger(__name__)

# Nobody waits for lint: it sends no model away that somebody is just working with.
PATIENCE = 20.0  # seconds
NO_MODEL = "there is no model; `lsp-local doctor` says why"
OWN = (Job.INSTRUCT, Job.LINT)  # the jobs that may have a model of their own


class Models:
    """The models of all jobs. Invariant: two jobs that name the same model share it."""

    def __init__(self, notices: Notices) -> None:
        self.completion = Loader(notices)
        self.instruct, self.lint = JobModel(self.completion), JobModel(self.completion)
        self._notices = notices
        self._room = Room(lambda: self.completion.size)
        self._own: dict[tuple[object, ...], OnDemand] = {}
        self._names: set[str] = set()
        self._closing = Tasks()

    def want(self, options: Options) -> None:
        """Take over the options; models that they do not name any more go."""
        self.completion.want(options)
        self._room.memory_mb = options.memory_mb
        self._names = {for_job(options, job).model for job in Job}
        theirs = {job: for_job(options, job) for job in OWN}
        usual = wish_of(options)
        wanted = {
            wish_of(one): job
            for job, one in reversed(theirs.items())
            if options.enabled and wish_of(one) != usual
        }
        for wish in [wish for wish in self._own if wish not in wanted]:
            self._closing.spawn(self._own.pop(wish).retire())
        for wish, job in wanted.items():
            if wish not in self._own:
                patience = PATIENCE if job is Job.LINT else 0.0
                room, notices, loader = self._room, self._notices, self.completion
                self._own[wish] = OnDemand(theirs[job], room, notices, loader, patience)
        self.instruct.own = self._own.get(wish_of(theirs[Job.INSTRUCT]))
        self.lint.own = self._own.get(wish_of(theirs[Job.LINT]))

    def is_wanted(self, name: str) -> bool:
        """Whether the options name a model."""
        return name in self._names

    def try_again(self) -> None:
        """Load what is wanted, where it is not loaded: its file has come."""
        self.completion.try_again()
        for own in self._own.values():
            own.try_again()

    def in_memory(self) -> list[str]:
        """Return the names of the models that are loaded, that of the completions first."""
        usual = [self.completion.name] if self.completion.size else []
        return usual + [own.name for own in self._own.values() if own.is_loaded]

    async def forget(self) -> None:
        """End what has read anything, shared processes too, as soon as no window uses them."""
        ends = [self.completion.forget(), *(own.evict() for own in self._own.values())]
        await asyncio.gather(*ends, self._closing.settled())

    async def close(self) -> None:
        """End all loads and engines at once."""
        ends = [self.completion.close(), *(own.close() for own in self._own.values())]
        await asyncio.gather(*ends, self._closing.settled())


class JobModel:
    """The model of a job: the one of the completions, unless the job has its `own`."""

    def __init__(self, loader: Loader) -> None:
        self.own: OnDemand | None = None
        self._loader = loader

    def engine(self) -> ChatEngine | None:
        """Return the model if it is in memory."""
        if self.own is None:
            return self._loader.engine()
        return self.own if self.own.is_loaded else None

    def on_demand(self) -> ChatEngine | None:
        """Return the model if it can be asked now; one of its own is loaded by the question."""
        return self._loader.engine() if self.own is None else self.own

    async def wait(self) -> ChatEngine | None:
        """Return the model, loaded, and None where that fails, which the user is told once."""
        if self.own is None:
            return await self._loader.wait()
        try:
            await self.own.info()
        except EngineError as error:
            logger.info("%s", error)
            return None
        return self.own

    async def need(self) -> ChatEngine:
        """Return the model, loaded. Raises UserError with what to tell the user."""
        if self.own is not None:
            await self.own.load()
            return self.own
        engine = await self._loader.wait()
        if engine is None:
            raise UserError(NO_MODEL)
        return engine
