"""An editor in the same process: it speaks to the real server in messages, without a model."""

import asyncio
import itertools
import json
from collections.abc import Callable
from typing import Any

from scripted_chat import ScriptedChat

from lsp_local.lsp.jobs import NO_MODEL
from lsp_local.lsp.server import Server, make_server
from lsp_local.text import UserError

URI = "file:///shop/cart.py"
RESOLVES = {"textDocument": {"codeAction": {"resolveSupport": {"properties": ["edit"]}}}}
PROGRESS = {"window": {"workDoneProgress": True}}
DOCUMENT_CHANGES = {"workspace": {"workspaceEdit": {"documentChanges": True}}}

Json = dict[str, Any]


class Loads:
    """What has the model loaded; with `is_early` before somebody asks for something."""

    def __init__(self, engine: ScriptedChat | None, is_early: bool) -> None:
        self._engine = engine
        self._is_early = is_early

    def engine(self) -> ScriptedChat | None:
        return self._engine if self._is_early else None

    async def wait(self) -> ScriptedChat | None:
        return self._engine

    async def need(self) -> ScriptedChat:
        if self._engine is None:
            raise UserError(NO_MODEL)
        return self._engine


class Editor:
    """`heard` are all messages of the server; its requests get what is in `answers`, or null.

    An answer with a `code` is an error.
    """

    def __init__(self, engine: ScriptedChat | None, is_early: bool = False) -> None:
        self.server: Server = make_server()
        loads = Loads(engine, is_early)
        self.server.session.instructed._loader = loads  # type: ignore[assignment]
        self.heard: list[Json] = []
        self.answers: dict[str, Any] = {"workspace/applyEdit": {"applied": True}}
        self._ids = itertools.count(1)
        self._news = asyncio.Event()
        self.server.protocol.set_writer(self, include_headers=False)

    def write(self, message: bytes) -> None:
        said = json.loads(message)
        self.heard.append(said)
        self._news.set()
        if "method" in said and "id" in said:
            found = self.answers.get(said["method"])
            kind = "error" if isinstance(found, dict) and "code" in found else "result"
            answer = {"id": said["id"], kind: found}
            asyncio.get_running_loop().call_soon(self._send, answer)

    def close(self) -> None:
        """Do nothing: there is no pipe."""

    def _send(self, message: Json) -> None:
        self.server.protocol.receive(json.dumps({"jsonrpc": "2.0", **message}).encode())

    def notify(self, method: str, params: object) -> None:
        self._send({"method": method, "params": params})

    def ask(self, method: str, params: object) -> int:
        """Send a request; return its id."""
        number = next(self._ids)
        self._send({"id": number, "method": method, "params": params})
        return number

    async def answer(self, number: int) -> Any:
        """Wait for an answer: its result, or its error."""
        said = await self.hear(lambda one: one.get("id") == number and "method" not in one)
        return said["error"] if "error" in said else said["result"]

    async def request(self, method: str, params: object) -> Any:
        return await self.answer(self.ask(method, params))

    async def hear(self, is_wanted: Callable[[Json], bool]) -> Json:
        """Wait for a message."""
        async with asyncio.timeout(10):
            while True:
                found = next((one for one in self.heard if is_wanted(one)), None)
                if found is not None:
                    return found
                self._news.clear()
                await self._news.wait()

    async def begin(self, capabilities: Json, text: str, language: str = "python") -> None:
        """Shake hands and open a document."""
        params = {"processId": None, "rootUri": "file:///shop", "capabilities": capabilities}
        await self.request("initialize", params)
        self.open(URI, text, language)

    def open(self, uri: str, text: str, language: str = "python", version: int = 1) -> None:
        item = {"uri": uri, "languageId": language, "version": version, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})

    def change(self, text: str, uri: str = URI) -> None:
        document = {"uri": uri, "version": 2}
        params = {"textDocument": document, "contentChanges": [{"text": text}]}
        self.notify("textDocument/didChange", params)

    async def actions(
        self,
        start: tuple[int, int],
        end: tuple[int, int] | None = None,
        diagnostics: tuple[Json, ...] = (),
        only: tuple[str, ...] = (),
        uri: str = URI,
        trigger: int = 0,
    ) -> dict[str, Json]:
        """Return what is offered, by title; `trigger` is LSP's CodeActionTriggerKind."""
        context: Json = {"diagnostics": list(diagnostics)}
        context |= {"triggerKind": trigger} if trigger else {}
        params = {
            "textDocument": {"uri": uri},
            "range": at(start, end or start),
            "context": {**context, "only": list(only)} if only else context,
        }
        found = await self.request("textDocument/codeAction", params)
        return {one["title"]: one for one in found}

    def said(self) -> list[str]:
        """Return what was shown to the user."""
        return [
            one["params"]["message"]
            for one in self.heard
            if one.get("method") == "window/showMessage"
        ]

    def of(self, method: str) -> list[Json]:
        """Return the parameters of all messages of a method."""
        return [one["params"] for one in self.heard if one.get("method") == method]


def at(start: tuple[int, int], end: tuple[int, int]) -> Json:
    """Return a range."""
    return {
        "start": {"line": start[0], "character": start[1]},
        "end": {"line": end[0], "character": end[1]},
    }


def place(line: int, character: int, uri: str = URI) -> Json:
    """Return the parameters of a request at a place, asked for by a key."""
    position = {"line": line, "character": character}
    return {"textDocument": {"uri": uri}, "position": position, "context": {"triggerKind": 2}}


def complaint(line: int, message: str) -> Json:
    """Return a diagnostic of another server."""
    return {"range": at((line, 4), (line, 10)), "message": message, "source": "mypy", "code": 7}
