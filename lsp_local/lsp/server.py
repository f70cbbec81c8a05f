"""The language server: every handler converts, calls one verb and converts back."""

import asyncio
import logging
import os
import signal
import threading
from pathlib import Path
from typing import Any, BinaryIO

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from lsp_local import __version__, config
from lsp_local.editor_settings import client_asks
from lsp_local.lsp import (
    code_actions,
    commands,
    convert,
    diagnostics,
    hovering,
    logs,
    menu,
    stdio,
    watching,
)
from lsp_local.lsp.control import Control
from lsp_local.lsp.notices import Notices
from lsp_local.lsp.requests import Request
from lsp_local.lsp.session import Session
from lsp_local.lsp.transport import Protocol

logger = logging.getLogger(__name__)

WHY = "lspLocal/why"
STATS = "lspLocal/stats"
DID_MOVE_CURSOR = "lspLocal/didMoveCursor"
_CLOSE_SECONDS = 0.1
_FLUSH_SECONDS = 0.1
_HARD_END_SECONDS = 0.25


class Server(LanguageServer):
    """pygls' server with our protocol and one session."""

    protocol: Protocol

    def __init__(self) -> None:
        super().__init__("lsp-local", __version__, protocol_cls=Protocol)
        self.notices = Notices(self)
        self.session = Session(self.notices)
        self.control = Control(self.session)
        self.initialization_options: object = None
        self.settings: object = None

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Log faults; pygls would show each one in a popup."""
        logger.error("%s: %s", source.__name__, error)

    @property
    def encoding(self) -> str:
        """Return what the client counts in. LSP, "Position Encoding"."""
        return types.PositionEncodingKind(self.workspace.position_encoding).value

    @property
    def folders(self) -> list[str]:
        """Return the URIs of the workspace's folders."""
        root = self.workspace.root_uri
        folders = [folder.uri for folder in self.workspace.folders.values()]
        return folders or ([root] if root else [])

    def note_cursor(self, uri: str, position: types.Position) -> None:
        """Tell the session where the cursor is."""
        doc = self.session.documents.get(uri)
        if doc is not None:
            self.session.moved(doc, convert.offset_at(doc.text, position, self.encoding))

    def tell_too_long(self, uri: str) -> None:
        """Say, once for each document, why there is nothing in it."""
        name = convert.absolute_path(uri).rpartition("/")[2]
        self.notices.warn([f"{name} is too long to be read: nothing is suggested in it"])

    @property
    def folder(self) -> Path | None:
        """Return the workspace's first folder, None where there is none on this disk."""
        folders = self.folders
        return convert.path_on_disk(folders[0]) if folders else None

    def configure(self) -> None:
        """Read the options from wherever they come."""
        self.session.configure((self.initialization_options, self.settings), self.folder)


def make_server() -> Server:
    """Return a server that has not met its client yet."""
    server = Server()
    server.feature(types.INITIALIZE)(initialize)
    server.feature(types.INITIALIZED)(initialized)
    server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)(did_change_configuration)
    server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)(did_change_workspace_folders)
    server.feature(types.TEXT_DOCUMENT_DID_OPEN)(did_open)
    server.feature(types.TEXT_DOCUMENT_DID_CHANGE)(did_change)
    server.feature(types.TEXT_DOCUMENT_DID_CLOSE)(did_close)
    server.feature(types.TEXT_DOCUMENT_DID_SAVE)(did_save)
    # Without options pygls does not advertise it, and Neovim and eglot register statically only.
    inline = server.feature(types.TEXT_DOCUMENT_INLINE_COMPLETION, types.InlineCompletionOptions())
    inline(inline_completion)
    # Clients ask for highlights whenever the cursor rests: we have none, but see where it is.
    server.feature(types.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT)(document_highlight)
    server.feature(DID_MOVE_CURSOR)(did_move_cursor)
    server.feature(WHY)(why)
    server.feature(STATS)(stats)
    commands.register(server)
    code_actions.register(server)
    hovering.register(server)
    watching.register(server)
    diagnostics.register(server)
    server.session.looking.on_news = lambda uri: diagnostics.announce(server, uri)
    return server


# What changes documents and options is sync: it is in force before the next message is read.


def initialize(server: Server, params: types.InitializeParams) -> None:
    """Keep the client's options until it is ready for messages."""
    told = server.initialization_options = params.initialization_options
    options = config.load(workspace=server.folder, editor=[told]).options
    server.session.pulling.client_asks = client_asks(told)
    menu.register(server, options.completion_item, params.capabilities)


def initialized(server: Server, params: types.InitializedParams) -> None:  # noqa: ARG001
    """Read the options and begin to load the model."""
    server.configure()
    server.control.open()
    watching.ask(server)


def did_change_configuration(server: Server, params: types.DidChangeConfigurationParams) -> None:
    """Read the options again; another model replaces the one in memory."""
    server.settings = params.settings
    server.configure()


def did_change_workspace_folders(
    server: Server,
    params: types.DidChangeWorkspaceFoldersParams,  # noqa: ARG001 (pygls keeps the list)
) -> None:
    """Read the options again: another folder may come first."""
    server.configure()


def did_open(server: Server, params: types.DidOpenTextDocumentParams) -> None:
    """Take over a document."""
    if not server.session.documents.open(params.text_document, server.folders):
        server.tell_too_long(params.text_document.uri)
    server.session.changed(params.text_document.uri, None)


def did_change(server: Server, params: types.DidChangeTextDocumentParams) -> None:
    """Follow a document; an answer for its old text would be stale."""
    before = server.session.documents.get(params.text_document.uri)
    if not server.session.documents.change(params, server.encoding):
        server.tell_too_long(params.text_document.uri)
    server.session.changed(params.text_document.uri, before)


def did_close(server: Server, params: types.DidCloseTextDocumentParams) -> None:
    """Forget a document."""
    diagnostics.closed(server, params.text_document.uri)
    server.session.documents.close(params.text_document.uri)
    server.session.changed(params.text_document.uri, None)


def did_save(server: Server, params: types.DidSaveTextDocumentParams) -> None:
    """Take note of what the project's index has to read again."""
    server.session.saved(params.text_document.uri)


async def inline_completion(
    server: Server, params: types.InlineCompletionParams
) -> list[types.InlineCompletionItem]:
    """Suggest what follows the cursor. LSP 3.18, "Inline Completion Request"."""
    doc = server.session.documents.get(params.text_document.uri)
    if doc is None:
        return []
    at = params.position
    offset = convert.offset_at(doc.text, at, server.encoding)
    is_automatic = params.context.trigger_kind is types.InlineCompletionTriggerKind.Automatic
    popup = convert.selected_in_popup(params.context, doc.text, offset, server.encoding)
    request = Request(doc, offset, at.line, at.character, is_automatic, popup)
    outcome = await server.session.suggest(request)
    item_id = server.session.records.answered(doc, offset, outcome)
    return convert.inline_items(outcome, doc.text, server.encoding, item_id)


def document_highlight(server: Server, params: types.DocumentHighlightParams) -> None:
    """Take note of the cursor; None lets the client ask other servers."""
    server.note_cursor(params.text_document.uri, params.position)


def did_move_cursor(server: Server, params: object) -> None:
    """Take note of the cursor. Our own notification: `textDocument.uri` and `position`."""
    match params:
        case {"textDocument": {"uri": str(uri)}, "position": told}:
            position = convert.position_in(told)
            if position is not None:
                server.note_cursor(uri, position)


async def why(server: Server, params: object) -> list[dict[str, object]]:
    """Say how the last requests ended, of one document or of all. Our own method."""
    match params:
        case {"textDocument": {"uri": str(uri)}}:
            return server.session.recent.in_short(uri)
    return server.session.recent.in_short()


async def stats(server: Server, params: object) -> dict[str, object]:  # noqa: ARG001
    """Return what this server has done so far. Our own method."""
    return await server.session.figures()


def serve() -> None:
    """Serve one client on standard input and output; never returns."""
    stdin, stdout = stdio.take_over()
    # In a terminal Ctrl+C ends it at once, as it does any filter; editors never send it.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    logs.log_by_default()
    asyncio.run(_converse(make_server(), stdin, stdout))


async def _converse(server: Server, stdin: BinaryIO, stdout: int) -> None:
    """Handle messages until `exit`, the end of the input or a broken pipe; then end the process.

    A client that dies closes our input. Its `processId` is not watched: where client and server
    run in different containers, that number is somebody else's, or nobody's.
    """
    protocol = server.protocol
    loop, broken = asyncio.get_running_loop(), asyncio.Event()
    writer = stdio.Writer(stdout, lambda: loop.call_soon_threadsafe(broken.set))
    protocol.set_writer(writer)
    talk = asyncio.create_task(_listen(protocol, stdin))
    await asyncio.wait([talk, asyncio.create_task(broken.wait())], return_when="FIRST_COMPLETED")

    code = protocol.final_code if protocol.exit_code is None else protocol.exit_code
    # Not even a hung close may keep the process: a client waits for it to end.
    threading.Timer(_HARD_END_SECONDS, os._exit, [code]).start()
    server.control.close()
    await asyncio.wait([asyncio.create_task(server.session.close())], timeout=_CLOSE_SECONDS)
    writer.flush(_FLUSH_SECONDS)
    # Without the interpreter's own end, which would join threads that wait for the client.
    os._exit(code)


async def _listen(protocol: Protocol, stdin: BinaryIO) -> None:
    async for body in stdio.messages(stdin):
        if isinstance(body, stdio.FrameError):
            protocol.refuse(None, types.ErrorCodes.ParseError, str(body))
        else:
            _receive(protocol, body)
        if protocol.exit_code is not None:
            return
        # A handler runs to its first await before the next message can change the text.
        await asyncio.sleep(0)


def _receive(protocol: Protocol, body: bytes) -> None:
    try:
        protocol.receive(body)
    except Exception:  # one message must not end the conversation
        logger.exception("a message was not handled")
