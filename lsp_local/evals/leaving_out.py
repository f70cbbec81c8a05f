"""What a source of context gains: the same holes with it and without it, one after the other."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lsp_local.context import Source, Surroundings
from lsp_local.engine.base import Engine
from lsp_local.evals import scoring
from lsp_local.evals.holes import Hole, is_exact
from lsp_local.evals.systems import Answer, ours
from lsp_local.index import Index
from lsp_local.options import Options


@dataclass(frozen=True, slots=True)
class Compared:
    """What we say to a hole with all sources of context, and without some of them."""

    hole: Hole
    full: Answer
    less: Answer


async def compare(
    engine: Engine,
    options: Options,
    holes: Sequence[Hole],
    index: Index,
    left_out: frozenset[Source],
) -> AsyncIterator[Compared]:
    """Ask for every hole by hand, with and without what is `left_out`, in turn."""
    both = with_and_without(index, left_out)
    for hole in holes:
        answers = [
            await ours(engine, options, hole.doc, hole.offset, around, is_automatic=False)
            for around in both
        ]
        yield Compared(hole, *answers)


def with_and_without(
    index: Index, left_out: frozenset[Source]
) -> tuple[Surroundings, Surroundings]:
    """Return what is known of a project that nobody has open, with all of it and with less."""
    usual = Surroundings(index=index)
    full = replace(usual, left_out=usual.left_out - left_out)
    return full, replace(usual, left_out=usual.left_out | left_out)


def figures(compared: Sequence[Compared], seed: int) -> dict[str, Any]:
    """Return how often both are exact, how near they come, and how often they differ."""

    def column(value: Callable[[str, Hole], float], which: str) -> list[list[float]]:
        texts = [getattr(one, which).shown for one in compared]
        holes = [one.hole for one in compared]
        return by_file(holes, [value(*pair) for pair in zip(texts, holes, strict=True)])

    exact, less_exact = column(is_exact, "full"), column(is_exact, "less")
    near, less_near = (column(_similarity, which) for which in ("full", "less"))
    return {
        "exact_first_line": {
            "with": scoring.share(exact, seed),
            "without": scoring.share(less_exact, seed),
            "ratio": scoring.ratio(exact, less_exact, seed),
        },
        "edit_similarity": {
            "with": scoring.share(near, seed),
            "without": scoring.share(less_near, seed),
            "gain": scoring.difference(near, less_near, seed),
        },
        "other_answers": sum(one.full.shown != one.less.shown for one in compared),
    }


def by_file(holes: Sequence[Hole], values: Sequence[float]) -> list[list[float]]:
    """Put the values of holes together that are in one file: they depend on each other."""
    found: dict[str, list[float]] = {}
    for hole, value in zip(holes, values, strict=True):
        found.setdefault(hole.doc.path, []).append(float(value))
    return list(found.values())


def _similarity(text: str, hole: Hole) -> float:
    return scoring.similarity(text, hole.truth)
