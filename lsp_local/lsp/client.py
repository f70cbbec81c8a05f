"""A small editor: starts the real server on a pipe, opens a file, types, and asks."""

import asyncio
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

from lsprotocol import types
from pygls.lsp.client import LanguageClient

from lsp_local import __version__
from lsp_local.lsp.convert import position_at
from lsp_local.text import Document, Outcome, Reason, Stats, Suggestion, UserError

ENCODING = types.PositionEncodingKind.Utf32  # our offsets are code points already
SERVER = (sys.executable, "-P", "-m", "lsp_local", "serve")


class Client:
    """One server with one open document at a time."""

    def __init__(self) -> None:
        self._lsp = LanguageClient("lsp-local try", __version__)
        self._doc = Document("", "", "", "", "")
        self.messages: list[str] = []
        self._lsp.feature(types.WINDOW_SHOW_MESSAGE)(
            lambda params: self.messages.append(params.message)
        )

    async def start(self, root: Path, settings: dict[str, Any]) -> Self:
        """Start the server for the project in `root`."""
        asyncio.get_running_loop().set_exception_handler(_tell)
        await self._lsp.start_io(*SERVER)
        general = types.GeneralClientCapabilities(position_encodings=[ENCODING])
        folder = types.WorkspaceFolder(root.as_uri(), root.name)
        await self._lsp.initialize_async(
            types.InitializeParams(
                capabilities=types.ClientCapabilities(general=general),
                workspace_folders=[folder],
                initialization_options=settings,
            )
        )
        self._lsp.initialized(types.InitializedParams())
        return self

    def open(self, doc: Document) -> None:
        """Open a document."""
        self._doc = doc
        item = types.TextDocumentItem(doc.uri, doc.language, doc.version, doc.text)
        self._lsp.text_document_did_open(types.DidOpenTextDocumentParams(item))

    def write(self, text: str) -> None:
        """Replace the whole text of the open document."""
        self._doc = replace(self._doc, text=text, version=self._doc.version + 1)
        self._lsp.text_document_did_change(
            types.DidChangeTextDocumentParams(
                types.VersionedTextDocumentIdentifier(self._doc.version, self._doc.uri),
                [types.TextDocumentContentChangeWholeDocument(text)],
            )
        )

    async def ask(self, offset: int) -> Outcome:
        """Invoke inline completion at `offset`; return how the server says that it ended."""
        document = types.TextDocumentIdentifier(self._doc.uri)
        items = await self._lsp.text_document_inline_completion_async(
            types.InlineCompletionParams(
                types.InlineCompletionContext(types.InlineCompletionTriggerKind.Invoked),
                document,
                position_at(self._doc.text, offset, ENCODING),
            )
        )
        if self.messages:
            raise UserError(self.messages[0])
        answers = await self._lsp.protocol.send_request_async(
            "lspLocal/why", {"textDocument": {"uri": self._doc.uri}}
        )
        shown = items[0].insert_text if isinstance(items, list) and items else None
        return _outcome(answers[0], offset, shown)

    async def stop(self) -> None:
        """End the server as an editor does."""
        await self._lsp.shutdown_async(None)
        self._lsp.exit(None)
        await self._lsp.stop()  # type: ignore[no-untyped-call]


def _tell(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log what nobody waits for, but not that a server ended by Ctrl+C takes no more messages."""
    if not isinstance(context.get("exception"), ConnectionError):
        loop.default_exception_handler(context)


def _outcome(answer: Any, offset: int, shown: object) -> Outcome:
    fields = answer if isinstance(answer, dict) else vars(answer)
    stats = Stats(**{name: fields[name] for name in Stats.__dataclass_fields__})
    suggestion = Suggestion(offset, shown) if isinstance(shown, str) else None
    return Outcome(suggestion, Reason(fields["reason"]), stats)
