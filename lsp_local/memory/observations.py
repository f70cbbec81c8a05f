"""What was seen of a project, one short observation each; alike ones merge, unused ones fade."""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

MOST_TEXT = 400  # characters of an observation
MOST_NAME = 40  # characters of a name that stands in a sentence
ALIKE = 0.75  # of the words of two observations are the same: they are one
N_FADES = 3.0  # times that what is not seen again fades by half before it is erased
NAME = re.compile(r"[^\W\d]\w*")
PARTS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+")
NO_NAME = re.compile(r"[^\w.$-]")


class Kind(StrEnum):
    """What has happened."""

    ACCEPTED = "accepted"
    EDITED = "edited"  # accepted, and changed soon after; `was` is what was accepted
    REJECTED = "rejected"
    ACTION = "action"  # `was` is the name of the action
    FIXED = "fixed"  # `was` is what was complained about
    COMMIT = "commit"


CONFIDENCE = {
    Kind.REJECTED: 0.3,
    Kind.ACCEPTED: 0.5,
    Kind.ACTION: 0.6,
    Kind.EDITED: 0.7,
    Kind.FIXED: 0.7,
    Kind.COMMIT: 0.8,
}


@dataclass(frozen=True, slots=True)
class Observation:
    """Something seen `n` times, from the day `first` to the day `last`; read last on `used`.

    `path` is relative to the project; `symbol` is the function or type around it, "" without.
    """

    kind: Kind
    path: str
    symbol: str
    language: str
    text: str
    was: str = ""
    n: int = 1
    first: date = date.min
    last: date = date.min
    used: date = date.min
    id: int = 0

    @property
    def confidence(self) -> float:
        """Return how sure it is, 0 to 1: what is seen again and again is surer."""
        unsure = 1 - CONFIDENCE[self.kind]
        return 1 - unsure * 0.7 ** (max(1, self.n) - 1)

    def weight(self, today: date, n_days: int) -> float:
        """Return its confidence as it has faded; what was neither seen nor read fades."""
        age = max(0, (today - max(self.last, self.used)).days)
        return float(self.confidence * 0.5 ** (N_FADES * age / max(1, n_days)))


def words(text: str) -> list[str]:
    """Return the names in a text, whole and in their parts, in lower case, each once."""
    found: list[str] = []
    for name in NAME.findall(text):
        parts = PARTS.findall(name)
        found += [name.lower().replace("_", ""), *(part.lower() for part in parts)]
    return list(dict.fromkeys(word for word in found if len(word) > 2))


def is_alike(left: str, right: str) -> bool:
    """Whether two texts say nearly the same."""
    if left == right:
        return True
    one, other = set(left.split()), set(right.split())
    return len(one & other) >= ALIKE * len(one | other) if one | other else False


def shortened(text: str) -> str:
    """Return at most MOST_TEXT characters, whole lines where there are any."""
    text = text.strip("\r\n")
    if len(text) <= MOST_TEXT:
        return text
    cut = text[:MOST_TEXT]
    return cut.rpartition("\n")[0] or cut


def plain_name(name: str) -> str:
    """Return a name as it may stand in a sentence for the model: it can hold no sentence itself."""
    return NO_NAME.sub("", name)[:MOST_NAME]
