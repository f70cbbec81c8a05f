import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from editor import AUTOMATIC, Editor, start_server, stop_server, until
from lsprotocol import types
from processes import IS_TOLD, is_alive
from pygls.exceptions import JsonRpcException
from pytest_lsp import LanguageClient

pytestmark = pytest.mark.skipif(not IS_TOLD, reason="finds the worker in /proc")

ADD = "def add(a, b):\n    return <CURSOR>\n"
LONG = "".join(f"def double_{n}(x):\n    return {n} * x\n\n\n" for n in range(200))


@pytest_asyncio.fixture
async def client() -> AsyncIterator[LanguageClient]:
    """A server for each test, which greets it in its own way."""
    client = await start_server()
    yield client
    if Editor(client).process.returncode is None:
        await client.shutdown_session()
        assert Editor(client).process.returncode == 0
    await stop_server(client)


@pytest.mark.trust
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
async def test_an_emoji_line(client: LanguageClient, qwen: Path, encoding: str) -> None:
    editor = Editor(client, encoding)
    await editor.start(qwen)
    # One unit too far in either direction, and the name would be completed in another way.
    uri = editor.open("emoji.py", 'smile = "😋😋é"\nprint("😋", smi<CURSOR>\n')
    assert await editor.ghost_text(uri) == "le)"
    editor.type(uri, "le")
    assert await editor.ghost_text(uri) == ")"


async def test_while_the_model_loads(client: LanguageClient, qwen: Path) -> None:
    editor = Editor(client)
    await editor.start(qwen)
    uri = editor.open("add.py", ADD)
    assert await editor.ask(uri, AUTOMATIC)[1] == []
    assert await editor.reason(uri) == "model-loading"
    msg_id, answer = editor.ask(uri)
    editor.cancel(msg_id)
    with pytest.raises(JsonRpcException):
        await answer
    assert await editor.reason(uri) == "cancelled"
    assert await editor.ghost_text(uri) == "a + b"


@pytest.mark.parametrize("content", [b"", b"GGUF", b"GGUF\3\0\0\0" + 4096 * b"\xff"])
async def test_a_corrupt_model_is_said_once(
    client: LanguageClient, tmp_path: Path, content: bytes
) -> None:
    model = tmp_path / "corrupt.gguf"
    model.write_bytes(content)
    await check_silence_and_one_message(client, model)


async def test_a_truncated_model_is_said_once(
    client: LanguageClient, tmp_path: Path, smollm: Path
) -> None:
    model = tmp_path / "truncated.gguf"
    with smollm.open("rb") as whole:
        model.write_bytes(whole.read(20_000_000))
    await check_silence_and_one_message(client, model)


async def test_a_missing_model_is_said_once_and_noticed_when_it_comes(
    client: LanguageClient, tmp_path: Path, smollm: Path
) -> None:
    model = tmp_path / "later.gguf"
    editor, uri = await check_silence_and_one_message(client, model)
    shutil.copy(smollm, tmp_path / "part")
    (tmp_path / "part").rename(model)
    while await editor.reason(uri) == "no-model":
        await editor.ghost_text(uri)
    assert await editor.reason(uri) == "shown"


async def check_silence_and_one_message(client: LanguageClient, model: Path) -> tuple[Editor, str]:
    editor = Editor(client)
    await editor.start(model)
    uri = editor.open("add.py", ADD)
    for _ in range(3):
        assert await editor.ghost_text(uri) == ""
        assert await editor.reason(uri) == "no-model"
    (said,) = client.messages
    assert said.type == types.MessageType.Error
    assert model.name in said.message
    return editor, uri


async def test_settings_bring_another_model_or_none(
    client: LanguageClient, qwen: Path, smollm: Path
) -> None:
    editor = Editor(client)
    await editor.start(qwen)
    uri = editor.open("add.py", ADD)
    await editor.ghost_text(uri)
    change_settings(client, {"lspLocal": {"model": str(smollm)}})
    await editor.ghost_text(uri)
    worker = editor.worker
    change_settings(client, {"lspLocal": {"enabled": False}, "pylsp": {"plugins": {}}})
    assert await editor.ghost_text(uri) == ""
    await until(lambda: not is_alive(worker))
    off, smol, first = await editor.why(uri)
    assert (first["model"], smol["model"]) == (qwen.stem, smollm.stem)
    assert off["reason"] == "disabled"
    assert client.messages == []


async def test_a_model_that_is_no_longer_wanted_leaves_no_worker(
    client: LanguageClient, qwen: Path, smollm: Path
) -> None:
    editor = Editor(client)
    await editor.start(qwen)
    uri = editor.open("add.py", ADD)
    await editor.ghost_text(uri)
    for model in (smollm, qwen, smollm, qwen, smollm):
        change_settings(client, {"lspLocal": {"model": str(model)}})
    await editor.ghost_text(uri)
    assert (await editor.why(uri))[0]["model"] == smollm.stem
    await until(lambda: len(editor.workers) == 1)


def change_settings(client: LanguageClient, settings: object) -> None:
    client.workspace_did_change_configuration(types.DidChangeConfigurationParams(settings))


@pytest.mark.parametrize("is_polite", [True, False])
async def test_exit_in_mid_decode(client: LanguageClient, qwen: Path, is_polite: bool) -> None:
    editor = Editor(client)
    await editor.start(qwen)
    await editor.ghost_text(editor.open("add.py", ADD))
    _, answer = editor.ask(editor.open("long.py", LONG + ADD))
    worker = editor.worker
    await editor.until_decoding(worker)
    if is_polite:
        await client.shutdown_async(None)
        with pytest.raises(JsonRpcException):
            await answer
    client.exit(None)
    assert await editor.process.wait() == (0 if is_polite else 1)
    await until(lambda: not is_alive(worker))
