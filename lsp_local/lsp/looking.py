"""Lint while nobody types: who is looked at when, and what is known of the open documents."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from lsp_local.engine.base import ChatEngine
from lsp_local.ignores import FOLDERS
from lsp_local.lint.finding import Detector, Finding
from lsp_local.lsp.moving import moved
from lsp_local.options import Options
from lsp_local.text import Document, UserError
from lsp_local.typed_trees import n_common

if TYPE_CHECKING:
    from lsp_local.lint.cache import Cache
    from lsp_local.lint.piecewise import Kept, Piecewise

logger = logging.getLogger(__name__)

ON, OFF = "on", "off"
DEPENDENCIES = FOLDERS | {"site-packages"}
N_DOCUMENTS = 10  # those used last; an editor may open a whole project at once
WAIT_SECONDS = 15.0  # for clients that we cannot tell when there is more; some give up after 20


@dataclass(frozen=True, slots=True)
class Pauses:
    """Seconds without a key before the static checks, then before the model; and after a save."""

    static: float = 0.5
    model: float = 1.5
    saved: float = 0.2


class Loading(Protocol):
    """What has the model loaded."""

    async def wait(self) -> ChatEngine | None:
        """Return it, after the load that is under way."""


@dataclass(slots=True, eq=False)
class _Known:
    """What is known of a document. Invariant: all of it stands in `doc`, the newest text."""

    doc: Document
    at: int = 0  # where the last edit was
    shown: list[Finding] = field(default_factory=list)
    static: list[Finding] | None = None  # None for a text that was not looked at
    model: list[Finding] = field(default_factory=list)
    settled: asyncio.Event = field(default_factory=asyncio.Event)


class Looking:
    """Invariant: one document is looked at at a time, and a key ends that at once.

    Other requests go before it on the worker, between two of its operations. `on_news` is called
    with the URI of a document whose findings have changed otherwise than by moving.
    """

    def __init__(self, loader: Loading, readable: Callable[[str], Document | None]) -> None:
        self.on_news: Callable[[str], None] = lambda _: None
        self.pauses = Pauses()
        self.is_pulled = False  # whether the client asks for diagnostics itself
        self._loader = loader
        self._readable = readable
        self._options: Options | None = None
        self._has_folder = False
        self._known: dict[str, _Known] = {}
        self._wanted: dict[str, None] = {}  # URIs that are to be looked at, the newest at the end
        self._work: asyncio.Task[None] | None = None
        self._is_pausing = False  # while the user may go on typing
        self._piecewise: tuple[ChatEngine, Piecewise] | None = None
        self._cache: Cache | None = None
        self._make_detector = _session_detector

    @property
    def is_looking(self) -> bool:
        """Whether something is looked at, or soon will be."""
        return self._work is not None and not self._work.done()

    def configure(self, options: Options, has_folder: bool) -> None:
        """Take over the options; under other ones everything is looked at anew."""
        if (options, has_folder) == (self._options, self._has_folder):
            return
        self._options, self._has_folder = options, has_folder
        self._piecewise = None
        shown = [uri for uri, known in self._known.items() if known.shown]
        self.stop()
        self._known = {uri: _Known(known.doc) for uri, known in self._known.items()}
        self._wanted = dict.fromkeys(self._known)
        self._start(self.pauses.static, self.pauses.model)
        for uri in shown:
            self.on_news(uri)

    def changed(self, uri: str, doc: Document | None) -> None:
        """Take note of a new text, None for a document that was closed."""
        known = self._known.pop(uri, None)
        is_new = known is None or doc is None or known.doc.text != doc.text or uri in self._wanted
        self._wanted.pop(uri, None)
        if known is not None:
            known.settled.set()
        if doc is not None:
            self._known[uri] = _followed(known, doc)
            if is_new:
                self._wanted[uri] = None
            if known is not None and len(self._known[uri].shown) < len(known.shown):
                self.on_news(uri)
        self._start(self.pauses.static, self.pauses.model)

    def saved(self, uri: str) -> None:
        """Look soon at a file that was written, unless it was looked at or is just now."""
        if uri in self._wanted and not (self.is_looking and not self._is_pausing):
            self._wanted[uri] = self._wanted.pop(uri)
            self._start(self.pauses.saved, 0)

    def pause(self, is_paused: bool) -> None:
        """Show nothing and leave the processor alone; or do so no longer."""
        self.stop()
        if not is_paused:
            self._start(self.pauses.static, self.pauses.model)
        for uri, known in self._known.items():
            if known.shown:
                self.on_news(uri)

    def findings(self, uri: str) -> list[Finding]:
        """Return what is to be shown of a document as it is now."""
        known = self._known.get(uri)
        return known.shown if known is not None and self._readable(uri) is not None else []

    async def settled(self, uri: str) -> None:
        """Wait until a document was looked at as it is now, or has changed, but not for long."""
        known = self._known.get(uri)
        if known is not None and self.is_looking and known in self._newest():
            waiting = asyncio.create_task(known.settled.wait())
            try:
                await asyncio.wait([waiting], timeout=WAIT_SECONDS)
            finally:
                waiting.cancel()

    def stop(self) -> None:
        """Leave the model alone."""
        if self._work is not None:
            self._work.cancel()
        for known in self._known.values():
            known.settled.set()

    def forget(self) -> None:
        """Let go of what is on disk."""
        self.close()
        self._cache, self._piecewise = None, None

    def close(self) -> None:
        """Stop, and close the disk."""
        self.stop()
        if self._cache is not None:
            self._cache.close()

    def _start(self, first: float, second: float) -> None:
        if self._work is not None:
            self._work.cancel()
        if self._options is not None and self._options.lint != OFF and self._wanted:
            for uri in self._wanted:
                if self._known[uri].settled.is_set():
                    self._known[uri].settled = asyncio.Event()
            self._is_pausing = True
            self._work = asyncio.create_task(self._look(self._options, first, second))

    async def _look(self, options: Options, first: float, second: float) -> None:
        """Look at all that is wanted, first without the model, which takes long."""
        try:
            await asyncio.sleep(first)
            for known in self._newest():
                await self._look_without_model(known)
                if options.lint != ON:
                    self._end(known)
            if options.lint == ON:
                await asyncio.sleep(second)
                self._is_pausing = False
                await self._look_with_model(options)
        except UserError as error:  # who asks for something is told
            logger.info("lint: %s", error)
        except Exception:
            logger.exception("lint failed")
        for known in self._known.values():
            known.settled.set()

    def _newest(self) -> list[_Known]:
        """Return what is wanted and may be read, the newest first."""
        from lsp_local.lint.piecewise import is_known

        wanted = [self._known[uri] for uri in reversed(self._wanted)]
        found = [one for one in wanted if self._readable(one.doc.uri) is one.doc]
        own = [one for one in found if is_known(one.doc) and self._is_own(one.doc)]
        return own[:N_DOCUMENTS]

    def _is_own(self, doc: Document) -> bool:
        """Whether the user can have written a document: no dependency that was jumped to."""
        is_inside = bool(doc.project) or not self._has_folder or doc.uri.startswith("untitled:")
        return is_inside and not DEPENDENCIES & set(doc.path.split("/")[:-1])

    async def _look_without_model(self, known: _Known) -> None:
        from lsp_local.lint.piecewise import certain

        if known.static is None:
            known.static = await asyncio.to_thread(certain, known.doc)
            await self._tell(known, is_whole=False)

    async def _look_with_model(self, options: Options) -> None:
        newest = self._newest()
        piecewise = await self._asked(options) if newest else None
        if piecewise is None:
            return
        for known in newest:
            async with aclosing(piecewise.find(known.doc, known.at)) as pieces:
                async for (start, end), found, is_whole in pieces:
                    rest = [one for one in known.model if not start <= one.start < end]
                    is_new = bool(found) or len(rest) < len(known.model)
                    known.model = found if is_whole else rest + found
                    if is_whole or is_new:
                        await self._tell(known, is_whole)
            self._end(known)

    async def _tell(self, known: _Known, is_whole: bool) -> None:
        from lsp_local.lint.piecewise import told

        before, static = known.shown, known.static or []
        known.shown = await asyncio.to_thread(told, known.doc, static, known.model, is_whole)
        if [one.order for one in known.shown] != [one.order for one in before]:
            self.on_news(known.doc.uri)

    async def _asked(self, options: Options) -> "Piecewise | None":
        """Return what asks the session's own model, None where there is none to ask."""
        engine = await self._loader.wait()
        if engine is None:
            return None
        if self._piecewise is None or self._piecewise[0] is not engine:
            from lsp_local.lint.piecewise import Piecewise

            detector = await self._make_detector(engine, options)
            kept = await asyncio.to_thread(self._open, options)
            self._piecewise = engine, Piecewise(detector, kept)
        return self._piecewise[1]

    def _open(self, options: Options) -> "Kept":
        from lsp_local.folders import lint_dir
        from lsp_local.lint.cache import Cache
        from lsp_local.lint.piecewise import Memory

        if not options.cache_mb:
            return Memory()
        if self._cache is None:
            self._cache = Cache(lint_dir())
        return self._cache

    def _end(self, known: _Known) -> None:
        self._wanted.pop(known.doc.uri, None)
        known.settled.set()


def _followed(known: _Known | None, doc: Document) -> _Known:
    """Return what is known of a document after an edit: findings in lines that stay."""
    if known is None:
        return _Known(doc)
    before, now = known.doc.text, doc.text
    shown = moved(before, now, known.shown)
    model = moved(before, now, known.model)
    static = known.static if before == now else None
    return _Known(doc, n_common(before, now), shown, static, model)


async def _session_detector(engine: ChatEngine, options: Options) -> Detector:
    from lsp_local.lint.piecewise import session_detector

    return await session_detector(engine, options)
