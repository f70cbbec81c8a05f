"""What the user made of suggestions, and so how sure the model must be: counts, never text."""

import re
from collections import Counter
from collections.abc import Mapping
from datetime import date
from difflib import SequenceMatcher
from enum import StrEnum

HALF_LIFE_DAYS = 14.0  # after which something counts half
LEAST_ENDED = 30.0  # suggestions; on fewer nothing is built
LEAST_CHECKED = 10.0  # accepted ones, likewise
TARGET = 0.3  # of the suggestions that were accepted or not: then the threshold is as fitted
PARTLY = 0.5  # of an accepted suggestion is one that was taken in part
LOWEST, HIGHEST = 0.8, 1.3  # times the threshold
LONGEST_COMPARED = 2000  # characters
_START = "feedback."
_NOT_IN_LANGUAGE = re.compile(r"[^a-z0-9+#_-]")
_LONGEST_LANGUAGE = 32


class Count(StrEnum):
    """What is counted of suggestions that the user has seen, by language.

    Each one ends as exactly one of the first four.
    """

    ACCEPTED = "accepted"  # whole, or the last part of it
    PARTLY = "partly"  # a word or a line of it, then something else
    DISMISSED = "dismissed"  # something else was typed, or the cursor went away
    TYPED = "typed"  # by hand, to its end: it was right, though of no use
    CHECKED = "checked"  # accepted, and looked at again a little later
    KEPT = "kept"  # hundredths of what was accepted that were still there then


ENDS = (Count.ACCEPTED, Count.PARTLY, Count.DISMISSED, Count.TYPED)


class Feedback:
    """Counts by language; what is older counts less."""

    def __init__(self) -> None:
        self._counts: dict[str, Counter[Count]] = {}

    def add(self, language: str, name: Count, number: float = 1.0) -> None:
        """Count; a negative `number` takes back."""
        of_language = self._counts.setdefault(language_name(language), Counter())
        of_language[name] += number  # type: ignore[assignment]  # a Counter adds any numbers

    def take_over(
        self, counts: Mapping[tuple[str, str, str], int], model: str, today: date
    ) -> None:
        """Add what a ledger has counted of `model`, by day, as far as it still counts."""
        for (day, its_model, name), number in counts.items():
            known = _read_name(name)
            if known is not None and model in ("", its_model):
                self.add(*known, number * weight(day, today))

    def adjustment(self, language: str) -> float:
        """Return by what to multiply the gate's threshold, LOWEST to HIGHEST.

        It is 1 where the user takes TARGET of the suggestions, or where too few are known. Twice
        as many, and it is LOWEST; none, and it is HIGHEST; in between it follows straight lines.
        """
        counts = self._counts.get(language_name(language), Counter())
        is_known = counts[Count.CHECKED] >= LEAST_CHECKED
        kept = (_kept(counts) or 0.0) if is_known else 1.0
        taken = counts[Count.ACCEPTED] * kept + counts[Count.PARTLY] * PARTLY
        ended = counts[Count.ACCEPTED] + counts[Count.PARTLY] + counts[Count.DISMISSED]
        if ended < LEAST_ENDED:
            return 1.0
        above = taken / ended / TARGET - 1.0
        moved = (LOWEST - 1.0) * above if above > 0 else (HIGHEST - 1.0) * -above
        return round(min(HIGHEST, max(LOWEST, 1.0 + moved)), 3)

    def as_json(self) -> dict[str, dict[str, float | None]]:
        """Return the figures of every language; counts are those that still count, rounded."""
        return {
            language: {
                "n_seen": round(sum(counts[end] for end in ENDS)),
                **{f"n_{end}": round(counts[end]) for end in ENDS},
                "accepted": _accepted(counts),
                "kept": _kept(counts),
                "adjustment": self.adjustment(language),
            }
            for language, counts in sorted(self._counts.items())
        }


def ledger_name(language: str, name: Count) -> str:
    """Return the name under which the ledger counts it."""
    return f"{_START}{name}.{language_name(language)}"


def is_ledger_name(name: str) -> bool:
    """Whether the ledger counts feedback under `name`."""
    return name.startswith(_START)


def language_name(language: str) -> str:
    """Return what is kept of a language's identifier, which an editor may send with any text."""
    return _NOT_IN_LANGUAGE.sub("", language.lower())[:_LONGEST_LANGUAGE] or "plain"


def weight(day: str, today: date) -> float:
    """Return how much something of `day` (ISO) still counts; of no day, nothing."""
    try:
        age = (today - date.fromisoformat(day)).days
    except ValueError:
        return 0.0
    return float(0.5 ** (max(0, age) / HALF_LIFE_DAYS))


def share_kept(accepted: str, now: str) -> float:
    """Return how much of what was accepted still stands in the text that has taken its place."""
    if accepted == now:
        return 1.0
    accepted, now = accepted[:LONGEST_COMPARED], now[:LONGEST_COMPARED]
    blocks = SequenceMatcher(None, accepted, now, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks) / max(1, len(accepted))


def _read_name(name: str) -> tuple[str, Count] | None:
    if not is_ledger_name(name):
        return None
    kind, _, language = name.removeprefix(_START).partition(".")
    return (language, Count(kind)) if kind in set(Count) else None


def _accepted(counts: Mapping[Count, float]) -> float | None:
    n_seen = sum(counts.get(end, 0) for end in ENDS)
    return round(counts.get(Count.ACCEPTED, 0) / n_seen, 3) if n_seen > 0 else None


def _kept(counts: Mapping[Count, float]) -> float | None:
    n_checked = counts.get(Count.CHECKED, 0)
    return round(counts.get(Count.KEPT, 0) / 100 / n_checked, 3) if n_checked > 0 else None
