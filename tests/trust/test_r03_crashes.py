"""R3: the death of the model process is invisible, and one that always dies is left alone."""

import asyncio
import random
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from editor import Editor, start_server, stop_server, until
from processes import is_alive, kill, parent_of
from running import WORKER, environment_in, processes_in

from lsp_local.engine.supervising import CRASHES_IN_A_ROW

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="finds processes in /proc")

LONG = "".join(f"def double_{n}(x):\n    return {n} * x\n\n\n" for n in range(150))
ADD = "def add_{}(a, b):\n    return <CURSOR>\n"
LIMIT = "died 5 times within 3 minutes"
LOAD_AND_TWO = 2.0  # seconds beside the load
BUSY = 10  # times as long, in the short form: others compute on the same machine


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short name: it is part of the path of a socket."""
    with tempfile.TemporaryDirectory(prefix="lsp") as name:
        yield Path(name)


class Window:
    """An editor whose model process is killed again and again."""

    def __init__(self, editor: Editor, folder: Path, chance: random.Random) -> None:
        self.editor, self.folder, self.chance = editor, folder, chance
        self.n_asked = 0
        self.slowest = 0.0  # seconds from a kill to the next answer

    async def answer(self) -> str:
        """Ask in a file that nobody knows yet, so that no cache answers."""
        self.n_asked += 1
        return await self.editor.ghost_text(
            self.editor.open(f"of_{self.n_asked}.py", ADD.format(self.n_asked))
        )

    async def wait_for_answer(self) -> float:
        """Return after how many seconds there is one."""
        started = time.monotonic()
        async with asyncio.timeout(60):
            while not await self.answer():
                await asyncio.sleep(0.05)
        return time.monotonic() - started

    async def worker(self) -> int:
        """Return the model process, which may be starting, not what it tries its limits in."""
        while True:
            pids = processes_in(self.folder, WORKER)
            if found := [pid for pid in pids if parent_of(pid) not in (None, *pids)]:
                return found[-1]
            await asyncio.sleep(0.01)

    async def kill_at(self, moment: str) -> None:
        """Kill the worker, for the last time for now; whoever waits must be answered nothing."""
        asked = []
        if moment in ("prefill", "decode"):
            self.n_asked += 1
            uri = self.editor.open(f"long_{self.n_asked}.py", LONG + ADD.format(self.n_asked))
            asked = [self.editor.ask(uri)[1]]
        await asyncio.sleep(self.chance.random() * PAUSES.get(moment, 0.0))
        pid = await self.worker()
        kill(pid)
        await until(lambda: not is_alive(pid))
        for answer in asked:  # [], unless it was there before the kill
            assert await answer == [] or moment == "decode"


# How long after the last answer a kill comes at most. An idle worker writes its states after 2 s.
PAUSES = {"loading": 0.5, "prefill": 0.4, "decode": 1.5, "idle": 0.3, "writing": 2.6}


@asynccontextmanager
async def window(
    folder: Path, model: Path, is_shared: bool, chance: random.Random
) -> AsyncIterator[Window]:
    """A server of its own; at its end it still is the same process, and nothing runs on."""
    told = {"LSP_LOCAL_SHARE_WORKER": str(int(is_shared)), "LSP_LOCAL_WORKER_LINGER_MINUTES": "0"}
    client = await start_server(environment_in(folder, **told))
    editor = Editor(client)
    pid = editor.process.pid
    try:
        await editor.start(model, nThreads=1)
        yield Window(editor, folder, chance)
        assert editor.process.returncode is None
        assert editor.process.pid == pid
        await client.shutdown_session()
    except BaseException:
        editor.process.kill()  # it waits for its shutdown, and we would wait for it
        raise
    finally:
        await stop_server(client)
    await until(lambda: not processes_in(folder))


async def test_a_death_is_invisible_and_five_are_enough(
    smollm: Path, folder: Path, many: Callable[..., int], reached: Callable[[str, str], None]
) -> None:
    chance = random.Random(3)
    n_servers, n_moments = many(short=1, long=10), many(short=1, long=4)
    slowest, n_kills = 0.0, 0
    for n_server in range(n_servers):
        async with window(folder, smollm, n_server % 2 == 1, chance) as one:
            one.n_asked = 100 * n_server  # or what is kept on disk of the one before answers
            load = await one.wait_for_answer()
            # Loading is the last, so that only the kill below hits its load, and nobody's request.
            moments = chance.sample(sorted(PAUSES), n_moments)
            for moment in sorted(moments, key=lambda moment: moment == "loading"):
                await one.kill_at(moment)
                if moment != "loading":
                    slowest = max(slowest, await one.wait_for_answer() - load)
            assert [message.message for message in one.editor.client.messages] == []
            for _ in range(CRASHES_IN_A_ROW - n_moments):
                await one.kill_at("at once")
            await check_left_alone(one)
            n_kills += CRASHES_IN_A_ROW
    reached("R3", f"{n_kills} kills; answer {slowest:.1f} s beyond the load at worst")
    assert slowest < LOAD_AND_TWO * many(short=BUSY, long=1)


async def check_left_alone(window: Window) -> None:
    """No process may be started any more; the user is told once, each request gets nothing."""
    for _ in range(10):
        assert await window.answer() == ""
        assert processes_in(window.folder, WORKER) == []
    (said,) = window.editor.client.messages
    assert LIMIT in said.message
