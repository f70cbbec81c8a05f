"""The types of local names, as far as the text of their function says them."""

import re
from typing import TYPE_CHECKING

from lsp_local.actions.scopes import is_block
from lsp_local.trees import Tree

if TYPE_CHECKING:
    from lsp_local.trees import Node

DEEPEST = 6  # expressions that are looked into, and names that are looked up
UNSAFE = re.compile(r"[|?]|\b(undefined|null|unknown|typeof|this)\b")  # may have been narrowed

_GO_LITERALS = {
    "int_literal": "int",
    "float_literal": "float64",
    "rune_literal": "rune",
    "interpreted_string_literal": "string",
    "raw_string_literal": "string",
    "true": "bool",
    "false": "bool",
}
_GO_BASIC = frozenset(
    {
        *("bool", "byte", "rune", "string", "error", "any", "uintptr", "float32", "float64"),
        *("int", "int8", "int16", "int32", "int64", "complex64", "complex128"),
        *("uint", "uint8", "uint16", "uint32", "uint64"),
    }
)
_GO_REFERENCES = ("*", "[]", "map[", "chan ", "func(", "<-chan ", "chan<- ")
_GO_INTERFACES = frozenset(
    {
        *("io.Reader", "io.Writer", "io.ReadWriter", "io.ReadCloser", "context.Context"),
        *("http.ResponseWriter", "http.Handler", "fmt.Stringer", "time.Time", "time.Duration"),
    }
)
_GO_CALLS = {
    **dict.fromkeys(("len", "cap", "copy", "strings.Index", "strings.Count"), ("int",)),
    **dict.fromkeys(("fmt.Sprintf", "fmt.Sprint", "strconv.Itoa", "strings.Join"), ("string",)),
    **dict.fromkeys(("strings.TrimSpace", "strings.ToLower", "strings.ToUpper"), ("string",)),
    **dict.fromkeys(("strings.Replace", "strings.ReplaceAll", "strings.Repeat"), ("string",)),
    **dict.fromkeys(("strings.Split", "strings.Fields"), ("[]string",)),
    **dict.fromkeys(("strings.Contains", "strings.HasPrefix", "strings.HasSuffix"), ("bool",)),
    **dict.fromkeys(("errors.New", "fmt.Errorf"), ("error",)),
    "strconv.Atoi": ("int", "error"),
    "os.ReadFile": ("[]byte", "error"),
    "io.ReadAll": ("[]byte", "error"),
}
_COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">=", "&&", "||"})
_SCRIPT_LITERALS = {
    "number": "number",
    "string": "string",
    "template_string": "string",
    "true": "boolean",
    "false": "boolean",
}


def go_type(tree: Tree, scope: "Node", name: str, before: int, depth: int = 0) -> str | None:
    """Return the type of a name of Go that is declared in `scope`, None if nothing says it."""
    found = _declaration(tree, scope, name, before)
    if found is None or depth > DEEPEST:
        return None
    node, declared = found
    kind = declared.type
    typed = declared.child_by_field_name("type")
    if kind in ("parameter_declaration", "var_spec") and typed is not None:
        return _text(tree, typed)
    if kind == "variadic_parameter_declaration" and typed is not None:
        return f"[]{_text(tree, typed)}"
    left = declared.child_by_field_name("left")
    names = left.named_children if left is not None else declared.children_by_field_name("name")
    right = declared.child_by_field_name("right") or declared.child_by_field_name("value")
    if right is None or node not in names:
        return None
    at = names.index(node)
    if kind == "range_clause":
        return _element(_go_expression(tree, scope, right, before, depth + 1), at)
    values = right.named_children if right.type == "expression_list" else [right]
    if len(values) == len(names):
        return _go_expression(tree, scope, values[at], declared.start_byte, depth + 1)
    is_last = at == len(names) - 1 and values[0].type == "call_expression"
    results = _go_results(tree, values[0]) if values[0].type == "call_expression" else ()
    if len(results) == len(names):
        return results[at]
    return "error" if name == "err" and is_last else None  # what Go code calls so is one


def may_change(code: str, name: str, typed: str) -> bool:
    """Whether Go code may change a value in place, so that a copy of it will not do.

    That is a call of a method, or a new value of a field or an element, or its address.
    """
    if re.search(rf"&\s*{name}\b", code):
        return True
    if typed.startswith(_GO_REFERENCES) or typed in _GO_BASIC | _GO_INTERFACES:
        return False
    part = rf"\b{name}\b[.\[][^\n]*"
    return bool(re.search(rf"\b{name}(\.\w+)+\(|{part}([^=!<>:]=[^=]|\+\+|--)", code))


def script_type(tree: Tree, scope: "Node", name: str, before: int) -> str:
    """Return the type of a name of TypeScript, "any" if nothing says it or it may be narrower."""
    found = _declaration(tree, scope, name, before)
    if found is None:
        return "any"
    declared = found[1]
    typed = declared.child_by_field_name("type")
    value = declared.child_by_field_name("value")
    if typed is not None:
        said = _text(tree, typed).lstrip(": ")
        is_safe = declared.type != "optional_parameter" and not UNSAFE.search(said)
        return said if is_safe else "any"
    return _SCRIPT_LITERALS.get(value.type, "any") if value is not None else "any"


def python_type(tree: Tree, function: "Node", name: str) -> str:
    """Return the annotation of a parameter, "" without one."""
    listed = function.child_by_field_name("parameters")
    for one in listed.named_children if listed is not None else ():
        typed = one.child_by_field_name("type")
        named = one.child_by_field_name("name") or (one.named_children or [one])[0]
        if typed is not None and named.type == "identifier" and _text(tree, named) == name:
            return _text(tree, typed)
    return ""


def _text(tree: Tree, node: "Node") -> str:
    return tree.text[node.start_byte : node.end_byte]


_DECLARING = frozenset(
    {
        *("parameter_declaration", "variadic_parameter_declaration", "var_spec"),
        *("short_var_declaration", "range_clause", "variable_declarator"),
        *("required_parameter", "optional_parameter"),
    }
)


def _declaration(tree: Tree, scope: "Node", name: str, before: int) -> "tuple[Node, Node] | None":
    """Return the last identifier before an offset that declares a name, and what declares it."""
    found = None
    waiting = [scope]
    while waiting:
        node = waiting.pop()
        if node.start_byte >= before:
            continue
        if node.id != scope.id and is_block(node, tree.language):
            continue  # another scope, with names of its own
        waiting += reversed(node.named_children)
        if node.type in _DECLARING:
            for named in _declared(node):
                if _text(tree, named) == name and named.start_byte < before:
                    found = named, node
    return found


def _declared(node: "Node") -> "list[Node]":
    if node.type in ("short_var_declaration", "range_clause"):
        left = node.child_by_field_name("left")
        return left.named_children if left is not None else []
    named = node.children_by_field_name("name") or node.children_by_field_name("pattern")
    return [one for one in named if one.type == "identifier"]


def _go_expression(tree: Tree, scope: "Node", node: "Node", before: int, depth: int) -> str | None:
    kind = node.type
    if depth > DEEPEST:
        return None
    if kind in _GO_LITERALS:
        return _GO_LITERALS[kind]
    if kind == "identifier":
        return go_type(tree, scope, _text(tree, node), before, depth + 1)
    if kind == "composite_literal":
        typed = node.child_by_field_name("type")
        is_open = typed is None or typed.type == "implicit_length_array_type"
        return None if is_open or typed is None else _text(tree, typed)
    inner = node.named_children[0] if node.named_child_count else None
    if kind == "unary_expression" and inner is not None:
        said = _go_expression(tree, scope, inner, before, depth + 1)
        sign = tree.text[node.start_byte]
        return f"*{said}" if sign == "&" and said else (said if sign in "-+!^" else None)
    if kind == "parenthesized_expression" and inner is not None:
        return _go_expression(tree, scope, inner, before, depth + 1)
    if kind == "binary_expression":
        operator = node.child_by_field_name("operator")
        if operator is not None and _text(tree, operator) in _COMPARISONS:
            return "bool"
        parts = [node.child_by_field_name(one) for one in ("left", "right")]
        said_all = [_go_expression(tree, scope, one, before, depth + 1) for one in parts if one]
        is_constant = [one.type in _GO_LITERALS for one in parts if one]
        if is_constant[1:] == [True] and not is_constant[0]:
            return said_all[0]
        return said_all[0] if len(said_all) == 2 and said_all[0] == said_all[1] else None
    results = _go_results(tree, node) if kind == "call_expression" else ()
    return results[0] if len(results) == 1 else None


def _go_results(tree: Tree, call: "Node") -> tuple[str, ...]:
    """Return what a call returns: built-in functions, conversions, functions of this file."""
    function = call.child_by_field_name("function")
    arguments = call.child_by_field_name("arguments")
    if function is None or arguments is None:
        return ()
    name = _text(tree, function)
    first = _text(tree, arguments.named_children[0]) if arguments.named_child_count else ""
    if name in ("make", "new") and first:
        return (first if name == "make" else f"*{first}",)
    if name in _GO_BASIC:
        return (name,)
    if name in _GO_CALLS:
        return _GO_CALLS[name]
    for one in tree.root.named_children:
        named = one.child_by_field_name("name") if one.type == "function_declaration" else None
        if named is None or _text(tree, named) != name:
            continue
        result = one.child_by_field_name("result")
        if result is None or one.child_by_field_name("type_parameters") is not None:
            return ()
        if result.type != "parameter_list":
            return (_text(tree, result),)
        typed = [two.child_by_field_name("type") for two in result.named_children]
        return tuple(_text(tree, two) for two in typed if two is not None)
    return ()


def _element(ranged: str | None, at: int) -> str | None:
    """Return what a `for … range` gives: the index or key, or the value."""
    if ranged is None:
        return None
    if ranged.startswith("[]"):
        return ranged[2:] if at else "int"
    if ranged == "string":
        return "rune" if at else "int"
    mapped = re.fullmatch(r"map\[([\w.]+)\](.+)", ranged)
    if mapped is not None:
        return mapped[at + 1]
    return "int" if ranged == "int" and not at else None
