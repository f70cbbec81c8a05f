"""The figures of lint on files: what it finds, mends, and tells for nothing."""

from collections.abc import Callable, Sequence
from typing import Any

from lsp_local.evals import scoring
from lsp_local.evals.linting_files import Found, Judged
from lsp_local.evals.mutations import KINDS

TOPS = (1, 3, 5)
NONE_SEEN = 3.0  # of what never happened in n tries, at most 3 / n happens, for 95 % certain


def figures(judged: Sequence[Judged], seed: int) -> dict[str, Any]:
    """Return shares of the mistakes with 95 % intervals, files being drawn, and false alarms."""
    found: dict[str, Any] = {"n_files": len(judged)}
    found["n_files_looked_at_whole"] = sum(map(_is_whole, judged))
    found["n_functions_looked_at"] = sum(len(one.subject.functions) for one in judged)
    found |= _of_mistakes(judged, seed)
    whole = [one for one in judged if _is_whole(one)]
    found["whole_files"] = {"recall_at_3": _share(whole, _is_in(3), seed)}
    kinds = {one.mistake.kind for each in judged for one in each.found}
    for kind in [one for one in KINDS if one in kinds]:
        found[kind] = {
            "recall_at_3": _share(judged, _is_in(3), seed, kind),
            "repaired": _share(judged, _is_repaired(1), seed, kind),
        }
    return {**found, "false_alarms": _alarms(judged, seed)}


def _of_mistakes(judged: Sequence[Judged], seed: int) -> dict[str, Any]:
    found: dict[str, Any] = {f"recall_at_{n}": _share(judged, _is_in(n), seed) for n in TOPS}
    found["repaired"] = _share(judged, _is_repaired(1), seed)
    found["repaired_in_3"] = _share(judged, _is_repaired(3), seed)
    found["right_and_reported"] = _share(judged, lambda one: one.is_told, seed)
    for n in TOPS:
        found[f"review_recall_at_{n}"] = _share(judged, _is_quoted(n), seed)
    ours, theirs = _column(judged, _is_in(3)), _column(judged, _is_quoted(3))
    found["recall_at_3_to_review"] = scoring.ratio(ours, theirs, seed)
    found["n_reviews_of_the_function_only"] = sum(
        one.review_saw != "all" for each in judged for one in each.found
    )
    return found


def _is_whole(one: Judged) -> bool:
    return len(one.subject.functions) == one.subject.n_functions


def _is_in(n: int) -> Callable[[Found], bool]:
    return lambda one: one.mistake.line in one.lines[:n]


def _is_repaired(n: int) -> Callable[[Found], bool]:
    return lambda one: any(place.repairs for place in one.places[:n])


def _is_quoted(n: int) -> Callable[[Found], bool]:
    return lambda one: one.mistake.line in one.reviewed[:n]


def _column(
    judged: Sequence[Judged], value: Callable[[Found], bool], kind: str = ""
) -> list[list[float]]:
    return [
        [float(value(one)) for one in each.found if kind in ("", one.mistake.kind)]
        for each in judged
    ]


def _share(
    judged: Sequence[Judged], value: Callable[[Found], bool], seed: int, kind: str = ""
) -> dict[str, object]:
    return scoring.share(_column(judged, value, kind), seed)


def _alarms(judged: Sequence[Judged], seed: int) -> dict[str, Any]:
    """Return what is told of files without a mistake, for 1,000 lines; `n` is the lines."""
    alarms = [[float(len(one.alarms))] for one in judged]
    lines = [[float(one.n_lines)] for one in judged]
    n_alarms, n_lines = int(_total(alarms)), int(_total(lines))
    bounds = scoring.interval([alarms, lines], _for_1000, seed)
    if bounds is not None and not n_alarms and n_lines:
        bounds = 0.0, 1000 * NONE_SEEN / n_lines
    value = _for_1000(alarms, lines)
    return {
        "n": n_alarms,
        "for_1000_lines": {
            "value": None if value is None else round(value, 4),
            "ci95": None if bounds is None else [round(one, 4) for one in bounds],
            "n": n_lines,
        },
    }


def _for_1000(alarms: scoring.Values, lines: scoring.Values) -> float | None:
    n_lines = _total(lines)
    return 1000 * _total(alarms) / n_lines if n_lines else None


def _total(values: scoring.Values) -> float:
    return sum(map(sum, values))
