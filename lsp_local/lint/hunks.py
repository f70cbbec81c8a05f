"""What is reviewed at once: a changed function, or a few changed lines with those around them."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from lsp_local.lint.outermost import outermost
from lsp_local.lint.static import is_within
from lsp_local.text import Document
from lsp_local.trees import parse

N_AROUND = 3  # lines before and behind a change outside of functions
LONGEST = 60  # lines of such a hunk; a longer change is several


@dataclass(frozen=True, slots=True)
class Hunk:
    """Lines from `first` to `last`, from 1, of which some have changed.

    Invariant: `changed` are not blank, lie between the two and are at least one.
    """

    first: int
    last: int
    changed: frozenset[int]


class Lines:
    """Where the lines of a text stand, from 1."""

    def __init__(self, text: str) -> None:
        self._text = text
        rows = text.split("\n")
        self._starts = [0, *accumulate(len(row) + 1 for row in rows)]
        self.n = len(rows)

    def span(self, line: int) -> tuple[int, int]:
        """Return where a line begins and ends, without its line feed."""
        return self._starts[line - 1], self._starts[line] - 1

    def text(self, line: int) -> str:
        """Return a line."""
        return self._text[slice(*self.span(line))]

    def code(self, line: int) -> tuple[int, int]:
        """Return where what stands in a line begins and ends, without the blanks around it."""
        start, row = self.span(line)[0], self.text(line)
        begin = start + len(row) - len(row.lstrip())
        return begin, max(begin, start + len(row.rstrip()))

    def number(self, offset: int) -> int:
        """Return the line of an offset."""
        return min(self.n, bisect_right(self._starts, offset))


def hunks(doc: Document, spans: Sequence[tuple[int, int]] | None) -> Iterator[Hunk]:
    """Yield what is to be reviewed, in the order of the text; every function for no spans."""
    lines = Lines(doc.text)
    wanted = [
        n
        for n in range(1, lines.n + 1)
        if lines.text(n).strip() and is_within(spans, *lines.span(n))
    ]
    found = list(_functions(doc, lines, wanted))
    if spans is not None:
        taken = {line for one in found for line in one.changed}
        found += _others(lines, [line for line in wanted if line not in taken])
    yield from sorted(found, key=lambda one: (one.first, one.last))


def _functions(doc: Document, lines: Lines, wanted: Sequence[int]) -> Iterator[Hunk]:
    """Yield the outermost functions with changed lines that are not too long."""
    tree = parse(doc.text, doc.language) if wanted else None
    for one in outermost(tree) if tree is not None else ():
        first, last = lines.number(one.start), lines.number(max(one.start, one.end - 1))
        changed = frozenset(line for line in wanted if first <= line <= last)
        if changed:
            yield Hunk(first, last, changed)


def _others(lines: Lines, changed: Sequence[int]) -> Iterator[Hunk]:
    """Yield lines that stand close together, with some around them."""
    group: list[int] = []
    for line in changed:
        is_far = group and (line - group[-1] > 2 * N_AROUND or line - group[0] >= LONGEST)
        if is_far:
            yield _around(lines, group)
            group = []
        group.append(line)
    if group:
        yield _around(lines, group)


def _around(lines: Lines, group: Sequence[int]) -> Hunk:
    first, last = max(1, group[0] - N_AROUND), min(lines.n, group[-1] + N_AROUND)
    return Hunk(first, last, frozenset(group))
