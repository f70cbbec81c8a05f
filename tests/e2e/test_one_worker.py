"""Three editors of one user: one model process, one model in memory."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from editor import AUTOMATIC, Editor, is_alive, kill, start_server, stop_server, until

from lsp_local.engine.company import n_bytes_of

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/smaps_rollup").exists(), reason="reads memory from /proc"
)

N_WINDOWS = 3
CODE = "".join(f"def double_{{name}}_{n}(x):\n    return {n} * x\n\n\n" for n in range(40))


@pytest_asyncio.fixture
async def windows(qwen: Path) -> AsyncIterator[list[Editor]]:
    """Three editors, of which one has the model loaded; at their end nothing is left."""
    with tempfile.TemporaryDirectory(prefix="lsp") as folder:  # a short name: a path of a socket
        environment = {
            "LSP_LOCAL_CACHE_DIR": folder,
            "LSP_LOCAL_SHARE_WORKER": "1",
            "LSP_LOCAL_WORKER_LINGER_MINUTES": "0",
        }
        editors = [Editor(await start_server(environment)) for _ in range(N_WINDOWS)]
        await open_window(editors[0], qwen, 0)
        pids = {await worker_of(editors[0])}
        yield editors
        pids |= {await worker_of(one) for one in editors if is_alive(one.process.pid)}
        for editor in editors:
            if is_alive(editor.process.pid):
                await editor.client.shutdown_session()
            await stop_server(editor.client)
        await until(lambda: not any(is_alive(pid) for pid in pids))
        names = (path.name for path in Path(folder, "run").iterdir())
        assert [
            name for name in names if not name.endswith(".sock")
        ] == []  # those are the servers'


async def open_window(editor: Editor, model: Path, number: int) -> str:
    """Greet a server and have it complete; return the URI of its document."""
    await editor.start(model, nRepository=0)
    uri = editor.open(f"of_{number}.py", code_of(number) + "def triple(x):\n    return <CURSOR>\n")
    assert await editor.ghost_text(uri)
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
    await editor.ask(uri, AUTOMATIC)[1]
    return int((await editor.why(uri))[0]["n_evaluated"])


def megabytes(*pids: int) -> float:
    """Return the memory of processes, what several have counted once."""
    return sum(n_bytes_of(pid) or 0 for pid in pids) / 1e6


async def test_three_windows_have_one_model_in_memory(
    windows: list[Editor], qwen: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, *others = windows
    pid = await worker_of(first)
    servers = [editor.process.pid for editor in windows]
    alone = megabytes(servers[0], pid), megabytes(pid)
    uris = ["file:///src/shop/of_0.py"]
    uris += [await open_window(editor, qwen, n) for n, editor in enumerate(others, start=1)]
    assert {await worker_of(editor) for editor in windows} == {pid}
    together = megabytes(*servers, pid), megabytes(pid)
    with capsys.disabled():
        print(
            f"\none window {alone[0]:.0f} MB, of which the model process {alone[1]:.0f}; "
            f"three {together[0]:.0f} MB, of which {together[1]:.0f}"
        )
    assert together[1] < 1.5 * alone[1]
    costs = [
        await read_for_a_key(*one) for _ in range(3) for one in zip(windows, uris, strict=True)
    ]
    assert max(costs[N_WINDOWS:]) <= 2


async def test_whoever_is_killed_the_others_go_on(windows: list[Editor], qwen: Path) -> None:
    first, second, third = windows
    uris = [await open_window(editor, qwen, n) for n, editor in ((1, second), (2, third))]
    pid = await worker_of(first)
    kill(first.process.pid)
    assert await second.ghost_text(uris[0])
    assert await worker_of(second) == pid
    kill(pid)
    await until(lambda: not is_alive(pid))
    for editor, uri in ((second, uris[0]), (third, uris[1])):
        editor.type(uri, "x")
        assert await editor.ghost_text(uri)
    again = [await worker_of(second), await worker_of(third)]
    assert again[0] == again[1] != pid
