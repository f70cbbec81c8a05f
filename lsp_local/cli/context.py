"""`lsp-local context`: what the model reads for a place, and why."""

import json
from dataclasses import asdict
from typing import Annotated, Any

import typer

from lsp_local import privacy
from lsp_local.actions import catalogue as actions
from lsp_local.cli.choices import AsJson, chosen_options
from lsp_local.cli.indexed import index_of
from lsp_local.cli.places import Place, place_at
from lsp_local.cli.run import told_of
from lsp_local.context import Surroundings
from lsp_local.features import instruct
from lsp_local.features.code_action import Wanted, asked
from lsp_local.features.inline_completion import is_disabled
from lsp_local.options import Options
from lsp_local.text import UserError
from lsp_local.trust import is_trusted
from lsp_local.userprompts.rules import N_FOR_ACTIONS, Rules, rules_for
from lsp_local.windows import Windows

N_SHOWN = 6  # lines of each end of a text that are printed


def show(
    place: Annotated[str, typer.Argument(metavar="FILE:LINE:COL", help="Both counted from 1.")],
    action: Annotated[
        str, typer.Option("--action", metavar="NAME", help="For a code action, such as docstring.")
    ] = "",
    whole: Annotated[bool, typer.Option("--whole", help="Print all of every text.")] = False,
    as_json: AsJson = False,
) -> None:
    """Print what the model would read for a completion or an action, piece by piece, and why."""
    cursor = place_at(place)
    options = chosen_options("", cursor.root)
    if is_disabled(options, cursor.doc, str(cursor.root / cursor.doc.path)):
        found: dict[str, Any] = {"disabled": True, "pieces": []}
    else:
        found = _of_action(cursor, options, action) if action else _found(cursor, options)
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
    offset = cursor.offset
    windows, around = Windows(), Surroundings(index=index_of(cursor.root, options))
    doc = windows.seen(cursor.doc, around)
    pieces = [asdict(one) for one in windows.pieces(doc, offset, options.n_repository, around)]
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


def _of_action(cursor: Place, options: Options, name: str) -> dict[str, Any]:
    """Return what an action would ask; the pieces of its question in their order. Raises UserError.

    What was learned is told to actions only: no run has shown that it helps completions.
    """
    doc = cursor.doc
    offer = actions.offer(name, doc, cursor.offset, cursor.offset, [])
    if offer is None:
        names = ", ".join(one for one in actions.ACTIONS if one != "fix")
        raise UserError(f"`{name}` cannot be done here; the actions are {names}")
    is_ours = is_trusted(options, cursor.root)
    nothing = Rules()
    rules = rules_for(cursor.root, doc.path, N_FOR_ACTIONS, options.exclude) if is_ours else nothing
    told = told_of(doc, cursor.root, options, offer)
    head = "\n".join(f"{one.role}: {one.text}" for one in instruct.HEAD)
    own = asked(doc, Wanted(offer, "(your instruction)", habits=told.habits))
    because = [f"{one.name} is {one.value} ({one.confidence:.0%})" for one in told.habits]
    because += [f"observation {one.id}, {one.kind} {one.n} times" for one in told.observations]
    pieces = [
        ("head", "what all questions begin with", head),
        ("rules", f"the project says so in {', '.join(rules.sources)}", rules.text),
        ("memory", f"learned: {'; '.join(because)}", told.text),
        ("question", f"the code, and what `{name}` is asked", own),
    ]
    shown = [
        {"path": doc.path, "text": text, "source": source, "reason": reason}
        for source, reason, text in pieces
        if text
    ]
    return {"path": doc.path, "language": doc.language, "action": name, "pieces": shown}


def _ends(text: str) -> str:
    lines = text.split("\n")
    if len(lines) <= 2 * N_SHOWN + 1:
        return text
    n_left_out = len(lines) - 2 * N_SHOWN
    return "\n".join([*lines[:N_SHOWN], f"[... {n_left_out} more lines ...]", *lines[-N_SHOWN:]])
