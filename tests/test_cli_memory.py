"""`lsp-local memory` and what `context --action` says of it."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from lsp_local.cli.app import app
from lsp_local.memory.observations import Kind, Observation
from lsp_local.memory.store import store_of
from lsp_local.memory.styles import Style

SINGLE = Style("quotes", "python", "single")


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LSP_LOCAL_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("LSP_LOCAL_CONFIG", str(tmp_path / "config.toml"))
    (tmp_path / "config.toml").write_text('memory = "on"\n')
    root = tmp_path / "shop"
    root.mkdir()
    (root / "pyproject.toml").write_text("")
    (root / "app.py").write_text("def parse(text):\n    return int(text)\n")
    monkeypatch.chdir(root)
    store_of(root).count_styles({SINGLE: 9}, "edits")
    seen = Observation(Kind.EDITED, "app.py", "parse", "python", "float(text)", "int(text)")
    store_of(root).add([seen], 90)
    return root


def run(*arguments: str) -> str:
    ran = CliRunner().invoke(app, list(arguments))
    assert ran.exit_code == 0, ran.output + str(ran.exception)
    return ran.output


def fails(*arguments: str) -> str:
    ran = CliRunner().invoke(app, list(arguments))
    assert ran.exit_code != 0
    return str(ran.exception)


def test_list_and_why(shop: Path) -> None:
    said = run("memory", "list")
    first = said.split("\n")[0]
    assert " ".join(first.split()) == "python.quotes single 91% Put strings in single quotes."
    assert "edited    app.py (parse): float(text)" in said
    assert "9.0 times, from what you have accepted and changed" in run(
        "memory", "why", "python.quotes"
    )
    assert run("memory", "why", "1").startswith("edited, seen 1 times, first on ")
    assert json.loads(run("memory", "show", "1"))["was"] == "int(text)"
    assert json.loads(run("memory", "list", "--json"))["habits"][0]["id"] == "python.quotes"
    assert run("memory", "list", "--project", str(shop.parent)).startswith("nothing is remembered")


def test_set_forget_promote(shop: Path) -> None:
    run("memory", "promote", "python.quotes")
    assert "single" in run("memory", "list", "--all-projects")
    assert "promoted" in run("memory", "why", "python.quotes", "--project", str(shop.parent))
    run("memory", "forget", "python.quotes", "1")
    assert run("memory", "list").startswith("nothing is remembered")
    run("memory", "set", "python.quotes", "double")
    assert "double" in run("memory", "list")


@pytest.mark.parametrize(
    ("arguments", "want"),
    [
        pytest.param(["show", "99"], "there is no observation 99", id="no observation"),
        pytest.param(["why", "python.hints"], "the habits are: python.quotes", id="no habit"),
        pytest.param(["promote", "x"], "there is no habit 'x'", id="nothing to promote"),
        pytest.param(["import", "nowhere.json"], "cannot read nowhere.json", id="no file"),
        pytest.param(["import", "app.py"], "app.py is not JSON", id="another file"),
        pytest.param(["list", "--project", "nowhere"], "is no folder", id="no project"),
    ],
)
def test_what_cannot_be_done(shop: Path, arguments: list[str], want: str) -> None:
    assert shop.is_dir()
    assert want in fails("memory", *arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["list"], id="read"),
        pytest.param(["set", "python.quotes", "double"], id="set"),
        pytest.param(["forget", "python.quotes"], id="forget"),
    ],
)
def test_what_another_window_holds_is_not_said_to_be_done(shop: Path, arguments: list[str]) -> None:
    with closing(sqlite3.connect(store_of(shop).path, isolation_level=None)) as db:
        db.execute("PRAGMA locking_mode = EXCLUSIVE")
        db.execute("BEGIN EXCLUSIVE")
        assert "if another window is at it, try again" in fails("memory", *arguments)
    assert "single" in run("memory", "list")


def test_export_and_import(shop: Path, tmp_path: Path) -> None:
    file = tmp_path / "memory.json"
    run("memory", "export", str(file))
    assert json.loads(run("memory", "export")) == json.loads(file.read_text())
    said = run("memory", "import", str(file), "--project", str(tmp_path))
    assert said == "1 observations and 1 counts of habits are added\n"


def test_pause_and_resume(shop: Path) -> None:
    assert shop.is_dir()
    run("memory", "pause")
    assert "nothing is learned" in run("memory", "list")
    run("memory", "resume")
    assert "nothing is learned" not in run("memory", "list")


def sources(shop: Path, *arguments: str) -> dict[str, str]:
    found = json.loads(run("context", f"{shop}/app.py:1:5", "--json", *arguments))
    return {piece["source"]: piece["text"] for piece in found["pieces"]}


def test_context_says_what_an_action_is_told(shop: Path, tmp_path: Path) -> None:
    run("memory", "set", "python.names", "snake_case")
    told = sources(shop, "--action", "docstring")
    assert told["memory"] == "How code is written here:\n- Name functions in snake_case."
    assert told["question"].startswith("```python\ndef parse(text):")
    assert "Write the documentation of `parse`" in told["question"]
    assert "memory" not in sources(shop)
    (tmp_path / "config.toml").write_text(f'memory = "on"\ntrusted_folders = ["{shop}"]\n')
    assert "became 'float(text)'" in sources(shop, "--action", "rewrite")["memory"]
    (tmp_path / "config.toml").write_text("")
    assert "memory" not in sources(shop, "--action", "docstring")
    assert "cannot be done here" in fails("context", f"{shop}/app.py:1:5", "--action", "fly")
