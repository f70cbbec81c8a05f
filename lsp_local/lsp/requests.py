"""Requests for inline completions, as they were asked, and while they wait."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from lsp_local.text import Document, Outcome, Reason


@dataclass(frozen=True, slots=True)
class Request:
    """One inline completion as it was asked for; `line` and `character` are the client's.

    `popup` is what would be inserted at `offset` by the entry that is selected in the editor's
    popup menu, "" without one. `is_menu`: the answer is to be an entry of that menu.
    """

    doc: Document
    offset: int
    line: int
    character: int
    is_automatic: bool
    popup: str = ""
    is_menu: bool = False


@dataclass(slots=True)
class Asking:
    """A request that waits; `stopped` says why we, not the client, ended it."""

    work: asyncio.Task[Outcome]
    stopped: Reason | None = None

    def stop(self, reason: Reason) -> None:
        """Have the request answered with silence; a decode under way goes on."""
        self.stopped = reason
        self.work.cancel()


class Waiting:
    """The requests that wait. Invariant: of a document at most one of each kind, the newest.

    There are three kinds: by itself, by hand and for the menu.
    """

    def __init__(self) -> None:
        self._asking: list[tuple[Request, Asking]] = []

    def add(self, request: Request, asking: Asking) -> None:
        """Take note of a request; what it takes the place of gets silence."""
        self._dismiss(Reason.SUPERSEDED, lambda other: _replaces(request, other))
        self._asking.append((request, asking))

    def remove(self, asking: Asking) -> None:
        """Take note that a request waits no longer."""
        self._asking = [pair for pair in self._asking if pair[1] is not asking]

    def has(self, uri: str) -> bool:
        """Whether a request waits for a document."""
        return any(request.doc.uri == uri for request, _ in self._asking)

    def dismiss(self, uri: str | None, reason: Reason) -> None:
        """Answer what waits for a document, or for all without a URI, with silence."""
        self._dismiss(reason, lambda other: uri in (None, other.doc.uri))

    def _dismiss(self, reason: Reason, is_over: Callable[[Request], bool]) -> None:
        over = [asking for request, asking in self._asking if is_over(request)]
        self._asking = [pair for pair in self._asking if not is_over(pair[0])]
        for asking in over:
            asking.stop(reason)


def _replaces(new: Request, old: Request) -> bool:
    """Whether nobody waits for `old` any more.

    Who has asked by hand does, while the editor asks by itself for the same place.
    """
    if (new.doc.uri, new.is_menu) != (old.doc.uri, old.is_menu):
        return False
    return old.is_automatic or not new.is_automatic or new.offset != old.offset
