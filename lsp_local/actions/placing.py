"""Where a new function stands: beside what, how it is called there, and how deep it is."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lsp_local.actions.functions import FUNCTIONS, line_end, line_start
from lsp_local.actions.scopes import names_in
from lsp_local.trees import Tree

if TYPE_CHECKING:
    from lsp_local.trees import Node


def home(
    tree: Tree, around: "list[Node]", inner: int, nodes: "tuple[Node, ...]"
) -> tuple[int, str, str]:
    """Return which of the nodes around the new function stands beside, and how it is called."""
    found = None
    if tree.language == "python":
        found = _python_method(tree, around, inner, nodes)
    elif tree.language != "go":
        found = _script_method(around, inner, nodes)
    return found or (1, "", "")


def insert_at(tree: Tree, home: "Node", is_method: bool) -> int:
    """Return where the text of the function goes, `home` being what it stands beside."""
    text = tree.text
    if tree.language == "python" and not is_method:
        start = line_start(text, home.start_byte)
        while start > 0 and text.startswith("#", line_start(text, start - 1)):
            start = line_start(text, start - 1)
        return start
    end = home.end_byte + (text[home.end_byte : home.end_byte + 1] == ";")
    rest = text[end : line_end(text, end)].strip()
    return line_end(text, end) if not rest or rest.startswith(("//", "#")) else end


def indent_of(tree: Tree, home: "Node") -> str:
    """Return the white space before what a function stands beside."""
    before = tree.text[line_start(tree.text, home.start_byte) : home.start_byte]
    return before[: len(before) - len(before.lstrip())] if before.strip() else before


def all_nodes(node: "Node") -> "Iterator[Node]":
    """Yield the nodes in one, in any order."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        yield one
        waiting += one.named_children


def _python_method(
    tree: Tree, around: "list[Node]", inner: int, nodes: "tuple[Node, ...]"
) -> tuple[int, str, str] | None:
    """Return where a method of Python is, if the statements use its object."""
    outer = inner - 1 if around[inner - 1].type == "decorated_definition" else inner
    if outer < 2 or around[outer - 2].type != "class_definition":
        return None
    listed = around[inner].child_by_field_name("parameters")
    first = listed.named_children[0] if listed is not None and listed.named_child_count else None
    orders = tree.text[around[outer].start_byte : around[inner].start_byte]
    if first is None or first.type != "identifier" or "staticmethod" in orders:
        return None
    receiver = tree.text[first.start_byte : first.end_byte]
    if not any(one.text in (receiver, "super") for one in names_in(tree, nodes)):
        return None
    return outer, receiver, "@classmethod" if "classmethod" in orders else ""


def _script_method(
    around: "list[Node]", inner: int, nodes: "tuple[Node, ...]"
) -> tuple[int, str, str] | None:
    """Return where a member of a class is, if the statements use `this`."""
    if not any(two.type == "this" for node in nodes for two in all_nodes(node)):
        return None
    for n in range(inner, 0, -1):
        is_member = around[n - 1].type == "class_body"
        if is_member:
            is_static = any(one.type == "static" for one in around[n].children)
            return n, "this", "static " if is_static else ""
        if around[n].type in FUNCTIONS and around[n].type != "arrow_function":
            return None
    return None
