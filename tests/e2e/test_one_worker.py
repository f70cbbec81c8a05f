"""Three editors of one user: one model process, one model in memory."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from editor import Editor, start_server, stop_server, until
from processes import is_alive, kill

from lsp_local.engine.company import n_bytes_of

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/smaps_rollup").exists(), reason="reads memory from /proc"
)

N_WINDOWS = 3
CODE = "".join(f"def double_{{name}}_{n}(x):\n    return {n} * x\n\n\n" for n in range(40))


@pytest_asyncio.fixture
async def windows(folder: Path) -> AsyncIterator[list[Editor]]:
    """Three editors whose servers nobody has greeted; at their end nothing is left."""
    environment = {
        "LSP_LOCAL_CACHE_DIR": str(folder),
        "LSP_LOCAL_SHARE_WORKER": "1",
        "LSP_LOCAL_WORKER_LINGER_MINUTES": "0",
    }
    editors = [Editor(await start_server(environment)) for _ in range(N_WINDOWS)]
    yield editors
    living = [editor for editor in editors if is_alive(editor.process.pid)]
    pids = {await worker_of(editor) for editor in living}
    for editor in living:
        await editor.client.shutdown_session()
    for editor in editors:
        await stop_server(editor.client)
    await until(lambda: not any(is_alive(pid) for pid in pids))
    names = {path.suffix for path in Path(folder, "run").iterdir()}
    assert names <= {".sock"}  # of a server that was killed; the next one removes it


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short name: it is part of the path of a socket."""
    with tempfile.TemporaryDirectory(prefix="lsp") as name:
        yield Path(name)


async def open_window(editor: Editor, model: Path, number: int) -> str:
    """Greet a server and have it complete; return the URI of its document."""
    await editor.start(model, nRepository=0)
    uri = editor.open(f"of_{number}.py", code_of(number) + "def triple(x):\n    return <CURSOR>\n")
    await editor.ghost_text(uri)
    return uri


def code_of(number: int) -> str:
    """Return what only this window's document holds."""
    return CODE.replace("{name}", f"in_{number}")


async def worker_of(editor: Editor) -> int:
    """Return the process that the server says it has its model in."""
    answer = editor.client.protocol.send_request("lspLocal/stats", {})
    figures = await asyncio.wrap_future(answer)
    return int(figures.worker.pid)


async def read_for_a_key(editor: Editor, uri: str) -> int:
    """Type a letter that nobody expects, and return how many tokens the answer cost."""
    editor.type(uri, "q")
    await editor.ask(uri)[1]
    return int((await editor.why(uri))[0]["n_evaluated"])


def megabytes(*pids: int) -> float:
    """Return the memory of processes, what several have counted once."""
    return sum(n_bytes_of(pid) or 0 for pid in pids) / 1e6


async def test_three_windows_have_one_model_in_memory(
    windows: list[Editor], folder: Path, qwen: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = folder / "model.gguf"
    shutil.copyfile(qwen, model)  # the original may be in the memory of others' processes
    uris = [await open_window(windows[0], model, 0)]
    pid = await worker_of(windows[0])
    servers = [editor.process.pid for editor in windows]
    alone = megabytes(servers[0], pid), megabytes(pid)
    uris += [await open_window(editor, model, n) for n, editor in enumerate(windows[1:], start=1)]
    assert {await worker_of(editor) for editor in windows} == {pid}
    together = megabytes(*servers, pid), megabytes(pid)
    with capsys.disabled():
        print(
            f"\none window {alone[0]:.0f} MB, of which the model process {alone[1]:.0f}; "
            f"three {together[0]:.0f} MB, of which {together[1]:.0f}"
        )
    assert together[1] < 1.3 * alone[1]
    # On a busy machine, one window's first keys come before all of its text is read.
    places = [*zip(windows, uris, strict=True)] * 4
    costs = [await read_for_a_key(editor, uri) for editor, uri in places]
    assert max(costs[-N_WINDOWS:]) <= 2


async def test_whoever_is_killed_the_others_go_on(windows: list[Editor], smollm: Path) -> None:
    first, second, third = windows
    uris = [await open_window(editor, smollm, n) for n, editor in enumerate(windows)]
    pid = await worker_of(first)
    kill(first.process.pid)
    assert await read_for_a_key(second, uris[1])
    assert await worker_of(second) == pid
    kill(pid)
    await until(lambda: not is_alive(pid))
    for editor, uri in zip(windows[1:], uris[1:], strict=True):
        while not await read_for_a_key(editor, uri):
            pass  # the answer that the dead worker was asked for
    again = [await worker_of(second), await worker_of(third)]
    assert again[0] == again[1] != pid
