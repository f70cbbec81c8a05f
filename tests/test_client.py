"""The engine client when its worker, its caller or its event loop goes at a bad moment."""

import asyncio
import gc
import os
import shutil
import signal
import sys
import time
from pathlib import Path

import pytest

from lsp_local.engine.base import EngineError, GenerateRequest
from lsp_local.engine.client import EngineClient
from lsp_local.engine.supervising import CRASH_WINDOW


async def test_two_first_requests_at_once(smollm: Path) -> None:
    engine = EngineClient(smollm, n_ctx=512, n_threads=1)
    first, second = await asyncio.gather(engine.info(), engine.info())
    assert first == second
    await engine.close()


async def test_closed_while_it_starts_it_leaves_nothing(smollm: Path) -> None:
    engine = EngineClient(smollm, n_ctx=512, n_threads=1)
    await engine.start()
    pid = engine.worker_pid
    assert pid is not None
    await engine.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_an_event_loop_that_ends_at_once_leaves_nothing(smollm: Path) -> None:
    pids: list[int] = []

    async def start(engine: EngineClient) -> None:
        await engine.start()
        assert engine.worker_pid is not None
        pids.append(engine.worker_pid)

    asyncio.run(start(EngineClient(smollm, n_ctx=512, n_threads=1)))
    gc.collect()  # what is left open would warn here, and a warning is an error
    with pytest.raises(ProcessLookupError):
        os.kill(pids[0], 0)


async def test_what_on_text_raises_is_its_callers_only(smollm: Path) -> None:
    def fail(_text: str) -> None:
        raise BrokenPipeError("nobody reads")

    async with EngineClient(smollm, n_ctx=512, n_threads=1) as engine:
        await engine.info()
        pid = engine.worker_pid
        with pytest.raises(BrokenPipeError):
            await engine.generate(GenerateRequest([100, 200], 400), fail)
        assert (await engine.generate(GenerateRequest([100], 1))).n_predicted == 1
        assert engine.worker_pid == pid


async def test_too_long_a_message_costs_no_worker(smollm: Path) -> None:
    async with EngineClient(smollm, n_ctx=512, n_threads=1) as engine:
        with pytest.raises(EngineError, match="too long"):
            await engine.tokenize(["x" * (64 * 2**20)])
        assert engine.worker_pid is not None
        assert engine._connection is not None
        assert not engine._connection._pending


async def test_deaths_of_long_ago_do_not_count(smollm: Path) -> None:
    async with EngineClient(smollm, n_ctx=512, n_threads=1) as engine:
        await engine.info()
        engine._crashes.extend([time.monotonic() - 2 * CRASH_WINDOW] * 2)
        pid, listener = engine.worker_pid, engine._listener
        assert pid is not None
        assert listener is not None
        os.kill(pid, signal.SIGKILL)
        await listener
        assert engine.worker_pid not in (None, pid)
        assert not engine.is_ready
        await engine.info()


async def test_an_interpreter_that_is_gone_is_an_error(
    smollm: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    engine = EngineClient(smollm, n_ctx=512, n_threads=1)
    with pytest.raises(EngineError, match="cannot be started"):
        await engine.info()
    await engine.close()


def test_the_end_of_the_event_loop_starts_no_worker(smollm: Path) -> None:
    engine = EngineClient(smollm, n_ctx=512, n_threads=1)
    asyncio.run(_load(engine))
    assert engine.worker_pid is None


async def _load(engine: EngineClient) -> None:
    await engine.info()


async def test_a_model_whose_name_is_no_utf8(smollm: Path, tmp_path: Path) -> None:
    odd = tmp_path / os.fsdecode(b"m\xff.gguf")
    try:
        shutil.copyfile(smollm, odd)
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    async with EngineClient(odd, n_ctx=512, n_threads=1) as engine:
        assert (await engine.info()).path == str(odd)
