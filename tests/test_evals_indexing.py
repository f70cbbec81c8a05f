"""What the benchmarks of the index and of context sources report."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from lsp_local.cli.app import app
from lsp_local.evals.holes import Hole
from lsp_local.evals.leaving_out import Compared, figures
from lsp_local.evals.systems import Answer
from lsp_local.text import Document

FIGURES = [
    *("n_files", "source_mb", "cold_s", "cold_cpu_s", "one_changed_s", "n_switched"),
    *("switched_s", "switched_back_s", "peak_mb", "database_mb", "look_at_all_s"),
    *("symbols_ms", "similar_ms", "uses_ms", "paths_ms", "all_other_places_ms"),
]


def test_the_index_of_a_copy_is_measured(tmp_path: Path) -> None:
    for n in range(4):
        (tmp_path / f"a{n}.py").write_text(f"def first_{n}(x):\n    return x\n")
    (tmp_path / "notes.md").write_text("# no code\n")
    ran = CliRunner().invoke(app, ["bench", "index", str(tmp_path), "-n", "3", "--json"])
    assert ran.exit_code == 0, ran.output
    found = json.loads(ran.stdout)
    assert list(found) == FIGURES
    assert (found["n_files"], found["n_switched"]) == (4, 2)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        *("a0.py", "a1.py", "a2.py", "a3.py", "notes.md")
    ]


@pytest.mark.parametrize(
    ("arguments", "want"),
    [
        pytest.param(["bench", "index", "."], "there is nothing to index", id="no code"),
        pytest.param(
            ["eval", "sources", ".", "--without", "magic"],
            "--without takes some of",
            id="no source",
        ),
        pytest.param(
            ["eval", "sources", ".", "--without", ","], "--without takes some of", id="nothing"
        ),
    ],
)
def test_what_cannot_be_measured_is_said(
    arguments: list[str], want: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = CliRunner().invoke(app, arguments)
    assert ran.exit_code != 0
    assert want in str(ran.exception)


def test_answers_with_and_without_a_source_are_compared() -> None:
    doc = Document("file:///a.py", "a.py", "shop", "python", "x = \n")
    hole = Hole("rest", doc, 4, "with_tax(1)")
    right, wrong = Answer("", "with_tax(1)", "shown"), Answer("", "tax()", "shown")
    found = figures([Compared(hole, right, wrong), Compared(hole, right, right)], seed=1)
    exact = found["exact_first_line"]
    assert (exact["with"]["value"], exact["without"]["value"]) == (1.0, 0.5)
    assert found["other_answers"] == 1
