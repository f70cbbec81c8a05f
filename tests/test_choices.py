"""Which model and engine a command asks."""

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from lsp_local.cli import choices
from lsp_local.cli.app import app
from lsp_local.cli.choices import ModelOption, asks_model, chosen_options
from lsp_local.options import Job, Options
from lsp_local.text import UserError

# These do not open an engine by the options: they start servers, or llama.cpp itself.
WITHOUT_ENGINE = {"bench actions", "bench typing"}
JOBS = 'model = "mine"\ninstruct_model = "wise"\nlint_model = "strict"\n'
COMPLETION, INSTRUCT, LINT = Job.COMPLETION, Job.INSTRUCT, Job.LINT


@pytest.fixture(autouse=True)
def config_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's own file, which is empty."""
    path = tmp_path / "config.toml"
    path.touch()
    monkeypatch.setenv("LSP_LOCAL_CONFIG", str(path))
    return path


def test_what_takes_a_model_takes_an_engine() -> None:
    def commands(command: Any, name: str = "") -> dict[str, set[str]]:
        inside = getattr(command, "commands", {})
        found = {name: {option for one in command.params for option in one.opts}}
        for below, one in inside.items():
            found |= commands(one, f"{name} {below}".strip())
        return found

    taken = commands(typer.main.get_command(app))
    with_model = {name for name, options in taken.items() if "--model" in options}
    assert {name for name, options in taken.items() if "--engine" in options} == (
        with_model - WITHOUT_ENGINE
    )
    assert with_model >= WITHOUT_ENGINE


@pytest.mark.parametrize(
    ("written", "model", "job", "want"),
    [
        pytest.param("", "", INSTRUCT, Options().model, id="by default one does all"),
        pytest.param('model = "mine"', "", LINT, "mine", id="an empty name is that of `model`"),
        pytest.param(JOBS, "", COMPLETION, "mine", id="completions have theirs"),
        pytest.param(JOBS, "", INSTRUCT, "wise", id="instructions have theirs"),
        pytest.param(JOBS, "", LINT, "strict", id="lint has its own"),
        pytest.param(JOBS, "other", LINT, "other", id="who names a model means it"),
    ],
)
def test_the_model_of_a_job(
    config_file: Path, written: str, model: str, job: Job, want: str
) -> None:
    config_file.write_text(written)
    assert chosen_options(model, job=job).model == want


def told(*arguments: str) -> tuple[str, str] | str:
    """Return the model and the engine that a command is told, or the sentence of the refusal."""
    found: list[Options] = []
    shell = typer.Typer()

    @shell.command()
    @asks_model
    def command(model: ModelOption = "", loud: bool = False) -> None:
        assert loud
        found.append(chosen_options(model))

    ran = CliRunner().invoke(shell, ["--loud", *arguments])
    if found:
        return found[0].model, found[0].engine
    assert isinstance(ran.exception, UserError)
    return str(ran.exception)


def test_the_engine_of_a_command(monkeypatch: pytest.MonkeyPatch) -> None:
    last = choices.ENGINES[-1]
    assert told("--engine", last, "--model", "x") == ("x", last)
    assert told() == (Options().model, Options().engine), "the command before is over"
    known = ", ".join(choices.ENGINES)
    assert told("--engine", "steam") == f"--engine takes {known}; not 'steam'"
    monkeypatch.setenv("LSP_LOCAL_ENGINE", "fire")
    assert "'fire'" in told("--engine", last), "what is wrong elsewhere is not covered up"


@pytest.mark.parametrize(
    ("arguments", "want"),
    [
        pytest.param((), ["qwen2.5-coder-0.5b", "qwen2.5-coder-1.5b"], id="of each job"),
        pytest.param(("--model", "smollm2-135m"), ["smollm2-135m"], id="the one that is named"),
    ],
)
def test_doctor_looks_at_the_model(
    config_file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    want: list[str],
) -> None:
    monkeypatch.setenv("LSP_LOCAL_MODELS_DIR", str(tmp_path / "none"))
    config_file.write_text('instruct_model = "qwen2.5-coder-1.5b"\nlint_model = ""\n')
    ran = CliRunner().invoke(app, ["doctor", "--json", *arguments])
    found = json.loads(ran.stdout)
    missing = [f"{name} is not here yet; run `lsp-local model pull {name}`" for name in want]
    assert (found["problems"], ran.exit_code) == (missing, 1)
