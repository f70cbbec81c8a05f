"""What the user's prompt files found in the open documents: each replaces only its own findings."""

from collections.abc import Sequence

from lsp_local.lsp.moving import moved
from lsp_local.text import Diagnostic, Document


class Findings:
    """Invariant: all that is kept of a document stands in lines that have not changed since."""

    def __init__(self) -> None:
        self._kept: dict[str, dict[str, list[Diagnostic]]] = {}

    def put(self, doc: Document, name: str, found: Sequence[Diagnostic]) -> None:
        """Take over what the prompt `name` found."""
        self._kept.setdefault(doc.uri, {})[name] = list(found)

    def of(self, uri: str) -> list[Diagnostic]:
        """Return all that is known of a document."""
        by_name = self._kept.get(uri, {})
        return sorted((one for own in by_name.values() for one in own), key=lambda one: one.start)

    def changed(self, before: Document, now: Document) -> None:
        """Follow the text of a document."""
        by_name = self._kept.get(now.uri, {})
        for name, own in by_name.items():
            by_name[name] = moved(before.text, now.text, own)

    def forget(self, uri: str) -> bool:
        """Drop what was found in a document; return whether there was anything."""
        return self._kept.pop(uri, None) is not None
