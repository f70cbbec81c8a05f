"""Names, functions and scopes among the nodes of a tree."""

from lsp_local.grammars import WRAPPERS
from lsp_local.parts import Part
from lsp_local.symbols.declarations import COMPREHENSIONS, FUNCTIONS, NAMES, TYPES
from lsp_local.trees import Tree


def text_of(tree: Tree, part: Part) -> str:
    """Return the text of a node."""
    return tree.text[part.start_byte : part.end_byte]


def is_name(part: Part) -> bool:
    """Whether a node is a name, and not a word of a text."""
    if part.type == "word":  # a shell's words are texts, but for the names of functions
        parent = part.parent
        return parent is not None and parent.type in ("command_name", "function_definition")
    return part.type in NAMES


def is_scope(part: Part) -> bool:
    """Whether what is declared in a node is not known outside of it."""
    if part.type in ("block", "do_block"):  # Ruby's; elsewhere it is a body in braces
        return part.child_by_field_name("parameters") is not None
    if part.type in FUNCTIONS or part.type in COMPREHENSIONS:
        return True
    return part.type in TYPES and part.parent is not None


def function_in(part: Part) -> Part | None:
    """Return the function that a declaration declares: itself, or the value of its variable."""
    if part.type in WRAPPERS:
        inner = [one for one in part.named_children if one.type != "decorator"]
        return function_in(inner[-1]) if inner else None
    if part.type in FUNCTIONS and part.type != "function_type":
        return part
    declarator = next(
        (one for one in part.named_children if one.type == "variable_declarator"), None
    )
    value = (declarator or part).child_by_field_name("value")
    return value if value is not None and value.type in FUNCTIONS else None


def name_of(tree: Tree, function: Part) -> str:
    """Return what a function or type is called, "" without a name."""
    part: Part | None = function
    if function.parent is not None and function.parent.type == "variable_declarator":
        part = function.parent
    elif function.type == "impl_item":
        part = function.child_by_field_name("type")
        return text_of(tree, part).partition("<")[0] if part is not None else ""
    named = part.child_by_field_name("name") if part is not None else None
    while named is None and part is not None:
        part = part.child_by_field_name("declarator")
        named = part if part is not None and is_name(part) else None
    return text_of(tree, named) if named is not None else ""


def parameter_lists(function: Part) -> list[Part]:
    """Return what holds the parameters of a function; none where it has none."""
    part: Part | None = function
    while part is not None:
        found = part.child_by_field_name("parameters") or part.child_by_field_name("parameter")
        if found is not None:
            return [found]
        part = part.child_by_field_name("declarator")
    return []
