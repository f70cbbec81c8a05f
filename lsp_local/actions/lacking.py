"""What a function lacks: a body, annotations, the handling of errors, a docstring that is true."""

import re
from typing import TYPE_CHECKING

from lsp_local.actions.docnames import RECEIVERS, documented, takes_any
from lsp_local.actions.docstyle import docstring_span
from lsp_local.actions.functions import FUNCTIONS, Function, own_nodes, parameter_nodes, parameters
from lsp_local.grammars import COMMENTS
from lsp_local.languages import SCRIPTS
from lsp_local.trees import Tree

if TYPE_CHECKING:
    from lsp_local.trees import Node

MOST_UNWRITTEN = 4000  # characters of a docstring and comments; what is longer is not read
TYPESCRIPTS = ("typescript", "typescriptreact")
_TODO = r"(not[ _-]?(yet[ _-]?)?implemented|unimplemented|todo)"
_UNWRITTEN = {
    "python": re.compile(r"(pass|\.\.\.|raise\s+NotImplementedError\b.*)?$", re.S),
    "go": re.compile(rf"(panic\(.*{_TODO}.*\))?$", re.I | re.S),
    "rust": re.compile(r"((todo|unimplemented)!\s*[(\[{].*[)\]}])?$", re.S),
    **dict.fromkeys(
        SCRIPTS, re.compile(rf"(throw\s+(new\s+)?\w*Error\(.*{_TODO}.*\))?$", re.I | re.S)
    ),
    "java": re.compile(
        rf"(throw\s+new\s+(UnsupportedOperationException\(.*|\w+\(.*{_TODO}.*)\))?$", re.I | re.S
    ),
    "ruby": re.compile(r"(raise\s+NotImplementedError\b.*)?$", re.S),
    "shellscript": re.compile(r":?$"),
    **dict.fromkeys(("c", "cpp"), re.compile(rf"(assert\(.*|throw\b.*{_TODO}.*)?$", re.I | re.S)),
}
# Empty on purpose.
_ABSTRACT = re.compile(r"@\s*(\w+\.)*(abstract\w*|overload|override)\b")
_PROTOCOL = re.compile(r"class\s+\w+[^:\n]*\b(Protocol|ABC)\b[^\n]*:\s*$")
_CONSTRUCTORS = ("constructor", "__init__")

_TEST_NAME = re.compile(
    r"(test|Test|Benchmark|Example|Fuzz)(_|\d|[A-Z]|$)|test[A-Z_]|setUp$|tearDown$"
)

_CALLS = frozenset(
    {
        *("call", "call_expression", "await", "await_expression", "method_invocation"),
        *("new_expression", "object_creation_expression", "command"),
    }
)
_TRIES = frozenset({"try_statement", "try_with_resources_statement", "begin", "rescue_modifier"})
_UNWRAPS = re.compile(r"\.(unwrap|expect)\(|\bpanic!")
_GO_DROPS = re.compile(r"(^|,)\s*_\s*$")


def is_unwritten(tree: Tree, function: Function) -> bool:
    """Whether a body is still to be written: nothing, or what says so, and a docstring."""
    if not is_without_code(tree, function):
        return False
    code = _code(tree, function)
    if not code and function.name in _CONSTRUCTORS:
        return False
    is_abstract = _ABSTRACT.search(tree.text[function.start : function.body])
    return not is_abstract and not _is_of_protocol(tree, function, code)


def is_without_code(tree: Tree, function: Function) -> bool:
    """Whether a body does nothing as yet, on purpose or not."""
    wanted = _UNWRITTEN.get(tree.language)
    is_declared = function.body == function.end and tree.language not in ("python", "ruby")
    if wanted is None or is_declared or function.body_end - function.body > MOST_UNWRITTEN:
        return False
    return bool(wanted.match(_code(tree, function)))


def lacks_annotations(tree: Tree, function: Function) -> bool:
    """Whether a parameter has no type and could have one, or what is returned (Python)."""
    if tree.language not in ("python", *TYPESCRIPTS):
        return False
    nodes = parameter_nodes(function)
    if tree.language in TYPESCRIPTS:
        outer = function.node.parent
        is_typed = outer is not None and outer.child_by_field_name("type") is not None
        return not is_typed and any(_is_untyped(tree, node) for node in nodes)
    if function.is_method and not _is_static(tree, function):
        nodes = nodes[1:]
    is_constructor = function.name == "__init__" and bool(nodes)
    returns = function.node.child_by_field_name("return_type")
    return (returns is None and not is_constructor) or any(_is_untyped(tree, n) for n in nodes)


def can_fail(tree: Tree, nodes: "tuple[Node, ...]") -> bool:
    """Whether code calls what may fail, and nobody looks at that as yet."""
    if tree.language == "rust":
        return any(_UNWRAPS.search(tree.text[one.start_byte : one.end_byte]) for one in nodes)
    inner = [one for node in nodes for one in own_nodes(node)]
    if tree.language == "go":
        return any(_drops_error(tree, one) for one in inner)
    return any(one.type in _CALLS for one in inner) and not any(one.type in _TRIES for one in inner)


def is_outdated(tree: Tree, function: Function) -> bool:
    """Whether a docstring that names parameters names others than the function has."""
    span = docstring_span(tree, function)
    if span is None or takes_any(tree, function):
        return False
    found = {one.name for one in documented(tree.text[slice(*span)], tree.language)}
    return bool(found) and found.difference(RECEIVERS) != set(parameters(tree, function))


def is_tried(around: "list[Node]") -> bool:
    """Whether the innermost function of what is around a place handles errors there."""
    for one in reversed(around[:-1]):
        if one.type in FUNCTIONS:
            return False
        if one.type in _TRIES:
            return True
    return False


def is_test(tree: Tree, function: Function) -> bool:
    """Whether a function is a test itself, by its name or by what it is marked with."""
    if tree.language in ("rust", "java"):
        around = tree.around(function.head, function.head + 1)
        is_among = any(_is_tests_module(tree, one) for one in around)
        header = tree.text[function.start : function.body]
        return is_among or bool(re.search(r"#\[.*\btest\b|@(\w*Test)\b", header))
    return bool(_TEST_NAME.match(function.name))


def is_public(tree: Tree, function: Function) -> bool:
    """Whether a test can and should reach a function: not what is private, or a beginning."""
    name = function.name
    header = tree.text[function.start : function.body]
    if name.startswith(("_", "#")) or name in ("main", "init", *_CONSTRUCTORS):
        return False
    words = header.split("(")[0]
    if re.search(r"\b(private|protected)\b", words):
        return False
    if tree.language in SCRIPTS:
        return _is_exported(tree, function)
    return tree.language not in ("c", "cpp") or not re.search(r"\bstatic\b", words)


def _is_exported(tree: Tree, function: Function) -> bool:
    text, word = tree.text, re.escape(function.name)
    around = tree.around(function.head, function.head + 1)
    if len(around) > 1 and text.startswith("export", around[1].start_byte):
        return True
    listed = rf"\b(export\s*|exports\s*=\s*)(default\s+{word}\b|\{{[^}}]*\b{word}\b)"
    return bool(re.search(rf"{listed}|\bexports\b[^\n;]*\b{word}\b", text))


def _is_tests_module(tree: Tree, node: "Node") -> bool:
    return node.type == "mod_item" and bool(
        re.match(r"(pub\s+)?mod\s+tests?\b", tree.text[node.start_byte : node.start_byte + 40])
    )


def _code(tree: Tree, function: Function) -> str:
    """Return what a body has beside braces, comments and a docstring."""
    left, at = "", function.body
    skipped = [span] if (span := docstring_span(tree, function)) else []
    body = function.node.child_by_field_name("body")
    nodes = own_nodes(body) if body is not None else ()
    skipped += [(one.start_byte, one.end_byte) for one in nodes if one.type in COMMENTS]
    for start, end in sorted(skipped):
        if at <= start and end <= function.body_end:
            left, at = left + tree.text[at:start], end
    left = (left + tree.text[at : function.body_end]).strip()
    if left.startswith("{") and left.endswith("}"):
        left = left[1:-1]
    return left.strip(" \t\r\n;")


def _is_of_protocol(tree: Tree, function: Function, code: str) -> bool:
    """Whether a method is the declaration of an interface: `...` in a Protocol."""
    if tree.language != "python" or not function.is_method or code not in ("...", "pass", ""):
        return False
    outer = tree.around(function.head, function.head + 1)
    types = [one for one in outer if one.type == "class_definition"]
    body = types[-1].child_by_field_name("body") if types else None
    if body is None:
        return False
    return bool(_PROTOCOL.search(tree.text[types[-1].start_byte : body.start_byte].rstrip()))


def _is_static(tree: Tree, function: Function) -> bool:
    return "@staticmethod" in tree.text[function.start : function.head]


def _is_untyped(tree: Tree, node: "Node") -> bool:
    if tree.language == "python":
        kinds = ("identifier", "default_parameter", "list_splat_pattern")
        return node.type in (*kinds, "dictionary_splat_pattern")
    if node.type == "identifier":
        return True
    is_this = tree.text[node.start_byte : node.end_byte].startswith("this")
    has_type = node.child_by_field_name("type") or node.child_by_field_name("value")
    return has_type is None and not is_this


def _drops_error(tree: Tree, node: "Node") -> bool:
    """Whether Go code gives the last of what a call returns to `_`."""
    if node.type not in ("short_var_declaration", "assignment_statement"):
        return False
    left, right = (node.child_by_field_name(name) for name in ("left", "right"))
    if left is None or right is None:
        return False
    is_call = any(one.type == "call_expression" for one in right.named_children)
    return is_call and bool(_GO_DROPS.search(tree.text[left.start_byte : left.end_byte]))
