"""Which habits a piece of code shows: quotes, type hints, names, docstrings, tests. Pure counts."""

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from lsp_local.actions.docstyle import docstring_span, shown_by
from lsp_local.actions.functions import (
    TYPES,
    Function,
    all_functions,
    parameter_nodes,
    parameters,
    returns_something,
)
from lsp_local.actions.testfiles import is_test
from lsp_local.languages import SCRIPTS, family
from lsp_local.nodes import is_docstring
from lsp_local.text import Document
from lsp_local.trees import Tree

if TYPE_CHECKING:
    from lsp_local.trees import Node

QUOTED = re.compile(r"[A-Za-z]{0,2}(['\"])([^'\"\\\n]*)\1")  # either quote would do
QUOTES = {"'": "single", '"': "double"}
SNAKE = re.compile(r"_*[a-z][a-z0-9]*(_[a-z0-9]+)+_*")
CAMEL = re.compile(r"_*[a-z][a-z0-9]*([A-Z][a-z0-9]*)+")
DOCUMENTED = ("python", *SCRIPTS, "java", "c", "cpp")


class Style(NamedTuple):
    """A trait of the code of a language, and one of the values that it can have."""

    trait: str
    language: str
    value: str


def styles_in(tree: Tree, doc: Document, start: int, end: int) -> Counter[Style]:
    """Count the habits that the code between two offsets shows."""
    found: Counter[Style] = Counter()
    language = family(doc.language)

    def count(trait: str, value: str) -> None:
        found[Style(trait, language, value)] += 1

    if language == "python" or doc.language in SCRIPTS:
        for node in strings(tree, start, end):
            quoted = QUOTED.fullmatch(tree.text[node.start_byte : node.end_byte])
            if quoted is not None and start <= node.start_byte and node.end_byte <= end:
                count("quotes", QUOTES[quoted[1]])
    is_in_tests = is_test(doc.path, doc.language)
    for function in all_functions(tree):
        if start <= function.head < end:
            for trait, value in _of_function(tree, function, is_in_tests):
                count(trait, value)
        elif _is_documented_in(tree, function, start, end):
            for value in _documented(tree, function):
                count("docstring", value)
    return found


def strings(tree: Tree, start: int, end: int) -> "list[Node]":
    """Return the strings between two offsets in which either quote may stand, also in part."""
    found: list[Node] = []
    waiting = [tree.root]
    while waiting:
        node = waiting.pop()
        if node.end_byte <= start or node.start_byte >= end or node.type == "jsx_attribute":
            continue
        if node.type == "string":
            found.append(node)
        elif not (tree.language == "python" and is_docstring(node)):
            waiting += reversed(node.named_children)
    return found


def _of_function(tree: Tree, function: Function, is_in_tests: bool) -> list[tuple[str, str]]:
    found = [("docstring", value) for value in _documented(tree, function)]
    if tree.language == "python" and not function.is_nested:
        found += [("hints", value) for value in _hinted(tree, function)]
        if is_in_tests and function.name.startswith("test"):
            found.append(("tests", "methods" if function.is_method else "functions"))
    if tree.language == "python" or tree.language in SCRIPTS:
        found += [("names", "snake_case")] if SNAKE.fullmatch(function.name) else []
        found += [("names", "camelCase")] if CAMEL.fullmatch(function.name) else []
    return found


def _is_documented_in(tree: Tree, function: Function, start: int, end: int) -> bool:
    """Whether the docstring of a function stands between two offsets, also in part."""
    span = docstring_span(tree, function) if tree.language in DOCUMENTED else None
    return span is not None and span[0] < end and start < span[1]


def _hinted(tree: Tree, function: Function) -> list[str]:
    nodes = [
        n for n in parameter_nodes(function) if n.type not in ("identifier", "default_parameter")
    ]
    typed = [node for node in nodes if node.type.startswith("typed")]
    if typed or function.node.child_by_field_name("return_type") is not None:
        return ["written"]
    return ["left out"] if parameters(tree, function) else []


def _documented(tree: Tree, function: Function) -> list[str]:
    """Return the convention of its docstring; one of a function without any detail shows none."""
    span = docstring_span(tree, function) if tree.language in DOCUMENTED else None
    has_details = parameters(tree, function) or returns_something(tree, function)
    if span is None or function.node.type in TYPES or not has_details:
        return []
    text = tree.text[slice(*span)]
    shown = shown_by(text, tree.language)
    if shown is None and text.count("\n") < 1:
        return []  # a single line is right in every convention
    return [str(shown or "plain")]
