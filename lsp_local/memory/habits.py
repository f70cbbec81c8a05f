"""Habits of a project, as short sentences of our own with how sure they are and from what."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lsp_local.actions.docstyle import Convention
from lsp_local.languages import family
from lsp_local.memory.styles import Style

LEAST_SEEN = 5.0  # of a trait; on fewer nothing is said
LEAST_SURE = 0.75
MOST_OF_CODE = 50.0  # what all the code shows counts as so many edits at most
EDITS, CODE, OWN, PROMOTED = "edits", "code", "own", "promoted"
# All that ever enters a prompt of what was learned: no word of it is from a file.
SENTENCES = {
    ("quotes", "single"): "Put strings in single quotes.",
    ("quotes", "double"): "Put strings in double quotes.",
    ("hints", "written"): "Give parameters and results type annotations.",
    ("hints", "left out"): "Write no type annotations.",
    ("names", "snake_case"): "Name functions in snake_case.",
    ("names", "camelCase"): "Name functions in camelCase.",
    ("docstring", "google"): "Write docstrings in Google style.",
    ("docstring", "numpy"): "Write docstrings in NumPy style.",
    ("docstring", "rest"): "Write docstrings with :param and :returns:.",
    ("docstring", "tags"): "Write docstrings with @param and @returns.",
    ("docstring", "plain"): "Write docstrings as plain sentences.",
    ("tests", "functions"): "Write tests as functions, not as methods of a class.",
    ("tests", "methods"): "Write tests as methods of a class.",
}
OURS = ("quotes", "docstring")
HEADING = "How code is written here:"


@dataclass(frozen=True, slots=True)
class Habit:
    """What a project mostly does; `is_own` is what the user has set.

    `evidence` counts by source.
    """

    trait: str
    language: str
    value: str
    confidence: float
    evidence: Mapping[str, float]
    is_own: bool = False

    @property
    def name(self) -> str:
        """Return by what it is named on the command line."""
        return f"{self.language}.{self.trait}"

    @property
    def sentence(self) -> str:
        """Return what the model is told."""
        return SENTENCES.get((self.trait, self.value), "")


def habits(counts: Mapping[tuple[Style, str], float]) -> list[Habit]:
    """Return what is sure enough to be said, sorted by language and trait."""
    by_trait: dict[tuple[str, str], dict[str, Counter[str]]] = {}
    for (style, source), n in counts.items():
        if (style.trait, style.value) in SENTENCES:
            values = by_trait.setdefault((style.language, style.trait), {})
            values.setdefault(style.value, Counter())[source] += n  # type: ignore[assignment]
    found = (_habit(*key, values) for key, values in sorted(by_trait.items()))
    return [one for one in found if one is not None]


def together(own: Iterable[Habit], of_all: Iterable[Habit]) -> list[Habit]:
    """Return the habits of a project, and for what it shows none those of all projects."""
    known = {one.name: one for one in of_all}
    return sorted({**known, **{one.name: one for one in own}}.values(), key=lambda one: one.name)


def for_language(found: Iterable[Habit], language: str) -> list[Habit]:
    """Return those that code of a language is to follow."""
    return [one for one in found if one.language == family(language)]


def value_of(found: Iterable[Habit], trait: str) -> str:
    """Return the value of a trait, "" where there is no such habit."""
    return next((one.value for one in found if one.trait == trait), "")


def convention_of(found: Iterable[Habit]) -> Convention | None:
    """Return the convention of docstrings that is a habit."""
    value = value_of(found, "docstring")
    return Convention(value) if value in list(Convention) else None


def as_rules(found: Iterable[Habit]) -> str:
    """Return what the model is told; without numbers, so that it reads the same tomorrow.

    What we see to ourselves it is not told: the 0.5B does not follow it, and 3 of 18 changes that
    it had made before came to nothing (`eval memory`, 2026-11-26).
    """
    lines = [f"- {one.sentence}" for one in found if one.sentence and one.trait not in OURS]
    return "\n".join([HEADING, *lines]) if lines else ""


def _habit(language: str, trait: str, values: Mapping[str, Counter[str]]) -> Habit | None:
    own = [(value, by_source) for value, by_source in values.items() if by_source[OWN]]
    if own:
        return Habit(trait, language, own[0][0], 1.0, dict(own[0][1]), is_own=True)
    n_code = sum(by_source[CODE] for by_source in values.values())
    share = min(1.0, MOST_OF_CODE / n_code) if n_code else 0.0
    weights = {
        value: sum(n * (share if source == CODE else 1.0) for source, n in by_source.items())
        for value, by_source in values.items()
    }
    value = max(sorted(weights), key=lambda one: weights[one])
    total = sum(weights.values())
    confidence = (weights[value] + 1) / (total + 2)
    if not LEAST_SEEN <= total < math.inf or confidence < LEAST_SURE:
        return None
    return Habit(trait, language, value, round(confidence, 2), dict(values[value]))
