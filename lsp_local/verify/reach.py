"""Whether variables are still seen by the code behind an edit, where blocks are scopes.

A model that handles errors likes to put a declaration into a `try`, out of the reach of what
follows; every name is still defined somewhere then.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from lsp_local.nodes import defines
from lsp_local.parts import Part, Role
from lsp_local.trees import Tree
from lsp_local.verify.keeping import Change

WITHOUT = ("python", "ruby")  # a variable lives in all of its function
BLOCKS = {
    *("statement_block", "block", "compound_statement", "switch_case", "expression_case"),
    *("for_statement", "for_in_statement", "if_statement", "match_arm", "closure_expression"),
}
IDENTIFIERS = ("identifier", "shorthand_property_identifier_pattern")


def reach_problem(change: Change) -> str:
    """Name a variable that the code behind the edit uses and no longer sees; "" for none."""
    place, before, after = change.place, change.place.tree, change.after
    if before is None or after is None or before.language in WITHOUT:
        return ""
    had = {one.name for one in _declared(before, place.start, place.end) if one.reaches(place.end)}
    new = list(_declared(after, place.start, change.end))
    has = {one.name for one in new if one.reaches(change.end)}
    hidden = {one.name for one in new} & had - has
    behind = _used_behind(after, change.end) if hidden else []
    lost = next((name for name in behind if name in hidden), "")
    return f"`{lost}` is used below, where it can no longer be seen" if lost else ""


@dataclass(frozen=True, slots=True)
class _Declared:
    """A name, and where the block ends in which it can be seen."""

    name: str
    end: int

    def reaches(self, offset: int) -> bool:
        """Whether code at `offset`, behind the declaration, sees it."""
        return self.end > offset


def _declared(tree: Tree, start: int, end: int) -> Iterator[_Declared]:
    """Yield what is declared between two offsets."""
    waiting: list[tuple[Part, int]] = [(tree.root, tree.root.end_byte + 1)]
    while waiting:
        node, ends = waiting.pop()
        if node.end_byte <= start or node.start_byte >= end:
            continue
        if node.type in IDENTIFIERS and defines(node):
            yield _Declared(tree.text[node.start_byte : node.end_byte], ends)
        ends = node.end_byte if node.type in BLOCKS else ends
        is_var = node.type == "variable_declaration"  # `var`, which is seen in all of its function
        ends = tree.root.end_byte + 1 if is_var else ends
        waiting += [(child, ends) for child in node.children]


def _used_behind(tree: Tree, start: int) -> list[str]:
    """Return the words behind an offset, up to the end of the function around it."""
    around = [one for one in tree.enclosing(start) if one.kind == "function" and one.end > start]
    end = around[-1].end if around else len(tree.text)
    leaves = tree.leaves(start, end)
    return [one.text for one in leaves if one.role is not Role.NOTE and one.start >= start]
