"""How soon actions and hovers are listed while the model is busy; what a saved head gains."""

import asyncio
import random
import re
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lsp_local.engine.client import EngineClient
from lsp_local.evals.rpc import Connection
from lsp_local.features.instruct import Question, ask_for, read, warm
from lsp_local.lsp.convert import position_at
from lsp_local.text import Document

SERVER = (sys.executable, "-P", "-m", "lsp_local", "serve")
NAME = re.compile(r"\b(?:def|class|func|function|fn) (\w+)")
N_EXPLAINED = 6  # symbols whose explanation is waited for
CAPABILITIES = {
    "general": {"positionEncodings": ["utf-32"]},
    "textDocument": {
        "codeAction": {"resolveSupport": {"properties": ["edit"]}},
        "hover": {"contentFormat": ["markdown"]},
    },
}


@dataclass(frozen=True, slots=True)
class Waits:
    """Milliseconds until an answer, one figure a request, while completions were decoded."""

    lists: list[float]
    facts: list[float]
    explained: list[float]


@dataclass(frozen=True, slots=True)
class Heads:
    """Milliseconds until the first token of an action.

    With a head that nobody has read, with its state on disk, and with that where the code, too, was
    read while the menu was open.
    """

    cold: list[float]
    restored: list[float]
    ahead: list[float]


async def waits(doc: Document, model: Path, n: int, seed: int) -> Waits:
    """Ask a real server for `n` lists, `n` first hovers and `n` of explained symbols."""
    rng = random.Random(seed)
    names = [found.start(1) for found in NAME.finditer(doc.text)]
    lines = [found.start() + 1 for found in re.finditer("\n", doc.text)][:-1] or [0]
    async with _server(doc, model) as rpc:
        explained = rng.sample(names, min(N_EXPLAINED, len(names)))
        for offset in explained:
            await _timed(rpc, "textDocument/hover", _at(doc, offset))
        busy = asyncio.create_task(_complete_all_the_time(rpc, doc, lines, rng))
        try:
            again = [
                await _timed(rpc, "textDocument/hover", _at(doc, rng.choice(explained)))
                for _ in range(n)
            ]
            rpc.notify("workspace/didChangeConfiguration", {"settings": {"hoverMs": 0}})
            facts = [
                await _timed(rpc, "textDocument/hover", _at(doc, rng.choice(names)))
                for _ in range(n)
            ]
            lists = [
                await _timed(rpc, "textDocument/codeAction", _range(doc, rng.choice(lines)))
                for _ in range(n)
            ]
        finally:
            busy.cancel()
    return Waits(lists, facts, again)


async def heads(doc: Document, model: Path, n: int) -> Heads:
    """Ask for a docstring `n` times, with a head that nobody has read, and one from disk."""
    start = next(found.start() for found in NAME.finditer(doc.text))
    code = doc.text[start : start + 300]
    with tempfile.TemporaryDirectory(prefix="lsp-local-bench-") as folder:
        states = Path(folder)
        async with EngineClient(
            model, n_ctx=4096, n_threads=0, states=states, states_bytes=2**28
        ) as engine:
            await warm(engine)
            while not list(states.rglob("*.kv")):  # written after two idle seconds
                await asyncio.sleep(0.2)
        found = Heads([], [], [])
        for _ in range(n):
            found.cold.append(await _first_token(model, code, None))
            found.restored.append(await _first_token(model, code, states))
            found.ahead.append(await _first_token(model, code, states, is_ahead=True))
    return found


async def _first_token(
    model: Path, code: str, states: Path | None, is_ahead: bool = False
) -> float:
    async with EngineClient(
        model, n_ctx=4096, n_threads=0, states=states, states_bytes=2**28 if states else 0
    ) as engine:
        await engine.info()
        if is_ahead:
            await read(engine, code)
        task = f"{code}\n\nWrite the documentation of this."
        return (await ask_for(engine, Question(task, 16))).ttft_ms


@asynccontextmanager
async def _server(doc: Document, model: Path) -> AsyncIterator[Connection]:
    """Start a server of its own, which waits for explanations as long as they take."""
    with tempfile.TemporaryDirectory(prefix="lsp-local-bench-") as folder:
        rpc = Connection(lambda _method, _params: None)
        environment = {"LSP_LOCAL_CACHE_DIR": folder}
        await rpc.start(SERVER, Path(folder), environment)
        options = {"model": str(model), "hoverMs": 60_000}
        params = {"processId": None, "rootUri": None, "capabilities": CAPABILITIES}
        await rpc.ask("initialize", {**params, "initializationOptions": options})
        rpc.notify("initialized", {})
        item = {"uri": doc.uri, "languageId": doc.language, "version": 1, "text": doc.text}
        rpc.notify("textDocument/didOpen", {"textDocument": item})
        invoked = {"context": {"triggerKind": 1}}
        await rpc.ask("textDocument/inlineCompletion", {**_at(doc, len(doc.text)), **invoked})
        try:
            yield rpc
        finally:
            await rpc.stop()


async def _complete_all_the_time(
    rpc: Connection, doc: Document, lines: Sequence[int], rng: random.Random
) -> None:
    while True:
        where = _at(doc, rng.choice(lines))
        await rpc.ask("textDocument/inlineCompletion", {**where, "context": {"triggerKind": 1}})


async def _timed(rpc: Connection, method: str, params: dict[str, Any]) -> float:
    started = time.perf_counter()
    await rpc.ask(method, params)
    return (time.perf_counter() - started) * 1000


def _at(doc: Document, offset: int) -> dict[str, Any]:
    at = position_at(doc.text, offset, "utf-32")
    position = {"line": at.line, "character": at.character}
    return {"textDocument": {"uri": doc.uri}, "position": position}


def _range(doc: Document, offset: int) -> dict[str, Any]:
    where = _at(doc, offset)
    span = {"start": where["position"], "end": where["position"]}
    return {
        "textDocument": where["textDocument"],
        "range": span,
        "context": {"diagnostics": [{"range": span, "message": "name is not defined"}]},
    }
