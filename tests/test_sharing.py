"""One model process for several windows: real processes, ended at any moment."""

import asyncio
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import shared
from processes import IS_TOLD, is_alive
from shared import FOREVER, another_window, decode, names, until, window

from lsp_local.engine import finding, spawning
from lsp_local.engine.base import EngineDied, EngineError, Priority
from lsp_local.engine.client import EngineClient
from lsp_local.engine.spawning import Load
from lsp_local.engine.supervising import CRASHES_IN_A_ROW

pytestmark = pytest.mark.skipif(not IS_TOLD, reason="looks after processes in /proc")

DOCUMENTS = [list(range(first, first + 300)) for first in (1000, 2000)]


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A place of its own for each test, where nothing may be left."""
    with tempfile.TemporaryDirectory(prefix="lsp") as cache:  # a short name: a path of a socket
        monkeypatch.setenv("LSP_LOCAL_CACHE_DIR", cache)
        yield Path(cache)
        assert names() == []


@pytest_asyncio.fixture
async def pair(smollm: Path) -> AsyncIterator[tuple[EngineClient, EngineClient]]:
    """Two windows with one model; it goes with them."""
    async with window(smollm) as one, window(smollm) as two:
        await asyncio.gather(one.info(), two.info())
        yield one, two
        pid = one.worker_pid
    assert pid is not None
    await gone(pid)


async def gone(pid: int) -> None:
    """Wait for the end of a worker."""

    async def is_gone() -> bool:
        return not is_alive(pid)

    await until(is_gone)


async def has_windows(n_windows: int) -> None:
    """Wait until the worker knows of so many windows."""

    async def has_them() -> bool:
        return await shared.n_windows() == n_windows

    await until(has_them)


Pair = tuple[EngineClient, EngineClient]


async def test_two_windows_have_one_process(pair: Pair, folder: Path) -> None:
    one, two = pair
    assert one.worker_pid == two.worker_pid
    status = await two.status()
    assert status is not None
    assert status["pid"] == one.worker_pid
    assert (status["n_windows"], status["is_shared"]) == (2, True)
    assert status["n_bytes"] > 90e6
    places = sorted((folder / "run").iterdir())
    assert [path.suffix for path in places] == [".lock", ".worker"]
    assert {path.stat().st_mode & 0o777 for path in places} == {0o600}
    assert (folder / "run").stat().st_mode & 0o777 == 0o700


async def test_what_one_window_has_read_the_other_need_not(pair: Pair) -> None:
    one, two = pair
    read = [await decode(engine, DOCUMENTS[0]) for engine in (one, two)]
    assert [answer.n_evaluated for answer in read] == [300, 1]


async def test_windows_in_turn_read_only_what_was_typed(pair: Pair) -> None:
    for engine, tokens in zip(pair, DOCUMENTS, strict=True):
        await decode(engine, tokens)
    read = []
    for key in range(3):
        for engine, tokens in zip(pair, DOCUMENTS, strict=True):
            typed = [*tokens, *range(500, 501 + key)]
            read.append((await decode(engine, typed)).n_evaluated)
    assert read == [1] * 6


async def test_a_short_question_need_not_wait_for_another_windows_long_answer(pair: Pair) -> None:
    one, two = pair
    long = asyncio.create_task(decode(one, [300, 301], FOREVER))
    await one.tokenize(["until the decode has been sent"])
    assert (await decode(two, [400, 401])).n_predicted == 4
    assert not long.done()
    long.cancel()


async def test_urgent_work_of_any_window_goes_first(pair: Pair) -> None:
    one, two = pair
    order: list[str] = []

    async def note(name: str, engine: EngineClient, priority: Priority) -> None:
        await decode(engine, DOCUMENTS[0], 8, priority)
        order.append(name)

    slow = asyncio.create_task(note("lint", one, Priority.LINT))
    await one.tokenize(["until it has been sent"])
    await asyncio.gather(slow, note("inline", two, Priority.INLINE))
    assert order == ["inline", "lint"]


async def test_a_cancel_reaches_the_windows_own_job_only(pair: Pair) -> None:
    one, two = pair
    kept = asyncio.create_task(decode(one, [300, 301], 40))
    dropped = asyncio.create_task(decode(two, [300, 302], FOREVER))
    await two.tokenize(["until it has been sent"])
    dropped.cancel()
    assert (await kept).n_predicted == 40
    assert (await decode(two, [400], 2)).n_predicted == 2


async def test_a_window_that_goes_takes_its_work_along(pair: Pair, smollm: Path) -> None:
    one, _ = pair
    other = await asyncio.to_thread(another_window, smollm)
    await has_windows(3)
    other.kill()
    other.communicate()
    await has_windows(2)
    await one.settle()  # comes to an end only when the other's decode has


async def test_a_killed_worker_costs_each_window_one_answer(pair: Pair) -> None:
    one, two = pair
    pid = one.worker_pid
    running = [asyncio.create_task(decode(engine, [300], FOREVER)) for engine in pair]
    await asyncio.gather(*(engine.tokenize(["until it has been sent"]) for engine in pair))
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    ended = await asyncio.gather(*running, return_exceptions=True)
    assert [type(answer) for answer in ended] == [EngineDied, EngineDied]
    await asyncio.gather(one.info(), two.info())
    assert one.worker_pid == two.worker_pid != pid


async def test_it_stays_for_the_next_window_for_a_while(smollm: Path) -> None:
    async with window(smollm, linger=60) as engine:
        await decode(engine, DOCUMENTS[0])
        pid = engine.worker_pid
    assert pid is not None
    async with window(smollm, linger=0.2) as engine:
        assert (await decode(engine, DOCUMENTS[0])).n_evaluated == 1
        assert engine.worker_pid == pid
    assert is_alive(pid)
    await gone(pid)


async def test_a_model_that_nobody_wants_any_more_goes_at_once(smollm: Path) -> None:
    async with window(smollm, linger=600) as engine:
        await engine.info()
        engine.let_go()
        pid = engine.worker_pid
    assert pid is not None
    await gone(pid)


async def test_retired_while_nobody_is_there_it_goes_at_once(smollm: Path) -> None:
    async with window(smollm, linger=600) as engine:
        await engine.info()
        pid = engine.worker_pid
    assert pid is not None
    await asyncio.to_thread(finding.retire_all)
    await gone(pid)


async def test_retired_it_stays_with_its_window_and_no_longer(smollm: Path) -> None:
    async with window(smollm, linger=600) as engine:
        await engine.info()
        await asyncio.to_thread(finding.retire_all)
        assert (await decode(engine, DOCUMENTS[0])).n_predicted > 0
        pid = engine.worker_pid
    assert pid is not None
    await gone(pid)


async def test_a_window_closed_while_it_starts_leaves_no_worker_behind(
    smollm: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    has_reached, reach = threading.Event(), finding.reach

    def watched(*given: Any) -> Any:
        try:
            return reach(*given)
        finally:
            has_reached.set()

    monkeypatch.setattr(finding, "reach", watched)
    engine = window(smollm)
    await engine.start()
    waiting = asyncio.create_task(engine.info())
    await asyncio.sleep(0)
    await engine.close()
    with pytest.raises(EngineDied):
        await waiting
    await asyncio.to_thread(has_reached.wait)  # the worker is there, and nobody wants it

    async def has_no_name() -> bool:
        return not names()

    await until(has_no_name)


async def test_a_file_that_is_no_model_keeps_no_process(folder: Path) -> None:
    bad = folder / "bad.gguf"
    bad.write_bytes(b"GGUF" + bytes(200))
    async with window(bad, linger=600) as engine:
        with pytest.raises(Exception, match="cannot load"):
            await engine.info()
        pid = engine.worker_pid
    assert pid is not None
    await gone(pid)


async def test_workers_that_die_before_they_say_hello_are_counted(
    smollm: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[Load] = []

    def command(load: Load) -> list[str]:
        started.append(load)
        return [sys.executable, "-c", ""]

    monkeypatch.setattr(spawning, "_command", command)
    async with window(smollm) as engine:
        said = ""
        while f"died {CRASHES_IN_A_ROW} times" not in said:
            with pytest.raises(EngineError) as error:
                await engine.info()
            said = str(error.value)
    assert len(started) == CRASHES_IN_A_ROW
    for path in (folder / "run").iterdir():
        path.unlink()  # the last one's; the next start would do it


async def test_kills_of_windows_and_workers_lose_nothing(
    smollm: Path, many: Callable[..., int]
) -> None:
    chance = random.Random(8)
    others: list[subprocess.Popen[bytes]] = []
    pids: set[int] = set()
    async with window(smollm) as engine:
        for _ in range(many(short=8, long=20)):
            pids |= {engine.worker_pid} if engine.worker_pid else set()
            if others and chance.random() < 0.5:
                other = others.pop(chance.randrange(len(others)))
                other.kill()
                other.communicate()
            elif len(others) < 2 and chance.random() < 0.6:
                others.append(await asyncio.to_thread(another_window, smollm))
            elif engine.worker_pid is not None:
                os.kill(engine.worker_pid, signal.SIGKILL)
                await asyncio.sleep(chance.random() / 10)
            engine._crashes.clear()  # they are meant here
            assert await _n_said(engine) == 4
        for other in others:
            other.kill()
            other.communicate()
    for pid in pids:
        await gone(pid)


async def _n_said(engine: EngineClient) -> int:
    """Return how many tokens were answered, by the next worker if this one dies meanwhile."""
    while True:
        try:
            return (await decode(engine, DOCUMENTS[0])).n_predicted
        except EngineDied:
            continue
