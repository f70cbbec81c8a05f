"""The built-in code actions, and which of them apply at a place.

Somebody who is shown ten entries everywhere switches the light bulb off. So a cursor is offered
what concerns its line: diagnostics, in the header of a function what belongs to a header, in a body
that is still to be written that. A selection is offered what can be done with statements. Whoever
asks for a kind (`only`) or for an action by its name gets all that is possible.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lsp_local.actions.applicable import APPLIES, MOST, Place, place_at
from lsp_local.actions.functions import function_at, whole_start
from lsp_local.actions.statements import whole_lines, whole_scope
from lsp_local.privacy import PRIVATE, hidden
from lsp_local.text import Diagnostic, Document
from lsp_local.typed_trees import parse_typed

N_FIXES = 5  # of one list
MOST_MESSAGE = 60  # characters of a diagnostic in a title


@dataclass(frozen=True, slots=True)
class Action:
    """An entry of the catalogue: `title` is what it is called in a menu of all of them."""

    name: str
    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class Offer:
    """An action at a place: what it is called here, and the part of the document it may change."""

    name: str
    title: str
    kind: str
    start: int
    end: int
    diagnostics: tuple[Diagnostic, ...] = ()


ACTIONS = {
    one.name: one
    for one in (
        Action("fix", "quickfix", "Fix a diagnostic"),
        Action("body", "refactor.rewrite", "Write a missing body"),
        Action("extract", "refactor.extract", "Extract a function"),
        Action("simplify", "refactor.rewrite", "Simplify code"),
        Action("guard", "refactor.rewrite", "Handle errors"),
        Action("comment", "refactor.rewrite", "Explain code in a comment"),
        Action("docstring", "refactor.rewrite", "Write or update a docstring"),
        Action("annotate", "refactor.rewrite", "Add type annotations"),
        Action("tests", "source", "Write tests for a function"),
        Action("rewrite", "refactor.rewrite", "Follow an instruction"),
    )
}


def offers(
    doc: Document,
    start: int,
    end: int,
    diagnostics: Sequence[Diagnostic],
    only: Sequence[str] = (),
) -> list[Offer]:
    """Return the actions that apply between two offsets, the most urgent first.

    `only` are kinds of LSP; "refactor" is also "refactor.rewrite".
    """
    found = _fixes(doc, start, end, diagnostics) if is_wanted("quickfix", only) else []
    place = place_at(doc, start, end, is_asked=bool(only))
    for name in APPLIES if place is not None else ():
        if place is not None and is_wanted(ACTIONS[name].kind, only):
            one = _applied(name, place)
            found += [one] if one is not None else []
    return [one for one in found if not _is_private(doc, one)]


def offer(
    name: str, doc: Document, start: int, end: int, diagnostics: Sequence[Diagnostic]
) -> Offer | None:
    """Return the action of that name at a place, None if it is impossible there."""
    found: Offer | None = None
    if name == "fix":
        found = next(iter(_fixes(doc, start, end, diagnostics)), None)
    elif name == "rewrite":
        found = _rewrite(doc, start, end)
    elif name in APPLIES:
        place = place_at(doc, start, end, is_asked=True)
        found = _applied(name, place) if place is not None else None
    return None if found is None or _is_private(doc, found) else found


def _applied(name: str, place: Place) -> Offer | None:
    found = APPLIES[name](place)
    if found is None:
        return None
    title, start, end = found
    return Offer(name, title, ACTIONS[name].kind, start, end)


def is_wanted(kind: str, only: Sequence[str]) -> bool:
    """Whether a kind of action is one of those asked for; all are where `only` is empty."""
    return not only or any(not one or kind == one or kind.startswith(one + ".") for one in only)


def _is_private(doc: Document, one: Offer) -> bool:
    """Whether the user has marked a line of what an action reads and changes as private."""
    if PRIVATE not in doc.text:
        return False
    start, end = whole_lines(doc.text, one.start, one.end)
    return hidden(doc.text)[start:end] != doc.text[start:end]


def _fixes(doc: Document, start: int, end: int, diagnostics: Sequence[Diagnostic]) -> list[Offer]:
    """Return a fix for each diagnostic on the lines of a range, the nearest first."""
    text = doc.text
    first, last = whole_lines(text, start, end)
    near = [one for one in diagnostics if one.start <= last and one.end >= first]
    near.sort(key=lambda one: (max(one.start - end, start - one.end, 0), one.start))
    tree = parse_typed(text, doc.language) if near else None
    found: dict[str, Offer] = {}
    for one in near[: 4 * N_FIXES]:
        function = function_at(tree, one.start, one.end) if tree is not None else None
        if function is not None and function.end - function.start <= MOST:
            scope = whole_start(text, function.start), function.end
        else:
            scope = whole_scope(tree, text, *_on_lines(text, one))
        title = f"Fix: {_shortened(one.message)}"
        found.setdefault(f"{title} {scope}", Offer("fix", title, "quickfix", *scope, (one,)))
    return list(found.values())[:N_FIXES]


def _on_lines(text: str, one: Diagnostic) -> tuple[int, int]:
    return whole_lines(text, one.start, max(one.start, one.end))


def _shortened(message: str) -> str:
    said = " ".join(message.split()) or "this"
    if len(said) <= MOST_MESSAGE:
        return said
    return said[:MOST_MESSAGE].rpartition(" ")[0].rstrip(" ,;:") + "…"


def _rewrite(doc: Document, start: int, end: int) -> Offer:
    """Return what an instruction may change: the selection, else the function, else the line."""
    tree = parse_typed(doc.text, doc.language)
    function = function_at(tree, start, end) if tree is not None and start >= end else None
    if function is not None:
        scope = whole_start(doc.text, function.start), function.end
    else:
        scope = whole_scope(tree, doc.text, start, end)
    return Offer("rewrite", "Rewrite this", ACTIONS["rewrite"].kind, *scope)
