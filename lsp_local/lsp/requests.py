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
