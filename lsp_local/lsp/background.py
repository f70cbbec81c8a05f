"""What the model does while nobody waits: decode ahead, and read what the next key will need."""

import asyncio

from lsp_local.cache import Suggestions
from lsp_local.engine.base import Priority
from lsp_local.features.ahead import Ahead, next_places
from lsp_local.features.inline_completion import complete, recall
from lsp_local.features.reading import Reader, warm
from lsp_local.lsp.flights import typed_since
from lsp_local.lsp.tasks import Tasks
from lsp_local.prompt import SMALLEST_BUDGET
from lsp_local.text import Document, Outcome, Reason

MOVED_PAUSE = 0.15  # seconds; a cursor that is held down passes many places
GROW_PAUSE = 0.4  # seconds; each key would interrupt a chunk that was half read


class Background:
    """At most one prefetch and one warm-up. Invariant: nothing here delays or fails a request."""

    def __init__(self) -> None:
        self._tasks = Tasks()
        self._ahead: asyncio.Task[None] | None = None
        self._growth: asyncio.Task[None] | None = None
        self._places: list[Ahead] = []
        self._shown: tuple[Document, int, str] | None = None

    def after(
        self, reader: Reader, known: Suggestions, doc: Document, offset: int, outcome: Outcome
    ) -> None:
        """Go on where a request has ended."""
        self._shown = doc, offset, outcome.text
        places = next_places(doc, offset, outcome)
        if (
            outcome.text and outcome.rule == "line-end"
        ):  # behind it the model has nothing to say: it has
            known.remember(places[0].doc, places[0].offset, "", Reason.STATEMENT_COMPLETE)
        if self._ahead is None or self._ahead.done() or places != self._places:
            _cancel(self._ahead)
            self._places = places
            self._ahead = self._tasks.spawn(_prefetch(reader, known, places))
        _cancel(self._growth)
        self._growth = self._tasks.spawn(_grow(reader, doc, offset))

    def moved(self, reader: Reader, doc: Document, offset: int) -> None:
        """Get ready for a key at the cursor, unless it is where the last answer has left it."""
        if self._shown is not None:
            shown, at, _ = self._shown
            if (shown.uri, shown.text, at) == (doc.uri, doc.text, offset):
                return
        self.stop()
        self._growth = self._tasks.spawn(_arrive(reader, doc, offset))

    def changed(self, doc: Document) -> None:
        """Stop what the newest text makes useless; reading waits for the next pause."""
        _cancel(self._growth)
        if self._shown is None:
            return
        before, offset, said = self._shown
        typed = typed_since(before, offset, doc) if doc.uri == before.uri else None
        if typed is None or not said.startswith(typed):
            _cancel(self._ahead)

    def stop(self) -> None:
        """End it all."""
        self._tasks.cancel()


async def _prefetch(reader: Reader, known: Suggestions, places: list[Ahead]) -> None:
    """Decode at the nearest place, and where its line is complete at the next."""
    for place in places:
        outcome = recall(known, place.doc, place.offset)
        if outcome is None:
            wish = reader.wish(is_automatic=True, priority=Priority.PREFETCH)
            outcome = await complete(reader, place.doc, place.offset, wish)
            known.remember(place.doc, place.offset, outcome.beginning, outcome.reason)
        if outcome.reason is not Reason.STATEMENT_COMPLETE:
            return  # either there is something to show, or the user goes on in this line


async def _arrive(reader: Reader, doc: Document, offset: int) -> None:
    """Read little, so that a key is answered soon, and then all."""
    await asyncio.sleep(MOVED_PAUSE)
    await warm(reader, doc, offset, SMALLEST_BUDGET)
    await _grow(reader, doc, offset)


async def _grow(reader: Reader, doc: Document, offset: int) -> None:
    await asyncio.sleep(GROW_PAUSE)
    await warm(reader, doc, offset, reader.options.n_context)


def _cancel(task: "asyncio.Task[None] | None") -> None:
    if task is not None:
        task.cancel()
