"""How sure the model must be, by what it is asked for."""

from enum import StrEnum

from lsp_local.stops import Kind, Stops
from lsp_local.trees import Place

NORMAL = 50  # percent: the default of the option `least_probability`


class Situation(StrEnum):
    """What kind of text is wanted."""

    REST = "rest"  # of a line that has begun
    LINE = "line"  # a new one
    BLOCK = "block"  # the body of a block that is still empty
    PROSE = "prose"  # in a comment or a string


# Least probability of a line that is shown.
LEAST = {
    Situation.REST: 0.5,
    Situation.LINE: 0.5,
    Situation.BLOCK: 0.5,
    Situation.PROSE: 0.6,
}
STRANGE = 1.5  # times as probable must a line be that uses a name which stands nowhere
MOST = 0.95  # more than that no suggestion of some length ever has


def situation(stops: Stops, place: Place) -> Situation:
    """Return what is wanted at a cursor."""
    if place is not Place.CODE:
        return Situation.PROSE
    if stops.kind is Kind.BLOCK:
        return Situation.BLOCK
    return Situation.REST if stops.before.strip() else Situation.LINE


def least_probability(wanted: Situation, strictness: float, n_unknown: int = 0) -> float:
    """Return how probable a line must be; `strictness` is 1 for the fitted value, 0 for any.

    `n_unknown` of its names stand nowhere in the file, the context or the language.
    """
    return min(MOST, LEAST[wanted] * strictness * (STRANGE if n_unknown else 1.0))
