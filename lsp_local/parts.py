"""The nodes of a tree for those who look closer, without the library that makes them."""

from collections.abc import Sequence
from typing import Any, Protocol


class Part(Protocol):
    """A node as tree-sitter gives it; `start_byte` and `end_byte` are offsets in the text."""

    @property
    def type(self) -> str:
        """Return what the grammar calls it."""

    @property
    def start_byte(self) -> int:
        """Return where it starts."""

    @property
    def end_byte(self) -> int:
        """Return where it ends."""

    @property
    def parent(self) -> "Part | None":
        """Return what it is a part of."""

    @property
    def named_children(self) -> "Sequence[Part]":
        """Return what it consists of, without punctuation and keywords."""

    def child_with_descendant(self, part: Any, /) -> "Part | None":
        """Return the child that `part` is or is in."""

    def child_by_field_name(self, name: str, /) -> "Part | None":
        """Return the first child in a field."""

    def children_by_field_name(self, name: str, /) -> "Sequence[Part]":
        """Return all children in a field."""


def ancestors(root: Part, part: Part) -> list[Part]:
    """Return what is around `part`, innermost first.

    From the top down: a node looks for its parent from the root on, so that to climb 600 nodes
    would take 28 ms instead of 0.2.
    """
    path = [root]
    while path[-1] != part:
        deeper = path[-1].child_with_descendant(part)
        if deeper is None:
            break
        path.append(deeper)
    return path[-2::-1]


def is_in(part: Part, field: str, parent: Part) -> bool:
    """Whether `part` stands in that field of its parent."""
    return part in parent.children_by_field_name(field)
