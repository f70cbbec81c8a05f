"""`lsp-local complete`: one inline completion, without an editor."""

import asyncio
import json
from typing import Annotated

import typer

from lsp_local import report
from lsp_local.cli.choices import AsJson, ModelOption, asks_model, chosen_engine, chosen_options
from lsp_local.cli.places import Place, place_at
from lsp_local.cli.waiting import waiting
from lsp_local.features.inline_completion import complete, is_disabled
from lsp_local.features.reading import Reader
from lsp_local.options import Options
from lsp_local.text import Outcome, Reason
from lsp_local.windows import Windows


@asks_model
def complete_at(
    place: Annotated[str, typer.Argument(metavar="FILE:LINE:COL", help="Both counted from 1.")],
    model: ModelOption = "",
    as_json: AsJson = False,
) -> None:
    """Print what the model would write at a place in a file."""
    cursor = place_at(place)
    options = chosen_options(model, cursor.root)
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
    async with chosen_engine(options) as engine:
        with waiting(f"loading {options.model}"):
            await engine.info()  # the load is not what a completion costs; raises EngineError
        reader = Reader(engine, options, Windows())
        return await complete(reader, cursor.doc, cursor.offset, reader.wish(is_automatic=False))
