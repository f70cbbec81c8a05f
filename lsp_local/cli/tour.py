"""`lsp-local try`: ghost text in the terminal, through the real server, on a real file."""

import asyncio
import textwrap
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lsp_local import models, report
from lsp_local.cli.choices import ModelOption, asks_model, chosen_options
from lsp_local.cli.model import pull_with_progress
from lsp_local.cli.places import document
from lsp_local.text import Document, UserError

if TYPE_CHECKING:
    from rich.console import Console

    from lsp_local.lsp.client import Client

N_PLACES = 5
N_KEYS = 3  # typed one by one at every place
SHORTEST_LINES = (24, 8)  # characters of code; in a small file the shorter ones must do


@asks_model
def try_out(
    file: Annotated[
        Path | None, typer.Argument(help="Default: a module of the standard library.")
    ] = None,
    model: ModelOption = "",
) -> None:
    """Show ghost text at several places of a file; fetch the model first if it is missing."""
    doc, root = document(file or Path(textwrap.__file__))
    offsets = places(doc.text)
    if not offsets:
        raise UserError(f"{doc.path} has no line of code that is long enough; try another file")
    options = chosen_options(model, root)
    fetch_if_missing(options.model)
    models.resolve(options.model)  # raises ModelError here, and not between two pictures
    # Asked for by hand, an answer may take six times the deadline: here as soon as while typing.
    deadline_ms = max(100, options.deadline_ms // 4)
    # And what was shown yesterday is not the answer of today: a tour shows the model at work.
    chosen = {"model": options.model, "engine": options.engine}
    settings = {**chosen, "deadline_ms": deadline_ms, "cache_mb": 0}
    settings["share_worker"] = False  # it ends with the tour
    asyncio.run(_tour(doc, root, offsets, settings))


def fetch_if_missing(name: str) -> None:
    """Pull a model of the catalogue that is not here yet. Raises ModelError."""
    if name in models.CATALOGUE and name not in [here.model.name for here in models.installed()]:
        pull_with_progress(models.find(name))


def places(text: str) -> list[int]:
    """Choose offsets in the middle of lines of code, spread over the file, always the same."""
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    found = (
        [n for n, line in enumerate(lines) if _is_worth_typing(line, n_least)]
        for n_least in SHORTEST_LINES
    )
    code = next(filter(None, found), [])
    chosen = [code[len(code) * n // N_PLACES] for n in range(N_PLACES)] if code else []
    return [starts[n] + _middle(lines[n]) for n in dict.fromkeys(chosen)]


def _is_worth_typing(line: str, n_least: int) -> bool:
    code = line.strip()
    return len(code) >= n_least and code[0].isalpha() and any(char in code for char in "(=")


def _middle(line: str) -> int:
    """Return a column behind a word or a bracket, near the middle of the code in `line`."""
    code_start = len(line) - len(line.lstrip())
    middle = code_start + (len(line) - code_start) * 2 // 5
    ends = [n for n in range(code_start + 1, len(line)) if line[n - 1] in " (.="]
    return min(ends, key=lambda n: abs(n - middle), default=middle)


async def _tour(doc: Document, root: Path, offsets: list[int], settings: dict[str, object]) -> None:
    from rich.console import Console

    from lsp_local.lsp.client import Client  # pygls is half a second of imports

    console = Console(highlight=False)
    ghost = "What stands in ⟦⟧" if console.color_system is None else "Grey"
    console.print(
        f"{Path(doc.path).name}, {settings['model']}: in {len(offsets)} lines the end is cut off, "
        "asked for, and then typed again key by key.\n"
        f"{ghost} is what an editor would show; read, reused and decoded count tokens.\n",
        markup=False,
    )
    client = await Client().start(root, settings)
    try:
        client.open(doc)
        for offset in offsets:
            await _type_at(client, doc, offset, console)
    finally:
        with suppress(RuntimeError):  # Ctrl+C has ended the server as well
            await client.stop()


async def _type_at(client: "Client", doc: Document, offset: int, console: "Console") -> None:
    """Cut the line off at `offset`, ask, and ask again after each of the author's next keys."""
    end = doc.text.find("\n", offset) % (len(doc.text) + 1)
    console.print(f"line {doc.text.count(chr(10), 0, offset) + 1}", style="bold")
    for n_typed in range(min(N_KEYS, end - offset) + 1):
        cursor = offset + n_typed
        now = replace(doc, text=doc.text[:cursor] + doc.text[end:])
        client.write(now.text)
        outcome = await client.ask(cursor)
        n_above = 0 if n_typed else 2
        is_plain = console.color_system is None
        picture = report.ghost_text(now, cursor, outcome, n_above, is_plain=is_plain)
        console.print(picture, soft_wrap=True)
        says = outcome.text
        verdict = "; as the author wrote it" if says == doc.text[cursor:end] else ""
        console.print(f"    {report.costs(outcome)}{verdict}", style="dim", soft_wrap=True)
    console.print()
