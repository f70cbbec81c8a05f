"""What the server knows between two messages: documents, options, requests in flight."""

import asyncio
import logging
from collections import deque
from dataclasses import dataclass
from pathlib import Path

from lsp_local import config
from lsp_local.cache import Suggestions
from lsp_local.config import Options
from lsp_local.context import Windows
from lsp_local.features.inline_completion import complete, is_disabled, recall
from lsp_local.lsp.convert import absolute_path
from lsp_local.lsp.documents import Documents
from lsp_local.lsp.loading import Loader
from lsp_local.lsp.logs import log_as_told
from lsp_local.lsp.notices import Notices
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
class _Flight:
    """A request under way; `stopped` says why we, not the client, ended it."""

    work: asyncio.Task[Outcome]
    stopped: Reason | None = None


class Session:
    """Invariant: at most one inline completion is in flight for a document, the newest."""

    def __init__(self, notices: Notices) -> None:
        self.documents = Documents()
        self._notices = notices
        self._loader = Loader(notices)
        self._options = Options()
        self._windows = Windows()
        self._suggestions = Suggestions()
        self._in_flight: dict[str, _Flight] = {}
        self._recent: deque[dict[str, object]] = deque(maxlen=_N_RECENT)

    def configure(self, editor: object, folder: Path | None) -> None:
        """Read all options again and load the model that they name."""
        loaded = config.load(workspace=folder, editor=editor)
        self._options = loaded.options
        self._suggestions = Suggestions()  # those of another model would be said for this one's
        problem = log_as_told(loaded.options)
        self._notices.warn([*loaded.warnings, *([problem] if problem else [])])
        self._loader.want(loaded.options)

    async def suggest(self, request: Request) -> Outcome:
        """End one request, the one before it of this document too; cancelling is the client's.

        Whatever happens is an outcome; only the client's cancel is raised.
        """
        try:
            outcome = await self._fly(request)
        except asyncio.CancelledError:
            self._remember(request, Outcome(None, Reason.CANCELLED))
            raise
        except Exception:
            logger.exception("an inline completion failed")
            outcome = Outcome(None, Reason.ENGINE_DIED)
        self._remember(request, outcome)
        return outcome

    def stop(self, uri: str, reason: Reason) -> None:
        """End the request in flight for a document; it is answered with silence."""
        flight = self._in_flight.pop(uri, None)
        if flight is not None:
            flight.stopped = reason
            flight.work.cancel()

    def recent(self, uri: str | None = None) -> list[dict[str, object]]:
        """Return how the last requests ended, newest first; in memory only."""
        return [entry for entry in self._recent if uri in (None, entry["uri"])]

    async def close(self) -> None:
        """End the engine at once."""
        await self._loader.close()

    async def _fly(self, request: Request) -> Outcome:
        doc = request.doc
        self.stop(doc.uri, Reason.SUPERSEDED)
        if is_disabled(self._options, doc, absolute_path(doc.uri)):
            return Outcome(None, Reason.DISABLED)

        flight = _Flight(asyncio.create_task(self._complete(request)))
        self._in_flight[doc.uri] = flight
        try:
            outcome = await flight.work
        except asyncio.CancelledError:
            if flight.stopped is None:
                raise
            return Outcome(None, flight.stopped)
        finally:
            if self._in_flight.get(doc.uri) is flight:
                del self._in_flight[doc.uri]
        # The last look before the answer: the text may have changed while it was decoded.
        if self.documents.get(doc.uri) is not doc:
            return Outcome(None, Reason.STALE_VERSION, outcome.stats)
        return outcome

    async def _complete(self, request: Request) -> Outcome:
        known = recall(self._suggestions, request.doc, request.offset)
        if known is not None:
            return known
        engine = self._loader.engine()
        if engine is None and not request.is_automatic:
            engine = await self._loader.wait()
        if engine is None:
            return Outcome(None, self._loader.reason)

        if request.is_automatic:
            # The next key supersedes this request before it costs anything.
            await asyncio.sleep(self._options.debounce_ms / 1000)
        outcome = await complete(engine, self._options, self._windows, request.doc, request.offset)
        if outcome.reason is Reason.NO_MODEL:
            await self._loader.explain()
        if outcome.suggestion is not None:
            self._suggestions.remember(request.doc, outcome.suggestion)
        return outcome

    def _remember(self, request: Request, outcome: Outcome) -> None:
        place = {"line": request.line, "character": request.character}
        self._recent.appendleft({**outcome.as_json(), "uri": request.doc.uri, **place})
