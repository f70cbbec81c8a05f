"""What the session knows beside the document: other open ones, edits, and the project's index."""

from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path

from lsp_local import privacy
from lsp_local.context import Surroundings
from lsp_local.index import Index
from lsp_local.lsp.edits import Edits
from lsp_local.lsp.indexing import Indexing
from lsp_local.options import Options
from lsp_local.text import Document

N_DOCUMENTS = 10  # other open ones that are looked at, those used last


class Neighbourhood:
    """Invariant: the index is built in another process, and no request ever waits for it."""

    def __init__(self) -> None:
        self._edits = Edits()
        self._index: Index | None = None
        self._wish: tuple[Path | None, tuple[str, ...]] | None = None
        self._indexing: Indexing | None = None
        self._used: dict[str, None] = {}  # URIs, the last one used at the end
        self._is_watched = False

    def configure(self, folder: Path | None, options: Options) -> None:
        """Index `folder`, unless nothing of it is to be read."""
        wish = (folder if options.n_repository and options.enabled else None, options.exclude)
        if wish == self._wish:
            return
        self._wish = wish
        self.close()
        self._index = None
        if wish[0] is not None:
            self._index = Index(wish[0], options.exclude)
            self._indexing = Indexing(wish[0], options.exclude, self._is_watched)

    def changed(self, before: Document | None, now: Document | None) -> None:
        """Take note of an edit."""
        if before is not None and now is not None:
            self._edits.changed(before, now)

    def visited(self, doc: Document) -> None:
        """Take note that the user is in `doc`."""
        self._used.pop(doc.uri, None)
        self._used[doc.uri] = None
        self._edits.visited(doc)

    def around(
        self, doc: Document, documents: Iterable[Document], is_silent: Callable[[Document], bool]
    ) -> Surroundings:
        """Return what is known beside `doc`; of `documents` nothing that `is_silent`."""
        order = {uri: n for n, uri in enumerate(self._used)}
        by_use = sorted(documents, key=lambda other: -order.get(other.uri, -1))
        others = (other for other in by_use if other is not doc and not is_silent(other))
        near = tuple(islice(others, N_DOCUMENTS))
        # What was edited before it was marked as private is not to be read either.
        private = {one.path: privacy.private_lines(one.text) for one in (*near, doc)}
        edits = tuple(
            edit
            for edit in self._edits.recent()
            if edit.path in private and not private[edit.path] & set(edit.text.split("\n"))
        )
        return Surroundings(near, edits, self._index)

    def watched(self) -> None:
        """Take note that the client tells which files change: they are looked for less often."""
        self._is_watched = True
        if self._indexing is not None:
            self._indexing.watched()

    def written(self, *files: Path) -> None:
        """Have files read again that were written, created or deleted, those of the project."""
        if self._index is not None and self._indexing is not None:
            root = self._index.root
            paths = [file.relative_to(root).as_posix() for file in files if root in file.parents]
            self._indexing.changed(paths)

    def close(self) -> None:
        """Stop between two files."""
        if self._indexing is not None:
            self._indexing.close()
            self._indexing = None
