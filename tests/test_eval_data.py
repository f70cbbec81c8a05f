"""The formats that `lsp-local eval` reads, and what it makes of answers."""

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lsp_local.evals import holes, infilling, quiet, sandbox
from lsp_local.evals.systems import Answer
from lsp_local.text import UserError

SCENARIOS = Path(__file__).parent / "data" / "quiet"
SINGLE = {
    "task_id": "SingleLineInfilling/HumanEval/0/L0",
    "entry_point": "f",
    "prompt": "def f(x):\n",
    "suffix": "    return y\n",
    "canonical_solution": "    y = x + 1\n",
    "test": "def check(f):\n    assert f(1) == 2\n",
}
FIRST_LINE = {
    "name": "humaneval-HumanEval_75_f.json-L24",
    "language": "py",
    "prompt": "def f(x):",
    "suffix": "",
    "canonical_solution": "    return x",
}


def written(path: Path, *rows: object) -> Path:
    text = "\n".join(json.dumps(row) for row in rows)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


def test_both_formats_are_read_and_halved_by_problem(tmp_path: Path) -> None:
    data = written(tmp_path / "data.jsonl.gz", SINGLE, FIRST_LINE)
    (single,) = infilling.load(data, "dev")
    (first_line,) = infilling.load(data, "test")
    assert len(infilling.load(data, "all")) == 2
    assert (single.problem, single.wanted, single.doc.language) == (0, "line", "python")
    assert single.filled("    y = x + 1\n").endswith("assert f(1) == 2\n\ncheck(f)")
    assert first_line.doc.text[first_line.offset :] == "\n"
    assert first_line.test == ""


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        pytest.param("no json", "is no JSON Lines file", id="no JSON"),
        pytest.param('{"a": 1}', "row 1, is no task of", id="another format"),
        pytest.param("", "holds no tasks", id="an empty file"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, content: str, complaint: str) -> None:
    path = tmp_path / "data.jsonl"
    path.write_text(content)
    with pytest.raises(UserError, match=complaint):
        infilling.load(path, "all")


def test_a_sample_takes_problems_in_turn(tmp_path: Path) -> None:
    rows = [
        {**SINGLE, "task_id": f"SingleLineInfilling/HumanEval/{n // 10}/L{n}"} for n in range(100)
    ]
    tasks = infilling.load(written(tmp_path / "data.jsonl", *rows), "all")
    drawn = infilling.sample(tasks, 10, seed=1)
    assert {task.problem for task in drawn} == set(range(10))
    assert infilling.sample(tasks, 10, seed=1) == drawn != infilling.sample(tasks, 10, seed=2)
    assert len(infilling.sample(tasks, 0, seed=1)) == 100


def test_what_passes_the_tests_is_right_though_not_exact(tmp_path: Path) -> None:
    (task,) = infilling.load(written(tmp_path / "data.jsonl", SINGLE), "all")
    exact, other, wrong, silence = (
        Answer(text, text, "") for text in ("    y = x + 1\n", "    y = 1 + x\n", "    y = x\n", "")
    )
    results = [
        infilling.Result(task, wrong, other, {50: one}, {other.text: True, wrong.text: False})
        for one in (exact, other, wrong, silence)
    ]
    shown = infilling.figures(results, seed=1)["shown_at_50"]
    got = {name: figure["value"] for name, figure in shown["ours"].items()}
    assert {name: round(value, 2) for name, value in got.items()} == {
        "show_rate": 0.75,
        "exact": 0.33,
        "right": 0.67,
        "right_beginning": 0.67,
    }


@pytest.mark.parametrize(
    ("program", "want"),
    [
        pytest.param("assert 1 + 1 == 2", True, id="a program that passes"),
        pytest.param("assert False", False, id="one that fails"),
        pytest.param("raise SystemExit(0)\nassert False", False, id="one that ends too early"),
        pytest.param("while True: pass", False, id="one that never ends"),
        pytest.param("x = 'a' * 10**10", False, id="one that wants too much memory"),
        pytest.param("import os; os.fork() or os._exit(0)", True, id="one with a child"),
    ],
)
def test_programs_run_with_limits(program: str, want: bool) -> None:
    assert sandbox.passes(program, seconds=2) is want


def test_a_program_has_no_network_where_that_can_be_forbidden() -> None:
    connect = "import socket\ns = socket.socket()\ns.settimeout(1)\ns.connect(('192.0.2.1', 80))"
    assert sandbox.passes(connect, seconds=3) is False


@pytest.mark.parametrize("folder", [SCENARIOS, SCENARIOS.with_name("quiet_second")])
def test_our_scenarios_are_enough_and_well_formed(folder: Path) -> None:
    scenarios = quiet.load(folder, "all")
    by_language: dict[str, list[bool]] = {}
    for one in scenarios:
        by_language.setdefault(one.doc.language, []).append(one.is_quiet)
    assert len(scenarios) >= 60
    assert len(by_language) == 5
    assert all(3 <= sum(kinds) <= len(kinds) - 3 for kinds in by_language.values())
    assert len({(one.doc.language, one.title) for one in scenarios}) == len(scenarios)
    halves = [quiet.load(folder, half) for half in ("dev", "test")]
    assert len(halves[0]) + len(halves[1]) == len(scenarios)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        pytest.param("=== a\n--- doc a.py\nx", "one <CURSOR>", id="no cursor"),
        pytest.param("=== a\n--- what a.py\nx", "line 2: expected", id="an unknown section"),
        pytest.param("x\n=== a", "line 1: text before", id="text before the first title"),
        pytest.param("=== a\n--- doc a.py\n<CURSOR>\n--- want\n \n", "is blank", id="blank want"),
        pytest.param("", "holds no scenarios", id="nothing"),
    ],
)
def test_malformed_scenarios_are_refused(tmp_path: Path, text: str, complaint: str) -> None:
    (tmp_path / "a.txt").write_text(text)
    with pytest.raises(UserError, match=complaint):
        quiet.load(tmp_path / "a.txt", "all")


def test_holes_are_whole_lines_rests_and_bodies(tmp_path: Path) -> None:
    body = "".join(f"def f_{n}(x):\n    y = x + {n}\n    return y * {n}\n\n\n" for n in range(9))
    (tmp_path / "a.py").write_text(body)
    (tmp_path / "notes.md").write_text("def no(): ...\n" * 30)
    found = holes.punch(tmp_path, holes.KINDS, 0, seed=1)
    assert {hole.doc.path for hole in found} == {"a.py"}
    for hole in found:
        at = hole.offset
        assert hole.doc.text[:at] + hole.truth + hole.doc.text[at:] == body
        assert holes.is_exact(hole.truth, hole)
        assert not holes.is_exact(hole.truth[:-1] + "?", hole) or hole.kind == "block"
    blocks = [hole.truth for hole in found if hole.kind == "block"]
    assert sorted(blocks)[0] == "\n    y = x + 0\n    return y * 0"
    assert len(blocks) == 9


def test_what_a_link_points_to_is_not_touched(tmp_path: Path) -> None:
    outside = tmp_path / "outside.py"
    outside.write_text("def f(x):\n    y = x + 1\n    return y * 2\n\n\n" * 9)
    repo = tmp_path / "repo"
    repo.mkdir()
    (repo / "a.py").symlink_to(outside)
    subprocess.run(["git", "-C", str(repo), "init", "-q"], check=True)
    subprocess.run(["git", "-C", str(repo), "add", "-A"], check=True)
    with pytest.raises(UserError, match="no source file"):
        holes.punch(repo, holes.KINDS, 9, seed=1)


def test_tests_see_every_answer_and_not_the_last_ones_bytecode(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("X = 1\n")
    test = [sys.executable, "-c", "import a; assert a.X == 1"]
    assert sandbox.runs(test, tmp_path, 5)
    before = (tmp_path / "a.py").stat().st_mtime
    (tmp_path / "a.py").write_text("X = 2\n")
    os.utime(tmp_path / "a.py", (before, before))
    assert not sandbox.runs(test, tmp_path, 5)


def test_a_folder_without_code_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no source file"):
        holes.punch(tmp_path, holes.KINDS, 9, seed=1)
