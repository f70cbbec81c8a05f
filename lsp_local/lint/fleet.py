"""Lint by many workers: each text goes to one of them, and those that are lost are replaced.

What the workers are, only a `Cluster` knows (`on_ray.py`).
"""

import asyncio
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Protocol

from lsp_local.lint.finding import Finding, NotLooked
from lsp_local.lint.rows import Row, finding_of
from lsp_local.text import Document, UserError

N_TRIES = 3  # workers that may be lost over one text; and, a place for a worker, in a row over all

Spans = tuple[tuple[int, int], ...]


class Lost(Exception):
    """A worker is gone, for this reason; another one may do better."""


@dataclass(frozen=True, slots=True)
class Job:
    """A text to look at. `by` is who looks: `detector` or `reviewer`."""

    by: str
    path: str
    language: str
    text: str
    spans: Spans | None
    explain: bool


class Worker(Protocol):
    """A process somewhere that has the model loaded."""

    async def look(self, job: Job) -> list[Row]:
        """Return what is found. Raises Lost, and UserError where no other worker could either."""


class Cluster(Protocol):
    """Where workers come from."""

    async def n_places(self) -> int:
        """Connect, before anything else; return how many workers fit. Raises UserError."""

    def worker(self) -> AbstractAsyncContextManager[Worker]:
        """Start a worker, and end it at once whatever it does. Raises Lost and UserError."""


class Local(Protocol):
    """Who would look on this machine; it knows what that depends on without loading a model."""

    def describe(self) -> str:
        """See `Detector`."""

    def has_work(self, doc: Document, spans: Sequence[tuple[int, int]] | None) -> bool:
        """Whether there is anything in a text that the model would be asked about."""


class FleetDetector:
    """See `Detector`. Finds what `local` would find here, with the workers of a fleet."""

    def __init__(self, fleet: "Fleet", by: str, local: Local) -> None:
        self._fleet = fleet
        self._by = by
        self._local = local

    def describe(self) -> str:
        """See `Detector`."""
        return self._local.describe()

    async def find(
        self, doc: Document, spans: Sequence[tuple[int, int]] | None, explain: bool
    ) -> list[Finding]:
        """See `Detector`."""
        if not self._local.has_work(doc, spans):
            return []
        given = tuple(spans) if spans is not None else None
        job = Job(self._by, doc.path, doc.language, doc.text, given, explain)
        rows = await self._fleet.look(job)
        try:
            return [finding_of(row, doc) for row in rows]
        except (ValueError, TypeError, KeyError):
            raise UserError("a worker's answer cannot be read; look at its machine") from None


@dataclass(slots=True)
class _Asked:
    """A job, who waits for its answer, and how many workers were lost over it."""

    job: Job
    answer: asyncio.Future[list[Row]] = field(default_factory=asyncio.Future)
    n_lost: int = 0


class Fleet:
    """Hands out jobs. A worker is started once there is more to do than those at hand can take."""

    def __init__(self, cluster: Cluster, n_most: int | None) -> None:
        """Have at most `n_most` workers, or as many as fit."""
        self._cluster = cluster
        self._n_most = n_most
        self._waiting: asyncio.Queue[_Asked] = asyncio.Queue()
        self._open: list[_Asked] = []
        self._places: set[asyncio.Task[None]] = set()
        self._connecting = asyncio.Lock()
        self._n_places: int | None = None
        self._n_lost = 0  # in a row, over all places
        self._problem: Exception | None = None

    async def look(self, job: Job) -> list[Row]:
        """Return what a worker finds. Raises NotLooked if it cost too many, or UserError."""
        n_most = await self._room()
        if self._problem is not None:
            raise self._problem
        asked = _Asked(job)
        self._open.append(asked)
        self._waiting.put_nowait(asked)
        if len(self._places) < min(n_most, len(self._open)):
            self._places.add(asyncio.create_task(self._serve()))
        try:
            return await asked.answer
        finally:
            self._open.remove(asked)

    async def close(self) -> None:
        """End all workers at once."""
        for place in self._places:
            place.cancel()
        await asyncio.gather(*self._places, return_exceptions=True)

    async def _room(self) -> int:
        """Return how many workers there may be; asked for only once, also where that fails."""
        async with self._connecting:
            if self._n_places is None:
                try:
                    self._n_places = await self._cluster.n_places()
                except UserError as error:
                    self._n_places, self._problem = 0, error
            return self._n_most or max(1, self._n_places)

    async def _serve(self) -> None:
        """Fill one place for a worker, with another one when it is lost."""
        while self._problem is None:
            try:
                async with self._cluster.worker() as worker:
                    while self._problem is None:
                        await self._next(worker)
            except Lost as lost:
                self._n_lost += 1
                # A machine that goes takes all of its workers along: that is no reason to stop.
                if self._n_lost > N_TRIES * (len(self._places) + 1):
                    self._fail(UserError(f"{self._n_lost} workers were lost in a row; {lost}"))
            except Exception as error:
                self._fail(error)

    async def _next(self, worker: Worker) -> None:
        asked = await self._waiting.get()
        if asked.answer.done():  # nobody waits for it any more
            return
        try:
            rows = await worker.look(asked.job)
        except Lost as lost:
            asked.n_lost += 1
            if asked.n_lost < N_TRIES:
                self._waiting.put_nowait(asked)
            elif not asked.answer.done():
                told = f"{asked.job.path}: {N_TRIES} workers were lost while they looked at it"
                asked.answer.set_exception(NotLooked(f"{told}; {lost}"))
            raise
        self._n_lost = 0
        if not asked.answer.done():
            asked.answer.set_result(rows)

    def _fail(self, problem: Exception) -> None:
        """Answer everybody, now and later, that nothing more can be looked at."""
        self._problem = self._problem or problem
        for asked in self._open:
            if not asked.answer.done():
                asked.answer.set_exception(self._problem)
