"""The functions of a file: what belongs to one, what it is called, takes and returns."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lsp_local.grammars import COMMENTS, WRAPPERS
from lsp_local.trees import Tree

if TYPE_CHECKING:
    from lsp_local.trees import Node

_DECLARED = frozenset(
    {
        *("function_definition", "function_declaration", "generator_function_declaration"),
        *("method_definition", "method_declaration", "constructor_declaration"),
        *("function_item", "function_signature_item", "method", "singleton_method"),
        *("method_signature", "abstract_method_signature", "function_signature"),
    }
)
_VALUES = frozenset({"arrow_function", "function_expression", "generator_function"})
LAMBDAS = _VALUES | {"func_literal", "closure_expression", "lambda", "lambda_expression"}
FUNCTIONS = _DECLARED | LAMBDAS
TYPES = frozenset(
    {
        *("class_definition", "class_declaration", "class", "abstract_class_declaration"),
        *("interface_declaration", "enum_declaration", "record_declaration", "impl_item"),
        *("trait_item", "class_specifier", "struct_specifier", "module", "object"),
    }
)
_INNER = FUNCTIONS | TYPES
_OUTER = WRAPPERS | {"template_declaration"}
_NO_PARAMETERS = ("self", "cls", "this")
_NOT_NAMES = frozenset({"object_pattern", "array_pattern", "tuple_pattern", "type_annotation"})
_NAME_FIELDS = ("name", "pattern", "left", "declarator")
_NO_VALUE = re.compile(
    r"(None|NoReturn|Never|void|undefined|never|Promise<(void|undefined|never)>|\(\)|!)$"
)


@dataclass(frozen=True, slots=True)
class Function:
    """A function with a name. The numbers are offsets in the text of its file.

    `start`: with its decorators and with what exports or assigns it; `head`: where its own text
    begins; `body`: with its braces, empty where there is none. Invariant: `start` <= `head` <=
    `body` <= `body_end` <= `end`.
    """

    name: str
    start: int
    head: int
    body: int
    body_end: int
    end: int
    is_method: bool
    is_nested: bool
    node: "Node" = field(repr=False, compare=False)


def functions_around(tree: Tree, start: int, end: int) -> list[Function]:
    """Return the functions around what is between two offsets, outermost first."""
    column = _note_column(tree, start, end)
    if column is not None:  # to a grammar, a comment at the end of a block of Python is behind it
        start = end = _above(tree.text, line_start(tree.text, start), column)
    nodes = tree.around(*_anchored(tree, start, end))
    found: list[Function] = []
    for n, node in enumerate(nodes):
        one = _function(tree, nodes, n) if node.type in FUNCTIONS else None
        is_beside = column is not None and one is not None and _column(tree, one.head) >= column
        if one is not None and not is_beside:
            found.append(one)
    return found


def function_at(tree: Tree, start: int, end: int) -> Function | None:
    """Return the innermost function around what is between two offsets."""
    found = functions_around(tree, start, end)
    return found[-1] if found else None


def all_functions(tree: Tree) -> "Iterator[Function]":
    """Yield every function with a name, in the order of the text, inner ones too."""
    waiting: list[list[Node]] = [[tree.root]]
    while waiting:
        around = waiting.pop()
        node = around[-1]
        one = _function(tree, around, len(around) - 1) if node.type in FUNCTIONS else None
        if one is not None:
            yield one
        waiting += [[*around, child] for child in reversed(node.named_children)]


def parameters(tree: Tree, function: Function) -> tuple[str, ...]:
    """Return the names of what a function takes, without `self` and what has no name."""
    found = [_parameter_name(tree, node) for node in parameter_nodes(function)]
    return tuple(name for name in found if name and name not in _NO_PARAMETERS)


def parameter_nodes(function: Function) -> "list[Node]":
    """Return a node for each name that a function takes; Go's `a, b int` are two."""
    node: Node | None = function.node
    single = function.node.child_by_field_name("parameter")
    listed = single or function.node.child_by_field_name("parameters")
    while listed is None and node is not None:  # C: within `*f(int a)`
        node = node.child_by_field_name("declarator")
        listed = node.child_by_field_name("parameters") if node is not None else None
    if single is not None or listed is None:
        return [single] if single is not None else []
    found: list[Node] = []
    for child in listed.named_children:
        if child.type not in COMMENTS and not child.is_error:
            names = child.children_by_field_name("name")
            found += names if len(names) > 1 else [child]
    return found


def returns_something(tree: Tree, function: Function) -> bool:
    """Whether a call of a function has a value, by its signature or else by its body."""
    node = function.node
    for name in ("return_type", "result", "type"):
        declared = node.child_by_field_name(name)
        if declared is not None and declared.type != "type_parameters":
            text = tree.text[declared.start_byte : declared.end_byte].strip(": \t")
            is_pointer = tree.language in ("c", "cpp") and _is_pointer(node)
            return is_pointer or not _NO_VALUE.match(text)
    if tree.language in ("go", "rust", "java", "c", "cpp", "shellscript"):
        return False
    body = node.child_by_field_name("body")
    if body is None:
        return False
    if tree.language == "ruby" or (node.type == "arrow_function" and body.type[-5:] != "block"):
        return True
    return any(
        one.type in ("yield", "yield_expression")
        or (one.type == "return_statement" and one.named_child_count > 0)
        for one in own_nodes(body)
    )


def own_nodes(node: "Node") -> "Iterator[Node]":
    """Yield the nodes in one, itself first, in the order of the text, without inner functions."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        yield one
        if one.id == node.id or one.type not in _INNER:
            waiting += reversed(one.named_children)


def line_start(text: str, offset: int) -> int:
    """Return where the line of `offset` begins."""
    return text.rfind("\n", 0, offset) + 1


def line_end(text: str, offset: int) -> int:
    """Return where the line of `offset` ends, before its line break."""
    end = text.find("\n", offset)
    end = len(text) if end < 0 else end
    return end - 1 if end > offset and text[end - 1] == "\r" else end


def whole_start(text: str, offset: int) -> int:
    """Return where the line of `offset` begins, if nothing but white space is before it."""
    start = line_start(text, offset)
    return offset if text[start:offset].strip() else start


def _note_column(tree: Tree, start: int, end: int) -> int | None:
    """Return the column of the comment or blank line of Python in which a cursor is."""
    first, last = line_start(tree.text, start), line_end(tree.text, start)
    line = tree.text[first:last]
    if tree.language != "python" or end > last or line.strip()[:1] not in ("", "#"):
        return None
    return len(line) - len(line.lstrip()) if line.strip() else start - first


def _column(tree: Tree, offset: int) -> int:
    return offset - line_start(tree.text, offset)


def _above(text: str, offset: int, column: int) -> int:
    """Return where the code above `offset` begins that is indented no deeper than `column`."""
    end = offset
    while end > 0 and column:
        start = line_start(text, end - 1)
        line = text[start : end - 1]
        indent = len(line) - len(line.lstrip())
        if line.strip() and not line.lstrip().startswith("#") and indent <= column:
            return start + indent
        end = start
    return offset


def _anchored(tree: Tree, start: int, end: int) -> tuple[int, int]:
    """Return a range that is not on the edge of what it is in: a cursor moves into its line."""
    text = tree.text
    if text[start:end].strip():
        end = start + len(text[start:end].rstrip())
        return end - len(text[start:end].lstrip()), end
    first, last = line_start(text, start), line_end(text, start)
    line = text[first:last]
    if not line.strip():
        return start, start
    at = min(max(start, last - len(line.lstrip())), first + len(line.rstrip()) - 1)
    at -= text[at].isspace() and not text[at - 1 : at].isspace()
    return at, at + 1


def _function(tree: Tree, around: "list[Node]", n: int) -> Function | None:
    """Return the function that the last of the nodes around a place is; None without a name."""
    node, top = around[n], n
    named = _name_node(node)
    if node.type in _VALUES:
        named, top = _assigned(around, n)
    while top and around[top - 1].type in _OUTER:
        top -= 1
    if named is None:
        return None
    body = node.child_by_field_name("body")
    outer = around[top]
    end = max(outer.end_byte, node.end_byte)
    begins, stops = (body.start_byte, body.end_byte) if body is not None else (end, end)
    name = tree.text[named.start_byte : named.end_byte].rpartition("::")[2].rpartition(".")[2]
    inside = [one.type for one in around[1:top]]
    kinds = [kind for kind in inside if kind in FUNCTIONS | TYPES]
    head = node.start_byte if outer.type == "decorated_definition" else outer.start_byte
    return Function(
        name=name.strip("'\"#"),
        start=min(_with_decorators(outer), head),
        head=head,
        body=begins,
        body_end=stops,
        end=end,
        is_method=node.type == "method_declaration" or (bool(kinds) and kinds[-1] in TYPES),
        is_nested=any(kind in FUNCTIONS for kind in inside),
        node=node,
    )


def _name_node(node: "Node") -> "Node | None":
    named = node.child_by_field_name("name") or node.child_by_field_name("declarator")
    while named is not None and (deeper := named.child_by_field_name("declarator")):
        named = deeper
    return named


def _assigned(around: "list[Node]", n: int) -> "tuple[Node | None, int]":
    """Return what a function expression is called, and the place of the node that says so."""
    parent = around[n - 1]
    if parent.type == "variable_declarator":
        declaration = around[n - 2]
        is_alone = sum(one.type == parent.type for one in declaration.named_children) == 1
        return parent.child_by_field_name("name"), n - 2 if is_alone else n - 1
    if parent.type in ("public_field_definition", "field_definition"):
        name = parent.child_by_field_name("name") or parent.child_by_field_name("property")
        return name, n - 1
    if parent.type == "pair":
        return parent.child_by_field_name("key"), n - 1
    if parent.type == "assignment_expression" and around[n - 2].type == "expression_statement":
        return parent.child_by_field_name("left"), n - 2
    return None, n


def _with_decorators(node: "Node") -> int:
    """Return where the decorators before a node begin that are no part of it."""
    start = node.start_byte
    before = node.prev_named_sibling
    while before is not None and before.type in ("decorator", "attribute_item"):
        start = before.start_byte
        before = before.prev_named_sibling
    return start


def _parameter_name(tree: Tree, node: "Node") -> str:
    """Return what a parameter is called, "" for a pattern that takes it apart."""
    one: Node | None = node
    while one is not None and one.type not in _NOT_NAMES:
        fields = (one.child_by_field_name(name) for name in _NAME_FIELDS)
        inner = next((found for found in fields if found is not None), None)
        if inner is None and one.type.endswith("identifier"):
            return tree.text[one.start_byte : one.end_byte]
        is_typed = "declaration" in one.type or one.type.endswith(("_type", "separator"))
        if inner is None and not is_typed and one.named_child_count:
            # `*args`, `...rest`, `int... numbers`: the name is last; of typed ones first.
            inner = one.named_children[0 if one.type == "typed_parameter" else -1]
        one = inner
    return ""


def _is_pointer(node: "Node") -> bool:
    declarator = node.child_by_field_name("declarator")
    return declarator is not None and declarator.type == "pointer_declarator"
