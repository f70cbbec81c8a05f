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
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

_engine = ContextVar("_engine", default="")


def with_engine(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command that takes `--model` an `--engine` behind it, which `chosen_options` reads."""

    @functools.wraps(command)
    def run(*given: Any, engine: str = "", **named: Any) -> None:
        before = _engine.set(engine)
        try:
            command(*given, **named)
        finally:
            _engine.reset(before)

    taken = list(inspect.signature(command).parameters.values())
    behind = 1 + next(n for n, one in enumerate(taken) if one.name == "model")
    ours = inspect.signature(run, follow_wrapped=False).parameters["engine"]
    taken.insert(behind, ours.replace(kind=taken[behind - 1].kind, annotation=EngineOption))
    run.__signature__ = inspect.Signature(taken)  # type: ignore[attr-defined]
    run.__annotations__ = {**command.__annotations__, "engine": EngineOption}
    return run


def chosen_options(model: str, workspace: Path | None = None, job: Job = Job.COMPLETION) -> Options:
    """Read all options as `job` has them; `model` and `--engine` win unless they are empty.

    Raises UserError.
    """
    engine = _engine.get()
    if engine and engine not in ENGINES:
        raise UserError(f"--engine takes {', '.join(ENGINES)}; not {engine!r}")
    named = {"model": model, "engine": engine}
    told = {name: value for name, value in named.items() if value}
    options = config.load_strict(workspace=workspace, editor=told)
    return options if model else for_job(options, job)


def chosen_engine(options: Options) -> "LiveEngine":
    """Return the engine that `options` name, not yet started. Raises UserError."""
    from lsp_local.engine.opening import open_engine

    return open_engine(options, keeps_states=False)


def chosen_chat(options: Options) -> "LiveEngine":
    """Return the engine for questions: what all of them share is read only once, ever."""
    from lsp_local.engine.opening import open_engine

    return open_engine(options)
