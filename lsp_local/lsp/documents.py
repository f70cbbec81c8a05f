"""The open documents, each as the client last sent it."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from lsprotocol import types

from lsp_local.lsp.convert import changed_text, opened_document
from lsp_local.text import Document

MOST_CHARS = 4_000_000  # of a text; what is longer nobody types in, and every key would cost


class Documents:
    """Every change makes a new Document, so one that was handed out never changes.

    Invariant: nothing is read from the disk; what is not open, or too long, does not exist.
    """

    def __init__(self) -> None:
        self._open: dict[str, Document] = {}

    def __iter__(self) -> Iterator[Document]:
        return iter(self._open.values())

    def get(self, uri: str) -> Document | None:
        """Return the document as it is now, or None where it is not open."""
        return self._open.get(uri)

    def open(self, item: types.TextDocumentItem, folders: Iterable[str]) -> bool:
        """Take over a document from the client; False, and it is not, where it is too long."""
        if len(item.text) > MOST_CHARS:
            self.close(item.uri)
            return False
        self._open[item.uri] = opened_document(item, folders)
        return True

    def change(self, params: types.DidChangeTextDocumentParams, encoding: str) -> bool:
        """Apply the changes one after another; a document that is not open stays so.

        False where it has become too long, and so is forgotten.
        """
        doc = self._open.get(params.text_document.uri)
        if doc is None:
            return True
        text = doc.text
        for change in params.content_changes:
            text = changed_text(text, change, encoding)
            if len(text) > MOST_CHARS:
                self.close(doc.uri)
                return False
        self._open[doc.uri] = replace(doc, text=text, version=params.text_document.version)
        return True

    def close(self, uri: str) -> None:
        """Forget a document."""
        self._open.pop(uri, None)
