"""Hover in two stages: the facts at once, the explanation as soon as the model has written it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from lsp_local.adapters import voice
from lsp_local.engine.base import ChatEngine
from lsp_local.features.hover import Hover, State, explain, look
from lsp_local.folders import explanations_dir
from lsp_local.index import Index
from lsp_local.lsp import convert
from lsp_local.lsp.documents import Documents
from lsp_local.lsp.tasks import Tasks
from lsp_local.options import Options
from lsp_local.symbols.explanations import MAX_BYTES, Explanations, key_of
from lsp_local.text import Document

if TYPE_CHECKING:
    from lsp_local.disk import CompletionDisk

EXPLAIN, EXPLAIN_AGAIN = "lspLocal.explain", "lspLocal.explainAgain"


@dataclass(frozen=True, slots=True)
class Beside:
    """What a hover may use beside its document. Without an `engine` there are only facts."""

    engine: ChatEngine | None
    index: Index | None = None
    others: Sequence[Document] = ()


@dataclass(frozen=True, slots=True)
class _Writing:
    """An explanation that is being written."""

    uri: str
    key: bytes
    work: "asyncio.Task[None]"


class Hovering:
    """Invariant: at most one explanation is written, of the symbol asked for last.

    It stops when its document changes. Everything else goes first on the worker but prefetch.
    """

    def __init__(self) -> None:
        self._options = Options()
        self._explanations = Explanations("")
        self._disk: CompletionDisk | None = None
        self._opening: asyncio.Task[None] | None = None
        self._tasks = Tasks()
        self._writing: _Writing | None = None

    def configure(self, options: Options) -> None:
        """Take over the options; what another model has said is not shown."""
        self._options = options
        if options.cache_mb and self._disk is None:
            from lsp_local.disk import CompletionDisk  # its import takes 30 ms

            self._disk = CompletionDisk(explanations_dir(), MAX_BYTES)
            self._opening = asyncio.create_task(asyncio.to_thread(self._disk.open))
        disk = self._disk if options.cache_mb else None
        speaker = voice(options)
        if self._explanations.model != speaker or not self._explanations.is_kept_by(disk):
            self.stop()
            self._explanations = Explanations(speaker, disk)

    async def hover(self, doc: Document, offset: int, beside: Beside) -> Hover | None:
        """Say what is known of the symbol at `offset`; wait for the model, but not for long."""
        if not self._options.hover:
            return None
        found = look(doc, offset, beside.index, beside.others, self._explanations)
        if found is None or found.was_asked or not self._may_ask(beside):
            return found
        writing = self._write(doc, found, beside.engine)
        await asyncio.wait([writing.work], timeout=self._options.hover_ms / 1000)
        said = self._explanations.recall(writing.key)
        return replace(found, explanation=said or "", was_asked=said is not None)

    async def explain(self, doc: Document, offset: int, beside: Beside, is_anew: bool) -> bool:
        """Wait until the symbol at `offset` is explained, for the next hover; tell whether it is.

        An edit of the document ends the wait.
        """
        found = look(doc, offset, beside.index, beside.others, self._explanations)
        if found is None or not self._options.hover or not self._may_ask(beside):
            return False
        if is_anew:
            self.stop()
            self._explanations.forget(key_of(self._explanations.model, found.facts))
        elif found.was_asked:
            return True
        writing = self._write(doc, found, beside.engine)
        await asyncio.wait([writing.work])
        return self._explanations.recall(writing.key) is not None

    def state_of(self, hover: Hover) -> State:
        """Say whether an explanation of what is shown is under way."""
        writing = self._writing
        if writing is None or writing.work.done():
            return State.DONE
        is_this = writing.key == key_of(self._explanations.model, hover.facts)
        return State.EXPLAINING if is_this else State.DONE

    def changed(self, uri: str) -> None:
        """Stop what is written about the older text of a document."""
        if self._writing is not None and self._writing.uri == uri:
            self.stop()

    def stop(self) -> None:
        """Leave the model alone."""
        if self._writing is not None:
            self._writing.work.cancel()
            self._writing = None

    async def opened(self) -> None:
        """Wait until what is on disk can be read."""
        if self._opening is not None:
            await self._opening

    def close(self) -> None:
        """Stop, and close this thread's connection to the disk."""
        self.stop()
        if self._disk is not None:
            self._disk.close()

    def _may_ask(self, beside: Beside) -> bool:
        return beside.engine is not None and self._options.hover_ms > 0

    def _write(self, doc: Document, found: Hover, engine: ChatEngine | None) -> _Writing:
        """Have an explanation written, or return the one under way."""
        assert engine is not None
        key = key_of(self._explanations.model, found.facts)
        writing = self._writing
        if writing is not None and writing.key == key and not writing.work.done():
            return writing
        self.stop()
        work = self._tasks.spawn(explain(engine, found, self._explanations))
        self._writing = _Writing(doc.uri, key, work)
        return self._writing


class WithHovering(Protocol):
    """What has a `Hovering`."""

    @property
    def hovering(self) -> Hovering:
        """Return what writes explanations."""


class HoverSession(Protocol):
    """What a hover needs of the session. `beside` is None for a file that is not to be read."""

    @property
    def documents(self) -> Documents:
        """Return the open documents."""

    @property
    def instructed(self) -> WithHovering:
        """Return what the instruct head does."""

    def beside(self, doc: Document) -> Beside | None:
        """Return what may be used beside a document."""


class HoverServer(Protocol):
    """A server with a session that can hover."""

    @property
    def session(self) -> HoverSession:
        """Return its session."""

    @property
    def encoding(self) -> str:
        """Return what the client counts in."""

    @property
    def client_capabilities(self) -> types.ClientCapabilities:
        """Return what the client can do."""


def register(server: LanguageServer) -> None:
    """Let `server`, which is a `HoverServer`, answer hovers and explain again."""
    server.feature(types.TEXT_DOCUMENT_HOVER, types.HoverOptions())(hover)
    server.command(EXPLAIN)(explain_here)
    server.command(EXPLAIN_AGAIN)(explain_again)


async def hover(ls: HoverServer, params: types.HoverParams) -> types.Hover | None:
    """Say what the symbol at a position is. LSP, "Hover Request"."""
    session, uri = ls.session, params.text_document.uri
    doc = session.documents.get(uri)
    beside = session.beside(doc) if doc is not None else None
    if doc is None or beside is None:
        return None
    offset = convert.offset_at(doc.text, params.position, ls.encoding)
    found = await session.instructed.hovering.hover(doc, offset, beside)
    if found is None or session.documents.get(uri) is not doc:
        return None
    is_markdown = convert.takes_markdown(ls.client_capabilities)
    state = session.instructed.hovering.state_of(found)
    return convert.hover_result(found, doc.text, ls.encoding, is_markdown, state)


async def explain_here(ls: HoverServer, *arguments: object) -> bool:
    """Wait until a symbol is explained, for the next hover: a URI and a position."""
    return await _explain(ls, arguments, is_anew=False)


async def explain_again(ls: HoverServer, *arguments: object) -> bool:
    """Do the same, but anew."""
    return await _explain(ls, arguments, is_anew=True)


async def _explain(ls: HoverServer, arguments: tuple[object, ...], is_anew: bool) -> bool:
    place = convert.place_in(list(arguments))
    doc = ls.session.documents.get(place[0]) if place is not None else None
    beside = ls.session.beside(doc) if doc is not None else None
    if place is None or doc is None or beside is None:
        return False
    offset = convert.offset_at(doc.text, place[1], ls.encoding)
    return await ls.session.instructed.hovering.explain(doc, offset, beside, is_anew)
