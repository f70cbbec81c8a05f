"""What a detector suspects, in the words of the evaluations: nobody else here asks it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from lsp_local.actions.functions import Function
from lsp_local.lint.detector import MOST_FINDINGS, ModelDetector
from lsp_local.lint.finding import LEAST_CONFIDENCE
from lsp_local.lint.look import functions
from lsp_local.text import Document
from lsp_local.verify.minimal import applied

LEAST = LEAST_CONFIDENCE  # what lint tells by default


@dataclass(frozen=True, slots=True)
class Suspect:
    """A place that may be wrong, at the offset `start`, and how sure that is, 0 to 1.

    `score` orders suspects, also where they are as sure; `text` is the whole file, mended.
    """

    start: int
    old: str
    new: str
    sure: float
    score: float
    text: str

    @property
    def is_told(self) -> bool:
        """Whether lint tells it, unless it is asked to tell more or less."""
        return self.sure >= LEAST


class Finder(Protocol):
    """Looks at one function of a file."""

    async def suspects(self, doc: Document, function: Function) -> Sequence[Suspect]:
        """Return what may be wrong in a function, the likeliest first. Raises EngineError."""
        ...


class ModelFinder:
    """See `Finder`: the detector of lint."""

    def __init__(self, detector: ModelDetector) -> None:
        self._detector = detector

    async def suspects(self, doc: Document, function: Function) -> list[Suspect]:
        """See `Finder`."""
        return [
            Suspect(
                one.kind.start,
                one.kind.old,
                one.kind.new,
                one.confidence,
                one.score,
                applied(doc.text, (one.edit,) if one.edit else ()),
            )
            for one in await self._detector.suspects(doc, function)
        ]


def looked_at(doc: Document) -> list[Function]:
    """Return the functions of a file that lint looks at, in the order of the text."""
    return list(functions(doc, None))


def told(suspects: Sequence[Suspect]) -> list[Suspect]:
    """Return which suspects of one function lint tells."""
    return [one for one in suspects[:MOST_FINDINGS] if one.is_told]
