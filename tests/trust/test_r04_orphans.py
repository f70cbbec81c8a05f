"""R4: a server that is killed leaves no process, no socket and no temporary file behind."""

import random
import re
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from raw_server import RawServer
from running import WORKER, environment_in, processes_in

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="finds processes in /proc")

CODE = "".join(f"def double_{n}(x):\n    return {n} * x\n\n\n" for n in range(60)) + "x = "
LIFE = 3.0  # seconds after the start within which the kill comes: index and states are written, too
# SQLite's own, which the next process of the same project takes over; and what locks are made of.
KEPT = re.compile(r"\.((sqlite3?|db)(-wal|-shm)?|lock|log|kv)")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short name: it is part of the path of a socket."""
    with tempfile.TemporaryDirectory(prefix="lsp") as name:
        for inside in ("cache", "tmp", "project"):
            (Path(name) / inside).mkdir()
        (Path(name) / "project" / "shop.py").write_text("PRICE = 3\n")
        yield Path(name)


def started(folder: Path, model: Path, is_shared: bool) -> RawServer:
    """Start a server that loads a model, knows a project and completes."""
    told = {"LSP_LOCAL_SHARE_WORKER": str(int(is_shared)), "LSP_LOCAL_WORKER_LINGER_MINUTES": "0"}
    told |= {"TMPDIR": str(folder / "tmp"), "LSP_LOCAL_MODEL": str(model)}
    return RawServer(folder, environment_in(folder / "cache", LSP_LOCAL_N_THREADS="1", **told))


def use(server: RawServer, folder: Path) -> None:
    """Have it begin all that it does, and wait for nothing."""
    root = {"uri": (folder / "project").as_uri(), "name": "project"}
    least: dict[str, object] = {"processId": None, "rootUri": root["uri"], "capabilities": {}}
    server.request(1, "initialize", {**least, "workspaceFolders": [root]})
    server.notify("initialized", {})
    item = {"uri": f"{root['uri']}/a.py", "languageId": "python", "version": 1, "text": CODE}
    server.notify("textDocument/didOpen", {"textDocument": item})
    where = {"textDocument": item, "position": {"line": 240, "character": 4}}
    server.request(2, "textDocument/inlineCompletion", {**where, "context": {"triggerKind": 1}})


def wait_until(is_true: Callable[[], bool]) -> None:
    """Wait for what sends no message; a hang is the test runner's to end."""
    while not is_true():
        time.sleep(0.02)


def left_in(folder: Path) -> list[str]:
    """Return the temporary files and sockets in a folder, whoever has left them."""
    files = [path for path in folder.rglob("*") if not path.is_dir()]
    return sorted(
        path.name for path in files if not KEPT.fullmatch(path.suffix) or "run" in path.parts
    )


def test_a_killed_server_leaves_nothing(
    smollm: Path, folder: Path, many: Callable[..., int], reached: Callable[[str, str], None]
) -> None:
    chance = random.Random(4)
    bad = folder / "bad.gguf"  # its worker is there at once, and says that it cannot load it
    bad.write_bytes(b"GGUF" + bytes(200))
    n_kills = many(short=3, long=100)
    for number in range(n_kills):
        model = smollm if number % 2 and n_kills > 3 else bad
        server = started(folder, model, is_shared=number % 4 > 1)
        use(server, folder)
        time.sleep(chance.random() * LIFE * many(short=1, long=2) / 2)  # the random moment
        server.process.send_signal(signal.SIGKILL)
        server.close()
        wait_until(lambda: not processes_in(folder / "cache"))
    check_nothing_left(folder, bad)
    reached("R4", f"{n_kills} kills: 0 processes, sockets and temporary files left")


def check_nothing_left(folder: Path, model: Path) -> None:
    """The next server, which ends as it should, takes away the names of those that could not."""
    server = started(folder, model, is_shared=True)
    use(server, folder)
    wait_until(lambda: bool(processes_in(folder / "cache", WORKER)))
    server.answers_until(2)
    wait_until(lambda: any((folder / "cache" / "run").glob(f"{server.process.pid}.sock")))
    server.request(3, "shutdown")
    server.answers_until(3)
    server.notify("exit")
    server.unread()
    server.close()
    wait_until(lambda: not processes_in(folder / "cache"))
    assert left_in(folder / "cache") == []
    assert left_in(folder / "tmp") == []
