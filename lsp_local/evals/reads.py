"""Whether what is read at a hole says what belongs there; this asks no model."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lsp_local import privacy
from lsp_local.context import Source, Surroundings
from lsp_local.evals import scoring
from lsp_local.evals.holes import Hole, line_at
from lsp_local.evals.leaving_out import by_file, with_and_without
from lsp_local.index import Index
from lsp_local.options import Options
from lsp_local.trees import NAME
from lsp_local.windows import Windows


@dataclass(frozen=True, slots=True)
class Read:
    """Whether all names of the right line stand in what is read, and that line itself.

    `n_chars` is what other places have of it.
    """

    has_names: bool
    has_line: bool
    n_chars: int


@dataclass(frozen=True, slots=True)
class Compared:
    """What is read at a hole with all sources of context, and without some of them."""

    hole: Hole
    full: Read
    less: Read


def compare(
    options: Options, holes: Sequence[Hole], index: Index, left_out: frozenset[Source]
) -> Iterator[Compared]:
    """Look at every hole with and without what is `left_out`."""
    full, less = with_and_without(index, left_out)
    for hole in holes:
        yield Compared(hole, read(options, hole, full), read(options, hole, less))


def read(options: Options, hole: Hole, around: Surroundings) -> Read:
    """Look at what is read at a hole: as much of the file and of other places as a pause allows."""
    doc = replace(hole.doc, text=privacy.hidden(hole.doc.text))
    windows = Windows()
    window = windows.at(doc, hole.offset, options.n_context)
    pieces = windows.pieces(doc, hole.offset, options.n_repository, around)
    others = [one.text for one in pieces]
    text = "\n".join([window.head + window.prefix, window.suffix, *others])
    line = right_line(hole)
    has_names = set(NAME.findall(line)) <= set(NAME.findall(text))
    has_line = line in {one.strip() for one in text.split("\n")}
    return Read(has_names, has_line, sum(map(len, others)))


def right_line(hole: Hole) -> str:
    """Return the whole line that belongs at a hole, of a block the first one, stripped."""
    if hole.kind == "block":
        return scoring.first_line(hole.truth)
    text = hole.doc.text[: hole.offset] + hole.truth + hole.doc.text[hole.offset :]
    return line_at(text, hole.offset).strip()


def figures(compared: Sequence[Compared], seed: int) -> dict[str, Any]:
    """Return the shares of holes with names and line, and how much other places have."""
    holes = [one.hole for one in compared]

    def both(value: Callable[[Read], float]) -> dict[str, Any]:
        full = by_file(holes, [value(one.full) for one in compared])
        less = by_file(holes, [value(one.less) for one in compared])
        return {
            "with": scoring.share(full, seed),
            "without": scoring.share(less, seed),
            "gain": scoring.difference(full, less, seed),
        }

    return {
        "all_names_of_the_line": both(lambda one: one.has_names),
        "the_line_itself": both(lambda one: one.has_line),
        "characters_of_other_places": both(lambda one: one.n_chars),
    }
