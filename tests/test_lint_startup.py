"""What is not imported, so that nobody waits for it: a hook with `lint --static`, an editor."""

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from lsp_local.cli.app import app
from lsp_local.cli.bare import only_lint

FAR = ("lsp_local.engine", "lsp_local.features", "lsp_local.evals", "lsp_local.lsp")
HEAVY = ("numpy", "rich", "sqlite3", "diskcache", "huggingface_hub", "jinja2", "detect_secrets")
SHOWING = (
    "import sys\n"
    f"sys.path.insert(0, {str(Path(__file__).parents[1])!r})\n"
    "from lsp_local.__main__ import main\n"
    "try:\n    main()\n"
    "finally:\n    print(*sys.modules, sep='\\n')\n"
)


def test_a_clean_file_costs_no_import_of_the_model(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("def f(a):\n    return a\n")
    command = [sys.executable, "-c", SHOWING, "lint", "--static", "a.py"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    names = ran.stdout.split()
    assert "lsp_local.lint.static" in names
    far = (*FAR, *HEAVY)
    assert [one for one in names if one.startswith(far)] == []


def test_an_editor_waits_for_nothing_that_is_off_or_in_another_process() -> None:
    asked = f"{SHOWING.splitlines()[1]}; import lsp_local.lsp.server; print(*sys.modules)"
    command = [sys.executable, "-c", f"import sys; {asked}"]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    off = ("lsp_local.lsp.remembering", "lsp_local.memory.store", "lsp_local.index.building")
    ours = (*off, "lsp_local.cli", "lsp_local.evals")
    far = (*ours, *(one for one in HEAVY if one != "sqlite3"), "ik_llama_cpp", "yaml", "httpx2")
    assert [one for one in ran.stdout.split() if one.startswith(far)] == []


@pytest.mark.parametrize("arguments", [["lint", "--help"], ["lint", "--format", "xml"], ["--help"]])
def test_lint_alone_is_the_same_command(arguments: list[str]) -> None:
    alone, among = CliRunner().invoke(only_lint(), arguments), CliRunner().invoke(app, arguments)
    assert alone.exit_code == among.exit_code
    if arguments[0] == "lint":
        assert (alone.stdout, alone.stderr) == (among.stdout, among.stderr)
