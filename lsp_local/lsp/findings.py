"""What the user's prompt files found in the open documents: each replaces only its own findings."""

from collections.abc import Sequence

from lsp_local.text import Diagnostic, Document


class Findings:
    """Invariant: all that is kept of a document was found in the text that it had last."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[Document, dict[str, tuple[Diagnostic, ...]]]] = {}

    def put(self, doc: Document, name: str, found: Sequence[Diagnostic]) -> list[Diagnostic]:
        """Take over what the prompt `name` found; return all that is known of the document.

        What others found in an older text is gone: nobody knows where that stands by now.
        """
        known, by_name = self._kept.get(doc.uri, (doc, {}))
        if known is not doc:
            by_name = {}
        by_name[name] = tuple(found)
        self._kept[doc.uri] = doc, by_name
        return sorted((one for own in by_name.values() for one in own), key=lambda one: one.start)

    def forget(self, uri: str) -> bool:
        """Drop what was found in a document; return whether there was anything."""
        return self._kept.pop(uri, None) is not None
