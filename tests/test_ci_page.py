"""docs/ci.md and the hooks of pre-commit: what they say works."""

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from linted import ScriptedDetector, ScriptedReviewer, commit, git
from typer.testing import CliRunner

from lsp_local.cli.app import app
from lsp_local.cli.lint_choices import LEVELS, ON_MODEL_ERROR
from lsp_local.lint import detector, review
from lsp_local.lint.finding import RULES
from lsp_local.lint.formats import FORMATS

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
HOOKS: list[dict[str, Any]] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_bytes())
BLOCKS = {kind: re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL) for kind in ("sh", "yaml")}


def steps() -> list[str]:
    """Return the commands of the workflow and of the job."""
    _, workflow, job = map(yaml.safe_load, BLOCKS["yaml"])
    found = [step["run"] for step in workflow["jobs"]["lint"]["steps"] if "run" in step]
    return [*found, *job["lint"]["script"]]


COMMANDS = [
    *(line for block in BLOCKS["sh"] for line in block.splitlines()),
    *(
        one.replace("$GITHUB_BASE_REF", "main").replace("$CI_DEFAULT_BRANCH", "main")
        for one in steps()
    ),
    *(f"{hook['entry']} src/cart.py" for hook in HOOKS),
]
LINT = [one for one in COMMANDS if one.startswith("lsp-local lint")]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone with a change that is staged, and the files that some commands read."""
    origin = tmp_path / "origin"
    (origin / "src").mkdir(parents=True)
    (origin / "tests").mkdir()
    (origin / "src/cart.py").write_text("x = a - b\n")
    (origin / "tests/test_cart.py").write_text("def test_cart():\n    pass\n")
    commit(origin)
    git(tmp_path, "clone", "-q", str(origin), "shop")
    folder = tmp_path / "shop"
    (folder / "src/cart.py").write_text("x = a - b\ny = c - d  # TODO\n")
    git(folder, "add", "-A")
    (tmp_path / "config.toml").touch()
    monkeypatch.setenv("LSP_LOCAL_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.chdir(folder)
    monkeypatch.setattr(detector, "LazyDetector", lambda _: ScriptedDetector())
    monkeypatch.setattr(review, "LazyReviewer", lambda _: ScriptedReviewer())
    return folder


@pytest.mark.usefixtures("shop")
def test_the_commands_run() -> None:
    assert len(LINT) == 17
    for command in LINT:
        ran = CliRunner().invoke(app, shlex.split(command)[1:])
        assert "error" not in ran.stderr, command
        assert ran.exit_code in (0, 1), (command, ran.stderr)
        assert not ran.stdout or "--output" not in command, command


def test_what_is_written_is_read_later() -> None:
    for command in LINT:
        words = shlex.split(command)
        if "--output" in words:
            assert PAGE.count(words[words.index("--output") + 1]) >= 2, command


@pytest.mark.parametrize(
    ("n", "schema"), [(1, "github-workflows"), (2, "gitlab-ci")], ids=["GitHub", "GitLab"]
)
def test_the_examples_are_what_the_services_take(tmp_path: Path, n: int, schema: str) -> None:
    (tmp_path / "ci.yml").write_text(BLOCKS["yaml"][n], encoding="utf-8")
    command = ["check_jsonschema", "--builtin-schema", f"vendor.{schema}", str(tmp_path / "ci.yml")]
    ran = subprocess.run(
        [sys.executable, "-m", *command], capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stdout) == (0, "ok -- validation done\n")


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.name)
def test_the_page_names_every_rule(rule: Any) -> None:
    by = "static" if rule.is_static else "model"
    assert f"| `{rule.name}` | {rule.level} | {by} |" in PAGE


@pytest.mark.parametrize("word", [*FORMATS, *LEVELS, *ON_MODEL_ERROR])
def test_the_page_names_every_choice(word: str) -> None:
    assert re.search(rf"`(--[a-z-]+ )?{word}`", PAGE) or f" {word}" in PAGE


def test_the_hooks_are_named() -> None:
    first, *_ = map(yaml.safe_load, BLOCKS["yaml"])
    ids = [hook["id"] for hook in HOOKS]
    assert first["repos"][0]["hooks"][0]["id"] in ids
    assert all(f"`{one}`" in PAGE for one in ids)
