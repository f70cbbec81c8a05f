"""The parts of a parsed text: what an offset stands in, what is defined, every token."""

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise


class Place(StrEnum):
    """What an offset stands in."""

    CODE = "code"
    COMMENT = "comment"
    STRING = "string"


@dataclass(frozen=True, slots=True)
class Definition:
    """Something that a file defines. `start`, `body` and `end` are offsets in its text.

    `text[start:body]` is the signature; without a body `body` equals `end`. `depth` counts the
    definitions around it.
    """

    name: str
    kind: str
    start: int
    body: int
    end: int
    depth: int


class Role(StrEnum):
    """What a token is there for."""

    CODE = "code"
    NOTE = "note"  # a comment or a docstring
    ANNOTATION = "annotation"  # a type that may as well be left out


@dataclass(frozen=True, slots=True)
class Leaf:
    """A token between two offsets; a comment is one, and a string in which nothing is computed.

    `kind` is the grammar's. `trail` is equal for tokens that stand in the same kinds of nodes: in
    Python `x` in a loop and `x` behind it are not.
    """

    start: int
    end: int
    text: str
    kind: str
    role: Role
    trail: int


def without_last_commas(leaves: list[Leaf]) -> list[Leaf]:
    """Leave out commas before a closing bracket, which formatters put there."""
    code = [leaf for leaf in leaves if leaf.role is not Role.NOTE]
    last = {id(one) for one, other in pairwise(code) if one.text == "," and other.text in ")}"}
    return [leaf for leaf in leaves if id(leaf) not in last]
