"""Where each of the built-in code actions applies, and what it is called there."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lsp_local.actions import lacking, testfiles
from lsp_local.actions.docstyle import docstring_span
from lsp_local.actions.extract import extraction
from lsp_local.actions.functions import Function, line_end, line_start, whole_start
from lsp_local.actions.statements import Statements, function_meant, statements_at, trimmed
from lsp_local.grammars import COMMENTS
from lsp_local.text import Document
from lsp_local.trees import Tree
from lsp_local.typed_trees import parse_typed

if TYPE_CHECKING:
    from lsp_local.trees import Node

Found = tuple[str, int, int]  # a title, and the part of the document that may be changed

FEWEST = 60  # characters of a statement on one line that is worth changing
MOST = 8000  # characters that are rewritten at once: about 2,500 tokens


@dataclass(frozen=True, slots=True)
class Place:
    """What is known of a place. `chosen`: the statements of a selection, None for a cursor.

    `function` is the innermost around it. `is_asked`: the user wants all that is possible.
    """

    doc: Document
    tree: Tree
    start: int
    end: int
    function: Function | None
    chosen: Statements | None
    is_asked: bool


def place_at(doc: Document, start: int, end: int, is_asked: bool) -> Place | None:
    """Look at a place; None where there is no grammar."""
    tree = parse_typed(doc.text, doc.language)
    if tree is None:
        return None
    first, last = trimmed(doc.text, start, end)
    chosen = statements_at(tree, first, last) if first < last else None
    if first < last and chosen is not None and not _covers(doc.text, first, last, chosen):
        chosen = None  # a word or an expression was selected: as good as a cursor
    return Place(doc, tree, start, end, function_meant(tree, start, end), chosen, is_asked)


def _covers(text: str, start: int, end: int, chosen: Statements) -> bool:
    """Whether a selection means statements: it has one of them, or crosses the end of a line."""
    if "\n" in text[start:end]:
        return True
    return any(start <= one.start_byte and one.end_byte <= end + 1 for one in chosen.nodes)


def _docstring(place: Place) -> Found | None:
    function, tree = place.function, place.tree
    if function is None or not (place.is_asked or _is_at_header(place, function)):
        return None
    span = docstring_span(tree, function)
    if not place.is_asked:
        is_odd = function.is_nested or _is_test(place, function)
        is_in = span is not None and span[0] <= place.start <= span[1]
        if is_odd or (span is not None and not is_in and not lacking.is_outdated(tree, function)):
            return None
    word = "docstring" if tree.language == "python" else "doc comment"
    title = f"{'Update' if span else 'Write'} the {word} of `{function.name}`"
    start = min(function.start, span[0]) if span else function.start
    return title, whole_start(place.doc.text, start), function.end


def _annotate(place: Place) -> Found | None:
    function = place.function
    if function is None or not (place.is_asked or _is_at_header(place, function)):
        return None
    if not lacking.lacks_annotations(place.tree, function):
        return None
    if not place.is_asked and _is_test(place, function):
        return None
    return _of_function(place, f"Add types to `{function.name}`", function)


def _tests(place: Place) -> Found | None:
    function, tree = place.function, place.tree
    if function is None or not (place.is_asked or _is_at_header(place, function)):
        return None
    if function.is_nested or _is_test(place, function) or function.body == function.end:
        return None
    is_public = lacking.is_public(tree, function)
    if not place.is_asked and (not is_public or lacking.is_without_code(tree, function)):
        return None
    return _of_function(place, f"Write tests for `{function.name}`", function)


def _body(place: Place) -> Found | None:
    function = place.function
    is_stub = place.doc.path.endswith(".pyi")
    if function is None or is_stub or not lacking.is_unwritten(place.tree, function):
        return None
    return _of_function(place, f"Write the body of `{function.name}`", function)


def _simplify(place: Place) -> Found | None:
    if place.chosen is not None and not _is_whole(place) and not _is_worth_it(place):
        return None
    return _of_code(place, "Simplify {what}", "Simplify this")


def _extract(place: Place) -> Found | None:
    function = place.function
    if place.chosen is None or _is_whole(place) or not _is_worth_it(place):
        return None
    if function is None or (not place.is_asked and function.end - function.start > MOST):
        return None  # it would take longer than a list of actions may
    found = extraction(place.doc, place.start, place.end)
    return _found(place, "Extract a function", found.start, found.end) if found else None


def _guard(place: Place) -> Found | None:
    nodes = _nodes(place)
    around = place.tree.around(nodes[0].start_byte, nodes[0].end_byte) if nodes else []
    if not lacking.can_fail(place.tree, nodes) or lacking.is_tried(around):
        return None
    return _of_code(place, "Handle errors in {what}", "Handle errors here")


def _comment(place: Place) -> Found | None:
    return _of_code(place, "Explain {what} in a comment", "Explain this in a comment")


def _of_code(place: Place, title: str, here: str) -> Found | None:
    """Offer something for the selected statements, or, if it was asked for, for the function."""
    function, chosen = place.function, place.chosen
    if function is not None and (_is_whole(place) or (chosen is None and place.is_asked)):
        return _of_function(place, title.format(what=f"`{function.name}`"), function)
    if chosen is None or all(one.type in COMMENTS for one in chosen.nodes):
        return None
    return _found(place, here, chosen.start, chosen.end)


def _of_function(place: Place, title: str, function: Function) -> Found | None:
    return _found(place, title, function.start, function.end)


def _found(place: Place, title: str, start: int, end: int) -> Found | None:
    if end - start > MOST:
        return None
    return title, whole_start(place.doc.text, start), end


def _nodes(place: Place) -> "tuple[Node, ...]":
    """Return the nodes that an action is about: selected statements, or the function's."""
    if place.chosen is not None:
        return place.chosen.nodes
    return (place.function.node,) if place.function is not None and place.is_asked else ()


def _is_worth_it(place: Place) -> bool:
    """Whether selected statements are more than a short line, or the user asks."""
    chosen = place.chosen
    said = place.doc.text[chosen.start : chosen.end] if chosen is not None else ""
    return place.is_asked or "\n" in said or len(said) >= FEWEST


def _is_whole(place: Place) -> bool:
    """Whether the selection is the function, and not a part of it or more."""
    function, chosen = place.function, place.chosen
    if function is None or chosen is None:
        return False
    return chosen.start <= function.head and function.end <= chosen.end + 1


def _is_at_header(place: Place, function: Function) -> bool:
    """Whether the cursor is in the header or docstring, or the whole function is selected."""
    if place.chosen is not None:
        return _is_whole(place)
    text = place.doc.text
    span = docstring_span(place.tree, function) or (function.start, function.start)
    head = function.head + len(text[function.head : function.body].rstrip())
    first = line_start(text, min(function.start, span[0]))
    last = max(line_end(text, head), span[1] if span[0] >= function.body else 0)
    return first <= place.start <= last


def _is_test(place: Place, function: Function) -> bool:
    return testfiles.is_test(place.doc.path, place.doc.language) or lacking.is_test(
        place.tree, function
    )


APPLIES: dict[str, Callable[[Place], Found | None]] = {
    "body": _body,
    "docstring": _docstring,
    "annotate": _annotate,
    "extract": _extract,
    "simplify": _simplify,
    "guard": _guard,
    "comment": _comment,
    "tests": _tests,
}
