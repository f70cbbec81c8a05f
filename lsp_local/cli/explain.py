"""`lsp-local explain`: what a symbol is, as a hover in an editor shows it."""

import asyncio
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from typing import Annotated

import typer

from lsp_local.adapters import voice
from lsp_local.cli.choices import AsJson, ModelOption, asks_model, chosen_chat, chosen_options
from lsp_local.cli.indexed import index_of
from lsp_local.cli.places import Place, place_at
from lsp_local.cli.waiting import waiting
from lsp_local.engine.base import OnText
from lsp_local.features import hover, instruct
from lsp_local.features.hover import Hover
from lsp_local.features.inline_completion import is_disabled
from lsp_local.folders import explanations_dir
from lsp_local.index import Index
from lsp_local.options import Job, Options
from lsp_local.symbols.explanations import Explanations, key_of
from lsp_local.text import UserError

NOT_PRINTED = ("start", "end", "source", "digest")  # of the facts, as JSON


@asks_model
def explain_at(
    place: Annotated[str, typer.Argument(metavar="FILE:LINE:COL", help="Both counted from 1.")],
    model: ModelOption = "",
    again: Annotated[bool, typer.Option("--again", help="Ask, whatever was said before.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say what is known of a symbol in a file, and what the model says of it."""
    cursor = place_at(place)
    options = chosen_options(model, cursor.root, Job.INSTRUCT)
    if is_disabled(options, cursor.doc, str(cursor.root / cursor.doc.path)):
        raise UserError(f"{cursor.doc.path} is not read: your options exclude it")
    explanations = _explanations(options)
    found = hover.look(cursor.doc, cursor.offset, _index(cursor, options), (), explanations)
    if found is None:
        raise UserError(f"there is no symbol at {place}; name the column of a name in code")
    if again:
        explanations.forget(key_of(explanations.model, found.facts))
    if not as_json:
        print(hover.render(replace(found, explanation=""), is_markdown=False), flush=True)
    is_known = found.was_asked and not again
    if not is_known:
        said = asyncio.run(_explain(options, found, explanations, is_shown=not as_json))
        found = replace(found, explanation=said)
    if as_json:
        print(json.dumps(_as_json(found, is_known)))
    else:
        print(f"\n{found.explanation or 'The model says nothing of it that stands up to a check.'}")


def _as_json(found: Hover, is_known: bool) -> dict[str, object]:
    facts = {key: value for key, value in asdict(found.facts).items() if key not in NOT_PRINTED}
    said = {"explanation": found.explanation, "model": found.model}
    return {**facts, **said, "from_cache": is_known}


def _explanations(options: Options) -> Explanations:
    if not options.cache_mb:
        return Explanations(voice(options))
    from lsp_local.disk import CompletionDisk  # its import takes 30 ms
    from lsp_local.symbols.explanations import MAX_BYTES

    disk = CompletionDisk(explanations_dir(), MAX_BYTES)
    disk.open()
    return Explanations(voice(options), disk)


def _index(cursor: Place, options: Options) -> Index | None:
    if not options.n_repository:
        return None
    return index_of(cursor.root, options)


async def _explain(
    options: Options, found: Hover, explanations: Explanations, is_shown: bool
) -> str:
    async with chosen_chat(options) as engine:
        with waiting(f"loading {options.model}"):
            await instruct.warm(engine)  # raises EngineError
        with _streaming(is_shown) as on_text:
            return await hover.explain(engine, found, explanations, on_text)


@contextmanager
def _streaming(is_shown: bool) -> Iterator[OnText]:
    """Show what the model says as it comes; what is left of it is printed when all is said."""
    if not is_shown or not sys.stdout.isatty():
        yield lambda _text: None
        return
    from rich.live import Live
    from rich.text import Text

    said = Text(style="dim")
    with Live(said, transient=True) as live:

        def on_text(text: str) -> None:
            said.append(text)
            live.update(said)

        yield on_text
