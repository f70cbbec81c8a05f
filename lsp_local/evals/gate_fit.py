"""Fits the confidence gate: how sure the model must be, for each kind of text that is wanted."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lsp_local import asking, gate, syntax
from lsp_local.context import Surroundings
from lsp_local.engine.base import Engine
from lsp_local.evals import holes, infilling, quiet, scoring
from lsp_local.evals.systems import everything
from lsp_local.index import Index
from lsp_local.options import Options
from lsp_local.text import Document

THRESHOLDS = tuple(n / 20 for n in range(20))
LEAST_SHOWN = 0.5  # of the places where something is right


@dataclass(frozen=True, slots=True)
class Case:
    """A place, and what is right there (nothing: "")."""

    doc: Document
    offset: int
    rights: tuple[str, ...]
    around: Surroundings


@dataclass(frozen=True, slots=True)
class Judged:
    """How sure the model was of what it said, and whether that was right."""

    wanted: gate.Situation
    confidence: float
    said: bool
    is_right: bool
    is_quiet: bool


def cases(path: Path, limit: int, seed: int, index: Index | None) -> list[Case]:
    """Return the places of a repository, of scenarios, or of an infilling file's dev half."""
    if path.is_dir() and not list(path.rglob("*.txt")):
        found = holes.punch(path.resolve(), holes.KINDS, limit, seed)
        around = Surroundings(index=index)
        return [Case(one.doc, one.offset, (one.truth,), around) for one in found]
    if path.is_dir() or path.suffix == ".txt":
        scenarios = quiet.load(path, "dev")
        return [Case(one.doc, one.offset, one.wants, Surroundings()) for one in scenarios]
    tasks = infilling.sample(infilling.load(path, "dev"), limit, seed)
    return [Case(one.doc, one.offset, (one.solution,), Surroundings()) for one in tasks]


async def run(engine: Engine, options: Options, of: Sequence[Case]) -> AsyncIterator[Judged]:
    """Ask everywhere, and let everything through."""
    for case in of:
        answer = await everything(engine, options, case.doc, case.offset, case.around)
        text = case.doc.text
        stops = syntax.stops_at(text[: case.offset], text[case.offset :], case.doc.language)
        wanted = gate.situation(stops, asking.place_at(case.doc, case.offset, stops))
        said = scoring.first_line(answer.shown)
        is_right = bool(said) and said in map(scoring.first_line, case.rights)
        yield Judged(wanted, answer.confidence, bool(said), is_right, not case.rights)


def figures(judged: Sequence[Judged]) -> dict[str, Any]:
    """Return for each kind what every threshold would show, and the one that is best."""
    found: dict[str, Any] = {}
    for wanted in gate.Situation:
        of_it = [one for one in judged if one.wanted is wanted]
        if of_it:
            rows = {str(least): _row(of_it, least) for least in THRESHOLDS}
            found[str(wanted)] = {"n": len(of_it), "best": _best(rows), "thresholds": rows}
    return found


def _row(judged: Sequence[Judged], least: float) -> dict[str, float | None]:
    shown = [one for one in judged if one.said and one.confidence >= least]
    right = sum(one.is_right for one in shown)
    to_show = sum(not one.is_quiet for one in judged)
    n_shown = sum(not one.is_quiet for one in shown)
    return {
        "show_rate": round(n_shown / to_show, 3) if to_show else None,
        "precision": round(right / len(shown), 3) if shown else None,
        "gain": right - (len(shown) - right),
    }


def _best(rows: dict[str, dict[str, float | None]]) -> str:
    """Return the threshold with the highest gain among those that show enough."""
    enough = {
        least: row
        for least, row in rows.items()
        if row["show_rate"] is None or row["show_rate"] >= LEAST_SHOWN
    }
    return max(enough or rows, key=lambda least: (rows[least]["gain"] or 0.0, float(least)))
