"""Commands to a running server: those that take long, too, are served to their end."""

import asyncio
import json
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from machine import Engine, Machine, machine_in
from wired import Editor

from lsp_local import private_sockets
from lsp_local.lsp import control

pytestmark = pytest.mark.skipif(
    not private_sockets.HAS_SOCKETS, reason="commands come through a Unix socket"
)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    """A machine with three models, and a cache folder with a short name."""
    monkeypatch.setenv("LSP_LOCAL_CONFIG", str(tmp_path / "config.toml"))
    (tmp_path / "config.toml").touch()
    with tempfile.TemporaryDirectory(prefix="lsp") as folder:
        monkeypatch.setenv("LSP_LOCAL_CACHE_DIR", folder)
        yield machine_in(tmp_path, monkeypatch)


async def served(machine: Machine) -> tuple[Editor, Path]:
    """Return a server whose model is loaded, and the way to ask it."""
    editor = Editor(None)
    await editor.begin({}, "x = 1\n")
    session = editor.server.session
    session.configure([{"model": str(machine.folder / "small.gguf")}], None)
    assert await session._loader.wait() is not None
    editor.server.control.open()
    assert editor.server.control._opening is not None
    await editor.server.control._opening
    (folder,) = private_sockets.folders()
    return editor, next(folder.glob("*.sock"))


async def ask(path: Path, request: str) -> Any:
    reader, writer = await asyncio.open_unix_connection(path)
    writer.write(json.dumps({"request": request}).encode() + b"\n")
    said = await reader.readline()
    writer.close()
    return json.loads(said)["answer"]


async def end(editor: Editor) -> None:
    """End a server, and what only the end of its process would close."""
    listener = editor.server.control._server
    assert listener is not None
    editor.server.control.close()
    listener.close()
    await listener.wait_closed()
    await editor.server.session.close()


def slow_to_end(monkeypatch: pytest.MonkeyPatch) -> tuple[asyncio.Event, asyncio.Event]:
    """Have models end only when told; return what says that one should, and what tells it."""
    begins, ends, close = asyncio.Event(), asyncio.Event(), Engine.close

    async def slow(engine: Engine) -> None:
        begins.set()
        await ends.wait()
        await close(engine)

    monkeypatch.setattr(Engine, "close", slow)
    return begins, ends


async def test_a_purge_that_takes_long_is_answered(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(control, "READ_SECONDS", 0.01)
    begins, ends = slow_to_end(monkeypatch)
    editor, path = await served(machine)
    asking = asyncio.create_task(ask(path, "purge"))
    await begins.wait()
    again = asyncio.create_task(ask(path, "purge"))
    await asyncio.sleep(0.05)
    assert editor.server.session.is_paused
    ends.set()
    assert (await asking, await again) == ([], [])
    assert not editor.server.session.is_paused
    assert await editor.server.session._loader.wait() is not None
    await end(editor)


@pytest.mark.parametrize(
    "stop",
    [
        pytest.param(lambda asking: asking.cancel(), id="whoever asked for it has gone"),
        pytest.param(lambda _asking: None, id="it is asked for twice"),
    ],
)
async def test_a_purge_leaves_the_server_as_it_was(
    machine: Machine,
    monkeypatch: pytest.MonkeyPatch,
    stop: Callable[[asyncio.Task[list[str]]], object],
) -> None:
    begins, ends = slow_to_end(monkeypatch)
    editor, _ = await served(machine)
    session = editor.server.session
    asking = asyncio.create_task(session.purge())
    await begins.wait()
    stop(asking)
    again = asyncio.create_task(session.purge())
    await asyncio.sleep(0)
    assert session.is_paused
    ends.set()
    await asyncio.wait([asking, again])
    assert again.result() == []
    assert not session.is_paused
    await end(editor)


async def test_a_purge_that_fails_leaves_the_server_as_it_was(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_: Engine) -> None:
        raise OSError("no such process")

    editor, _ = await served(machine)
    session = editor.server.session
    with monkeypatch.context() as patch:
        patch.setattr(Engine, "close", fail)
        with pytest.raises(OSError, match="no such process"):
            await session.purge()
    assert not session.is_paused
    await end(editor)
