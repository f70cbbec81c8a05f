"""Takes another name of the same scope, which is how the wrong variable gets into code."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lsp_local.actions.functions import FUNCTIONS, Function
from lsp_local.actions.scopes import is_block
from lsp_local.grammars import COMMENTS
from lsp_local.nodes import defines
from lsp_local.symbols.scopes import OURSELVES
from lsp_local.text import TextEdit
from lsp_local.trees import Tree

if TYPE_CHECKING:
    from lsp_local.trees import Node

# Go's `err` is of a type of its own, and no other name is taken for it.
UNMISTAKABLE = frozenset({*OURSELVES, "err"})
# Blocks of the languages that `is_block` does not know.
BLOCKS = frozenset(
    {
        *("compound_statement", "for_expression", "if_expression", "match_arm"),
        *("enhanced_for_statement", "for_range_loop", "try_with_resources_statement"),
    }
)
# Nodes of these languages that define what is in such a field.
DECLARING = frozenset(
    {
        *("init_declarator", "declaration", "parameter_declaration", "pointer_declarator"),
        *("array_declarator", "reference_declarator", "formal_parameter"),
        *("enhanced_for_statement", "for_range_loop", "resource", "catch_formal_parameter"),
    }
)
DECLARED = ("name", "declarator")
CALLS = ("call", "call_expression", "method_invocation", "new_expression", "macro_invocation")
CALLED = ("function", "name", "constructor", "macro")
NAMES = ("identifier", "shorthand_property_identifier_pattern")
SHAPES = {".": "part", "[": "index", "(": "call"}


@dataclass(frozen=True, slots=True)
class _Name:
    """A name where it stands, and what it is in, as numbers: outermost first."""

    text: str
    start: int
    end: int
    scopes: tuple[int, ...]
    is_defined: bool | None
    shape: str


def misnamings(tree: Tree, function: Function) -> Iterator[TextEdit]:
    """Yield edits that read another variable in a body, one that is known where it is read.

    What has parts or is indexed is only mistaken for what also has, or is.
    """
    names = [name for name in _names(tree, function) if name.text not in UNMISTAKABLE]
    defined = [name for name in names if name.is_defined]
    shapes = {(name.text, name.shape) for name in names}
    for name in names:
        if name.is_defined is not False or name.start < function.body:
            continue
        known = dict.fromkeys(
            one.text for one in defined if _is_known(tree.text, function, one, name)
        )
        if name.text not in known or name.shape == "call":
            continue
        for other in known:
            is_alike = not name.shape or (other, name.shape) in shapes
            if other != name.text and is_alike:
                yield TextEdit(name.start, name.end, other)


def _is_known(text: str, function: Function, one: _Name, name: _Name) -> bool:
    """Whether a definition holds where a name is read: a parameter's, or one in a line above."""
    is_around = name.scopes[: len(one.scopes)] == one.scopes
    return is_around and (one.start < function.body or "\n" in text[one.end : name.start])


def _names(tree: Tree, function: Function) -> Iterator[_Name]:
    waiting: list[tuple[Node, tuple[int, ...]]] = [(function.node, ())]
    while waiting:
        node, scopes = waiting.pop()
        if node.type in COMMENTS or node.type == "token_tree":
            continue
        if node.type in NAMES:
            text = tree.text[node.start_byte : node.end_byte]
            shape = SHAPES.get(tree.text[node.end_byte : node.end_byte + 1], "")
            is_defined = _defines(node)
            yield _Name(text, node.start_byte, node.end_byte, scopes, is_defined, shape)
            continue
        if is_block(node, tree.language) or node.type in BLOCKS:
            scopes = (*scopes, node.id)
        waiting += [(child, scopes) for child in reversed(node.children)]


def _defines(node: "Node") -> bool | None:
    """Whether a name is defined where it stands; None for parts and functions."""
    parent = node.parent
    if parent is None:
        return None
    if parent.type == "dictionary_splat_pattern":  # nothing else is passed on as `**rest` is
        return None
    if parent.type in FUNCTIONS and node == parent.child_by_field_name("name"):
        return None
    if parent.type in CALLS and any(node == parent.child_by_field_name(one) for one in CALLED):
        return None
    if parent.type in DECLARING:
        return any(node in parent.children_by_field_name(field) for field in DECLARED)
    return defines(node)
