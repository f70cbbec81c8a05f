"""`lsp-local context`: what the model reads for a place, and why."""

import json
from dataclasses import asdict, replace
from typing import Annotated, Any

import typer

from lsp_local import privacy
from lsp_local.cli.choices import AsJson, chosen_options
from lsp_local.cli.places import Place, place_at
from lsp_local.cli.waiting import waiting
from lsp_local.context import Surroundings
from lsp_local.features.inline_completion import is_disabled
from lsp_local.index import Index
from lsp_local.options import Options
from lsp_local.windows import Windows

N_SHOWN = 6  # lines of each end of a text that are printed


def show(
    place: Annotated[str, typer.Argument(metavar="FILE:LINE:COL", help="Both counted from 1.")],
    whole: Annotated[bool, typer.Option("--whole", help="Print all of every text.")] = False,
    as_json: AsJson = False,
) -> None:
    """Print what the model would read for a completion, piece by piece, and why."""
    cursor = place_at(place)
    options = chosen_options("", cursor.root)
    if is_disabled(options, cursor.doc, str(cursor.root / cursor.doc.path)):
        found: dict[str, Any] = {"disabled": True, "pieces": []}
    else:
        found = _found(cursor, options)
    if as_json:
        print(json.dumps(found))
        return
    if found.get("disabled"):
        print("nothing: the options say that this file is never read")
        return
    for piece in found["pieces"]:
        print(f"--- {piece['path']} ({piece['source']}: {piece['reason']})")
        print(piece["text"] if whole else _ends(piece["text"]))


def _found(cursor: Place, options: Options) -> dict[str, Any]:
    doc = replace(cursor.doc, text=privacy.hidden(cursor.doc.text))
    offset = cursor.offset
    index = Index(cursor.root, options.exclude)
    with waiting(f"reading the project {cursor.root.name}"):
        index.refresh()
    windows = Windows(Surroundings(index=index))
    pieces = [asdict(piece) for piece in windows.pieces(doc, offset, options.n_repository)]
    window = windows.at(doc, offset, options.n_context)
    own = [
        ("head", "imports and headers that the window cuts off", window.head),
        ("suffix", "what follows the cursor", window.suffix),
        ("prefix", "what stands before the cursor", window.prefix),
    ]
    for source, reason, text in own:
        if text:
            readable = privacy.redact(text)
            piece = {"path": doc.path, "text": readable, "source": source, "reason": reason}
            pieces.append(piece)
    return {"project": doc.project, "path": doc.path, "language": doc.language, "pieces": pieces}


def _ends(text: str) -> str:
    lines = text.split("\n")
    if len(lines) <= 2 * N_SHOWN + 1:
        return text
    n_left_out = len(lines) - 2 * N_SHOWN
    return "\n".join([*lines[:N_SHOWN], f"[... {n_left_out} more lines ...]", *lines[-N_SHOWN:]])
