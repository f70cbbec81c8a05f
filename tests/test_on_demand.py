"""A model that is loaded when it is asked: who waits, what fails, and what is said of it."""

import asyncio
import os
import random
from itertools import accumulate
from pathlib import Path

import pytest
from machine import BOTH, N_BIG, N_SMALL, Engine, Machine, ask, machine_in, soon, started

from lsp_local.engine.base import EngineDied, EngineError, GenerateRequest
from lsp_local.lsp import jobs, room
from lsp_local.lsp.jobs import JobModel


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine with three models."""
    return machine_in(tmp_path, monkeypatch)


async def test_a_load_shows_progress_and_logs_its_name(machine: Machine) -> None:
    models = await started(machine, **BOTH)
    assert models.in_memory() == ["small.gguf"]
    await ask(models.instruct)
    assert machine.titles == ["Loading small.gguf", "Loading big.gguf"]
    assert models.in_memory() == ["small.gguf", "big.gguf"]
    await models.close()


async def test_what_is_asked_is_not_evicted(machine: Machine) -> None:
    models = await started(machine, **BOTH, memory_mb=N_SMALL + N_BIG)
    await ask(models.instruct)
    big = machine.engines[-1]
    answers, gate = ["A"], asyncio.Event()
    big.answers, big.gate = answers, gate
    engine = await models.instruct.wait()
    assert engine is not None
    asking = asyncio.create_task(engine.generate(GenerateRequest([1], 1)))
    await big.asked.wait()
    looking = asyncio.create_task(ask(models.lint))
    await asyncio.sleep(0.05)
    assert machine.events == ["+small", "+big"]
    gate.set()
    assert (await asking).text == "A"
    assert await looking
    assert machine.events == ["+small", "+big", "-big", "+wise"]
    await models.close()


async def test_lint_sends_nobody_away_who_was_just_asked(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "PATIENCE", 1000.0)
    models = await started(machine, **BOTH, memory_mb=N_SMALL + N_BIG)
    await ask(models.instruct)
    looking = asyncio.create_task(ask(models.lint))
    await asyncio.sleep(0.05)
    assert machine.events == ["+small", "+big"]
    looking.cancel()  # a key has come
    await asyncio.wait([looking])
    assert await ask(models.instruct)
    own = models.instruct.own
    assert own is not None
    own._last_asked -= 2000
    assert await ask(models.lint)
    assert await ask(models.instruct), "somebody waits for an action: lint's goes at once"
    assert machine.events == ["+small", "+big", "-big", "+wise", "-wise", "+big"]
    await models.close()


async def test_many_who_ask_wait_for_one_load(machine: Machine) -> None:
    models = await started(machine, **BOTH)
    machine.is_slow = True
    asking = [asyncio.create_task(ask(models.instruct)) for _ in range(5)]
    await soon(lambda: machine.events == ["+small", "+big"])
    asking[0].cancel()
    machine.engines[-1].loads.set()
    assert await asyncio.gather(*asking[1:]) == [True] * 4
    assert machine.events == ["+small", "+big"]
    await models.close()


async def test_who_gives_up_waiting_does_not_end_the_load(machine: Machine) -> None:
    models = await started(machine, **BOTH)
    machine.is_slow = True
    asking = asyncio.create_task(ask(models.instruct))
    await soon(lambda: machine.events == ["+small", "+big"])
    asking.cancel()
    machine.engines[-1].loads.set()
    await soon(lambda: models.instruct.engine() is not None)
    await models.close()


async def test_a_model_that_cannot_be_loaded_is_said_once_and_not_tried_again(
    machine: Machine,
) -> None:
    models = await started(machine, **BOTH)
    machine.problem = "it is damaged"
    assert not await ask(models.instruct)
    hovered = models.instruct.on_demand()
    assert hovered is not None
    with pytest.raises(EngineError, match="it is damaged"):
        await hovered.info()
    assert machine.events == ["+small", "+big", "-big"]
    assert set(machine.said) == {"it is damaged"}
    machine.problem = ""
    os.utime(machine.folder / "big.gguf", (1, 1))
    assert await ask(models.instruct), "another file has another chance"
    await models.close()


async def test_a_model_that_is_missing_is_asked_for_as_the_main_one(machine: Machine) -> None:
    models = await started(machine, instruct_model="missing")
    missing: list[str] = []
    models.completion.on_missing = lambda error: missing.append(error.model.name)
    assert not await ask(models.instruct)
    assert missing == ["smollm2-135m"]
    offered: list[str] = []
    models.completion.on_missing_told = lambda error: offered.append(error.model.name)
    with pytest.raises(EngineError, match="smollm2-135m is not here yet"):
        await models.instruct.need()
    assert (machine.said, missing, offered) == ([], ["smollm2-135m"], ["smollm2-135m"])
    assert models.is_wanted("missing")
    assert not models.is_wanted("smollm2-135m")
    await models.close()


async def test_other_options_end_what_they_do_not_name(machine: Machine) -> None:
    models = await started(machine, **BOTH)
    assert await ask(models.instruct)
    before = models.instruct.on_demand()
    models.want(machine.options(instruct_model="wise"))
    assert await ask(models.instruct)
    await soon(lambda: "-big" in machine.events)
    assert before is not None
    with pytest.raises(EngineDied):
        await before.info()
    assert (sorted(machine.events), machine.said) == (["+big", "+small", "+wise", "-big"], [])
    await models.close()


async def test_the_end_in_the_middle_of_a_load(machine: Machine) -> None:
    models = await started(machine, **BOTH)
    machine.is_slow = True
    asking = asyncio.create_task(ask(models.instruct))
    await soon(lambda: machine.events == ["+small", "+big"])
    await models.close()
    assert not await asking
    assert sorted(machine.events) == ["+big", "+small", "-big", "-small"]
    assert machine.said == []


async def test_many_who_ask_and_give_up_while_there_is_room_for_one(machine: Machine) -> None:
    models = await started(machine, **BOTH, memory_mb=N_SMALL + N_BIG)
    chance = random.Random(4)
    together: list[int] = []

    async def somebody(job: JobModel, seconds: float) -> bool:
        engine = await job.wait()
        assert engine is not None
        await asyncio.sleep(seconds)
        together.append(len(models.in_memory()))
        return await engine.pieces([65]) == [b"A"]

    asking = []
    for _ in range(300):
        job = chance.choice((models.instruct, models.lint))
        asking.append(asyncio.create_task(somebody(job, chance.random() / 100)))
        await asyncio.sleep(chance.random() / 200)
        if chance.random() < 0.4:
            chance.choice(asking).cancel()
    found = await asyncio.gather(*asking, return_exceptions=True)
    answered = [one for one in found if not isinstance(one, asyncio.CancelledError)]
    assert len(answered) > 100
    assert answered == [True] * len(answered)
    assert max(together) == 2
    assert machine.said == []
    await models.close()
    n_held = list(accumulate(1 if event[0] == "+" else -1 for event in machine.events))
    assert max(n_held) == 2, "a model is loaded after the one before it is gone"
    assert n_held[-1] == 0, "nothing is left"


async def test_a_process_that_cannot_be_started(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = await started(machine, **BOTH)

    async def fail(_: Engine) -> None:
        raise EngineError("the model process cannot be started: too many of them")

    monkeypatch.setattr(Engine, "start", fail)
    with pytest.raises(EngineError, match="too many of them"):
        await models.instruct.need()
    assert machine.said == [], "who has asked for something is told by what it was asked of"
    assert not await ask(models.instruct)
    assert not await ask(models.instruct)
    assert machine.said == ["the model process cannot be started: too many of them"]
    assert models.in_memory() == ["small.gguf"]
    await models.close()


async def test_another_model_completes_while_the_others_stay(machine: Machine) -> None:
    models = await started(machine, **BOTH)
    await ask(models.instruct)
    models.want(machine.options(model="wise", instruct_model="big"))
    await models.completion.wait()
    assert models.lint.own is None
    assert machine.events == ["+small", "+big", "-small", "+wise"]
    assert models.in_memory() == ["wise.gguf", "big.gguf"]
    await models.close()


async def test_what_a_purge_has_sent_away_has_room_again(machine: Machine) -> None:
    models = await started(machine, **BOTH, memory_mb=N_SMALL + N_BIG)
    await ask(models.instruct)
    await models.forget()
    async with asyncio.timeout(5):
        assert await ask(models.instruct)
        assert await ask(models.lint)
    assert machine.events[4:] == ["+big", "-big", "+wise"]
    await models.close()


async def test_a_model_whose_purge_takes_long_is_waited_for(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = await started(machine, **BOTH, memory_mb=N_SMALL + N_BIG)
    await ask(models.instruct)
    ends, close = asyncio.Event(), Engine.close

    async def slow(engine: Engine) -> None:
        await ends.wait()
        await close(engine)

    monkeypatch.setattr(Engine, "close", slow)
    forgetting = asyncio.create_task(models.forget())
    asking = asyncio.create_task(ask(models.lint))
    await asyncio.sleep(0.05)
    assert machine.events == ["+small", "+big"]
    ends.set()
    await forgetting
    assert await asking
    assert machine.events[-1] == "+wise"
    await models.close()


async def test_a_model_that_is_not_wanted_any_more_does_not_begin_to_load(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = await started(machine, **BOTH)

    def meanwhile() -> int:
        models.want(machine.options())
        return machine.free_bytes()

    before = models.instruct.own
    assert before is not None
    monkeypatch.setattr(room, "free_bytes", meanwhile)
    with pytest.raises(EngineDied):
        await before.info()
    assert "+big" not in machine.events
    await models.close()


async def test_after_a_purge_the_next_request_loads_the_model(machine: Machine) -> None:
    models = await started(machine)
    await models.forget()
    assert await models.completion.wait() is not None, "soon after its load"
    await models.forget()
    machine.is_slow = True
    assert models.completion.engine() is None
    await soon(lambda: machine.events[-1] == "+small")
    await models.forget()
    machine.is_slow = False
    assert await models.completion.wait() is not None, "in the middle of its load"
    await models.close()
