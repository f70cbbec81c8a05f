"""Which names of Python are surely bound at a place, and which are read behind it.

Python has no declarations: a name that is handed to a function must have a value by then.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from lsp_local.actions.functions import FUNCTIONS
from lsp_local.actions.scopes import READS, WRITES, Name, Use, declared_in, names_in
from lsp_local.grammars import COMMENTS
from lsp_local.trees import Tree

if TYPE_CHECKING:
    from lsp_local.trees import Node

Bound = frozenset[str] | None  # None: nothing gets here
NOTHING: frozenset[str] = frozenset()

_EXITS = frozenset({"return_statement", "raise_statement", "continue_statement", "break_statement"})
_CLAUSES = frozenset(
    {"elif_clause", "else_clause", "except_clause", "except_group_clause", "finally_clause"}
)
_COMPOUND = _CLAUSES | {
    *("if_statement", "for_statement", "while_statement", "with_statement", "try_statement"),
    *("match_statement", "case_clause"),
}
_BODIES = _CLAUSES | {"block"}
LOOPS = frozenset({"for_statement", "while_statement", "for_in_statement", "do_statement"})


class Uses:
    """The names of a function, read once and looked up by where they stand."""

    def __init__(self, tree: Tree, nodes: "Sequence[Node]") -> None:
        self.names = names_in(tree, nodes)
        self._starts = [one.start for one in self.names]

    def between(self, start: int, end: int) -> list[Name]:
        """Return the names between two offsets."""
        first = bisect_left(self._starts, start)
        return self.names[first : bisect_left(self._starts, end, first)]

    def of(self, node: "Node") -> list[Name]:
        """Return the names of a statement, of a compound one those outside of its blocks."""
        if node.type not in _COMPOUND:
            return self.between(node.start_byte, node.end_byte)
        found: list[Name] = []
        at = node.start_byte
        for body in node.named_children:
            if body.type in _BODIES:
                found += self.between(at, body.start_byte)
                at = body.end_byte
        return found + self.between(at, node.end_byte)


def flow(uses: Uses, nodes: "Iterable[Node]", bound: Bound) -> tuple[frozenset[str], Bound]:
    """Return what some statements read before it is surely bound, and what is bound then."""
    needed = NOTHING
    for node in nodes:
        if bound is None:
            break
        if node.type not in COMMENTS:
            more, bound = _statement(uses, node, bound)
            needed |= more
    return needed, bound


def bound_before(tree: Tree, around: "list[Node]", start: int) -> frozenset[str]:
    """Return what is surely bound at `start`; `around` are the nodes around it from a function."""
    bound: frozenset[str] = NOTHING
    uses = Uses(tree, [])
    for node in around:
        if node.type in FUNCTIONS:
            body = node.child_by_field_name("body")
            uses = Uses(tree, body.named_children if body is not None else [])
            bound |= declared_in(tree, node, _BODIES)
        elif node.type == "block":
            before = [one for one in node.named_children if one.end_byte <= start]
            after = flow(uses, before, bound)[1]
            bound = after if after is not None else bound
        elif node.type in _COMPOUND:
            bound |= _texts(uses.of(node), WRITES)
    return bound


def live_after(uses: Uses, around: "list[Node]", end: int) -> frozenset[str]:
    """Return what may be read behind `end`; `around` are the nodes around it in a function."""
    live, bound = NOTHING, NOTHING
    for node in reversed(around):
        if node.type == "block":
            behind = [one for one in node.named_children if one.start_byte >= end]
            needed, after = flow(uses, behind, bound)
            live, bound = live | needed, after if after is not None else bound
        elif node.type in LOOPS:
            live |= flow(uses, [node], NOTHING)[0]
        elif node.type in ("try_statement", *_CLAUSES):
            for one in node.named_children:
                if one.type in _CLAUSES and one.start_byte >= end:
                    live |= flow(uses, [one], NOTHING)[0]
    return live


def _statement(uses: Uses, node: "Node", bound: frozenset[str]) -> tuple[frozenset[str], Bound]:
    names = uses.of(node)
    needed = _texts(names, READS) - bound
    inner = bound | _texts(names, WRITES)
    if node.type not in _COMPOUND:
        after = inner - _texts(names, frozenset({Use.DELETE}))
        return needed, None if node.type in _EXITS else after
    blocks = [one for one in node.named_children if one.type == "block"]
    if node.type == "match_statement":
        cases = [one for block in blocks for one in block.named_children]
        return needed.union(*(flow(uses, [one], inner)[0] for one in cases)), inner
    ends: list[Bound] = []
    for block in blocks:
        more, end = flow(uses, block.named_children, inner)
        needed |= more
        ends.append(end)
    clauses = [one for one in node.named_children if one.type in _CLAUSES]
    for clause in clauses:
        is_next = clause.type == "else_clause" and node.type == "try_statement"
        begin = ends[0] if is_next and ends and ends[0] is not None else bound
        more, end = _statement(uses, clause, begin)
        needed |= more
        ends = [end, *ends[1:]] if is_next else [*ends, end]
    return needed, _joined(node, ends, clauses, bound, inner)


def _joined(
    node: "Node", ends: list[Bound], clauses: "list[Node]", bound: frozenset[str], inner: Bound
) -> Bound:
    """Return what is bound behind a statement whose parts end so."""
    kind = node.type
    if kind in LOOPS:
        return bound
    if kind == "with_statement":
        return ends[0] if ends and ends[0] is not None else inner
    if kind == "if_statement" and not any(one.type == "else_clause" for one in clauses):
        ends = [*ends, inner]
    last = ends[-1] if clauses and clauses[-1].type == "finally_clause" else NOTHING
    if clauses and clauses[-1].type == "finally_clause":
        ends = ends[:-1]
    reached = [end for end in ends if end is not None]
    if not reached or last is None:
        return None
    return frozenset.intersection(*reached) | last


def _texts(names: Iterable[Name], uses: frozenset[Use]) -> frozenset[str]:
    return frozenset(one.text for one in names if one.use in uses)
