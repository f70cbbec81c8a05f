"""Files that are right, with mistakes of one line in functions that lint looks at."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from lsp_local.actions.functions import Function
from lsp_local.evals.suspecting import looked_at
from lsp_local.text import Document


@dataclass(frozen=True, slots=True)
class Mistake:
    """A file in which one `line` is wrong, from 0: in `function`, the `n`th that lint looks at."""

    kind: str
    doc: Document
    line: int
    n: int
    function: Function


@dataclass(frozen=True, slots=True)
class Subject:
    """A file that is right, and what of it is looked at: neighbours among its functions.

    `first` is the number of the first of `functions` among the `n_functions` of the file.
    Invariant: every mistake is in one of `functions`.
    """

    doc: Document
    functions: tuple[Function, ...]
    first: int
    n_functions: int
    mistakes: tuple[Mistake, ...]


def changed_line(old: str, new: str) -> int | None:
    """Return the one line in which two texts differ, from 0; None if there are more, or none."""
    before, after = old.rstrip().split("\n"), new.rstrip().split("\n")
    wrong = [n for n, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1]]
    return wrong[0] if len(before) == len(after) and len(wrong) == 1 else None


def mistake(kind: str, right: Document, wrong: Document) -> Mistake | None:
    """Return the mistake that one document has beside the other.

    None where it is not one line of a function that lint looks at, or changes which these are.
    """
    line = changed_line(right.text, wrong.text)
    if line is None:
        return None
    before, after = looked_at(right), looked_at(wrong)
    if [one.name for one in before] != [one.name for one in after]:
        return None
    for n, function in enumerate(after):
        text = wrong.text
        if text.count("\n", 0, function.start) <= line <= text.count("\n", 0, function.end):
            return Mistake(kind, wrong, line, n, function)
    return None


def window(n_functions: int, most: int, rng: random.Random, around: int | None = None) -> range:
    """Choose at most `most` neighbours of the functions of a file; 0 is all of them."""
    n = min(most, n_functions) if most else n_functions
    low, high = 0, n_functions - n
    if around is not None:
        low, high = max(low, around - n + 1), min(high, around)
    first = rng.randint(low, high)
    return range(first, first + n)


def same_but_for_space(one: str, other: str) -> bool:
    """Whether two texts are equal up to white space."""
    return "".join(one.split()) == "".join(other.split())


def first_line_of(doc: Document, functions: Sequence[Function]) -> int:
    """Return the line in which the first of some functions begins, from 0."""
    return doc.text.count("\n", 0, functions[0].start)
