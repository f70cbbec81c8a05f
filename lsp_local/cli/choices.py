"""What several commands let the user choose, and what they make of it."""

import functools
import inspect
from collections.abc import Callable
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lsp_local import config
from lsp_local.options import Job, Options, describe, for_job
from lsp_local.text import UserError

if TYPE_CHECKING:
    from lsp_local.engine.opening import LiveEngine

ENGINES = next(one.choices for one in describe() if one.name == "engine")

ModelOption = Annotated[
    str, typer.Option("--model", metavar="NAME|PATH", help="A known model or any GGUF file.")
]
EngineOption = Annotated[
    str, typer.Option("--engine", metavar="ENGINE", help=f"What runs it: {', '.join(ENGINES)}.")
]
AdapterOption = Annotated[
    str, typer.Option("--adapter", metavar="PATH[:SCALE]", help="A LoRA adapter of the model.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

# What stands beside `--model`, wherever that does: options by their own names.
_BESIDE: dict[str, Any] = {"engine": EngineOption, "adapter": AdapterOption}
_said: ContextVar[dict[str, str]] = ContextVar("_said")


def asks_model(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command that takes `--model` what stands beside it, which `chosen_options` reads."""

    @functools.wraps(command)
    def run(*given: Any, **named: Any) -> None:
        before = _said.set({name: named.pop(name, "") for name in _BESIDE})
        try:
            command(*given, **named)
        finally:
            _said.reset(before)

    keyword = inspect.Parameter.KEYWORD_ONLY
    taken = list(inspect.signature(command).parameters.values())
    behind = 1 + next(n for n, one in enumerate(taken) if one.name == "model")
    taken[behind:behind] = [
        inspect.Parameter(name, keyword, default="", annotation=kind)
        for name, kind in _BESIDE.items()
    ]
    shown = [one.replace(kind=keyword) for one in taken]  # typer names them all
    run.__signature__ = inspect.Signature(shown)  # type: ignore[attr-defined]
    run.__annotations__ = {**command.__annotations__, **_BESIDE}
    return run


def chosen_options(model: str, workspace: Path | None = None, job: Job = Job.COMPLETION) -> Options:
    """Read all options as `job` has them; what the command line says wins unless it is empty.

    Raises UserError.
    """
    said = {"model": model, **_said.get({})}
    told = {name: value for name, value in said.items() if value}
    engine = told.get("engine", ENGINES[0])
    if engine not in ENGINES:
        raise UserError(f"--engine takes {', '.join(ENGINES)}; not {engine!r}")
    options = config.load_strict(workspace=workspace, editor=[told])
    return options if model else for_job(options, job)


def chosen_engine(options: Options) -> "LiveEngine":
    """Return the engine that `options` name, not yet started. Raises UserError."""
    from lsp_local.engine.opening import open_engine

    return open_engine(options, keeps_states=False)


def chosen_chat(options: Options) -> "LiveEngine":
    """Return the engine for questions: what all of them share is read only once, ever."""
    from lsp_local.engine.opening import open_engine

    return open_engine(options)
