"""The small edits that would write what the model would rather have written.

A model says which token it would have liked. What that makes of the code can be read in few ways:
the token comes instead of the one that is there, in exchange with it, or before it; or it stands
further on in the line already, and what is between is too much.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lsp_local.lint.reading import Spot
from lsp_local.parts import Leaf, Role
from lsp_local.text import TextEdit
from lsp_local.trees import Place, Tree

# Nats. What begins a statement is free: another one would have done as well.
BEGINNING = 3.0
FARTHEST = -1.0  # so much less likely than what is there may something be, and still be better
MOST_ENDS = 3  # places in the line at which what is too much may end
WORD = re.compile(r"\w+$")
STEPS = ("+", "-")


@dataclass(frozen=True, slots=True)
class Alternative:
    """An edit, and by how many nats its first token is likelier than what is there."""

    edit: TextEdit
    gap: float


def of_code(tree: Tree, spots: Sequence[Spot]) -> list[tuple[Spot, Leaf]]:
    """Return the spots that are code, with the token of the language that each begins or is in.

    Notes, types and what is within strings are none.
    """
    if not spots:
        return []
    leaves = tree.leaves(spots[0].start, spots[-1].end)
    found, n = [], 0
    for spot in spots:
        at = _start(tree.text, spot)
        while n < len(leaves) and leaves[n].end <= at:
            n += 1
        if n == len(leaves) or at >= spot.end or leaves[n].start > at:
            continue
        if leaves[n].role is Role.CODE and tree.place(at) is Place.CODE:
            found.append((spot, leaves[n]))
    return found


def gap(text: str, spot: Spot) -> float:
    """Return how much likelier the likeliest other token is, less where a statement begins."""
    best = max((one for said, one in spot.rather if said.strip()), default=FARTHEST)
    return best - _freedom(text, spot)


def alternatives(tree: Tree, spot: Spot, leaf: Leaf, words: Sequence[str]) -> Iterator[Alternative]:
    """Yield the edits for what the model would rather have written; most do not even parse.

    `words` are the names that the model has read: what it begins may be one of them.
    """
    for said, nearer in spot.rather:
        if not said.strip():
            continue
        distance = nearer - _freedom(tree.text, spot)
        for edit in _edits(tree, spot, leaf, said, words):
            yield Alternative(edit, distance)


def rest(text: str, spot: Spot, said: str) -> TextEdit:
    """Return the edit that writes `said` in place of a token and of all behind it in its line."""
    end = text.find("\n", _start(text, spot))
    return TextEdit(spot.start, len(text) if end < 0 else end, said)


def _freedom(text: str, spot: Spot) -> float:
    at = _start(text, spot)
    return 0.0 if text[text.rfind("\n", 0, at) + 1 : at].strip() else BEGINNING


def _start(text: str, spot: Spot) -> int:
    part = text[spot.start : spot.end]
    return spot.end - len(part.lstrip())


def _edits(
    tree: Tree, spot: Spot, leaf: Leaf, said: str, words: Sequence[str]
) -> Iterator[TextEdit]:
    at = _start(tree.text, spot)
    core = said.strip().split("\n")[0].rstrip()
    if at == leaf.start or not said[:1].isspace():
        yield from _instead(leaf, tree.text[leaf.start : at] + core, words)
    if at > leaf.start:
        return
    end = tree.text.find("\n", at)
    end = len(tree.text) if end < 0 else end
    yield from _exchanged(tree, leaf, core, end)
    is_apart = said.startswith(" ") or core[-1].isalnum()
    yield TextEdit(at, at, core + " " * is_apart)
    behind = len(tree.text[:at].rstrip())
    if core in STEPS:
        yield TextEdit(behind, behind, f" {core} 1")
    yield from _without(tree.text, leaf, core, end)
    if said.startswith(("\n", "\r\n")):
        yield TextEdit(behind, end, "")


def _instead(leaf: Leaf, begun: str, words: Sequence[str]) -> Iterator[TextEdit]:
    """Yield the edits that put another token in a token's place."""
    found = [begun]
    if WORD.match(begun):
        found += [word for word in words if word.startswith(begun) and word != begun]
    for word in found:
        if word != leaf.text:
            yield TextEdit(leaf.start, leaf.end, word)


def _exchanged(tree: Tree, leaf: Leaf, core: str, end: int) -> Iterator[TextEdit]:
    """Yield the edits that exchange a name or number with the next such one in its line."""
    if not WORD.match(core) or not WORD.match(leaf.text) or core == leaf.text:
        return
    for other in tree.leaves(leaf.end, end):
        if other.text == core and other.start >= leaf.end:
            between = tree.text[leaf.end : other.start]
            yield TextEdit(leaf.start, other.end, core + between + leaf.text)
            return


def _without(text: str, leaf: Leaf, core: str, end: int) -> Iterator[TextEdit]:
    """Yield the edits that leave out what stands before what the model expects next."""
    at = text.find(core, leaf.end, end)
    for _ in range(MOST_ENDS):
        if at < 0:
            return
        yield TextEdit(leaf.start, at, "")
        at = text.find(core, at + 1, end)
