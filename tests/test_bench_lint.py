"""`lsp-local bench lint`, with a detector that has a script, and with one that changes its mind."""

import json
from pathlib import Path
from typing import Any

import pytest
from linted import ScriptedDetector
from typer.testing import CliRunner

from lsp_local.cli.app import app
from lsp_local.evals import steadiness
from lsp_local.lint.finding import Finding


class Fickle(ScriptedDetector):
    """Finds less every time that it is asked."""

    async def find(self, *arguments: Any) -> list[Finding]:
        return (await super().find(*arguments))[len(self.asked) :]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "config.toml").touch()
    monkeypatch.setenv("LSP_LOCAL_CONFIG", str(tmp_path / "config.toml"))
    (tmp_path / "code").mkdir()
    for name in ("a.py", "b.py", "c.py"):
        (tmp_path / "code" / name).write_text(f"{name[0]} = 1 - 2 - 3 - 4\n")
    return tmp_path / "code"


def check(
    monkeypatch: pytest.MonkeyPatch, made: ScriptedDetector, arguments: str, code: int
) -> dict[str, Any]:
    monkeypatch.setattr(steadiness, "LazyDetector", lambda _: made)
    ran = CliRunner().invoke(app, ["bench", "lint", "--json", *arguments.split()])
    assert ran.exit_code == code, ran.output
    figures: dict[str, Any] = json.loads(ran.stdout)
    return figures


def test_what_says_the_same_says_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = ScriptedDetector()
    figures = check(monkeypatch, made, f"{folder} -n 9 --n-lines 50", 0)
    assert [figures[name] for name in ("n_files", "n_findings", "n_runs", "n_same")] == [3, 9, 9, 9]
    assert figures["changed_lines"] == 50
    # Five cold runs of three files and the change, once: what was warm asked nobody.
    assert len(made.asked) == 5 * 3 + 1
    assert made.asked[-1].count("\n") == 50
    orders = {tuple(made.asked[n : n + 3]) for n in range(0, 15, 3)}
    assert len(orders) > 1


def test_what_changes_its_mind_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    figures = check(monkeypatch, Fickle(), f"{folder} -n 4 --n-lines 0", 1)
    assert (figures["n_runs"], figures["n_same"]) == (4, 2)
    assert "cold_s" not in figures


@pytest.mark.usefixtures("folder")
def test_there_is_code_without_a_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    made = ScriptedDetector()
    assert check(monkeypatch, made, "-n 2", 0)["n_files"] == 3
    assert all("def " in text for text in made.asked)


def test_a_model_that_fails_gives_no_figures(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steadiness, "LazyDetector", lambda _: ScriptedDetector("it is gone"))
    ran = CliRunner().invoke(app, ["bench", "lint", str(folder)])
    assert (str(ran.exception), ran.stdout) == ("it is gone", "")
