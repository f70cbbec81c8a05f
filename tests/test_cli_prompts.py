import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from lsp_local.cli.app import app
from lsp_local.text import UserError
from lsp_local.userprompts.files import load

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`lsp-local prompts` in the folder shop/src of a project, with a configuration of its own."""
    (tmp_path / "home").mkdir()
    (tmp_path / "shop" / "src").mkdir(parents=True)
    (tmp_path / "shop" / "go.mod").touch()
    monkeypatch.setenv("LSP_LOCAL_CONFIG", str(tmp_path / "home" / "config.toml"))
    (tmp_path / "home" / "config.toml").touch()
    monkeypatch.chdir(tmp_path / "shop" / "src")
    return lambda *arguments: CliRunner().invoke(app, ["prompts", *arguments])


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    return tmp_path / "home" / "prompts"


@pytest.fixture
def its(tmp_path: Path) -> Path:
    """The folder of the project, with a good file and a bad one."""
    folder = tmp_path / "shop" / ".lsp-local" / "prompts"
    folder.mkdir(parents=True)
    (folder / "tidy.md").write_text("---\nlanguages: go\n---\nTidy [bold]{{file}}[/bold]")
    (folder / "bad.md").write_text("---\nscope: all\n---\nx")
    return folder


REASON = "`scope` cannot be `all`; there are selection, function, file"


def test_without_prompts_it_shows_how_to_begin(run: Run, mine: Path) -> None:
    ran = run()
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert "`lsp-local prompts new better-names`" in ran.stdout
    assert "{{function}}" in ran.stdout
    assert run("check").stdout == "0 prompt files are good\n"
    assert not mine.exists()


def test_a_new_prompt_is_good_and_never_overwritten(run: Run, mine: Path) -> None:
    assert run("new", "log-errors").exit_code == 0
    prompts, bad = load([mine])
    assert [(one.name, one.title, one.scope) for one in prompts] == [
        ("log-errors", "Log errors", "function")
    ]
    assert bad == []
    (mine / "log-errors.md").write_text("mine")
    for name, complaint in [
        ("log-errors.md", "is there already"),
        ("fix", "the name of a built-in action; choose another name"),
        ("../x", "letters, digits, `-`, `_` and `.` only; choose another name"),
        ("", "needs a name"),
    ]:
        error = run("new", name).exception
        assert isinstance(error, UserError)
        assert complaint in str(error)
    assert [path.read_text() for path in mine.parent.rglob("*.md")] == ["mine"]


def test_a_project_is_not_trusted_unasked(run: Run, its: Path) -> None:
    ran = run("check")
    assert (ran.exit_code, ran.stdout) == (0, "0 prompt files are good\n")
    assert f"{its} is not read, because you do not trust this project" in ran.stderr
    assert json.loads(run("--json").stdout)["untrusted"] == str(its)


def test_trust_for_once_and_for_good(run: Run, its: Path, tmp_path: Path) -> None:
    for arguments in (["--trust"], []):
        ran = run("check", *arguments)
        assert (ran.exit_code, ran.stdout, ran.stderr) == (1, f"{its}/bad.md:2: {REASON}\n", "")
        (tmp_path / "home" / "config.toml").write_text(f"trusted_folders = ['{tmp_path}']")


def test_list_shows_the_good_and_names_the_bad(run: Run, its: Path, mine: Path) -> None:
    mine.mkdir()
    (mine / "note.md").write_text("---\ntitle: '[red]Note'\noutput: message\n---\n{{selection}}")
    ran = run("list", "--trust")
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in ran.stdout.split("\n")]
    assert [row for row in rows if row] == [
        ["tidy", "Tidy", "file", "edit", "go", "this project"],
        ["note", "[red]Note", "selection", "message", "all", "you"],
    ]
    assert ran.exit_code == 0
    assert ran.stderr == f"not used: {its}/bad.md:2: {REASON}\n"


def test_json_holds_everything(run: Run, its: Path) -> None:
    ran = run("check", "--trust", "--json")
    assert ran.exit_code == 1
    assert json.loads(ran.stdout) == {
        "prompts": [
            {
                "name": "tidy",
                "path": f"{its}/tidy.md",
                "title": "Tidy",
                "kind": "refactor.rewrite",
                "languages": ["go"],
                "scope": "file",
                "output": "edit",
                "body": "Tidy [bold]{{file}}[/bold]",
            }
        ],
        "bad": [{"path": f"{its}/bad.md", "line": 2, "reason": REASON}],
        "untrusted": None,
    }


def test_a_wrong_call_is_an_error_in_one_line() -> None:
    command = [sys.executable, "-m", "lsp_local", "prompts", "list", "tidy"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (
        1,
        "error: `lsp-local prompts list` takes no name; leave out 'tidy'\n",
    )
