"""What the session knows beside the document: other open ones, edits, and the project's index."""

import asyncio
import logging
from collections.abc import Awaitable
from pathlib import Path

from lsp_local import privacy
from lsp_local.context import Surroundings
from lsp_local.index import Index
from lsp_local.lsp.edits import Edits
from lsp_local.options import Options
from lsp_local.text import Document

logger = logging.getLogger(__name__)

FIRST_LOOK_SECONDS = 1.0  # after the start: the model loads first
NEXT_LOOK_SECONDS = 60.0  # branch switches and other programs' edits are noticed by then
REST = 1.0  # times as long as it works does the index rest: a key may be waiting
N_DOCUMENTS = 10  # other open ones that are looked at, those used last


class Neighbourhood:
    """Invariant: the index is built in a thread, and no request ever waits for it."""

    def __init__(self) -> None:
        self._edits = Edits()
        self._index: Index | None = None
        self._wish: tuple[Path | None, tuple[str, ...]] | None = None
        self._work: asyncio.Task[None] | None = None
        self._used: dict[str, None] = {}  # URIs, the last one used at the end
        self._is_closed = False

    def configure(self, folder: Path | None, options: Options) -> None:
        """Index `folder`, unless nothing of it is to be read."""
        wish = (folder if options.n_repository and options.enabled else None, options.exclude)
        if wish == self._wish:
            return
        self._wish = wish
        if self._work is not None:
            self._work.cancel()
        self._index = None
        if wish[0] is not None:
            self._index = Index(wish[0], options.exclude)
            self._work = asyncio.create_task(_quietly(self._keep_up(self._index)))

    def changed(self, before: Document | None, now: Document | None) -> None:
        """Take note of an edit."""
        if before is not None and now is not None:
            self._edits.changed(before, now)

    def around(self, doc: Document, others: list[Document]) -> Surroundings:
        """Return what is known beside `doc`; of `others` only what may be read."""
        self._used.pop(doc.uri, None)
        self._used[doc.uri] = None
        order = {uri: n for n, uri in enumerate(self._used)}
        near = sorted(others, key=lambda other: -order.get(other.uri, -1))[:N_DOCUMENTS]
        readable = {other.path for other in near} | {doc.path}
        edits = tuple(edit for edit in self._edits.recent(doc) if edit.path in readable)
        return Surroundings(tuple(other for other in near if other is not doc), edits, self._index)

    def saved(self, path: str) -> None:
        """Read a file of the project again that was written."""
        if self._index is not None:
            index = self._index
            asyncio.get_running_loop().run_in_executor(None, index.update, path)

    def close(self) -> None:
        """Stop between two files."""
        self._is_closed = True
        if self._work is not None:
            self._work.cancel()

    def _is_unwanted(self, index: Index) -> bool:
        return self._is_closed or self._index is not index

    async def _keep_up(self, index: Index) -> None:
        await asyncio.to_thread(privacy.prepare)
        await asyncio.sleep(FIRST_LOOK_SECONDS)
        while True:
            await asyncio.to_thread(index.refresh, lambda: self._is_unwanted(index), REST)
            await asyncio.sleep(NEXT_LOOK_SECONDS)


async def _quietly(work: Awaitable[None]) -> None:
    try:
        await work
    except Exception:
        logger.exception("the project's index cannot be kept up to date")
