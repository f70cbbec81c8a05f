"""What kind of mistake an edit would mend, or why it is not worth telling."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from lsp_local.parts import Leaf, Role
from lsp_local.text import TextEdit
from lsp_local.trees import NAME, Tree
from lsp_local.verify.meaning import is_same_program

OTHER = "suspicious-token"
LONGEST = 80  # characters of what is there and of what replaces it
NUMBER = re.compile(r"\d+$")
BOUNDS = ({"<", "<="}, {">", ">="})
NEGATED = {"is", "is not"}
WORDS = frozenset({"and", "or", "in", "is", "not"})
# What means the same, or is a matter of taste.
SAME = (
    {"==", "is"},
    {"!=", "isnot"},
    {"==", "==="},
    {"!=", "!=="},
    {"list()", "[]"},
    {"dict()", "{}"},
)


@dataclass(frozen=True, slots=True)
class Kind:
    """A rule, and the whole tokens between `start` and `end` with what is to replace them.

    `n_old` tokens go and `n_new` come.
    """

    rule: str
    start: int
    end: int
    old: str
    new: str
    n_old: int = 0
    n_new: int = 0


def kind_of(tree: Tree, edit: TextEdit, span: tuple[int, int], is_test: bool) -> Kind | None:
    """Name the mistake that an edit within `span` mends; None for what no finding is made of.

    That is what spans lines, only literals of a test, notes, and what means the same.
    """
    changed = tree.replaced(edit.start, edit.end, edit.text)
    old, new = _tokens(tree, changed, edit)
    if not old and not new:
        return None
    start, end = _span(edit, old)
    grown = len(changed.text) - len(tree.text)
    before, behind = tree.text[start:end], changed.text[start : end + grown]
    if "\n" in before + behind or max(len(before), len(behind)) > LONGEST or before == behind:
        return None
    if is_no_mistake(old, new, is_test) or is_same_program(tree, changed, *span):
        return None
    only, added = _apart([leaf.text for leaf in old], [leaf.text for leaf in new])
    rule = _rule(tree.text, start, old, new)
    return Kind(rule, start, end, before, behind, len(only), len(added))


def is_no_mistake(old: Sequence[Leaf], new: Sequence[Leaf], is_test: bool) -> bool:
    """Whether the tokens differ only in what is no mistake."""
    both = [*old, *new]
    if any(leaf.role is Role.NOTE for leaf in both):
        return True
    if is_test and all(_is_literal(leaf) for leaf in both):
        return True
    pair = {"".join(leaf.text for leaf in leaves).replace(" ", "") for leaves in (old, new)}
    return pair in SAME


def _rule(text: str, start: int, old: Sequence[Leaf], new: Sequence[Leaf]) -> str:
    before, after = [leaf.text for leaf in old], [leaf.text for leaf in new]
    only, added = _apart(before, after)
    if _is_negation(only, added):
        return "missing-not"
    if _is_off_by_one(only, added):
        return "off-by-one"
    if len(only) == len(added) == 1:
        one, other = only[0], added[0]
        if NAME.fullmatch(one) and NAME.fullmatch(other) and not {one, other} & WORDS:
            return "wrong-attribute" if text[:start].rstrip()[-1:] == "." else "wrong-variable"
        if not (one[0] in "\"'`" or NUMBER.match(one)):
            return "wrong-operator"
    if len(before) > 2 and Counter(before) == Counter(after):
        return "swapped-argument"
    return OTHER


def _apart(before: list[str], after: list[str]) -> tuple[list[str], list[str]]:
    """Leave out what both begin and end with."""
    while before and after and before[0] == after[0]:
        before, after = before[1:], after[1:]
    while before and after and before[-1] == after[-1]:
        before, after = before[:-1], after[:-1]
    return before, after


def _is_negation(old: list[str], new: list[str]) -> bool:
    longer, shorter = (old, new) if len(old) > len(new) else (new, old)
    if len(old) == len(new) == 1:
        return {old[0], new[0]} == NEGATED
    return not shorter and longer in (["not"], ["!"])


def _is_off_by_one(old: list[str], new: list[str]) -> bool:
    if len(old) == len(new) == 1:
        if NUMBER.match(old[0]) and NUMBER.match(new[0]):
            return abs(int(old[0]) - int(new[0])) == 1
        return {old[0], new[0]} in BOUNDS
    longer, shorter = (old, new) if len(old) > len(new) else (new, old)
    return not shorter and len(longer) == 2 and longer[0] in "+-" and longer[1] == "1"


def _tokens(tree: Tree, changed: Tree, edit: TextEdit) -> tuple[list[Leaf], list[Leaf]]:
    """Return the tokens of the edited place before and after; of both the same neighbours."""
    behind = edit.start + len(edit.text)
    old = tree.leaves(edit.start - 1, edit.end + 1)
    new = changed.leaves(edit.start - 1, behind + 1)
    while old and new and old[0].end <= edit.start and old[0].text == new[0].text:
        old, new = old[1:], new[1:]
    while old and new and old[-1].start >= edit.end and old[-1].text == new[-1].text:
        old, new = old[:-1], new[:-1]
    return old, new


def _span(edit: TextEdit, old: Sequence[Leaf]) -> tuple[int, int]:
    starts, ends = [edit.start], [edit.end]
    starts += [leaf.start for leaf in old]
    ends += [leaf.end for leaf in old]
    return min(starts), max(ends)


def _is_literal(leaf: Leaf) -> bool:
    return bool(NUMBER.match(leaf.text)) or leaf.text[:1] in "\"'`" or "string" in leaf.kind
