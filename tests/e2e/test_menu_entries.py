"""Suggestions in the completion menu of a client without ghost text, with a real model."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from editor import AUTOMATIC, Editor, start_server, stop_server
from lsprotocol import types
from pytest_lsp import LanguageClient

pytestmark = pytest.mark.asyncio(loop_scope="module")

ADD = "def add(first, second):\n    return <CURSOR>\n\n\ndef sub(a, b):\n    return a - b\n"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client(qwen: Path) -> AsyncIterator[LanguageClient]:
    """One server for the whole file, which has its model loaded."""
    client = await start_server()
    editor = Editor(client, has_ghost_text=False)
    await editor.start(qwen, deadline_ms=60_000)
    await editor.ghost_text(editor.open("loads.py", ADD))
    editor.close_all()
    yield client
    assert [message.message for message in client.messages] == []
    await client.shutdown_session()
    await stop_server(client)


@pytest.fixture
def editor(client: LanguageClient) -> Iterator[Editor]:
    editor = Editor(client, has_ghost_text=False)
    yield editor
    editor.close_all()  # the model reads what else is open


async def only(editor: Editor, uri: str) -> types.CompletionItem:
    items = await editor.menu(uri)
    assert len(items) == 1, (await editor.why(uri))[0]
    (item,) = items
    return item


async def test_an_entry_is_what_ghost_text_would_be(editor: Editor) -> None:
    uri = editor.open("add.py", ADD)
    item = await only(editor, uri)
    ghost = editor.text_of(uri, await editor.ask(uri, AUTOMATIC)[1])
    assert item.label == ghost == "first + second"
    newest, oldest = await editor.why(uri)
    assert (oldest["source"], newest["source"]) == ("model", "cache")


async def test_typing_on_keeps_the_entry_without_the_model(editor: Editor) -> None:
    uri = editor.open("typed.py", ADD)
    await only(editor, uri)
    editor.type(uri, "fir")
    item = await only(editor, uri)
    assert (item.label, item.filter_text) == ("first + second", "first + second")
    assert (await editor.why(uri))[0]["source"] == "cache"


async def test_taking_it_is_counted_and_leaves_the_whole_line(editor: Editor) -> None:
    uri = editor.open("taken.py", ADD)
    editor.type(uri, "fi")
    item = await only(editor, uri)
    editor.take(uri, item)
    assert item.command is not None
    params = types.ExecuteCommandParams(item.command.command, list(item.command.arguments or []))
    await editor.client.workspace_execute_command_async(params)
    hover = types.HoverParams(types.TextDocumentIdentifier(uri), types.Position(1, 13))
    assert await editor.client.text_document_hover_async(hover) is not None  # `first` is there
    assert await editor.menu(uri) == []  # and the line is complete


async def test_a_newer_menu_supersedes_the_older(editor: Editor) -> None:
    uri = editor.open("superseded.py", ADD.replace("add", "plus"))
    older, newer = await asyncio.gather(editor.menu(uri), editor.menu(uri))
    assert (older, [item.label for item in newer]) == ([], ["first + second"])
    assert [entry["reason"] for entry in await editor.why(uri)] == ["shown", "superseded"]


async def test_an_excluded_file_has_no_entry(editor: Editor) -> None:
    assert await editor.menu(editor.open(".env", "TOKEN=<CURSOR>", "dotenv")) == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-32"])
async def test_an_emoji_line(qwen: Path, encoding: str) -> None:
    client = await start_server()
    editor = Editor(client, encoding, has_ghost_text=False)
    await editor.start(qwen, deadline_ms=60_000)
    uri = editor.open("emoji.py", 'smile = "😋😋é"\nprint("😋", smi<CURSOR>\n')
    await editor.ghost_text(uri)
    item = await only(editor, uri)
    assert item.label == "smile)"
    editor.take(uri, item)
    await client.shutdown_session()
    await stop_server(client)
