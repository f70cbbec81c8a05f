"""Small mistakes, as people make them, at all places of a function."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from lsp_local.actions.functions import Function
from lsp_local.evals.misnaming import misnamings
from lsp_local.grammars import ANNOTATIONS, COMMENTS, STRINGS
from lsp_local.parts import Role
from lsp_local.text import TextEdit
from lsp_local.trees import Tree

if TYPE_CHECKING:
    from lsp_local.trees import Node

KINDS = ("operator", "variable", "argument", "constant", "negation")

COMPARED = {
    "<": ("<=", ">"),
    "<=": ("<", ">="),
    ">": (">=", "<"),
    ">=": (">", "<="),
    "==": ("!=",),
    "!=": ("==",),
    "===": ("!==",),
    "!==": ("===",),
}
COMPUTED = {
    "+": ("-",),
    "-": ("+",),
    "*": ("+", "/"),
    "/": ("*",),
    "//": ("/",),
    "%": ("/",),
    "**": ("*",),
    "<<": (">>",),
    ">>": ("<<",),
    "&": ("|",),
    "|": ("&",),
}
JOINED = {"and": ("or",), "or": ("and",), "&&": ("||",), "||": ("&&",)}
AUGMENTED = {
    "+=": ("-=",),
    "-=": ("+=",),
    "*=": ("/=",),
    "/=": ("*=",),
    "//=": ("/=",),
    "<<=": (">>=",),
    ">>=": ("<<=",),
    "&=": ("|=",),
    "|=": ("&=",),
    "++": ("--",),
    "--": ("++",),
}
OPERATORS = {**COMPARED, **COMPUTED, **JOINED, **AUGMENTED}
NEGATED = {"is": "is not", "in": "not in", "is not": "is", "not in": "in"}
# Nodes in which these are operators, and no brackets of types, pointers or signs.
OPERATIONS = frozenset(
    {
        *("binary_expression", "binary_operator", "boolean_operator", "comparison_operator"),
        *("augmented_assignment", "augmented_assignment_expression", "assignment_statement"),
        *("compound_assignment_expr", "assignment_expression", "update_expression"),
        *("inc_statement", "dec_statement"),
    }
)
NUMBERS = frozenset(
    {
        *("integer", "number", "int_literal", "integer_literal", "number_literal"),
        "decimal_integer_literal",
    }
)
TRUTHS = {"True": "False", "False": "True", "true": "false", "false": "true"}
LISTS = ("argument_list", "arguments")
# What is no argument by its place.
PLACELESS = frozenset(
    {
        *("keyword_argument", "list_splat", "dictionary_splat", "spread_element"),
        *("parenthesized_list_splat", "variadic_argument"),
    }
)
# What can be negated without brackets.
SIMPLE = frozenset(
    {
        *("identifier", "call", "call_expression", "attribute", "member_expression"),
        *("selector_expression", "field_expression", "method_invocation", "field_access"),
        *("subscript", "subscript_expression"),
    }
)
BRACKETS = ("parenthesized_expression", "condition_clause")
# Nodes that are left alone: types, and what Rust's macros read, which has no structure.
OPAQUE = COMMENTS | STRINGS | ANNOTATIONS | {"type_arguments", "token_tree", "import_statement"}


@dataclass(frozen=True, slots=True)
class Mutation:
    """An edit that puts a mistake of some kind into a right program."""

    kind: str
    edit: TextEdit


def mutations(tree: Tree, function: Function) -> Iterator[Mutation]:
    """Yield all mistakes that are made of the body of a function. Nobody has tried them."""
    roles = {leaf.start: leaf.role for leaf in tree.leaves(function.body, function.body_end)}
    for node, *outer in _nodes(function):
        if roles.get(node.start_byte, Role.CODE) is not Role.CODE:
            continue
        parent, grandparent = outer
        for kind, edits in (
            ("operator", _operators(tree, node, parent)),
            ("constant", _constants(tree, node, parent)),
            ("argument", _arguments(tree, node)),
            ("negation", _negations(tree, node, parent, grandparent)),
        ):
            yield from (Mutation(kind, edit) for edit in edits)
    yield from (Mutation("variable", edit) for edit in misnamings(tree, function))


def _nodes(function: Function) -> "Iterator[tuple[Node, Node, Node]]":
    """Yield the nodes in a body, each with its parent and the parent of that."""
    body = function.node.child_by_field_name("body")
    waiting = [(body, function.node, function.node)] if body is not None else []
    while waiting:
        node, parent, grandparent = waiting.pop()
        if node.type in OPAQUE or node.type.endswith("_type"):
            continue
        yield node, parent, grandparent
        waiting += [(child, node, parent) for child in reversed(node.children)]


def _text(tree: Tree, node: "Node") -> str:
    return tree.text[node.start_byte : node.end_byte]


def _instead(node: "Node", text: str) -> TextEdit:
    return TextEdit(node.start_byte, node.end_byte, text)


def _operators(tree: Tree, node: "Node", parent: "Node") -> Iterator[TextEdit]:
    if parent.type not in OPERATIONS or node.is_named:
        return
    sign = _text(tree, node)
    # Texts and lists can only be joined: anything else is no mistake that stays.
    if sign in COMPUTED and _holds_text(parent):
        return
    yield from (_instead(node, other) for other in OPERATORS.get(sign, ()))


def _holds_text(node: "Node") -> bool:
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if one.type in STRINGS or one.type in ("list", "array", "concatenated_string"):
            return True
        waiting += [child for child in one.named_children if one.type in OPERATIONS]
    return False


def _constants(tree: Tree, node: "Node", parent: "Node") -> Iterator[TextEdit]:
    text = _text(tree, node) if not node.children else ""
    if node.type in ("true", "false") and text in TRUTHS:
        yield _instead(node, TRUTHS[text])
    is_plain = text.isascii() and text.isdecimal() and str(int(text[:18])) == text
    # A part of a tuple in Rust is none; as a condition, each number but 0 is as true.
    is_kept = parent.type == "field_expression" or parent.child_by_field_name("condition") == node
    if node.type in NUMBERS and is_plain and not is_kept:
        n = int(text)
        yield from (_instead(node, str(other)) for other in (n + 1, n - 1) if other >= 0)


def _arguments(tree: Tree, node: "Node") -> Iterator[TextEdit]:
    """Swap neighbours."""
    if node.type not in LISTS:
        return
    given = [one for one in node.named_children if one.type not in COMMENTS]
    for one, other in pairwise(given):
        left, right = _text(tree, one), _text(tree, other)
        if left != right and one.type not in PLACELESS and other.type not in PLACELESS:
            between = tree.text[one.end_byte : other.start_byte]
            yield TextEdit(one.start_byte, other.end_byte, f"{right}{between}{left}")


def _negations(tree: Tree, node: "Node", parent: "Node", grandparent: "Node") -> Iterator[TextEdit]:
    text = _text(tree, node)
    if parent.type == "comparison_operator" and " ".join(text.split()) in NEGATED:
        yield _instead(node, NEGATED[" ".join(text.split())])
    elif node.type in ("not_operator", "unary_expression") and text.startswith(("not", "!")):
        argument = node.children[-1]
        yield TextEdit(node.start_byte, argument.start_byte, "")
    elif node.type in SIMPLE and _is_asked(tree, node, parent, grandparent):
        sign = "not " if tree.language == "python" else "!"
        yield TextEdit(node.start_byte, node.start_byte, sign)


def _is_asked(tree: Tree, node: "Node", parent: "Node", grandparent: "Node") -> bool:
    """Whether a node is a condition, or one of those that are joined."""
    if parent.type in BRACKETS:
        return grandparent.child_by_field_name("condition") == parent
    if parent.type in OPERATIONS:
        operator = parent.child_by_field_name("operator")
        return operator is not None and _text(tree, operator) in JOINED
    return parent.child_by_field_name("condition") == node
