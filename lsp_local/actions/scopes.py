"""Which names a piece of code reads, writes and declares, seen from around it.

What is declared in an inner scope of the piece, and used there, is not seen.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from lsp_local.actions.functions import FUNCTIONS
from lsp_local.trees import Tree

if TYPE_CHECKING:
    from lsp_local.trees import Node

LANGUAGES = ("python", "javascript", "javascriptreact", "typescript", "typescriptreact", "go")


class Use(StrEnum):
    """What is done to a name. UPDATE reads and writes (`x += 1`), OUTER is `nonlocal`."""

    READ = "read"
    WRITE = "write"
    UPDATE = "update"
    DECLARE = "declare"
    DECLARE_VAR = "declare-var"  # in the whole function, not in its block
    DELETE = "delete"
    OUTER = "outer"


READS = frozenset({Use.READ, Use.UPDATE, Use.DELETE})
WRITES = frozenset({Use.WRITE, Use.UPDATE, Use.DECLARE, Use.DECLARE_VAR, Use.DELETE})


@dataclass(frozen=True, slots=True)
class Name:
    """A name where it stands. `is_deferred`: in an inner function, which may run later."""

    text: str
    start: int
    use: Use
    is_deferred: bool


_IDENTIFIERS = frozenset(
    {
        *("identifier", "type_identifier", "shorthand_property_identifier"),
        "shorthand_property_identifier_pattern",
    }
)
_DECLARING = frozenset(
    {
        *("function_declaration", "function_definition", "class_declaration", "class_definition"),
        "generator_function_declaration",
    }
)
_FUNCTION: dict[str, Use | None] = {"name": Use.DECLARE, "parameters": Use.DECLARE}
_LEFT_WRITTEN: dict[str, Use | None] = {"left": Use.WRITE}
_LEFT_UPDATED: dict[str, Use | None] = {"left": Use.UPDATE}
_NAME_DECLARED: dict[str, Use | None] = {"name": Use.DECLARE}
# What a node does to what stands in one of its fields; the rest of it is read.
_FIELDS: dict[str, dict[str, Use | None]] = {
    **dict.fromkeys((*_DECLARING, "function_expression", "generator_function"), _FUNCTION),
    **dict.fromkeys(("class", "lambda", "method_definition", "func_literal"), _FUNCTION),
    **dict.fromkeys(("assignment", "assignment_expression", "for_statement"), _LEFT_WRITTEN),
    "augmented_assignment": _LEFT_UPDATED,
    "augmented_assignment_expression": _LEFT_UPDATED,
    "update_expression": {"argument": Use.UPDATE},
    "named_expression": {"name": Use.WRITE},
    "for_in_clause": {"left": Use.DECLARE},
    "catch_clause": {"parameter": Use.DECLARE},
    "arrow_function": {"parameter": Use.DECLARE, "parameters": Use.DECLARE},
    "required_parameter": {"pattern": Use.DECLARE},
    "optional_parameter": {"pattern": Use.DECLARE},
    **dict.fromkeys(("default_parameter", "typed_default_parameter"), _NAME_DECLARED),
    **dict.fromkeys(("var_spec", "const_spec", "type_spec", "type_parameter"), _NAME_DECLARED),
    "parameter_declaration": _NAME_DECLARED,
    "variadic_parameter_declaration": _NAME_DECLARED,
    "short_var_declaration": {"left": Use.DECLARE},
    "type_switch_statement": {"alias": Use.DECLARE},
    "pair_pattern": {"key": Use.READ},
    "attribute": {"attribute": None},
    "keyword_argument": {"name": None},
    "import_from_statement": {"module_name": None},
    "aliased_import": {"name": None, "alias": Use.WRITE},
}

# Patterns: what is done to them is done to what they hold, but for defaults and types.
_PATTERNS = frozenset(
    {
        *("pattern_list", "tuple_pattern", "list_pattern", "list_splat_pattern", "tuple", "list"),
        *("dictionary_splat_pattern", "expression_list", "array_pattern", "object_pattern"),
        *("rest_pattern", "pair_pattern", "parenthesized_expression", "assignment_pattern"),
        *("object_assignment_pattern", "formal_parameters", "parameters", "lambda_parameters"),
        *("typed_parameter", "default_parameter", "typed_default_parameter", "parameter_list"),
        *("required_parameter", "optional_parameter"),
    }
)
_ASIDE = ("type", "value", "right", "key", "decorator", "return_type")  # fields of patterns
_WHOLE = {  # nodes that do the same to all they hold
    "as_pattern_target": Use.WRITE,
    "splat_pattern": Use.WRITE,
    **dict.fromkeys(("inc_statement", "dec_statement"), Use.UPDATE),
    "delete_statement": Use.DELETE,
    **dict.fromkeys(("global_statement", "nonlocal_statement"), Use.OUTER),
}
_BLOCKS = frozenset(
    {
        *("statement_block", "for_in_statement", "switch_body", "catch_clause", "class_body"),
        *("expression_switch_statement", "type_switch_statement", "select_statement"),
        *("expression_case", "type_case", "default_case", "communication_case"),
        *("list_comprehension", "set_comprehension", "dictionary_comprehension"),
        "generator_expression",
    }
)
_BLOCKS_OF_OTHERS = frozenset({"block", "if_statement", "for_statement"})  # in Python they are none


def names_in(tree: Tree, nodes: "Sequence[Node]", without: Collection[str] = ()) -> list[Name]:
    """Return the names of some nodes that are seen from around them, in the order of the text.

    Nodes of the kinds `without` are left out with all that they hold.
    """
    # A long function takes milliseconds, and is asked about at each place in it.
    key = "names", tuple(node.id for node in nodes), frozenset(without)
    if key not in tree.memo:
        scopes = _Scopes(tree, without)
        for node in nodes:
            scopes.walk(node)
        tree.memo[key] = sorted(scopes.seen(), key=lambda one: one.start)
    found: list[Name] = tree.memo[key]
    return found


def is_block(node: "Node", language: str) -> bool:
    """Whether what is declared in a node is known in it only."""
    if node.type in _BLOCKS or node.type in FUNCTIONS:
        return True
    return language != "python" and node.type in _BLOCKS_OF_OTHERS


class _Scopes:
    """Scopes by number, 0 is around all: their parents, what they declare, whether functions."""

    def __init__(self, tree: Tree, without: Collection[str] = ()) -> None:
        self.tree = tree
        self.without = without
        self.is_python = tree.language == "python"
        self.parents = [-1]
        self.declared: list[set[str]] = [set()]
        self.is_function = [True]
        self.found: list[tuple[Name, int]] = []

    def seen(self) -> Iterator[Name]:
        for name, scope in self.found:
            at = scope
            while at > 0 and name.text not in self.declared[at]:
                at = self.parents[at]
            if at <= 0:
                yield name

    def walk(self, node: "Node") -> None:
        waiting: list[tuple[Node, Use, int, bool]] = [(node, Use.READ, 0, False)]
        while waiting:
            one, use, scope, is_deferred = waiting.pop()
            if one.type in _IDENTIFIERS:
                self._named(one, use, scope, is_deferred)
                continue
            inner = self._inner(one, scope)
            is_later = is_deferred or one.type in FUNCTIONS
            # What a parameter is by default, Python knows before the function has a scope.
            is_default = self.is_python and one.type.endswith("default_parameter")
            for child, done, is_outside in self._parts(one, use):
                if is_default and done is Use.READ:
                    waiting.append((child, done, self.parents[scope], is_deferred))
                    continue
                where = (scope, is_deferred) if is_outside else (inner, is_later)
                waiting.append((child, done, *where))

    def _inner(self, node: "Node", scope: int) -> int:
        is_type = self.is_python and node.type == "class_definition"
        if not is_type and not is_block(node, self.tree.language):
            return scope
        self.parents.append(scope)
        self.declared.append(set())
        self.is_function.append(is_type or node.type in FUNCTIONS)
        return len(self.parents) - 1

    def _named(self, node: "Node", use: Use, scope: int, is_deferred: bool) -> None:
        text = self.tree.text[node.start_byte : node.end_byte]
        if text == "_" and self.tree.language == "go":
            return
        is_free = self.is_python and use in (Use.WRITE, Use.UPDATE, Use.DELETE)
        if use is Use.DECLARE_VAR or is_free:
            home = scope
            while not self.is_function[home]:
                home = self.parents[home]
            self.declared[home].add(text)
        elif use is Use.DECLARE:
            self.declared[scope].add(text)
        self.found.append((Name(text, node.start_byte, use, is_deferred), scope))

    def _parts(self, node: "Node", use: Use) -> "Iterator[tuple[Node, Use, bool]]":
        """Yield the children, what is done to them, and whether they are outside of its scope."""
        fields = _FIELDS.get(node.type, {})
        is_pattern = node.type in _PATTERNS
        named = fields.get("name") is not None and node.type != "function_expression"
        for n, child in enumerate(node.children):
            if not child.is_named or child.type in self.without:
                continue
            field = node.field_name_for_child(n) or ""
            done = fields.get(field, Use.READ)
            if field not in fields:
                is_aside = field in _ASIDE and not (node.type == "pair_pattern" and field != "key")
                done = use if is_pattern and not is_aside else Use.READ
                done = self._special(node, child, field, n, done)
            if done is not None:
                is_outside = named and field == "name" and node.type in _DECLARING
                is_outside = is_outside or field in ("superclasses", "decorator")
                yield child, done, is_outside

    def _special(
        self, node: "Node", child: "Node", field: str, n: int, done: Use | None
    ) -> Use | None:
        """Return what is done to a child where a table cannot say it."""
        kind = node.type
        if kind in _WHOLE:
            return _WHOLE[kind] if child.type in _IDENTIFIERS | _PATTERNS else Use.READ
        if kind == "variable_declarator" and field == "name":
            is_var = node.parent is not None and node.parent.type == "variable_declaration"
            return Use.DECLARE_VAR if is_var else Use.DECLARE
        if kind == "for_in_statement" and field == "left":
            declared = node.child_by_field_name("kind")
            is_var = declared is not None and declared.type == "var"
            return (Use.DECLARE_VAR if is_var else Use.DECLARE) if declared else Use.WRITE
        if kind in ("range_clause", "receive_statement") and field == "left":
            return Use.DECLARE if any(one.type == ":=" for one in node.children) else Use.WRITE
        if kind == "assignment_statement" and field == "left":
            operator = node.child_by_field_name("operator")
            is_plain = operator is None or operator.end_byte - operator.start_byte == 1
            return Use.WRITE if is_plain else Use.UPDATE
        if child.type == "dotted_name":
            is_import = kind in ("import_statement", "import_from_statement")
            return Use.WRITE if is_import or kind in ("case_pattern", "keyword_pattern") else done
        if kind == "dotted_name":
            return self._dotted(node, n)
        if kind == "as_pattern" and child.type == "identifier" and n:
            return Use.WRITE  # `case A() as b`
        return None if kind == "keyword_pattern" and child.type == "identifier" else done

    def _dotted(self, node: "Node", n: int) -> Use | None:
        """Return what is done to a part: imports bind the first, patterns names without parts."""
        if n:
            return None
        parent = node.parent.type if node.parent is not None else ""
        text = self.tree.text[node.start_byte : node.end_byte]
        if parent in ("case_pattern", "keyword_pattern"):
            return Use.WRITE if node.named_child_count == 1 and text != "_" else Use.READ
        return Use.WRITE if parent.startswith("import") else Use.READ


def declared_in(tree: Tree, node: "Node", without: Collection[str] = ()) -> frozenset[str]:
    """Return what is declared in the scope that a node is, and not in one within it."""
    key = "declared", node.id, frozenset(without)
    if key not in tree.memo:
        scopes = _Scopes(tree, without)
        scopes.walk(node)
        outer = {name.text for name, scope in scopes.found if scope == 1 and name.use is Use.OUTER}
        declared = scopes.declared[1] if len(scopes.declared) > 1 else set()
        tree.memo[key] = frozenset(declared - outer)
    found: frozenset[str] = tree.memo[key]
    return found
