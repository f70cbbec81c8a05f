"""`lsp-local complete`: one inline completion, without an editor."""

import asyncio
import json
from typing import Annotated

import typer

from lsp_local import config, models, report
from lsp_local.cli.places import Place, place_at
from lsp_local.cli.waiting import waiting
from lsp_local.context import Windows
from lsp_local.engine.client import EngineClient
from lsp_local.features.inline_completion import complete, is_disabled
from lsp_local.options import Options
from lsp_local.text import Outcome, Reason

ModelOption = Annotated[
    str, typer.Option("--model", metavar="NAME|PATH", help="A known model or any GGUF file.")
]


def complete_at(
    place: Annotated[str, typer.Argument(metavar="FILE:LINE:COL", help="Both counted from 1.")],
    model: ModelOption = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print what the model would write at a place in a file."""
    cursor = place_at(place)
    options = config.load_strict(workspace=cursor.root, editor={"model": model} if model else None)
    if is_disabled(options, cursor.doc, str(cursor.root / cursor.doc.path)):
        outcome = Outcome(None, Reason.DISABLED)
    else:
        outcome = asyncio.run(_complete(cursor, options))
    if as_json:
        print(json.dumps(outcome.as_json()))
        return

    from rich.console import Console

    console = Console(highlight=False)
    is_plain = console.color_system is None
    picture = report.ghost_text(cursor.doc, cursor.offset, outcome, is_plain=is_plain)
    console.print(picture, soft_wrap=True)
    console.print(report.costs(outcome), style="dim", soft_wrap=True)


async def _complete(cursor: Place, options: Options) -> Outcome:
    path = models.resolve(options.model)
    async with EngineClient(path, n_ctx=options.n_ctx, n_threads=options.n_threads) as engine:
        with waiting(f"loading {path.name}"):
            await engine.info()  # the load is not what a completion costs; raises EngineError
        return await complete(engine, options, Windows(), cursor.doc, cursor.offset)
