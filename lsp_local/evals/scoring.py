"""How good an answer is, and how sure we can be of a share."""

import difflib
import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from statistics import fmean

N_RESAMPLES = 1000
SHORTEST_BEGINNING = 3  # characters of a right text that are worth showing
CHRF_ORDER = 6
CHRF_BETA = 2.0


def first_line(text: str) -> str:
    """Return the first line that is not blank, stripped."""
    return next((line.strip() for line in text.split("\n") if line.strip()), "")


def begins(answer: str, truth: str) -> bool:
    """Whether `truth` begins with `answer`: three characters or more, and no word cut in two."""
    said, right = answer.strip(), truth.strip()
    if len(said) < SHORTEST_BEGINNING or not right.startswith(said):
        return False
    return re.match(r"\w\w", right[len(said) - 1 : len(said) + 1]) is None


def similarity(answer: str, truth: str) -> float:
    """Return the edit similarity of two texts, 0 to 1 (difflib's ratio, white space stripped)."""
    return difflib.SequenceMatcher(None, answer.strip(), truth.strip(), autojunk=False).ratio()


def chrf(answer: str, truth: str) -> float:
    """Return the character n-gram F-score, 0 to 1. Source: Popovic 2015, chrF2 of order 6."""
    answer, truth = "".join(answer.split()), "".join(truth.split())
    scores = []
    for n in range(1, CHRF_ORDER + 1):
        said = Counter(answer[i : i + n] for i in range(len(answer) - n + 1))
        wanted = Counter(truth[i : i + n] for i in range(len(truth) - n + 1))
        if not wanted or not said:
            continue
        n_same = sum((said & wanted).values())
        precision, recall = n_same / said.total(), n_same / wanted.total()
        weight = CHRF_BETA**2
        total = weight * precision + recall
        scores.append((1 + weight) * precision * recall / total if total else 0.0)
    return fmean(scores) if scores else float(answer == truth)


Values = Sequence[Sequence[float]]  # of each problem: one value for each of its cases


def mean(values: Values) -> float | None:
    """Return the mean over all cases; None without any."""
    flat = [value for one in values for value in one]
    return fmean(flat) if flat else None


def interval(
    columns: Sequence[Values], statistic: Callable[..., float | None], seed: int
) -> tuple[float, float] | None:
    """Return the 95 % bootstrap interval of `statistic`, problems being drawn, not cases.

    `columns` hold the values of the same problems in the same order; so a difference is paired.
    """
    n = len(columns[0]) if columns else 0
    if not n:
        return None
    rng = random.Random(seed)
    found = []
    for _ in range(N_RESAMPLES):
        drawn = rng.choices(range(n), k=n)
        value = statistic(*([column[i] for i in drawn] for column in columns))
        if value is not None:
            found.append(value)
    found.sort()
    return (found[int(0.025 * len(found))], found[int(0.975 * len(found))]) if found else None


def share(values: Values, seed: int) -> dict[str, object]:
    """Return a mean over cases with its interval and the number of cases."""
    bounds = interval([values], mean, seed)
    return {"value": _rounded(mean(values)), "ci95": _pair(bounds), "n": sum(map(len, values))}


def difference(ours: Values, raw: Values, seed: int) -> dict[str, object]:
    """Return by how much our mean is higher, paired, with its interval."""

    def gain(left: Values, right: Values) -> float | None:
        one, other = mean(left), mean(right)
        return None if one is None or other is None else one - other

    return {
        "value": _rounded(gain(ours, raw)),
        "ci95": _pair(interval([ours, raw], gain, seed)),
    }


def ratio(ours: Values, raw: Values, seed: int) -> dict[str, object]:
    """Return how many times as high our mean is, paired, with its interval."""

    def times(left: Values, right: Values) -> float | None:
        one, other = mean(left), mean(right)
        return one / other if one is not None and other else None

    return {"value": _rounded(times(ours, raw)), "ci95": _pair(interval([ours, raw], times, seed))}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _pair(bounds: tuple[float, float] | None) -> list[float] | None:
    return None if bounds is None else [round(bound, 4) for bound in bounds]
