"""The best local rival: what the plug-in llama.vim does against llama.cpp's HTTP server.

Written from the behaviour of ggml-org/llama.vim at a1c8e6e (2026-01-31), autoload/llama.vim; the
numbers in parentheses are its lines. Where a recording says less than Vim knows, the peer gets the
better of it: no time for starting curl, changed files count as saved, see `LlamaVim.act`.
"""

import asyncio
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from lsp_local.evals.llama_context import (
    Hint,
    LocalContext,
    Place,
    context_after,
    hint_of,
    keys_of,
    local_context,
    place_at,
)
from lsp_local.evals.llama_memory import Answers, Ring
from lsp_local.evals.llama_request import (
    FIRST_PREDICT_MS,
    Settings,
    describe,
    request_body,
    warm_body,
)
from lsp_local.evals.llama_server import LlamaServer, ServerOptions
from lsp_local.evals.system import Act, Shown, Spent
from lsp_local.text import Document

RETRY_S = 0.1  # while a request runs (720)
ENTER_S = 0.1  # from entering a buffer to its chunk (344)
STILL_S = 3.0  # without a move in insert mode, then the ring moves on (531)
PICK_LINES = 32  # between two places where chunks are picked (880)


class Server(Protocol):
    """What the plug-in needs of llama.cpp's server."""

    async def start(self, model: Path, options: ServerOptions, n_threads: int) -> None:
        """Start with the model loaded."""

    async def infill(self, body: dict[str, Any]) -> dict[str, Any] | None:
        """Return the answer to `/infill`."""

    def cpu_s(self) -> float:
        """Return its processor time."""

    async def stop(self) -> None:
        """End it."""


class LlamaVim:
    """A `System`: one Vim with llama.vim in insert mode, and one server."""

    def __init__(self, name: str, settings: Settings, server: Server | None = None) -> None:
        self.name = name
        self.description = describe(settings)
        self.on_shown: Callable[[Shown], None] = lambda _shown: None
        self.on_silent: Callable[[str, int], None] = lambda _uri, _version: None
        self._settings = settings
        self._server = server or LlamaServer()
        self._answers = Answers(settings.max_cache_keys)
        # Seeded: which lines of a chunk are taken is drawn by lot (448, 780).
        self._ring = Ring(settings.ring_n_chunks, settings.ring_chunk_size, random.Random(0))
        self._spent = Spent()
        self._doc: Document | None = None
        self._offset = 0
        self._is_inserting = False
        self._hint: Hint | None = None
        self._indent = -1
        self._y_picked = -9999
        self._moved_at = 0.0
        self._job: asyncio.Task[None] | None = None
        self._retry: asyncio.TimerHandle | None = None
        self._turn: asyncio.Handle | None = None
        self._ring_clock: asyncio.TimerHandle | None = None
        self._warming: set[asyncio.Task[None]] = set()

    async def start(self, root: Path, model: Path, n_threads: int) -> None:  # noqa: ARG002
        """Start the server with the model loaded. Raises UserError when it cannot."""
        await self._server.start(model, self._settings.server, n_threads)
        self._wind_ring_clock()

    def act(self, act: Act, doc: Document, offset: int) -> None:
        """Do what the plug-in's autocommands do (325-350).

        A move is one in normal mode; where the cursor rests, the user enters insert mode with a
        key that moves it (`A`, `o`), which asks for a completion before anything is typed.
        """
        if self._turn is not None:
            self._turn.cancel()
        loop = asyncio.get_running_loop()
        is_entering = act is Act.OPENED and (self._doc is None or self._doc.uri != doc.uri)
        if is_entering:
            self._pick_here()
        self._doc, self._offset, self._hint = doc, offset, None
        self._is_inserting = act in (Act.TYPED, Act.EDITED)
        self._moved_at = loop.time()
        if act is Act.OPENED:
            loop.call_later(ENTER_S, self._pick_here)
        elif act is Act.MOVED:
            self._turn = loop.call_later(RETRY_S, self._on_cursor_moved, False)
        elif act is not Act.STREAMED:
            # One event for a key and what the editor adds to it.
            self._turn = loop.call_soon(self._on_cursor_moved, True)

    def spent(self) -> Spent:
        """Return what was done so far. Reading the ring while idle is in `n_requests` only."""
        return replace(
            self._spent,
            # Without what the ring makes it read: the plug-in asks for no counts of that.
            n_in_all=sum(self._spent.n_evaluated) + self._spent.n_decoded,
            n_evaluated=[*self._spent.n_evaluated],
            cached=[*self._spent.cached],
            cpu_s=self._server.cpu_s(),
        )

    async def stop(self) -> None:
        """End the server, and what waits for it."""
        for handle in (self._retry, self._turn, self._ring_clock):
            if handle is not None:
                handle.cancel()
        jobs = [*self._warming, *([self._job] if self._job else [])]
        for job in jobs:
            job.cancel()
        await asyncio.gather(*jobs, return_exceptions=True)
        await self._server.stop()

    def _on_cursor_moved(self, is_key: bool) -> None:
        """Show what is known to follow, then ask for more (941, 337)."""
        self._is_inserting = True
        shown = self._show_known()
        if shown is not None and is_key:
            self._spent.n_cached += 1
            self._spent.cached.append(shown)
        self._ask_here()

    def _show_known(self) -> Shown | None:
        """Show what an earlier answer says about this place, and ask for what follows (953)."""
        doc, settings = self._doc, self._settings
        if not self._is_inserting or doc is None:
            return None
        place = self._place()
        content = self._answers.find(local_context(place, settings.n_prefix, settings.n_suffix))
        if content is None:
            return None
        self._hint = hint = hint_of(place, content)
        shown = None
        if hint.can_accept and hint.text.strip():
            shown = Shown(doc.uri, doc.version, self._offset, hint.text)
            self.on_shown(shown)
        else:
            self.on_silent(doc.uri, doc.version)
        self._ask_behind(place.y, hint.lines)
        return shown

    def _ask_here(self) -> None:
        """Ask for what follows the cursor, wherever it is by then."""
        if self._has_to_wait(self._ask_here):
            return
        settings = self._settings
        place = self._place()
        context = local_context(place, settings.n_prefix, settings.n_suffix)
        self._ask(place, context, FIRST_PREDICT_MS)

    def _ask_behind(self, y: int, previous: list[str]) -> None:
        """Ask for what follows once `previous` is accepted in line `y` (1012)."""
        if self._has_to_wait(lambda: self._ask_behind(y, previous)):
            return
        settings = self._settings
        place = replace(self._place(), y=y)
        context = context_after(place, previous, settings.n_prefix, settings.n_suffix, self._indent)
        self._ask(place, context, settings.t_max_predict_ms)

    def _has_to_wait(self, again: Callable[[], None]) -> bool:
        """Whether a request runs: none is ever stopped, and only the last wish waits (714)."""
        if self._job is None:
            return False
        if self._retry is not None:
            self._retry.cancel()
        self._retry = asyncio.get_running_loop().call_later(RETRY_S, again)
        return True

    def _ask(self, place: Place, context: LocalContext, predict_ms: int) -> None:
        settings = self._settings
        if len(context.rest_of_line) > settings.max_line_suffix:
            return
        keys = keys_of(context)
        if any(self._answers.get(key) is not None for key in keys):
            return
        self._indent = context.indent
        # The cursor's surroundings, also when asked for another line (778).
        half = settings.ring_chunk_size // 2
        self._ring.drop_what_is_like(self._place().around(half, half))
        body = request_body(settings, context, self._ring.extra(), predict_ms)
        self._job = asyncio.get_running_loop().create_task(self._request(keys, body))
        self._pick_far_from(place)

    async def _request(self, keys: list[tuple[str, str]], body: dict[str, Any]) -> None:
        self._spent.n_requests += 1
        asked = (self._doc, self._offset)
        try:
            answer = await self._server.infill(body)
            if answer is None or "content" not in answer:
                return
            self._spent.n_evaluated.append(answer.get("timings/prompt_n", 0))
            self._spent.n_decoded += answer.get("timings/predicted_n", 0)
            for key in keys:
                self._answers.insert(key, answer["content"])
            # Whatever was asked: shown is only what fits the text of this moment (921).
            if self._hint is not None and self._hint.can_accept:
                return
            if self._show_known() is None and asked != (self._doc, self._offset):
                self._spent.n_dropped += 1
        finally:
            self._job = None

    def _pick_far_from(self, place: Place) -> None:
        """Pick a chunk above the window and one below it, every so many lines (877)."""
        settings, lines, y = self._settings, place.lines, place.y
        if abs(y - self._y_picked) <= PICK_LINES or self._doc is None:
            return
        above = lines[max(0, y - settings.ring_scope) : max(0, y - settings.n_prefix) + 1]
        start = min(len(lines) - 1, y + settings.n_suffix)
        below = lines[start : start + settings.ring_chunk_size + 1]
        self._ring.pick(above, self._doc.path, does_evict=False)
        self._ring.pick(below, self._doc.path, does_evict=False)
        self._y_picked = y

    def _pick_here(self) -> None:
        """Pick what is around the cursor: on entering, leaving and saving a file (344)."""
        if self._doc is not None:
            half = self._settings.ring_chunk_size // 2
            self._ring.pick(self._place().around(half, half), self._doc.path, does_evict=True)

    def _wind_ring_clock(self) -> None:
        loop = asyncio.get_running_loop()
        seconds = self._settings.ring_update_ms / 1000
        self._ring_clock = loop.call_later(seconds, self._on_ring_clock)

    def _on_ring_clock(self) -> None:
        """Let the server read one chunk more while the user does nothing (527)."""
        self._wind_ring_clock()
        idle_s = asyncio.get_running_loop().time() - self._moved_at
        if (self._is_inserting and idle_s < STILL_S) or not self._ring.take_next():
            return
        self._spent.n_requests += 1
        task = asyncio.get_running_loop().create_task(self._warm(warm_body(self._ring.extra())))
        self._warming.add(task)
        task.add_done_callback(self._warming.discard)

    async def _warm(self, body: dict[str, Any]) -> None:
        await self._server.infill(body)

    def _place(self) -> Place:
        assert self._doc
        return place_at(self._doc, self._offset)


def variants(peer: str) -> list[LlamaVim]:
    """Return the peer as documented, and with the settings measured to be fastest without GPU.

    Its name, `llama-vim`, is for both; that of one of them for this one only.

    At each key the server reads all that is behind the cursor again, and after each new chunk of
    the ring the whole window: about 250 and 1,030 tokens. With one line behind it and no chunks a
    key costs 13 tokens (with none behind it 5, but then it knows nothing of what follows).
    """
    quick = Settings(n_suffix=1, ring_n_chunks=0)
    found = [LlamaVim("llama-vim", Settings()), LlamaVim("llama-vim-quick", quick)]
    return found if peer == "llama-vim" else [one for one in found if one.name == peer]
