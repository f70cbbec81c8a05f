"""Every reason for silence, provoked at the real server, as the real `lsp-local why` tells it."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from editor import AUTOMATIC, Editor, start_server, stop_server, until
from lsprotocol import types
from processes import IS_TOLD, kill
from pygls.exceptions import JsonRpcException
from pytest_lsp import LanguageClient
from silences import ADD, TEXTS
from typer.testing import CliRunner

from lsp_local import private_sockets
from lsp_local.cli.app import app
from lsp_local.cli.reasons import sentence
from lsp_local.text import Reason

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(not private_sockets.HAS_SOCKETS, reason="asks through a Unix socket"),
    pytest.mark.skipif(not IS_TOLD, reason="finds the worker in /proc"),
]

LONG = "".join(f"def double_{n}(x):\n    return {n} * x\n\n\n" for n in range(200)) + ADD


@pytest.fixture(scope="module")
def variables() -> Iterator[dict[str, str]]:
    """A cache folder with a short name: the path of a socket must be."""
    with tempfile.TemporaryDirectory(prefix="lsp") as folder:
        yield {"LSP_LOCAL_CACHE_DIR": folder, "LSP_LOCAL_CACHE_MB": "0"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client(qwen: Path, variables: dict[str, str]) -> AsyncIterator[LanguageClient]:
    """One server for the whole file; it takes its time, so that it always reads the same."""
    client = await start_server(variables)
    editor = Editor(client)
    await editor.start(
        qwen,
        inComments=False,
        inStrings=False,
        disabledLanguages=["markdown"],
        nRepository=0,
        deadlineMs=60_000,
    )
    await editor.ghost_text(editor.open("load.py", ADD))  # until the model is there
    await until_it_can_be_asked(editor, variables)
    yield client
    await client.shutdown_session()
    await stop_server(client)


@pytest.fixture
def editor(client: LanguageClient) -> Editor:
    return Editor(client)


async def until_it_can_be_asked(editor: Editor, variables: dict[str, str]) -> None:
    folder = Path(variables["LSP_LOCAL_CACHE_DIR"], "run")
    await until((folder / f"{editor.process.pid}.sock").exists)


async def lsp_local(variables: dict[str, str], *arguments: str) -> str:
    """Run a command as a user does, who has a shell of his own; return what it prints."""
    ran = await asyncio.to_thread(CliRunner().invoke, app, [*arguments], env=variables)
    assert ran.exit_code == 0, ran.output
    return ran.stdout


async def check(
    editor: Editor, variables: dict[str, str], uri: str, reason: Reason, said: str = ""
) -> None:
    """Have the last requests of a document explained."""
    await editor.why(uri)  # what was sent before is handled: the command comes on another way
    told = await lsp_local(variables, "why", "--file", uri.removeprefix("file://"))
    assert f"  {reason}\n{'':15}{sentence(reason)}\n" in told
    assert f"\n  said         {said}" in told or not said


@pytest.mark.parametrize(("reason", "name", "language", "marked", "said"), TEXTS)
async def test_a_text(
    editor: Editor,
    variables: dict[str, str],
    reason: Reason,
    name: str,
    language: str,
    marked: str,
    said: str,
) -> None:
    uri = editor.open(name, marked, language)
    is_shown = await editor.ask(uri, AUTOMATIC)[1] != []
    assert is_shown == (reason is Reason.SHOWN)
    await check(editor, variables, uri, reason, said)
    if "by hand" in sentence(reason):
        assert await editor.ghost_text(uri) != ""
    editor.close(uri)


async def paused(editor: Editor, variables: dict[str, str]) -> str:
    uri = editor.open("paused.py", ADD)
    await lsp_local(variables, "pause")
    assert await editor.ask(uri)[1] == []
    await lsp_local(variables, "resume")
    return uri


async def deleted(editor: Editor, variables: dict[str, str]) -> str:
    uri = editor.open("deleted.py", "def add(a, b):\n    return ab<CURSOR>\n")
    editor.edit(uri, (1, 12), 1)
    editor.put(uri, 1, 12)
    assert await editor.ask(uri, AUTOMATIC)[1] == []
    return uri


async def asked_twice(editor: Editor, variables: dict[str, str]) -> str:
    uri = editor.open("twice.py", ADD)
    older, newer = editor.ask(uri)[1], editor.ask(uri)[1]
    assert await older == []
    assert await newer != []
    return uri


async def taken_back(editor: Editor, variables: dict[str, str]) -> str:
    uri = editor.open("taken_back.py", LONG)
    msg_id, answer = editor.ask(uri)
    await editor.until_decoding(editor.worker)
    editor.cancel(msg_id)
    with pytest.raises(JsonRpcException):
        await answer
    return uri


async def typed_on(editor: Editor, variables: dict[str, str]) -> str:
    uri = editor.open("typed_on.py", ADD)
    _, answer = editor.ask(uri, AUTOMATIC)
    editor.type(uri, "b")
    assert await answer == []
    return uri


async def in_the_menu(editor: Editor, variables: dict[str, str]) -> str:
    uri = editor.open("menu.py", ADD)
    return await select(editor, uri, await editor.ghost_text(uri))


async def another_in_the_menu(editor: Editor, variables: dict[str, str]) -> str:
    return await select(editor, editor.open("another.py", ADD), "zip")


async def select(editor: Editor, uri: str, entry: str) -> str:
    at = types.Position(1, 11)
    selected = types.SelectedCompletionInfo(types.Range(at, at), entry)
    assert await editor.ask(uri, AUTOMATIC, selected)[1] == []
    return uri


async def killed(editor: Editor, variables: dict[str, str]) -> str:
    uri = editor.open("killed.py", LONG)
    _, answer = editor.ask(uri)
    worker = editor.worker
    await editor.until_decoding(worker)
    kill(worker)
    assert await answer == []
    return uri


Way = Callable[[Editor, dict[str, str]], Awaitable[str]]
WAYS = [
    pytest.param(Reason.PAUSED, paused, id="`lsp-local pause`"),
    pytest.param(Reason.AFTER_DELETION, deleted, id="backspace"),
    pytest.param(Reason.SUPERSEDED, asked_twice, id="a second request"),
    pytest.param(Reason.CANCELLED, taken_back, id="$/cancelRequest"),
    pytest.param(Reason.STALE_VERSION, typed_on, id="a key before the answer"),
    pytest.param(Reason.IN_POPUP, in_the_menu, id="the menu offers it"),
    pytest.param(Reason.IN_POPUP, another_in_the_menu, id="the menu offers something else"),
    pytest.param(Reason.ENGINE_DIED, killed, id="kill -9, the last: others need the model"),
]


@pytest.mark.parametrize(("reason", "way"), WAYS)
async def test_an_event(
    editor: Editor, variables: dict[str, str], reason: Reason, way: Way
) -> None:
    uri = await way(editor, variables)
    await check(editor, variables, uri, reason)
    editor.close(uri)


async def test_before_there_is_a_model(
    variables: dict[str, str], tmp_path: Path, qwen: Path
) -> None:
    client = await start_server(variables)
    editor = Editor(client)
    await editor.start(tmp_path / "missing.gguf")
    await until_it_can_be_asked(editor, variables)
    missing, loading = editor.open("missing.py", ADD), editor.open("loading.py", ADD)
    assert await editor.ghost_text(missing) == ""
    await check(editor, variables, missing, Reason.NO_MODEL)
    settings = {"lspLocal": {"model": str(qwen)}}
    client.workspace_did_change_configuration(types.DidChangeConfigurationParams(settings))
    assert await editor.ask(loading, AUTOMATIC)[1] == []
    await check(editor, variables, loading, Reason.MODEL_LOADING)
    assert await editor.ghost_text(loading) != ""  # by hand
    await client.shutdown_session()
    await stop_server(client)


async def test_no_reason_is_left_out() -> None:
    provoked = {case.values[0] for case in [*TEXTS, *WAYS]}
    # A model that is too late, and a fault of ours, need a scripted engine: tests/test_menu.py and
    # tests/test_jobs.py have one.
    elsewhere = {Reason.NO_MODEL, Reason.MODEL_LOADING, Reason.TOO_LATE, Reason.FAILED}
    assert provoked | elsewhere == set(Reason)
