"""What the server knows between two messages: documents, options, requests in flight."""

import asyncio
import logging
import time
from collections import deque
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from lsp_local import config
from lsp_local.cache import Suggestions
from lsp_local.config import Options
from lsp_local.context import Windows
from lsp_local.engine.client import EngineClient
from lsp_local.features.inline_completion import Reader, complete, is_disabled, recall
from lsp_local.lsp.background import Background
from lsp_local.lsp.convert import absolute_path
from lsp_local.lsp.documents import Documents
from lsp_local.lsp.flights import Flight
from lsp_local.lsp.loading import Loader
from lsp_local.lsp.logs import log_as_told
from lsp_local.lsp.notices import Notices
from lsp_local.lsp.records import Records
from lsp_local.lsp.rhythm import Rhythm
from lsp_local.text import Document, Outcome, Reason

logger = logging.getLogger(__name__)

_N_RECENT = 50


@dataclass(frozen=True, slots=True)
class Request:
    """One inline completion as it was asked for; `line` and `character` are the client's."""

    doc: Document
    offset: int
    line: int
    character: int
    is_automatic: bool


@dataclass(slots=True)
class _Asking:
    """A request that waits; `stopped` says why we, not the client, ended it."""

    work: asyncio.Task[Outcome]
    stopped: Reason | None = None


class Session:
    """Invariant: of a document at most one request waits, the newest, and one decode runs."""

    def __init__(self, notices: Notices) -> None:
        self.documents = Documents()
        self._notices = notices
        self._loader = Loader(notices)
        self._options = Options()
        self._windows = Windows()
        self._known = Suggestions("")
        self._asking: dict[str, _Asking] = {}
        self._flights: dict[str, Flight] = {}
        self._background = Background()
        self._rhythm = Rhythm()
        self._records = Records()
        self._recent: deque[dict[str, object]] = deque(maxlen=_N_RECENT)

    def configure(self, editor: object, folder: Path | None) -> None:
        """Read all options again and load the model that they name."""
        loaded = config.load(workspace=folder, editor=editor)
        self._options = loaded.options
        self._known = self._records.suggestions_for(loaded.options)
        problem = log_as_told(loaded.options)
        self._notices.warn([*loaded.warnings, *([problem] if problem else [])])
        self._loader.want(loaded.options)

    async def suggest(self, request: Request) -> Outcome:
        """End one request, the one before it of this document too; cancelling is the client's.

        Whatever happens is an outcome; only the client's cancel is raised.
        """
        try:
            outcome = await self._ask(request)
        except asyncio.CancelledError:
            self._end_flight(request.doc.uri)
            self._remember(request, Outcome(None, Reason.CANCELLED))
            raise
        except Exception:
            logger.exception("an inline completion failed")
            outcome = Outcome(None, Reason.ENGINE_DIED)
        self._remember(request, outcome)
        return outcome

    def changed(self, uri: str, before: Document | None) -> None:
        """Take note of a new text: who waits gets silence, and work goes on only if it still fits.

        A decode does while the user types what it says.
        """
        doc = self.documents.get(uri)
        self._rhythm.key(time.monotonic())
        self._records.changed(before, doc)
        self._dismiss(uri, Reason.STALE_VERSION)
        if doc is None:
            self._end_flight(uri)
            return
        if uri in self._flights:
            self._flights[uri].follow(doc)
        self._background.changed(doc)

    def moved(self, doc: Document, offset: int) -> None:
        """Take note of where the cursor is now."""
        reader = self._reader()
        if reader is not None and not self._is_silent(doc) and doc.uri not in self._asking:
            self._background.moved(reader, doc, offset)

    def recent(self, uri: str | None = None) -> list[dict[str, object]]:
        """Return how the last requests ended, newest first; in memory only."""
        return [entry for entry in self._recent if uri in (None, entry["uri"])]

    async def figures(self) -> dict[str, object]:
        """Return what this server has done so far; `work` is all that the model did."""
        engine = self._loader.engine()
        work = asdict(await engine.work()) if engine else None
        return {**self._records.ledger.as_json(), "work": work}

    async def close(self) -> None:
        """End the engine at once."""
        self._background.stop()
        await asyncio.gather(self._loader.close(), self._records.close())

    async def _ask(self, request: Request) -> Outcome:
        doc = request.doc
        self._dismiss(doc.uri, Reason.SUPERSEDED)
        if self._is_silent(doc):
            return Outcome(None, Reason.DISABLED)

        asking = _Asking(asyncio.create_task(self._answer(request)))
        self._asking[doc.uri] = asking
        try:
            outcome = await asking.work
        except asyncio.CancelledError:
            if asking.stopped is None:
                asking.work.cancel()
                raise
            return Outcome(None, asking.stopped)
        finally:
            if self._asking.get(doc.uri) is asking:
                del self._asking[doc.uri]
        # The last look before the answer: the text may have changed while it was decoded.
        if self.documents.get(doc.uri) is not doc:
            return Outcome(None, Reason.STALE_VERSION, outcome.stats)
        reader = self._reader()
        if reader is not None:
            self._background.after(reader, self._known, doc, request.offset, outcome)
        return outcome

    async def _answer(self, request: Request) -> Outcome:
        doc, offset = request.doc, request.offset
        known = recall(self._known, doc, offset, request.is_automatic)
        if known is not None:
            return known
        engine = self._loader.engine()
        if engine is None and not request.is_automatic:
            engine = await self._loader.wait()
        if engine is None:
            return Outcome(None, self._loader.reason)

        flight = self._flights.get(doc.uri)
        if flight is not None and flight.work is not None and flight.follow(doc, offset):
            return await self._join(flight, request)
        return await self._take_off(engine, request)

    async def _join(self, flight: Flight, request: Request) -> Outcome:
        """Wait for a decode that says what the user types."""
        assert flight.work is not None
        started = time.perf_counter()
        await asyncio.wait([flight.work])
        known = recall(self._known, request.doc, request.offset, request.is_automatic)
        if known is None or flight.work.cancelled():
            return await self._answer(request)
        total_ms = round((time.perf_counter() - started) * 1000, 1)
        return replace(known, stats=replace(flight.work.result().stats, total_ms=total_ms))

    async def _take_off(self, engine: EngineClient, request: Request) -> Outcome:
        if request.is_automatic:
            # The next key supersedes this request before it costs anything.
            most = self._options.debounce_ms / 1000
            await asyncio.sleep(self._rhythm.debounce(await engine.speed(), most))
        doc = request.doc
        self._background.stop()
        flight = Flight(doc, request.offset)
        flight.work = asyncio.create_task(self._fly(engine, request, flight))
        self._end_flight(doc.uri)
        self._flights[doc.uri] = flight
        await asyncio.wait([flight.work])
        if flight.work.cancelled():
            return Outcome(None, Reason.SUPERSEDED)
        return flight.work.result()

    async def _fly(self, engine: EngineClient, request: Request, flight: Flight) -> Outcome:
        """Decode, whoever waits for it, and remember what came of it."""
        reader = Reader(engine, self._options, self._windows)
        doc, offset = request.doc, request.offset
        wish = reader.wish(request.is_automatic)
        known = self._known
        try:
            outcome = await complete(reader, doc, offset, wish, flight.hear)
        finally:
            if self._flights.get(doc.uri) is flight:
                del self._flights[doc.uri]
        if outcome.reason is Reason.NO_MODEL:
            await self._loader.explain()
        known.remember(doc, offset, outcome.text, outcome.reason)
        return outcome

    def _reader(self) -> Reader | None:
        engine = self._loader.engine()
        return Reader(engine, self._options, self._windows) if engine else None

    def _is_silent(self, doc: Document) -> bool:
        return is_disabled(self._options, doc, absolute_path(doc.uri))

    def _dismiss(self, uri: str, reason: Reason) -> None:
        """Answer the request that waits for a document with silence."""
        asking = self._asking.pop(uri, None)
        if asking is not None:
            asking.stopped = reason
            asking.work.cancel()

    def _end_flight(self, uri: str) -> None:
        flight = self._flights.pop(uri, None)
        if flight is not None:
            flight.stop()

    def _remember(self, request: Request, outcome: Outcome) -> None:
        place = {"line": request.line, "character": request.character}
        self._records.ended(self._known, request.doc, request.offset, outcome)
        self._recent.appendleft({**outcome.as_json(), "uri": request.doc.uri, **place})
