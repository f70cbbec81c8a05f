"""How likely it is that an edit mends a mistake, by how a model weighs it.

Fitted by logistic regression on what was tried for 68 pairs of HumanEvalPack's half to tune on and
for 23 mutants in 1,500 lines of well-tested packages (Python), 0.5B, 2026-11-26.
"""

import math
import re
from collections.abc import Set

from lsp_local.lint.kinds import Kind
from lsp_local.trees import NAME

MOST_GAIN = 15.0  # nats; more says no more
# Nats for e times as many tokens: mistakes are small, and any code can be said in a shorter way.
OLD_WEIGHT, NEW_WEIGHT = 7.0, 2.0
# Nats for what is worth less: of a name that stands nowhere before, the model cannot know that it
# is right; texts can be worded in many ways; and some members or conditions could always be left
# out or put in.
UNMET, WORDING, MEMBER, CONDITION = 8.0, 3.5, 4.0, 2.5
DOUBT = 12.0  # nats; so much less is a token worth that nothing is known to replace
SURE = 4.0  # nats for the mistakes that are hardly ever a matter of taste
SURE_RULES = frozenset({"off-by-one", "wrong-operator", "missing-not", "swapped-argument"})
SHORT = 5  # characters of a string that may be a value rather than a text
# Confidence is 0.5 at the middle.
MIDDLE, WIDTH = 1.5, 3.5  # nats
CONNECTING = re.compile(r"\b(and|or)\b|&&|\|\|")
STRING = re.compile(r"""(["'`]).*?\1""")
QUOTES = ("'", '"', "`")


def score(gain: float, kind: Kind, met: Set[str], known: Set[str]) -> float:
    """Return how good an edit is, in nats.

    It makes the code likelier by `gain` nats. `met` are the names that the code uses before it, as
    far as the model has read it, and those of the language; `known` are all that there are.
    """
    found = min(gain, MOST_GAIN) + SURE * (kind.rule in SURE_RULES)
    found -= OLD_WEIGHT * math.log1p(kind.n_old) + NEW_WEIGHT * math.log1p(kind.n_new)
    old, new = kind.old.strip(), kind.new.strip()
    is_text = any(quote in old + new for quote in QUOTES)
    found -= WORDING * (is_text and max(len(old), len(new)) > SHORT)
    before, after = (set(NAME.findall(STRING.sub("", code))) for code in (old, new))
    found -= UNMET * (not before - after <= met or not after - before <= known)
    found -= MEMBER * (not old and new.startswith("."))
    is_wrapping = old.startswith((".", "[", "(", "*")) or bool(NAME.fullmatch(old))
    found -= MEMBER * (not new and is_wrapping)
    return found - CONDITION * (not new and bool(CONNECTING.search(old)))


def doubt(gap: float) -> float:
    """Return how good it is, in nats, to know only that another token is `gap` nats likelier."""
    return min(gap, DOUBT) - DOUBT


def confidence(score: float) -> float:
    """Return how likely an edit of `score` nats mends a mistake, as far as is known."""
    return round(1 / (1 + math.exp(max(-700.0, min(700.0, (MIDDLE - score) / WIDTH)))), 2)
