"""How likely it is that an edit mends a mistake, by how a model weighs it.

Fitted by logistic regression on what was tried for 68 pairs of HumanEvalPack's half to tune on
(Python), 0.5B, 2026-11-26.
"""

import math

from lsp_local.lint.kinds import Kind

MOST_GAIN = 15.0  # nats; more says no more
MOST_GAP, LEAST_GAP = 12.0, -5.0  # nats
GAP_WEIGHT = 0.3
# Nats for e times as many tokens: mistakes are small, and any code can be said in a shorter way.
OLD_WEIGHT, NEW_WEIGHT = 7.5, 2.2
TYPICAL = 1.0  # nats for a mistake that has a name
# Confidence is 0.5 at the middle.
MIDDLE, WIDTH = 1.0, 2.0  # nats
# The least confidence that is reported unless `--min-confidence` says otherwise.
LEAST_CONFIDENCE = 0.5


def score(gain: float, gap: float, kind: Kind) -> float:
    """Return how good an edit is, in nats.

    It makes the code likelier by `gain` nats; `gap` is what its first token alone does.
    """
    found = min(gain, MOST_GAIN) + GAP_WEIGHT * max(LEAST_GAP, min(gap, MOST_GAP))
    found -= OLD_WEIGHT * math.log1p(kind.n_old) + NEW_WEIGHT * math.log1p(kind.n_new)
    return found + TYPICAL * kind.is_typical


def confidence(score: float) -> float:
    """Return how likely an edit of `score` nats mends a mistake, as far as is known."""
    return round(1 / (1 + math.exp(max(-700.0, min(700.0, (MIDDLE - score) / WIDTH)))), 2)


def describe() -> str:
    """Return all that findings depend on here."""
    numbers = (GAP_WEIGHT, OLD_WEIGHT, NEW_WEIGHT, TYPICAL, MIDDLE, WIDTH)
    return " ".join(map(str, numbers))
