"""What the server knows between two messages: documents, options, requests in flight."""

import asyncio
import logging
import time
from dataclasses import replace
from pathlib import Path

from lsp_local import judge
from lsp_local.context import Surroundings
from lsp_local.engine.opening import LiveEngine
from lsp_local.features.inline_completion import complete, recall
from lsp_local.features.reading import Reader
from lsp_local.lsp.background import Background
from lsp_local.lsp.convert import path_on_disk
from lsp_local.lsp.flights import Flight
from lsp_local.lsp.hovering import Beside
from lsp_local.lsp.notices import Notices
from lsp_local.lsp.pieces import KEEPS_NOTHING, Pieces
from lsp_local.lsp.requests import Asking, Request, Waiting
from lsp_local.lsp.rhythm import Rhythm
from lsp_local.text import Document, Outcome, Reason
from lsp_local.windows import Windows

logger = logging.getLogger(__name__)


class Session(Pieces):
    """Invariant: of a document one request of a kind waits, the newest, and one decode runs."""

    def __init__(self, notices: Notices) -> None:
        super().__init__(notices)
        self._waiting = Waiting()
        self._flights: dict[str, Flight] = {}
        self._background = Background()
        self._rhythm = Rhythm()
        self._purging: asyncio.Task[list[str]] | None = None
        self._deleted: set[str] = set()  # documents in which the last key took something away

    async def purge(self) -> list[str]:
        """Let go of all that is on disk, and write nothing more; return the logs that there were.

        What the model has read, too, is gone with its process: it would write it. Once begun it is
        done to its end, whoever waits for it; asked for again meanwhile, it is the same one.
        """
        if self._purging is None or self._purging.done():
            self._purging = asyncio.create_task(self._purge())
        return await asyncio.shield(self._purging)

    async def suggest(self, request: Request) -> Outcome:
        """End one request, the one before it of this document too; cancelling is the client's.

        Whatever happens is an outcome; only the client's cancel is raised.
        """
        try:
            outcome = await self._ask(request)
        except asyncio.CancelledError:
            if not self._waiting.has(request.doc.uri):
                self._end_flight(request.doc.uri)
            self._remember(request, Outcome(None, Reason.CANCELLED))
            raise
        except Exception:
            logger.exception("an inline completion failed")
            outcome = Outcome(None, Reason.FAILED)
        if request.popup and outcome.text and judge.is_in_popup(outcome.text, request.popup):
            outcome = replace(outcome, suggestion=None, reason=Reason.IN_POPUP)
        self._remember(request, outcome)
        return outcome

    def changed(self, uri: str, before: Document | None) -> None:
        """Take note of a new text: who waits gets silence, and work goes on only if it still fits.

        A decode does while the user types what it says.
        """
        doc = self.documents.get(uri)
        self._rhythm.key(time.monotonic())
        self.records.changed(before, doc)
        if self.memory is not None:
            self.memory.changed(doc)
        self._neighbourhood.changed(before, doc)
        self.instructed.changed(uri, before, doc)
        self.looking.changed(uri, doc)
        self._deleted.discard(uri)
        if before is not None and doc is not None and len(doc.text) < len(before.text):
            self._deleted.add(uri)
        self._waiting.dismiss(uri, Reason.STALE_VERSION)
        if doc is None:
            self.records.reactions.left(uri)
            self._end_flight(uri)
            return
        if uri in self._flights:
            self._flights[uri].follow(doc)
        self._background.changed(doc)

    def moved(self, doc: Document, offset: int) -> None:
        """Take note of where the cursor is now."""
        self.records.reactions.moved(doc, offset)
        if self.is_paused or self._is_silent(doc):
            return
        self._neighbourhood.visited(doc)
        reader = self._reader(doc)
        if reader is not None and not self._waiting.has(doc.uri):
            self._background.moved(reader, doc, offset)

    def beside(self, doc: Document) -> Beside | None:
        """Return what a hover may use beside a document, None for one that is not to be read."""
        if self._is_silent(doc):
            return None
        around = self._around(doc)
        engine = None if self.is_paused else self._models.instruct.on_demand()
        return Beside(engine, around.index, around.documents)

    def saved(self, uri: str) -> None:
        """Take note of a file that was written."""
        doc = self.documents.get(uri)
        if doc is None or self._is_silent(doc):
            return
        file = path_on_disk(uri)
        self.written(*([file] if file else []))
        self.looking.saved(uri)

    def written(self, *files: Path) -> None:
        """Take note of files that were written, created or deleted, by whomever."""
        self._neighbourhood.written(*files)

    def watched(self) -> None:
        """Take note that the client tells of such files."""
        self._neighbourhood.watched()

    def pause(self, is_paused: bool) -> None:
        """Be silent until told otherwise, and leave the processor alone; or be so no longer."""
        self.is_paused = is_paused
        self.looking.pause(is_paused)
        if not is_paused:
            return
        self._background.stop()
        self.instructed.stop()
        self._waiting.dismiss(None, Reason.PAUSED)
        for uri in list(self._flights):
            self._end_flight(uri)

    async def close(self) -> None:
        """End the engine at once."""
        self.messages.cancel()
        self._background.stop()
        self.instructed.close()
        self.looking.close()
        if self.memory is not None:
            self.memory.stop()
        self._neighbourhood.close()
        pieces = (self._models, self.pulling, self.records, self.recent)
        await asyncio.gather(*(piece.close() for piece in pieces))

    async def _purge(self) -> list[str]:
        logs = [self._options.log_file, self._options.why_log]
        was_paused, self._is_purged = self.is_paused, True
        self.pause(True)
        try:
            self._apply(replace(self._options, **KEEPS_NOTHING), self._folder)
            for piece in (self.instructed, self.looking, self.recent):
                piece.forget()
            self._windows = Windows()
            await self._models.forget()
            if self.memory is not None:
                await self.memory.settle()
        finally:
            self.pause(was_paused)
        return [log for log in logs if log]

    async def _ask(self, request: Request) -> Outcome:
        doc = request.doc
        if self.is_paused:
            return Outcome(None, Reason.PAUSED)
        if self._is_silent(doc):
            return Outcome(None, Reason.DISABLED)

        self._neighbourhood.visited(doc)
        asking = Asking(asyncio.create_task(self._answer(request)))
        self._waiting.add(request, asking)
        try:
            # A menu does not wait; the decode goes on, and the next key finds what it says.
            most = self._options.deadline_ms / 1000 if request.is_menu else None
            if not (await asyncio.wait([asking.work], timeout=most))[0]:
                asking.stop(Reason.TOO_LATE)
            outcome = await asking.work
        except asyncio.CancelledError:
            if asking.stopped is None:
                asking.work.cancel()
                raise
            return Outcome(None, asking.stopped)
        finally:
            self._waiting.remove(asking)
        # The last look before the answer: the text may have changed while it was decoded.
        if self.documents.get(doc.uri) is not doc:
            return Outcome(None, Reason.STALE_VERSION, outcome.stats)
        reader = self._reader(doc)
        if reader is not None:
            self._background.after(reader, self._known, doc, request.offset, outcome)
        return outcome

    async def _answer(self, request: Request) -> Outcome:
        doc, offset = request.doc, request.offset
        known = recall(self._known, doc, offset, request.is_automatic)
        if known is not None:
            return known
        if request.is_automatic and doc.uri in self._deleted:
            return Outcome(None, Reason.AFTER_DELETION)
        engine = self._loader.engine()
        if engine is None and not request.is_automatic:
            engine = await self._loader.wait()
        if engine is None:
            return Outcome(None, self._loader.reason)

        return await self._join(request) or await self._take_off(engine, request)

    async def _join(self, request: Request) -> Outcome | None:
        """Wait for a decode that says what the user types, where there is one."""
        flight = self._flights.get(request.doc.uri)
        if not (flight and flight.work and flight.follow(request.doc, request.offset)):
            return None
        started = time.perf_counter()
        await asyncio.wait([flight.work])
        known = recall(self._known, request.doc, request.offset, request.is_automatic)
        if known is None or flight.work.cancelled():
            return await self._answer(request)
        total_ms = round((time.perf_counter() - started) * 1000, 1)
        return replace(known, stats=replace(flight.work.result().stats, total_ms=total_ms))

    async def _take_off(self, engine: LiveEngine, request: Request) -> Outcome:
        if request.is_automatic:
            # The next key supersedes this request before it costs anything.
            most = self._options.debounce_ms / 1000
            await asyncio.sleep(self._rhythm.debounce(await engine.speed(), most))
            if (joined := await self._join(request)) is not None:
                return joined
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

    async def _fly(self, engine: LiveEngine, request: Request, flight: Flight) -> Outcome:
        """Decode, whoever waits for it, and remember what came of it."""
        doc, offset = request.doc, request.offset
        reader = self._reader_of(engine, doc)
        wish = reader.wish(request.is_automatic)
        known = self._known
        try:
            outcome = await complete(reader, doc, offset, wish, flight.hear)
        finally:
            if self._flights.get(doc.uri) is flight:
                del self._flights[doc.uri]
        if outcome.reason is Reason.NO_MODEL:
            await self._loader.explain()
        known.remember(doc, offset, outcome.beginning, outcome.reason)
        return outcome

    def _reader(self, doc: Document) -> Reader | None:
        engine = self._loader.engine()
        return self._reader_of(engine, doc) if engine else None

    def _reader_of(self, engine: LiveEngine, doc: Document) -> Reader:
        adjustment = self.records.adjustment(doc.language)
        return Reader(engine, self._options, self._windows, adjustment, self._around(doc))

    def _around(self, doc: Document) -> Surroundings:
        return self._neighbourhood.around(doc, self.documents, self._is_silent)

    def _end_flight(self, uri: str) -> None:
        flight = self._flights.pop(uri, None)
        if flight is not None:
            flight.stop()

    def _remember(self, request: Request, outcome: Outcome) -> None:
        at = request.doc.uri, request.line, request.character
        self.records.ended(self._known, request.doc, request.offset, outcome)
        self.recent.add(*at, outcome, request.is_automatic)
