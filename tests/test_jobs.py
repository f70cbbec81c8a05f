"""Who does which job: which models come and go, and what the session makes of it."""

import asyncio
from pathlib import Path

import pytest
from machine import BOTH, N_BIG, N_SMALL, Engine, Machine, ask, machine_in, soon, started
from wired import Editor, place

from lsp_local.engine.base import EngineError
from lsp_local.text import Document

OWN = (("instruct", "big"), ("lint", "wise"))


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine with three models."""
    return machine_in(tmp_path, monkeypatch)


@pytest.mark.parametrize(
    ("named", "n_free", "asked", "want"),
    [
        pytest.param({}, 9000, "instruct lint", "+small", id="one model does all"),
        pytest.param(BOTH, 9000, "", "+small", id="nothing is loaded before it is asked"),
        pytest.param(
            {"instruct_model": "big", "lint_model": "big"},
            9000,
            "lint instruct lint",
            "+small +big",
            id="two jobs share what both name",
        ),
        pytest.param(
            {"instruct_model": "small", "lint_model": "big"},
            9000,
            "instruct lint",
            "+small +big",
            id="what completes does what is named for another job, too",
        ),
        pytest.param(
            BOTH, 9000, "instruct lint instruct", "+small +big +wise", id="what fits stays"
        ),
        pytest.param(
            BOTH,
            3000,
            "instruct lint lint instruct",
            "+small +big -big +wise -wise +big",
            id="the second takes more than half of what is free: the first goes",
        ),
        pytest.param(
            {**BOTH, "memory_mb": N_SMALL + 2 * N_BIG},
            1,
            "instruct lint instruct",
            "+small +big +wise",
            id="a budget is the user's word, whatever is free",
        ),
        pytest.param(
            {**BOTH, "memory_mb": N_SMALL + 2 * N_BIG - 200},
            9000,
            "instruct lint instruct",
            "+small +big -big +wise -wise +big",
            id="a budget too small for three",
        ),
        pytest.param(
            {"instruct_model": "big"},
            N_BIG + 100,
            "instruct",
            "+small +big",
            id="one beside the completions is loaded though it is more than half",
        ),
        pytest.param({**BOTH, "enabled": False}, 9000, "instruct lint", "", id="turned off"),
    ],
)
async def test_who_comes_and_goes(
    machine: Machine, named: dict[str, str | int], n_free: int, asked: str, want: str
) -> None:
    machine.n_free = n_free
    models = await started(machine, **named)
    for name in asked.split():
        assert await ask(getattr(models, name)) is named.get("enabled", True)
    assert machine.events == want.split()
    assert machine.said == []
    await models.close()
    gone = [one for one in machine.engines if not one.is_closed]
    assert gone == [], "nothing is left"


async def test_what_is_still_loading_has_its_room(machine: Machine) -> None:
    machine.n_free = 3000
    models = await started(machine, **BOTH)
    machine.is_slow = True
    first = asyncio.create_task(ask(models.instruct))
    await soon(lambda: "+big" in machine.events)
    second = asyncio.create_task(ask(models.lint))
    await asyncio.sleep(0.1)
    assert machine.events == ["+small", "+big"]
    for engine in machine.engines:
        engine.loads.set()
    assert await first
    assert await second
    assert machine.events == ["+small", "+big", "-big", "+wise"]
    await models.close()


@pytest.mark.parametrize(
    ("named", "n_free", "want"),
    [
        pytest.param(
            {"memory_mb": 1000},
            9000,
            "big.gguf needs about 1344 MB beside the 314 MB of the model that completes, and "
            "`memory_mb` is 1000; raise it or name a smaller model",
            id="more than the budget",
        ),
        pytest.param(
            {},
            1000,
            "big.gguf needs about 1344 MB of memory, and 904 MB are free; end something, name a "
            "smaller model, or set `memory_mb` to load it anyway",
            id="more than there is",
        ),
    ],
)
async def test_what_never_fits_is_refused(
    machine: Machine, named: dict[str, int], n_free: int, want: str
) -> None:
    machine.n_free = n_free
    models = await started(machine, instruct_model="big", **named)
    assert not await ask(models.instruct)
    machine.n_free += 1
    with pytest.raises(EngineError, match="needs about 1344 MB"):
        await models.instruct.need()
    assert not await ask(models.instruct)
    assert (machine.said, machine.events) == ([want], ["+small"])
    assert models.completion.engine() is not None, "completions go on"
    machine.n_free = 9000
    models.want(machine.options(instruct_model="big"))
    assert await ask(models.instruct)
    await models.close()


async def editor_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Editor:
    """Return an editor that has begun, whose user has no options."""
    monkeypatch.setenv("LSP_LOCAL_CONFIG", str(folder / "config.toml"))
    (folder / "config.toml").touch()
    editor = Editor(None)
    await editor.begin({}, "x = 1\n")
    return editor


async def test_a_session_tells_each_part_its_model(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    editor = await editor_in(tmp_path, monkeypatch)
    session = editor.server.session
    paths = {f"{job}_model": str(tmp_path / f"{name}.gguf") for job, name in OWN}
    session.configure([{"model": str(tmp_path / "small.gguf"), "cache_mb": 0, **paths}], None)
    await session._loader.wait()
    # What is kept of explanations and findings is kept by the name of the model that made them.
    assert Path(session.instructed.hovering._explanations.model).stem == "big"
    assert session.looking._options is not None
    assert Path(session.looking._options.model).stem == "wise"
    doc = Document("file:///shop/a.py", "a.py", "shop", "python", "x = 1\n")
    beside = session.beside(doc)
    assert machine.events == ["+small"]
    assert beside is not None
    assert beside.engine is not None
    await beside.engine.tokenize(["a hover is a question"])
    assert machine.events == ["+small", "+big"]
    session.pause(True)
    paused = session.beside(doc)
    assert paused is not None
    assert paused.engine is None
    await session.close()
    assert sorted(machine.events[2:]) == ["-big", "-small"]


async def test_after_a_purge_no_model_keeps_what_it_reads(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LSP_LOCAL_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("LSP_LOCAL_CACHE_MB", "16")
    editor = await editor_in(tmp_path, monkeypatch)
    session = editor.server.session
    paths = {key: str(tmp_path / f"{name}.gguf") for key, name in BOTH.items()}
    session.configure([{"model": str(tmp_path / "small.gguf"), **paths}], None)
    models = session._models
    for job in (models.instruct, models.lint):
        assert await ask(job)
    assert [one.cache_mb for one in machine.engines] == [16, 16, 16]
    await session.purge()
    assert [one.is_closed for one in machine.engines] == [True] * 3
    for job in (models.instruct, models.lint):
        assert await ask(job)
    assert [one.cache_mb for one in machine.engines[3:]] == [0, 0]
    await session.close()


async def test_a_fault_of_ours_is_not_called_the_death_of_the_model(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    editor = await editor_in(tmp_path, monkeypatch)
    session = editor.server.session
    session.configure([{"model": str(tmp_path / "small.gguf")}], None)
    assert await session._loader.wait() is not None

    async def fail(_: Engine) -> None:
        raise ValueError("oh")

    monkeypatch.setattr(Engine, "info", fail)
    assert await editor.request("textDocument/inlineCompletion", place(1, 0)) == []
    assert [one["reason"] for one in session.recent.in_short()] == ["failed"]
    await session.close()
