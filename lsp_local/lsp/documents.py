"""The open documents, each as the client last sent it."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from lsprotocol import types

from lsp_local.lsp.convert import changed_text, opened_document
from lsp_local.text import Document


class Documents:
    """Every change makes a new Document, so one that was handed out never changes.

    Invariant: nothing is read from the disk; what is not open does not exist.
    """

    def __init__(self) -> None:
        self._open: dict[str, Document] = {}

    def __iter__(self) -> Iterator[Document]:
        return iter(self._open.values())

    def get(self, uri: str) -> Document | None:
        """Return the document as it is now, or None where it is not open."""
        return self._open.get(uri)

    def open(self, item: types.TextDocumentItem, folders: Iterable[str]) -> None:
        """Take over a document from the client."""
        self._open[item.uri] = opened_document(item, folders)

    def change(self, params: types.DidChangeTextDocumentParams, encoding: str) -> None:
        """Apply the changes one after another; a document that is not open stays so."""
        doc = self._open.get(params.text_document.uri)
        if doc is None:
            return
        text = doc.text
        for change in params.content_changes:
            text = changed_text(text, change, encoding)
        self._open[doc.uri] = replace(doc, text=text, version=params.text_document.version)

    def close(self, uri: str) -> None:
        """Forget a document."""
        self._open.pop(uri, None)
