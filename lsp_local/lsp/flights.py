"""A decode under way, and whether it still says what the user types."""

import asyncio
from dataclasses import dataclass

from lsp_local.text import Document, Outcome


@dataclass(slots=True)
class Flight:
    """A decode for `offset` of `doc`. It goes on while the user types what it says.

    Invariant: a flight that the newest text disagrees with is cancelled.
    """

    doc: Document
    offset: int
    said: str = ""
    work: "asyncio.Task[Outcome] | None" = None
    _typed: str = ""

    def hear(self, text: str) -> None:
        """Take in what was decoded just now."""
        self.said += text
        if not self._agrees():
            self.stop()

    def follow(self, doc: Document, offset: int | None = None) -> bool:
        """Take in the newest text, and the cursor where known; tell if the flight goes on."""
        typed = typed_since(self.doc, self.offset, doc)
        is_there = typed is not None and offset in (None, self.offset + len(typed))
        self._typed = typed or ""
        if is_there and self._agrees():
            return True
        self.stop()
        return False

    def stop(self) -> None:
        """End the decode within milliseconds."""
        if self.work is not None:
            self.work.cancel()

    def _agrees(self) -> bool:
        return self.said.startswith(self._typed) or self._typed.startswith(self.said)


def typed_since(before: Document, offset: int, now: Document) -> str | None:
    """Return what was inserted at `offset`; None if anything else has changed."""
    n_typed = len(now.text) - len(before.text)
    end = offset + n_typed
    if n_typed < 0 or now.text[end:] != before.text[offset:]:
        return None
    if now.text[:offset] != before.text[:offset]:
        return None
    return now.text[offset:end]
