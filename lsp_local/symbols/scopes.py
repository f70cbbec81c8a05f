"""The names in a file: where they stand, and what declares them there."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from lsp_local.grammars import DEFINITIONS
from lsp_local.parts import Part, ancestors, is_in
from lsp_local.symbols.declarations import (
    ASSIGNMENTS,
    DECLARING,
    IMPORTS,
    MEMBERS,
    PARAMETERS,
    PATTERNS,
    TYPES,
    WHOLES,
)
from lsp_local.symbols.functions import function_in, is_name, is_scope, text_of
from lsp_local.trees import Tree

MOST_NESTED = 9  # nodes of an import in each other
MOST_LOOKED_AT = 1000  # places of a name in one file
OURSELVES = ("self", "cls", "this", "_")  # these say nothing that the code does not


@dataclass(frozen=True, slots=True)
class Declared:
    """Where a name is declared, `name_start` is there; `scope` is the innermost around it.

    `kind` is that of a definition (`grammars.DEFINITIONS`), or "parameter", "variable", "import".
    """

    kind: str
    name_start: int
    part: Part
    scope: Part | None


def name_at(tree: Tree, offset: int) -> Part | None:
    """Return the name that the cursor is on or behind; None in strings, comments and keywords."""
    for start in (offset, offset - 1):
        if 0 <= start < len(tree.text):
            part = tree.part_at(start, start + 1)
            if is_name(part) and text_of(tree, part) not in OURSELVES:
                return part
    return None


def places_of(tree: Tree, name: str, start: int = 0, end: int | None = None) -> Iterator[Part]:
    """Yield where the code uses or declares `name`, as far as the first `MOST_LOOKED_AT`."""
    words = _words(tree.text, name, start, len(tree.text) if end is None else end)
    for at in islice(words, MOST_LOOKED_AT):
        part = tree.part_at(at, at + len(name))
        if is_name(part) and text_of(tree, part) == name:
            yield part


def _words(text: str, name: str, start: int, end: int) -> Iterator[int]:
    """Yield where `name` stands as a whole word; ten times as fast as a pattern."""
    at = text.find(name, start, end)
    while at >= 0:
        behind = at + len(name)
        if not (_is_of_word(text[at - 1 : at]) or _is_of_word(text[behind : behind + 1])):
            yield at
        at = text.find(name, behind, end)


def _is_of_word(character: str) -> bool:
    return character.isalnum() or character in ("_", "$")


def is_member(part: Part) -> bool:
    """Whether a name is looked up in something, as in `cart.total`."""
    parent = part.parent
    field = MEMBERS.get(parent.type) if parent is not None else None
    if parent is None or field is None or not is_in(part, field, parent):
        return False
    if parent.type == "method_invocation":
        return parent.child_by_field_name("object") is not None
    return parent.type != "call" or parent.child_by_field_name("receiver") is not None


def is_argument_name(part: Part) -> bool:
    """Whether a name is that of an argument, as in `f(total=1)`."""
    parent = part.parent
    return parent is not None and parent.type == "keyword_argument" and is_in(part, "name", parent)


def is_in_import(tree: Tree, part: Part) -> bool:
    """Whether a name stands in an import statement."""
    around = ancestors(tree.root, part)
    return any(one.type in IMPORTS for one in around[:MOST_NESTED])


def declared(tree: Tree, name: Part) -> Declared | None:
    """Say what a name is declared as where it stands, None where it is only used."""
    if name.type == "instance_variable" or is_member(name):
        return _imported(tree, name) or _assigned(tree, name)
    part, parent = name, name.parent
    while parent is not None and parent.type in PATTERNS:
        if any(is_in(part, field, parent) for field in PATTERNS[parent.type]):
            return None
        if parent.type == "dotted_name" and len(parent.named_children) > 1:
            return _imported(tree, name)
        part, parent = parent, parent.parent
    if parent is None or not _declares(tree, parent, part):
        return _imported(tree, name)
    around = ancestors(tree.root, part)
    is_short = parent.type in ("arrow_function", "lambda_expression")  # `x => x`
    scope = next((one for one in around[not is_short :] if is_scope(one)), None)
    until = around.index(scope) if scope is not None else len(around)
    # Of a list it is one entry that declares.
    own = part if is_short or parent.type in (*PARAMETERS, "enum_body") else parent
    if is_short or any(one.type in PARAMETERS for one in around[:until]):
        return Declared("parameter", name.start_byte, own, scope)
    kind = "function" if part.type == "function_declarator" else _kind(tree, around, scope)
    return Declared(kind, name.start_byte, _whole(own), scope)


def _declares(tree: Tree, parent: Part, part: Part) -> bool:
    if parent.type in PARAMETERS:
        return True
    if parent.type == "import_specifier":
        alias = parent.child_by_field_name("alias")
        return alias is None or alias == part
    if parent.type.endswith("_specifier") and parent.child_by_field_name("body") is None:
        return False  # C's `struct point p`
    fields = DECLARING.get(parent.type)
    if fields is None and parent.type in DEFINITIONS[tree.language]:
        fields = ("name", "declarator")
    if fields is None:
        return False
    return not fields or any(is_in(part, field, parent) for field in fields)


def _kind(tree: Tree, around: list[Part], scope: Part | None) -> str:
    if any(one.type in IMPORTS for one in around):
        return "import"
    parent = around[0]
    if function_in(parent) is not None:
        return "function"
    if scope is not None and scope.type not in TYPES:
        return "variable"
    if parent.type in ("type_spec", "type_alias", "type_alias_statement"):
        return "alias"
    kind = DEFINITIONS[tree.language].get(parent.type, "constant")
    return "field" if kind == "constant" and scope is not None else kind


def _whole(part: Part) -> Part:
    """Return the statement around what declares, unless it declares more."""
    up = part.parent
    while up is not None and up.type in WHOLES:
        if sum(one.type == part.type for one in up.named_children) > 1:
            break
        part, up = up, up.parent
    return part


def _imported(tree: Tree, name: Part) -> Declared | None:
    """Say whether an import statement declares the name that stands in it."""
    around = ancestors(tree.root, name)
    whole = next((one for one in around[:MOST_NESTED] if one.type in IMPORTS), None)
    parent = name.parent
    if whole is None or parent is None or parent.parent is None:
        return None
    up = parent.parent
    if parent.type == "dotted_name":
        is_other = up.type == "aliased_import" or is_in(parent, "module_name", up)
        is_declared = not is_other and parent.named_children[0] == name
    else:
        is_last = up.type in ("use_declaration", "use_list", "import_declaration")
        is_declared = is_last and is_in(name, "name", parent)
    if not is_declared:
        return None
    scope = next((one for one in around if is_scope(one)), None)
    return Declared("import", name.start_byte, whole, scope)


def _assigned(tree: Tree, name: Part) -> Declared | None:
    """Say whether `self.name` or `@name` is assigned to: that is where such a field begins."""
    part: Part | None = name if name.type == "instance_variable" else name.parent
    parent = part.parent if part is not None else None
    if part is None or parent is None or parent.type not in ASSIGNMENTS:
        return None
    if not is_in(part, "left", parent):
        return None
    if part is not name and not is_of_self(tree, name):
        return None
    scope = next(
        (one for one in ancestors(tree.root, parent) if one.type in TYPES and is_scope(one)), None
    )
    return Declared("field", name.start_byte, _whole(parent), scope)


def is_of_self(tree: Tree, name: Part) -> bool:
    """Whether a name is looked up in `self` or `this`."""
    parent = name.parent
    owner = parent.child_by_field_name("object") if parent is not None else None
    return owner is not None and text_of(tree, owner) in OURSELVES
