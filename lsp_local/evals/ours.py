"""Our own server as a system of a replay: over stdio, driven as VS Code drives it."""

import asyncio
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lsp_local.evals.processor import processor_seconds
from lsp_local.evals.rpc import Connection
from lsp_local.evals.system import Act, Shown, Spent
from lsp_local.lsp.convert import position_at
from lsp_local.text import Document, UserError

SERVER = (sys.executable, "-P", "-m", "lsp_local", "serve")
ENCODING = "utf-32"  # our offsets are code points already
INVOKED, AUTOMATIC = 1, 2
QUIET_S = 0.25  # without an act or an answer, before the costs are asked for
N_ANSWERS = 25  # after which they are asked for in any case: the server remembers 50
Costs = dict[str, Any]


@dataclass(slots=True)
class _Open:
    """A document as the server knows it, and the id of the request that it works on."""

    doc: Document
    pending: int | None = None


class Ours:
    """`lsp-local serve` and an editor that asks after every change."""

    name = "lsp-local"
    description = (
        "the real server over stdio, driven as VS Code does: after every key didChange and an "
        "automatic inlineCompletion, and the older request is cancelled; a moved cursor is told "
        "(lspLocal/didMoveCursor) and cancels too; debounce and caches are the server's own, and "
        "its caches on the disk are empty at the start"
    )

    def __init__(self, settings: dict[str, object] | None = None) -> None:
        self.on_shown: Callable[[Shown], None] = lambda _: None
        self.on_silent: Callable[[str, int], None] = lambda _uri, _version: None
        self._settings = settings or {}
        self._rpc = Connection(self._hear)
        self._cache: tempfile.TemporaryDirectory[str] | None = None
        self._open: dict[str, _Open] = {}
        self._spent = Spent()
        self._unsettled: list[tuple[Costs, Shown]] = []
        self._costs: list[Costs] = []
        self._n_answers = 0
        self._timer: asyncio.TimerHandle | None = None
        self._n_asked = 0  # questions about the costs that are not answered yet
        self._complaints: list[str] = []

    async def start(self, root: Path, model: Path, n_threads: int) -> None:
        """Start the server with the model loaded. Raises UserError when it cannot."""
        root.mkdir(parents=True, exist_ok=True)
        # What an earlier replay of the same trace left on the disk would answer this one.
        self._cache = tempfile.TemporaryDirectory(prefix="lsp-local-bench-")
        await self._rpc.start(SERVER, root, {"LSP_LOCAL_CACHE_DIR": self._cache.name})
        folder = {"uri": root.as_uri(), "name": root.name}
        options = {**self._settings, "model": str(model), "n_threads": n_threads}
        general = {"positionEncodings": [ENCODING]}
        params: dict[str, object] = {
            "processId": None,
            "rootUri": root.as_uri(),
            "workspaceFolders": [folder],
            "capabilities": {"general": general},
            "initializationOptions": options,
        }
        await self._rpc.ask("initialize", params)
        self._rpc.notify("initialized", {})
        await self._load(root)

    def act(self, act: Act, doc: Document, offset: int) -> None:
        """Tell the server what the user did, and ask it for a completion after a change."""
        known = self._tell(doc)
        self._cancel(*self._open.values())
        if act in (Act.OPENED, Act.MOVED):
            self._rpc.notify("lspLocal/didMoveCursor", _place(doc, offset))
        if act not in (Act.TYPED, Act.EDITED):
            return
        self._spent.n_requests += 1
        self._n_answers += 1
        params = {**_place(doc, offset), "context": {"triggerKind": AUTOMATIC}}
        known.pending = msg_id = self._rpc.request(
            "textDocument/inlineCompletion",
            params,
            lambda items: self._take(items, msg_id, known, offset, doc),
        )

    def spent(self) -> Spent:
        """Return what was done so far; the costs of the last answers come with the next pause.

        Raises UserError if the server has ended.
        """
        process = self._rpc.process
        if process.returncode is not None:
            raise UserError(f"the server ended with code {process.returncode}; try the same again")
        return replace(self._spent, cpu_s=processor_seconds(process.pid))

    @property
    def is_idle(self) -> bool:
        """Whether everything was answered and all costs are known."""
        is_open = any(known.pending is not None for known in self._open.values())
        return not is_open and self._timer is None and not self._n_asked

    async def stop(self) -> None:
        """End the server."""
        if self._timer is not None:
            self._timer.cancel()
        try:
            await self._rpc.stop()
        finally:
            if self._cache is not None:
                self._cache.cleanup()

    async def _load(self, root: Path) -> None:
        """Wait until the model has answered once, about a document that is closed again."""
        text = "def add(a, b):\n    return "
        uri = (root / "scratch.py").as_uri()
        doc = Document(uri, "scratch.py", root.name, "python", text)
        self._tell(doc)
        params = {**_place(doc, len(text)), "context": {"triggerKind": INVOKED}}
        answer = await self._rpc.ask("textDocument/inlineCompletion", params)
        if self._complaints or answer is None:
            raise UserError(
                self._complaints[0] if self._complaints else "the server ended; try `lsp-local try`"
            )
        self._rpc.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
        del self._open[uri]
        self._costs = await self._rpc.ask("lspLocal/why", {})
        self._count(await self._rpc.ask("lspLocal/stats", {}))

    def _tell(self, doc: Document) -> _Open:
        """Bring the server's text up to date."""
        known = self._open.get(doc.uri)
        if known is None:
            item = {"uri": doc.uri, "languageId": doc.language, "version": doc.version}
            opened = {"textDocument": {**item, "text": doc.text}}
            self._rpc.notify("textDocument/didOpen", opened)
            known = self._open[doc.uri] = _Open(doc)
        elif known.doc.text != doc.text:
            versioned = {"uri": doc.uri, "version": doc.version}
            change = smallest_change(known.doc.text, doc.text)
            changed = {"textDocument": versioned, "contentChanges": [change]}
            self._rpc.notify("textDocument/didChange", changed)
        known.doc = doc
        return known

    def _cancel(self, *known: _Open) -> None:
        for one in known:
            if one.pending is not None:
                self._rpc.notify("$/cancelRequest", {"id": one.pending})
                one.pending = None

    def _take(self, items: Any, msg_id: int, known: _Open, offset: int, doc: Document) -> None:
        """Show an answer, unless the editor has cancelled its request meanwhile."""
        self._plan_costs()
        is_pending = known.pending == msg_id
        if is_pending:
            known.pending = None
        if not is_pending:
            self._spent.n_dropped += bool(items)
            return
        if not items:
            self.on_silent(doc.uri, doc.version)
            return
        text = items[0]["insertText"]
        shown = Shown(doc.uri, doc.version, offset, text)
        self.on_shown(shown)
        place = _place(doc, offset)["position"]
        self._unsettled.append(({"uri": doc.uri, "text": text, **place}, shown))

    def _hear(self, method: str, params: Any) -> None:
        if method == "window/showMessage" and params["type"] == 1:
            self._complaints.append(params["message"])

    # What answers cost: the server tells it when it is asked, and it is asked in pauses.

    def _plan_costs(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        delay = 0 if self._n_answers >= N_ANSWERS else QUIET_S
        self._timer = asyncio.get_running_loop().call_later(delay, self._ask_costs)

    def _ask_costs(self) -> None:
        self._n_answers = 0
        self._n_asked += 2
        self._timer = None
        self._rpc.request("lspLocal/stats", {}, self._count_work)
        self._rpc.request("lspLocal/why", {}, self._settle)

    def _count_work(self, figures: Costs) -> None:
        self._n_asked -= 1
        self._count(figures)

    def _count(self, figures: Costs) -> None:
        work = figures["work"]
        self._spent.n_in_all = work["n_prefilled"] + work["n_decoded"]

    def _settle(self, costs: list[Costs]) -> None:
        """Add up what is new since the last time; the newest comes first."""
        self._n_asked -= 1
        for entry in reversed(new_entries(self._costs, costs)):
            source, reason = entry["source"], entry["reason"]
            self._spent.endings[reason] = 1 + self._spent.endings.get(reason, 0)
            if source == "model":
                self._spent.n_evaluated.append(entry["n_evaluated"])
                self._spent.n_decoded += entry["n_predicted"]
            if source == "cache":
                self._spent.n_cached += 1
                self._spent.cached += self._settled(entry)
        self._costs = costs

    def _settled(self, entry: Costs) -> list[Shown]:
        """Return what was shown by this answer, at most one, and forget it and all before it."""
        for n, (place, shown) in enumerate(self._unsettled):
            if all(entry[name] == value for name, value in place.items()):
                del self._unsettled[: n + 1]
                return [shown]
        return []


def _place(doc: Document, offset: int) -> dict[str, Any]:
    at = position_at(doc.text, offset, ENCODING)
    position = {"line": at.line, "character": at.character}
    return {"textDocument": {"uri": doc.uri}, "position": position}


def smallest_change(old: str, new: str) -> dict[str, object]:
    """Return the one incremental change that makes `new` of `old`; never half a line end."""
    n_most = min(len(old), len(new))
    start = _longest(n_most, lambda n: old[:n] == new[:n])
    end = _longest(n_most - start, lambda n: old[len(old) - n :] == new[len(new) - n :])
    if start and old[start - 1] == "\r":
        start -= 1
    if end and old[-end] == "\n" and "\r" in (old[:-end][-1:], new[:-end][-1:]):
        end -= 1
    first, last = (position_at(old, n, ENCODING) for n in (start, len(old) - end))
    return {
        "range": {
            "start": {"line": first.line, "character": first.character},
            "end": {"line": last.line, "character": last.character},
        },
        "text": new[start : len(new) - end],
    }


def _longest(n_most: int, agrees: Callable[[int], bool]) -> int:
    """Return the greatest count up to `n_most` for which the ends agree."""
    least = 0
    while least < n_most:
        middle = (least + n_most + 1) // 2
        if agrees(middle):
            least = middle
        else:
            n_most = middle - 1
    return least


def new_entries(before: list[Costs], now: list[Costs]) -> list[Costs]:
    """Return what stands above the entries of `before`; both have the newest first."""
    for n in range(len(now)):
        kept = len(now) - n
        if now[n:] == before[:kept]:
            return now[:n]
    return now
