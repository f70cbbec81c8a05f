"""Requests for inline completions, as they were asked, and while they wait."""

import asyncio
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
    """The requests that wait. Invariant: of a document at most one of each kind, the newest."""

    def __init__(self) -> None:
        self._asking: dict[tuple[str, bool], Asking] = {}  # by URI and `is_menu`

    def add(self, request: Request, asking: Asking) -> None:
        """Take note of a request; the one before it of its kind gets silence."""
        self._dismiss((request.doc.uri, request.is_menu), Reason.SUPERSEDED)
        self._asking[request.doc.uri, request.is_menu] = asking

    def remove(self, request: Request, asking: Asking) -> None:
        """Take note that a request waits no longer."""
        lane = request.doc.uri, request.is_menu
        if self._asking.get(lane) is asking:
            del self._asking[lane]

    def has(self, uri: str) -> bool:
        """Whether a request waits for a document."""
        return any(asked == uri for asked, _ in self._asking)

    def dismiss(self, uri: str | None, reason: Reason) -> None:
        """Answer what waits for a document, or for all without a URI, with silence."""
        for lane in list(self._asking):
            if uri in (None, lane[0]):
                self._dismiss(lane, reason)

    def _dismiss(self, lane: tuple[str, bool], reason: Reason) -> None:
        asking = self._asking.pop(lane, None)
        if asking is not None:
            asking.stop(reason)
