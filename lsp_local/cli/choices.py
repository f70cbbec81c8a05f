"""What several commands let the user choose, and what they make of it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lsp_local import config
from lsp_local.options import Options

if TYPE_CHECKING:
    from lsp_local.engine.opening import LiveEngine

ModelOption = Annotated[
    str, typer.Option("--model", metavar="NAME|PATH", help="A known model or any GGUF file.")
]
EngineOption = Annotated[
    str, typer.Option("--engine", metavar="NAME", help="What runs the model (docs/engines.md).")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def chosen_options(model: str, workspace: Path | None = None, engine: str = "") -> Options:
    """Read all options; `model` and `engine` win unless they are empty. Raises ConfigError."""
    chosen = {"model": model, "engine": engine}
    said = {name: value for name, value in chosen.items() if value}
    return config.load_strict(workspace=workspace, editor=said or None)


def chosen_engine(options: Options) -> "LiveEngine":
    """Return the engine that `options` name, not yet started. Raises UserError."""
    from lsp_local.engine.opening import open_engine

    return open_engine(options, keeps_states=False)


def chosen_chat(options: Options) -> "LiveEngine":
    """Return the engine for questions: what all of them share is read only once, ever."""
    from lsp_local.engine.opening import open_engine

    return open_engine(options)
