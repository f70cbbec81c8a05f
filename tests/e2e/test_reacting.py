"""What editors tell of suggestions, the model's answers in `why`, and pause; with a real model."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from editor import AUTOMATIC, Editor, start_server, stop_server, until
from lsprotocol import types
from pytest_lsp import LanguageClient

from lsp_local import private_sockets
from lsp_local.lsp import sockets

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(not private_sockets.HAS_SOCKETS, reason="asks through a Unix socket"),
]

ADD = "def add(a, b):\n    return <CURSOR>\n\n\ndef sub(a, b):\n    return a - b\n"


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A cache folder with a short name: the path of a socket must be."""
    with tempfile.TemporaryDirectory(prefix="lsp") as name:
        yield Path(name)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client(qwen: Path, folder: Path) -> AsyncIterator[LanguageClient]:
    """One server for the whole file, which keeps its figures in a folder of its own."""
    client = await start_server({"LSP_LOCAL_CACHE_DIR": str(folder), "LSP_LOCAL_CACHE_MB": "64"})
    await Editor(client).start(qwen)
    yield client
    await client.shutdown_session()
    await stop_server(client)


@pytest.fixture
def editor(client: LanguageClient) -> Editor:
    return Editor(client)


@pytest_asyncio.fixture(loop_scope="module")
async def socket(editor: Editor, folder: Path) -> Path:
    """Where the server can be asked; it comes soon after the greeting."""
    path = folder / "run" / f"{editor.process.pid}.sock"
    await until(path.exists)
    return path


async def ask(editor: Editor, uri: str) -> types.InlineCompletionItem:
    """Return the suggestion, which there must be."""
    (item,) = await editor.ask(uri)[1]
    assert isinstance(item, types.InlineCompletionItem)
    return item


async def ends(editor: Editor, socket: Path, language: str) -> dict[str, int]:
    """Return how the suggestions of a language ended."""
    await editor.why("")  # what was sent before is handled, too: the socket is another way
    figures = await asyncio.to_thread(sockets.ask, socket, {"request": "stats"})
    of_language = figures["feedback"].get(language, {})
    return {name: n for name, n in of_language.items() if name.startswith("n_") and n}


async def execute(editor: Editor, command: str, *arguments: object) -> Any:
    params = types.ExecuteCommandParams(command, list(arguments))
    return await editor.client.workspace_execute_command_async(params)


async def test_the_commands_are_offered(editor: Editor) -> None:
    uri = editor.open("offered.py", ADD)
    item = await ask(editor, uri)
    assert item.command is not None
    assert item.command.command == "lspLocal.accepted"
    editor.close(uri)


async def test_taken_typed_and_turned_down_are_told_apart(editor: Editor, socket: Path) -> None:
    uri = editor.open("add.py", ADD, "feedback-a")
    item = await ask(editor, uri)
    text = str(item.insert_text)
    editor.type(uri, text)
    assert item.command is not None
    await execute(editor, item.command.command, *(item.command.arguments or []))
    assert await ends(editor, socket, "feedback-a") == {"n_seen": 1, "n_accepted": 1}
    other = editor.open("other.py", ADD, "feedback-a")
    await ask(editor, other)
    for key in text:
        editor.type(other, key)
    assert await ends(editor, socket, "feedback-a") == {"n_seen": 2, "n_accepted": 1, "n_typed": 1}


async def test_a_client_of_copilots_kind(editor: Editor, socket: Path) -> None:
    uri = editor.open("partly.py", ADD, "feedback-b")
    item = await ask(editor, uri)
    assert item.command is not None
    named = {"item": {"insertText": "?", "command": {"arguments": item.command.arguments}}}
    editor.client.protocol.notify("textDocument/didShowCompletion", named)
    params = {**named, "acceptedLength": 1}
    editor.client.protocol.notify("textDocument/didPartiallyAcceptCompletion", params)
    editor.type(uri, str(item.insert_text)[0])
    editor.type(uri, "?")
    assert await ends(editor, socket, "feedback-b") == {"n_seen": 1, "n_partly": 1}
    await execute(editor, "lspLocal.forgetFeedback")
    assert await ends(editor, socket, "feedback-b") == {}


async def test_why_has_what_the_model_said(editor: Editor, socket: Path) -> None:
    uri = editor.open("why.py", ADD)
    item = await ask(editor, uri)
    request = {"request": "why", "path": "/src/shop/why.py"}
    (entry,) = await asyncio.to_thread(sockets.ask, socket, request)
    assert (entry["reason"], entry["text"]) == ("shown", item.insert_text)
    assert entry["said"].lstrip().startswith(str(item.insert_text))
    assert entry["prompt_tail"].rstrip().endswith("return")
    assert len(entry["logprobs"]) >= entry["n_predicted"] - 1 > 0
    assert all(logprob <= 0 for logprob in entry["logprobs"])
    assert 0 < entry["confidence"] <= 1


async def test_pause_ends_what_is_under_way(editor: Editor) -> None:
    uri = editor.open("paused.py", ADD)
    _, answer = editor.ask(uri)
    assert await execute(editor, "lspLocal.pause") is True
    assert await answer == []
    assert await editor.ask(uri, AUTOMATIC)[1] == []
    assert [entry["reason"] for entry in await editor.why(uri)] == ["paused", "paused"]
    assert await execute(editor, "lspLocal.resume") is False
    assert await editor.ghost_text(uri) != ""
