"""An editor with one server: opens marked texts, types, asks for ghost text."""

import asyncio
import itertools
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from lsprotocol import types
from processes import children_of, cpu_ticks, is_worker
from pytest_lsp import ClientServerConfig, LanguageClient

MARK = "<CURSOR>"
COMMAND = [sys.executable, "-m", "lsp_local", "serve"]
INVOKED = types.InlineCompletionTriggerKind.Invoked
AUTOMATIC = types.InlineCompletionTriggerKind.Automatic

_N_UNITS: dict[str, Callable[[str], int]] = {
    "utf-8": lambda text: len(text.encode()),
    "utf-16": lambda text: len(text.encode("utf-16-le")) // 2,
    "utf-32": len,
}


async def start_server(environment: Mapping[str, str] | None = None) -> LanguageClient:
    """Start a server that nobody has greeted, with further environment variables."""
    variables = {**os.environ, **(environment or {})}
    client = await ClientServerConfig(server_command=COMMAND, server_env=variables).start()
    assert isinstance(client, LanguageClient)
    return client


async def stop_server(client: LanguageClient) -> None:
    """Free what `start_server` made."""
    await client.stop()  # type: ignore[no-untyped-call]  # pygls has no types there


class Editor:
    """What a person does at an editor, as messages. Positions count in `encoding`."""

    def __init__(
        self, client: LanguageClient, encoding: str = "utf-16", has_ghost_text: bool = True
    ) -> None:
        self.client = client
        self.encoding = encoding
        self.has_ghost_text = has_ghost_text
        self._versions = itertools.count(1)
        self._ids = itertools.count(1)
        self._cursors: dict[str, types.Position] = {}
        self.root = "file:///src/shop"  # of the project

    async def start(
        self, model: Path, capabilities: types.ClientCapabilities | None = None, **options: object
    ) -> None:
        """Greet the server; `options` are the editor's settings."""
        capabilities = capabilities or types.ClientCapabilities()
        document = capabilities.text_document or types.TextDocumentClientCapabilities()
        if self.has_ghost_text:
            document.inline_completion = types.InlineCompletionClientCapabilities()
        capabilities.text_document = document
        window = capabilities.window or types.WindowClientCapabilities()
        window.work_done_progress = True
        capabilities.window = window
        capabilities.general = types.GeneralClientCapabilities(
            position_encodings=[types.PositionEncodingKind(self.encoding)]
        )
        params = types.InitializeParams(
            capabilities=capabilities,
            workspace_folders=[types.WorkspaceFolder(self.root, "shop")],
            initialization_options={"model": str(model), **options},
        )
        result = await self.client.initialize_session(params)
        assert result.capabilities.position_encoding == self.encoding
        assert result.capabilities.inline_completion_provider is not None

    def open(self, name: str, marked: str, language: str = "python") -> str:
        """Open a text with one mark, where the cursor is; return its URI."""
        assert marked.count(MARK) == 1
        before, after = marked.split(MARK)
        uri = f"{self.root}/{name}"
        item = types.TextDocumentItem(uri, language, next(self._versions), before + after)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        self._cursors[uri] = self._position(before)
        return uri

    def type(self, uri: str, text: str) -> None:
        """Insert a text without a line end at the cursor."""
        at = self._cursors[uri]
        change = types.TextDocumentContentChangePartial(types.Range(at, at), text)
        document = types.VersionedTextDocumentIdentifier(next(self._versions), uri)
        params = types.DidChangeTextDocumentParams(document, [change])
        self.client.text_document_did_change(params)
        self._cursors[uri] = types.Position(at.line, at.character + self._units(text))

    def insert(self, uri: str, text: str) -> None:
        """Insert any text at the cursor at once, as one does who takes a suggestion."""
        at = self._cursors[uri]
        self.edit(uri, (at.line, at.character), 0, text)
        added = self._position(text)
        character = added.character if added.line else at.character + added.character
        self.put(uri, at.line + added.line, character)

    def edit(self, uri: str, at: tuple[int, int], n_chars: int, text: str = "") -> None:
        """Replace `n_chars` of one line by `text`; the cursor stays, unless `put` moves it."""
        line, character = at
        span = types.Range(types.Position(*at), types.Position(line, character + n_chars))
        change = types.TextDocumentContentChangePartial(span, text)
        document = types.VersionedTextDocumentIdentifier(next(self._versions), uri)
        params = types.DidChangeTextDocumentParams(document, [change])
        self.client.text_document_did_change(params)

    def put(self, uri: str, line: int, character: int) -> None:
        """Move the cursor, and tell nobody."""
        self._cursors[uri] = types.Position(line, character)

    def tell_cursor(self, uri: str) -> None:
        """Tell the server where the cursor is, as our shims do."""
        at = self._cursors[uri]
        position = {"line": at.line, "character": at.character}
        params = {"textDocument": {"uri": uri}, "position": position}
        self.client.protocol.notify("lspLocal/didMoveCursor", params)

    def close(self, uri: str) -> None:
        """Close a document."""
        document = types.TextDocumentIdentifier(uri)
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(document))

    def close_all(self) -> None:
        """Close what was opened."""
        for uri in self._cursors:
            self.close(uri)

    def ask(
        self,
        uri: str,
        kind: types.InlineCompletionTriggerKind = INVOKED,
        selected: types.SelectedCompletionInfo | None = None,
    ) -> tuple[int, asyncio.Future[Any]]:
        """Send a request; return its id and what will be the answer."""
        msg_id = next(self._ids)
        params = types.InlineCompletionParams(
            types.InlineCompletionContext(kind, selected),
            types.TextDocumentIdentifier(uri),
            self._cursors[uri],
        )
        method = types.TEXT_DOCUMENT_INLINE_COMPLETION
        answer = self.client.protocol.send_request(method, params, msg_id=msg_id)
        return msg_id, asyncio.wrap_future(answer)

    async def ghost_text(self, uri: str) -> str:
        """Return the suggestion at the cursor, which it must be meant for; "" for silence."""
        return self.text_of(uri, await self.ask(uri)[1])

    async def menu(self, uri: str) -> list[types.CompletionItem]:
        """Return what the completion menu offers at the cursor."""
        params = types.CompletionParams(types.TextDocumentIdentifier(uri), self._cursors[uri])
        found = await self.client.text_document_completion_async(params)
        assert isinstance(found, types.CompletionList)
        assert found.is_incomplete
        return list(found.items)

    def take(self, uri: str, item: types.CompletionItem) -> None:
        """Take an entry of the menu, of one line, whose range must end at the cursor."""
        edit = item.text_edit
        assert isinstance(edit, types.TextEdit)
        assert edit.range.end == self._cursors[uri]
        start = edit.range.start
        n_units = edit.range.end.character - start.character
        self.edit(uri, (start.line, start.character), n_units, edit.new_text)
        self.put(uri, start.line, start.character + self._units(edit.new_text))

    def text_of(self, uri: str, items: list[types.InlineCompletionItem]) -> str:
        """Return the text of an answer."""
        assert isinstance(items, list)
        for item in items:
            at = self._cursors[uri]
            assert item.range == types.Range(at, at)
        return "".join(str(item.insert_text) for item in items)

    def cancel(self, msg_id: int) -> None:
        """Take a request back."""
        self.client.cancel_request(types.CancelParams(msg_id))

    async def why(self, uri: str) -> list[dict[str, Any]]:
        """Return how the requests of a document ended, newest first."""
        params = {"textDocument": {"uri": uri}}
        answer = self.client.protocol.send_request("lspLocal/why", params)
        return list(await asyncio.wrap_future(answer))

    async def reason(self, uri: str) -> str:
        """Return how the last request of a document ended."""
        return str((await self.why(uri))[0]["reason"])

    @property
    def process(self) -> asyncio.subprocess.Process:
        """Return the server's process."""
        process = self.client._server
        assert process is not None
        return process

    @property
    def workers(self) -> list[int]:
        """Return the process ids of the models of the server, which has an index process, too."""
        return [pid for pid in children_of(self.process.pid) if is_worker(pid)]

    @property
    def worker(self) -> int:
        """Return the process id of the only model worker."""
        (pid,) = self.workers
        return pid

    async def until_decoding(self, worker: int) -> None:
        """Wait until the worker has computed for a tenth of a second more than before."""
        n_ticks = cpu_ticks(worker)
        await until(lambda: cpu_ticks(worker) >= n_ticks + 10)

    def _position(self, before: str) -> types.Position:
        return types.Position(before.count("\n"), self._units(before.rpartition("\n")[2]))

    def _units(self, text: str) -> int:
        return _N_UNITS[self.encoding](text)


async def until(is_true: Callable[[], bool]) -> None:
    """Wait for something that sends no message; a hang is the test runner's to end."""
    while not is_true():
        await asyncio.sleep(0.01)
