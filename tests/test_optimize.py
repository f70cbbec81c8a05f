"""Requantizing: what is made, what is measured, and when a switch is proposed."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from lsp_local.cli.app import app
from lsp_local.engine.base import EngineError
from lsp_local.engine.quantizing import TYPES, quantize
from lsp_local.evals import requantized
from lsp_local.evals.answered import Answered
from lsp_local.evals.infilling import Task
from lsp_local.evals.requantized import Pair, Rate, figures, objections
from lsp_local.text import Document

SLOW, FAST = Rate(100, 10), Rate(150, 11)


def task(n: int) -> Task:
    doc = Document(f"file:///{n}.py", f"{n}.py", "p", "python", f"value_{n} = \n")
    return Task(f"t{n}", n, doc, len(doc.text) - 1, "1", "line", "")


def pairs(*, both: int = 0, source: int = 0, other: int = 0, none: int = 0) -> list[Pair]:
    verdicts = [(True, True)] * both + [(True, False)] * source + [(False, True)] * other
    verdicts += [(False, False)] * none
    return [Pair(task(n), *verdict, False) for n, verdict in enumerate(verdicts)]


@pytest.mark.parametrize(
    ("other", "answered", "want"),
    [
        pytest.param(FAST, pairs(both=80, none=120), [], id="faster, and as good"),
        pytest.param(
            FAST, pairs(both=80, source=1, other=2, none=117), [], id="better in one, within chance"
        ),
        pytest.param(
            FAST, pairs(both=80, none=119), ["199 cases say too little"], id="too few cases"
        ),
        pytest.param(
            FAST,
            pairs(both=79, source=1, none=120),
            ["it may lose answers: -0.005 of all"],
            id="one answer lost is lost",
        ),
        pytest.param(
            FAST,
            pairs(both=60, source=20, other=20, none=100),
            ["it may lose answers: +0.000 of all"],
            id="as good on the whole, but so different that it may be worse",
        ),
        pytest.param(SLOW, pairs(both=200), ["it is not faster: 1.00"], id="no gain"),
        pytest.param(
            Rate(200, 9), pairs(both=200), ["it is not faster: 2.00"], id="one gains, one loses"
        ),
        pytest.param(FAST, [], ["0 cases say too little"], id="nothing was asked"),
    ],
)
def test_objections(other: Rate, answered: list[Pair], want: list[str]) -> None:
    found = objections(figures([(SLOW, other)] * 5, answered, 1))
    assert len(found) == len(want)
    for said, begin in zip(found, want, strict=True):
        assert said.startswith(begin)


def test_answers_are_kept_line_by_line(tmp_path: Path) -> None:
    path, tasks = tmp_path / "answers.jsonl", [task(n) for n in range(3)]
    kept = Answered(path, "mark")
    assert kept.split(tasks) == ([], tasks)
    for one in tasks[:2]:
        kept.add(Pair(one, True, False, False))
    with path.open("a") as file:
        file.write('\n["cut off", [tr')
    again = Answered(path, "mark")
    assert again.split(tasks) == ([Pair(one, True, False, False) for one in tasks[:2]], tasks[2:])
    again.add(Pair(tasks[2], False, True, False))
    assert Answered(path, "mark").split(tasks)[1] == []
    assert Answered(path, "another").split(tasks)[1] == tasks


@pytest.mark.parametrize("content", [b"", b"GGUF", b"GGUF" + b"\xff" * 400, b"text"])
def test_what_is_no_model_leaves_nothing(content: bytes, tmp_path: Path) -> None:
    source, target = tmp_path / "odd.gguf", tmp_path / "new.gguf"
    source.write_bytes(content)
    with pytest.raises(EngineError, match=r"cannot be requantized to Q8_0: ."):
        quantize(source, target, "Q8_0", 1)
    assert list(tmp_path.iterdir()) == [source]


def test_no_type_that_is_known_to_be_imprecise() -> None:
    assert "Q4_1" not in TYPES


def run(*arguments: object) -> Any:
    return CliRunner().invoke(app, ["model", "optimize", *map(str, arguments)])


def test_optimize(smollm: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requantized, "N_PREFILL", 40)
    monkeypatch.setattr(requantized, "N_DECODE", 4)
    monkeypatch.setattr(requantized, "N_ROUNDS", 1)
    monkeypatch.setenv("LSP_LOCAL_N_PREDICT_LINE", "4")
    source, data = tmp_path / "smol.gguf", tmp_path / "tasks.jsonl"
    shutil.copy(smollm, source)
    rows = [
        {"name": f"HumanEval_{n}", "language": "py", "prompt": f"a{n} = ", "suffix": "\n"}
        | {"canonical_solution": "1"}
        for n in range(2)
    ]
    data.write_text("\n".join(map(json.dumps, rows)))
    done = run(source, "--data", data, "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert (found["type"], found["n"], found["is_proposed"]) == ("Q8_0", 2, False)
    assert "2 cases say too little" in done.stderr
    assert "config.toml" not in done.stderr
    target = tmp_path / "smol.Q8_0.gguf"
    made = target.stat()
    assert json.loads((tmp_path / "smol.Q8_0.gguf.json").read_text()) == {
        name: found[name] for name in ("source", "source_sha256", "type", "sha256")
    }
    again = json.loads(run(source, "--data", data, "--json").stdout)
    assert target.stat().st_mtime_ns == made.st_mtime_ns
    assert again["right"] == found["right"]
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        *("smol.Q8_0.gguf", "smol.Q8_0.gguf.answers.jsonl", "smol.Q8_0.gguf.json"),
        *("smol.gguf", "tasks.jsonl"),
    ]


def test_what_cannot_be_optimized(tmp_path: Path) -> None:
    assert "--type is one of Q8_0" in str(run("x", "--type", "Q4_1").exception)
    assert "no model is called" in str(run("nothing-like-it").exception)
