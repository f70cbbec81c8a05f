"""What single nodes of a tree mean; any parser's would do that look like tree-sitter's."""

from lsp_local.grammars import (
    ANNOTATED,
    ANNOTATIONS,
    CALLABLES,
    FIELDS,
    INTERPOLATIONS,
    NAMING,
    NESTED,
    STRINGS,
)
from lsp_local.parts import Part, Role


def head_end(node: Part) -> int | None:
    """Return where the signature of a function ends, or of a variable that holds one."""
    if node.type in CALLABLES:
        body = node.child_by_field_name("body")
        if body is not None:
            return body.start_byte
        last = node.child_by_field_name("parameters") or node.child_by_field_name("name")
        return last.end_byte if last is not None else node.end_byte
    value = node.child_by_field_name("value")
    for child in (value, *node.named_children):
        if child is not None and child.type in ("variable_declarator", *CALLABLES):
            return head_end(child)
    return None


def is_docstring(node: Part) -> bool:
    """Whether a node of Python is a string that says what its module, class or function does."""
    if node.type != "expression_statement" or len(node.named_children) != 1:
        return False
    block = node.parent
    if block is None or node.named_children[0].type != "string":
        return False
    first = next((one for one in block.named_children if one.type != "comment"), None)
    is_outer = block.type == "module" or (
        block.parent is not None
        and block.parent.type in ("function_definition", "class_definition")
    )
    return is_outer and first == node


def is_whole(node: Part, role: Role) -> bool:
    """Whether a node is one token: a string is, unless something is computed in it."""
    if not node.children or role is Role.NOTE:
        return True
    return node.type in STRINGS and not any(
        child.type in INTERPOLATIONS for child in node.named_children
    )


def roles(node: Part, role: Role) -> list[Role]:
    """Return the roles of a node's children; the sign before a type belongs to it."""
    wanted = ANNOTATED.get(node.type, ())
    roles = [role] * len(node.children)
    for n, child in enumerate(node.children):
        if child.type in ANNOTATIONS or node.field_name_for_child(n) in wanted:
            roles[n] = Role.ANNOTATION
            if n and node.children[n - 1].type in (":", "->"):
                roles[n - 1] = Role.ANNOTATION
    is_single = node.type == "formal_parameters" and len(node.named_children) == 1
    parent = node.parent if is_single else None  # asking for it takes time
    if parent is not None and parent.type == "arrow_function":
        roles[0] = roles[-1] = Role.ANNOTATION  # `(x: T) => x` for `x => x`
    return roles


def defines(node: Part) -> bool | None:
    """Whether an identifier is defined where it stands; None for a name of something's part."""
    parent = node.parent
    while parent is not None and parent.type in NESTED:  # Go's `a, b := f()`
        node, parent = parent, parent.parent
    if parent is None or parent.type in NAMING:
        return True
    wanted = FIELDS.get(parent.type)
    if wanted is None:
        return False
    for field, defines in wanted.items():
        if node in parent.children_by_field_name(field):
            return defines
    return False


def name_of(node: Part) -> Part | None:
    """Return the node that names a definition."""
    for field in ("name", "left", "declarator", "type"):
        named = node.child_by_field_name(field)
        while named is not None and (deeper := named.child_by_field_name("declarator")):
            named = deeper
        if named is not None:
            return named
    for child in node.named_children:  # `type T struct`, `const x = 1`, `x = 1` on its own line
        if child.type in ("type_spec", "const_spec", "var_spec", "variable_declarator") or (
            child.type in ("assignment", "variable_declaration", "type_alias")
        ):
            return name_of(child)
    return None
