"""Repair tasks: how they are read, tried both ways with a scripted model, and counted."""

import json
import shutil
from pathlib import Path

import pytest
from scripted_chat import ScriptedChat, fenced

from lsp_local.evals import edits, sandbox
from lsp_local.evals.edits import Attempt, Result, figures, load, run
from lsp_local.text import UserError

HEAD = '\ndef add(a, b):\n    """Return the sum."""\n'
ROW = {
    "task_id": "Python/0",
    "prompt": f"# add what is given{HEAD}",
    "buggy_solution": "    return a - b\n",
    "canonical_solution": "    return a + b\n",
    "test": "\nassert add(1, 2) == 3\n",
    "entry_point": "add",
}
SCRIPT = {
    "task_id": "JavaScript/1",
    "prompt": "const add = (a, b) => {\n",
    "buggy_solution": "  return a - b;\n}\n",
    "canonical_solution": "  return a + b;\n}\n",
    "test": "console.assert(add(1, 2) === 3);\n",
    "entry_point": "add",
}
RIGHT = f"{HEAD.strip()}\n    return a + b"
needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "tasks.jsonl"
    path.write_text("".join(f"{json.dumps(row)}\n" for row in (ROW, SCRIPT)))
    return path


@pytest.mark.parametrize(
    ("half", "want"),
    [
        pytest.param("dev", ["Python/0"], id="even problems"),
        pytest.param("test", ["JavaScript/1"], id="odd ones"),
        pytest.param("all", ["Python/0", "JavaScript/1"], id="all"),
    ],
)
def test_halves(data: Path, half: str, want: list[str]) -> None:
    assert [task.name for task in load(data, half)] == want


def test_a_task_is_a_file_with_a_bug(data: Path) -> None:
    task = load(data, "dev")[0]
    assert task.doc.text == ROW["prompt"] + ROW["buggy_solution"]
    assert (task.doc.path, task.doc.language) == ("solution.py", "python")
    assert task.right == ROW["prompt"] + ROW["canonical_solution"]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"task_id": "Rust/0"}, id="another language"),
        pytest.param({"task_id": 7}, id="a number for a name"),
        pytest.param({"test": None}, id="no test"),
    ],
)
def test_other_formats_are_refused(tmp_path: Path, change: dict[str, object]) -> None:
    path = tmp_path / "tasks.jsonl"
    path.write_text(json.dumps({**ROW, **change}))
    with pytest.raises(UserError, match=r"tasks\.jsonl, row 1, is no repair task"):
        load(path, "all")


async def tried(data: Path, half: str, answers: list[str]) -> Result:
    engine = ScriptedChat(answers)
    (found,) = [one async for one in run(engine, load(data, half))]
    assert not engine.answers
    return found


def short(one: Attempt) -> tuple[bool, bool, bool]:
    return bool(one.text), one.passes, one.breaks


@pytest.mark.parametrize(
    ("plain", "ours", "want"),
    [
        pytest.param([RIGHT], [RIGHT], [(True, True, False)] * 2, id="both are right"),
        pytest.param(
            ["def add(a, b):\n    return (a"],
            ["def add(a, b):\n    return (a"] * 2,
            [(True, False, True), (False, False, False)],
            id="what breaks the syntax is no edit of ours",
        ),
        pytest.param([""], [RIGHT], [(False, False, False), (True, True, False)], id="no code"),
    ],
)
async def test_both_ways(
    data: Path, plain: list[str], ours: list[str], want: list[tuple[bool, bool, bool]]
) -> None:
    found = await tried(data, "dev", [fenced("python", one) for one in (*plain, *ours)])
    assert [short(found.plain), short(found.ours)] == want


async def test_the_function_is_found_although_its_name_stands_before_it(data: Path) -> None:
    found = await tried(data, "dev", [fenced("python", RIGHT)] * 2)
    assert found.ours.text == f"# add what is given{HEAD}    return a + b\n"


@needs_node
async def test_a_task_in_javascript(data: Path) -> None:
    said = fenced("javascript", "const add = (a, b) => {\n  return a + b;\n}")
    found = await tried(data, "test", [said, said])
    assert [short(found.plain), short(found.ours)] == [(True, True, False)] * 2


def test_figures(data: Path) -> None:
    (task,) = load(data, "dev")
    good = Attempt("x", passes=True, breaks=False, seconds=2.0)
    bad = Attempt("x", passes=False, breaks=True, seconds=1.0)
    none = Attempt("", passes=False, breaks=False, seconds=3.0)
    found = figures([Result(task, bad, good), Result(task, bad, none)], seed=1)
    assert found["break_syntax"] == {"plain": 2, "ours": 0}
    assert found["median_s"] == {"plain": 1.0, "ours": 3.0}
    assert figures([], seed=1)["median_s"] == {"plain": 0.0, "ours": 0.0}


@needs_node
@pytest.mark.parametrize(
    ("program", "want"),
    [
        pytest.param("const a = 1;", True, id="it reaches its end"),
        pytest.param("process.exit(0);", False, id="it ends before its end"),
        pytest.param("throw new Error('no');", False, id="it throws"),
        pytest.param(f"{edits.THROWING}console.assert(1 === 2);", False, id="an assertion fails"),
        pytest.param("const a = ;", False, id="it does not parse"),
        pytest.param("for (;;) {}", False, id="it never ends"),
    ],
)
def test_programs_in_node(program: str, want: bool) -> None:
    assert sandbox.passes_in_node(program, seconds=2) is want
