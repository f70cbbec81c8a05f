"""Which declaration in a file a name means, as far as one can tell without its types."""

import re
from collections.abc import Iterator

from lsp_local.parts import Part, ancestors
from lsp_local.symbols.declarations import FUNCTIONS, TYPES
from lsp_local.symbols.functions import is_name, is_scope, name_of, parameter_lists, text_of
from lsp_local.symbols.scopes import OURSELVES, Declared, declared, is_member, is_of_self, places_of
from lsp_local.trees import Tree

BARE = ("java", "cpp", "ruby")  # languages in which members need no `this.`


def resolve(tree: Tree, name: Part) -> Declared | None:
    """Return where the name that stands there is declared in this file, as far as one can tell."""
    text = text_of(tree, name)
    here = declared(tree, name)
    if name.type == "instance_variable" or is_member(name):
        return _member(tree, name, text) or here
    if here is not None and here.kind not in ("variable", "constant"):
        return here
    scopes = [one for one in ancestors(tree.root, name) if is_scope(one) and one.type not in TYPES]
    if here is not None and here.scope not in (*scopes, None):
        return here  # a field of a type
    for scope in [*scopes, None]:
        found = first_declared(tree, text, scope)
        if found is not None:
            return found
    if tree.language in (*BARE, "rust"):
        return _only(tree, text)
    return None


def first_declared(tree: Tree, name: str, scope: Part | None) -> Declared | None:
    """Return where `name` is first declared in `scope`, or in none."""
    start, end = (scope.start_byte, scope.end_byte) if scope is not None else (0, None)
    for part in places_of(tree, name, start, end):
        found = declared(tree, part)
        if found is None or found.scope != scope:
            continue
        if found.kind == "import" or not is_member(part):
            return found
    return None


def at_top(tree: Tree, name: str) -> Declared | None:
    """Return what other files can mean by `name`: declared in no function, or the only member."""
    found = first_declared(tree, name, None)
    return found if found is not None and found.kind != "import" else _only(tree, name)


def is_of_type(tree: Tree, found: Declared) -> bool:
    """Whether something is a member that is used behind a dot only."""
    if tree.language in BARE or found.kind in ("parameter", "variable", "import"):
        return False
    in_type = found.scope is not None and found.scope.type in TYPES
    return in_type or found.part.type in ("method_declaration", "assignment_expression")


def is_certain(tree: Tree, name: Part, found: Declared) -> bool:
    """Whether a name means this very declaration: not just any member that is so called."""
    if not is_member(name) or is_of_self(tree, name) or found.kind == "import":
        return True
    owner = owner_of(name)
    known = resolve(tree, owner) if owner is not None else None
    receiver = found.part.child_by_field_name("receiver")
    kind = text_of(tree, receiver) if receiver is not None else ""
    if not kind and found.scope is not None:
        kind = name_of(tree, found.scope) or name_of(tree, found.scope.parent or found.scope)
    if known is None or not kind:
        return False
    types = set(re.findall(r"\w+", kind)) - {"self"}
    return bool(types & set(re.findall(r"\w+", text_of(tree, known.part)[:200])))


def owner_of(member: Part) -> Part | None:
    """Return the name before the dot, where there is a mere name."""
    parent = member.parent
    for field in ("object", "operand", "argument", "value", "path", "receiver", "scope"):
        owner = parent.child_by_field_name(field) if parent is not None else None
        if owner is not None:
            return owner if is_name(owner) else None
    return None


def parameters_of(tree: Tree, function: Part) -> tuple[str, ...]:
    """Return the names of a function's parameters, as they stand, without `self`."""
    found: list[str] = []
    waiting = parameter_lists(function)
    while waiting:
        part = waiting.pop()
        waiting += reversed(part.named_children)
        if is_name(part) and part.type != "word":
            here = declared(tree, part)
            name = text_of(tree, part)
            if here is not None and here.kind == "parameter" and name not in OURSELVES:
                found.append(name)
    return tuple(dict.fromkeys(found))


def function_around(tree: Tree, part: Part) -> Part | None:
    """Return the innermost function around `part` that has a name."""
    for one in ancestors(tree.root, part):
        if one.type in FUNCTIONS and is_scope(one) and name_of(tree, one):
            return one
    return None


def _member(tree: Tree, name: Part, text: str) -> Declared | None:
    """Return the member that is meant: of this very type, or the only one that is so called."""
    if name.type == "instance_variable" or is_of_self(tree, name):
        own = next(
            (one for one in ancestors(tree.root, name) if one.type in TYPES and is_scope(one)), None
        )
        for found in _members(tree, text):
            if found.scope == own:
                return found
    return _only(tree, text)


def _only(tree: Tree, text: str) -> Declared | None:
    by_scope: dict[int, Declared] = {}
    for found in _members(tree, text):
        by_scope.setdefault(found.scope.start_byte if found.scope else found.name_start, found)
    return next(iter(by_scope.values())) if len(by_scope) == 1 else None


def _members(tree: Tree, text: str) -> Iterator[Declared]:
    for part in places_of(tree, text):
        found = declared(tree, part)
        if found is None or found.kind in ("parameter", "variable", "import"):
            continue
        if found.scope is not None or found.part.type == "method_declaration":
            yield found
