"""Whole statements and lines: what a selection means to somebody who selects roughly."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lsp_local.actions.functions import (
    Function,
    function_at,
    functions_around,
    line_end,
    line_start,
    whole_start,
)
from lsp_local.grammars import COMMENTS
from lsp_local.trees import Tree

if TYPE_CHECKING:
    from lsp_local.trees import Node

# Nodes whose children are statements, or members of a type.
_BLOCKS = frozenset(
    {
        *("module", "program", "source_file", "translation_unit", "block", "statement_block"),
        *("statement_list", "class_body", "declaration_list", "compound_statement", "do_group"),
        *("field_declaration_list", "body_statement", "then", "do", "switch_case"),
        *("switch_default", "interface_body", "enum_body", "constructor_body", "else"),
    }
)
_LABELS = ("value", "alternative")  # fields of a `case` that are no statements


@dataclass(frozen=True, slots=True)
class Statements:
    """Some statements in a row in one block. Invariant: there is at least one node."""

    start: int
    end: int
    nodes: "tuple[Node, ...]" = field(repr=False, compare=False)
    block: "Node" = field(repr=False, compare=False)


def statements_at(tree: Tree, start: int, end: int) -> Statements | None:
    """Return the statements that a selection touches, all of one block; None for white space."""
    start, end = trimmed(tree.text, start, end)
    if start == end:
        return None
    for block in reversed(tree.around(start, end)):
        if block.type not in _BLOCKS:
            continue
        nodes = [one for one in _children(block) if one.end_byte > start and one.start_byte < end]
        if nodes and nodes[0].start_byte <= start and nodes[-1].end_byte >= end:
            while len(nodes) > 1 and _is_behind_code(tree.text, nodes[0]):
                del nodes[0]
            return Statements(nodes[0].start_byte, _end(tree, nodes[-1]), tuple(nodes), block)
    return None


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a range without the white space at both of its ends."""
    start, end = max(0, start), min(len(text), end)
    chosen = text[start:end]
    if not chosen.strip():
        return start, start
    return start + len(chosen) - len(chosen.lstrip()), start + len(chosen.rstrip())


def whole_lines(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a range widened to whole lines; one that ends at the start of a line ends before."""
    start, end = max(0, min(start, len(text))), max(0, min(end, len(text)))
    if end > start and text[end - 1] == "\n":
        end -= 1
    return text.rfind("\n", 0, start) + 1, line_end(text, end)


def whole_scope(tree: Tree | None, text: str, start: int, end: int) -> tuple[int, int]:
    """Return a selection widened to whole statements and lines, or to lines where none are."""
    found = statements_at(tree, start, end) if tree is not None else None
    if found is None:
        return whole_lines(text, start, end)
    return whole_start(text, found.start), found.end


def _children(block: "Node") -> "list[Node]":
    labels = {node.id for name in _LABELS for node in block.children_by_field_name(name)}
    return [one for one in block.named_children if one.id not in labels]


def _is_behind_code(text: str, node: "Node") -> bool:
    """Whether a comment is about the statement on its line, which was not selected."""
    before = text[line_start(text, node.start_byte) : node.start_byte]
    return node.type in COMMENTS and bool(before.strip())


def _end(tree: Tree, node: "Node") -> int:
    """Return where a statement ends: with its semicolon, without the line break of a comment."""
    text = tree.text
    end = node.start_byte + len(text[node.start_byte : node.end_byte].rstrip())
    is_closed = text[end : end + 1] == ";" and tree.language != "python"
    return end + 1 if is_closed else end


def function_meant(tree: Tree, start: int, end: int) -> Function | None:
    """Return the function that a cursor or a selection means, None for none.

    Its decorators, what it is assigned to and the comment above it mean a function, too.
    """
    first, last = trimmed(tree.text, start, end)
    if first == last:
        line = whole_lines(tree.text, start, start)
        first, last = trimmed(tree.text, *line)
        first, last = (first, first + 1) if first < last else (start, start)
    found = statements_at(tree, first, last)
    nodes = _without_notes(tree, found) if found is not None else []
    if len(nodes) == 1:
        node = nodes[0]
        at = node.start_byte + len(tree.text[node.start_byte : node.end_byte].rstrip("; \t\r\n"))
        for one in functions_around(tree, at - 1, at):
            if one.start <= node.start_byte and one.end + 1 >= node.end_byte:
                return one
    return function_at(tree, start, end)


def _without_notes(tree: Tree, found: Statements) -> "list[Node]":
    """Return what the statements are without comments and decorators, or what these are about."""
    nodes = [one for one in found.nodes if not _is_note(one)]
    one = found.nodes[-1] if not nodes else None
    while one is not None and _is_note(one):
        following = one.next_named_sibling
        gap = tree.text[one.end_byte - 1 : following.start_byte if following else None]
        one = following if gap.count("\n") < 2 else None
    return nodes or ([one] if one is not None else [])


def _is_note(node: "Node") -> bool:
    return node.type in COMMENTS or node.type in ("decorator", "attribute_item")
