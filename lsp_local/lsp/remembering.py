"""What the session learns of its project, and what it knows of it: see `memory/`."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TypeVar

from lsp_local.actions.catalogue import Offer
from lsp_local.feedback import Count
from lsp_local.lsp.reactions import Ended
from lsp_local.memory import learning
from lsp_local.memory.habits import CODE
from lsp_local.memory.keeping import keep
from lsp_local.memory.noting import Event, is_of_project
from lsp_local.memory.observations import Kind
from lsp_local.memory.pausing import is_paused
from lsp_local.memory.recall import NOTHING, Told, told_about
from lsp_local.memory.store import Store, store_of
from lsp_local.options import Options
from lsp_local.text import Document, TextEdit
from lsp_local.verify.minimal import applied

logger = logging.getLogger(__name__)
T = TypeVar("T")

FIRST_LOOK_SECONDS = 30.0  # after the start: the index and the model go first
KINDS = {
    Count.ACCEPTED: Kind.ACCEPTED,
    Count.DISMISSED: Kind.REJECTED,
    Count.PARTLY: Kind.REJECTED,
}
SCANNED = "scanned"  # the fact that holds the day of the last look at the files


@dataclass(frozen=True, slots=True)
class _Made:
    """An action's edit that the editor may make: the text after it, and where it stands then."""

    text: str
    offer: Offer
    start: int
    end: int


class Remembering:
    """Invariant: without the option `memory` nothing is read or written; no handler waits for it.

    All of it happens in one thread, in the order of the events.
    """

    def __init__(self, is_silent: Callable[[Document], bool]) -> None:
        self._is_silent = is_silent
        self._options = Options()
        self._root: Path | None = None
        self._store: Store | None = None
        self._wish: tuple[object, ...] = ()
        self._made: dict[str, _Made] = {}
        self._thread = ThreadPoolExecutor(1, "memory")
        self._look: asyncio.Task[None] | None = None

    def configure(self, options: Options, folder: Path | None) -> None:
        """Remember the project in `folder`, unless nothing is to be remembered."""
        is_on = options.memory == "on" and options.enabled and folder is not None
        wish = (folder if is_on else None, options.exclude, options.memory_days)
        self._options, self._root = options, folder
        if wish == self._wish:
            return
        self._wish = wish
        self.stop()
        if is_on and folder is not None:
            self._store = store_of(folder)
            self._look = asyncio.create_task(self._look_around(self._store, folder))

    def stop(self) -> None:
        """Remember nothing more; what waits to be written is not."""
        self._store = None
        self._made.clear()
        if self._look is not None:
            self._look.cancel()

    async def settle(self) -> None:
        """Wait until all events so far are written."""
        await self._run(lambda: None)

    def ended(self, ended: Ended) -> None:
        """Take note of what became of a suggestion."""
        doc, start, end, was = ended.doc, ended.start, ended.end, ""
        kind = KINDS.get(ended.count)
        if ended.is_checked:
            was = ended.text
            kind = Kind.EDITED if doc.text[start:end] != was else None
        if kind is Kind.REJECTED:
            end = start + len(ended.text)
            doc = replace(doc, text=doc.text[:start] + ended.text + doc.text[start:])
        if kind is not None:
            self._note(Event(kind, doc, start, end, was))

    def resolved(self, doc: Document, offer: Offer, edits: Sequence[TextEdit]) -> None:
        """Take note of an action's edit; it counts once the editor has made it."""
        if self._store is not None and edits:
            moved = sum(len(one.text) - (one.end - one.start) for one in edits)
            text = applied(doc.text, tuple(edits))
            end = edits[-1].end + moved
            self._made[doc.uri] = _Made(text, offer, edits[0].start, end)

    def changed(self, doc: Document | None) -> None:
        """Take note of a new text: it may be what an action has made."""
        made = self._made.pop(doc.uri, None) if doc is not None else None
        if made is None or doc is None or made.text != doc.text:
            return
        said = "; ".join(one.message for one in made.offer.diagnostics)
        is_fix = made.offer.name == "fix" and said
        kind, was = (Kind.FIXED, said) if is_fix else (Kind.ACTION, made.offer.name)
        self._note(Event(kind, doc, made.start, made.end, was))

    async def told(self, doc: Document, start: int, end: int) -> Told:
        """Return what a question about the code between two offsets is told."""
        store, root = self._store, self._root
        if store is None or root is None:
            return NOTHING
        options = self._options
        return await self._run(lambda: told_about(store, root, options, doc, (start, end)))

    def _note(self, event: Event) -> None:
        store, root, options = self._store, self._root, self._options
        if store is None or root is None or self._is_silent(event.doc):
            return

        def work() -> None:
            if self._store is not store or is_paused():
                return
            if is_of_project(root, event.doc.path, options.exclude):
                keep(store, event, options.memory_days)

        self._thread.submit(_quietly, work)

    async def _look_around(self, store: Store, root: Path) -> None:
        """See once a day what files and commits show, while nobody waits."""
        await asyncio.sleep(FIRST_LOOK_SECONDS)
        exclude, n_days = self._options.exclude, self._options.memory_days
        today = date.today().isoformat()

        def is_unwanted() -> bool:
            return self._store is not store or is_paused()

        def look() -> None:
            if is_unwanted() or store.fact(SCANNED) == today:
                return
            styles = learning.styles_of(root, exclude, is_unwanted)
            commits = learning.commits_of(root, exclude)
            known = {(one.path, one.text) for one in store.observations()}
            if is_unwanted():
                return
            store.tidy(n_days)
            store.replace_styles(styles, CODE)
            store.add([one for one in commits if (one.path, one.text) not in known], n_days)
            store.set_fact("root", str(root))
            store.set_fact(SCANNED, today)

        await asyncio.to_thread(_quietly, look)

    async def _run(self, work: Callable[[], T]) -> T:
        future: Future[T] = self._thread.submit(work)
        return await asyncio.wrap_future(future)


def _quietly(work: Callable[[], None]) -> None:
    try:
        work()
    except Exception:
        logger.exception("something was not remembered")
