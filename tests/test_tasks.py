"""Work that no request waits for: it ends together, and harms nobody."""

import asyncio
import gc
import logging
import warnings

import pytest

from lsp_local.lsp.tasks import Tasks
from lsp_local.text import UserError


async def fail(error: Exception) -> None:
    raise error


@pytest.mark.parametrize(
    ("error", "want"),
    [
        pytest.param(UserError("name a model"), ["INFO"], id="what a person must mend"),
        pytest.param(ValueError("oh"), ["ERROR"], id="a fault of ours"),
    ],
)
async def test_what_goes_wrong_is_logged(
    caplog: pytest.LogCaptureFixture, error: Exception, want: list[str]
) -> None:
    caplog.set_level(logging.INFO)
    tasks = Tasks()
    await tasks.spawn(fail(error))
    assert [record.levelname for record in caplog.records] == want


async def test_what_is_stopped_before_its_first_step_is_no_warning() -> None:
    tasks = Tasks()
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        tasks.spawn(asyncio.sleep(0))
        tasks.cancel()
        await tasks.settled()
        gc.collect()
    assert said == []


async def test_all_are_waited_for_and_what_is_kept_has_its_result() -> None:
    tasks, gate = Tasks(), asyncio.Event()
    kept = tasks.keep(asyncio.create_task(gate.wait()))
    spawned = tasks.spawn(gate.wait())
    waiting = asyncio.create_task(tasks.settled())
    await asyncio.sleep(0)
    assert not waiting.done()
    gate.set()
    await waiting
    assert kept.result()
    assert spawned.done()
    await tasks.settled()
