"""Whether lint finds one mistake in a file, and how often it is wrong about the file without it.

The functions of the right file are looked at once, and for each mistake only that which has it:
what is suspected of the others stays, for each is judged alone.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from itertools import chain

from lsp_local.engine.base import ChatEngine
from lsp_local.evals.mistakes import Mistake, Subject, first_line_of, same_but_for_space
from lsp_local.evals.reviewing import reviewed
from lsp_local.evals.suspecting import Finder, Suspect, told


@dataclass(frozen=True, slots=True)
class Place:
    """A line, from 0, with its most suspicious spot.

    `repairs`: whether what is to replace that makes the file right, up to white space.
    """

    line: int
    suspect: Suspect
    repairs: bool


@dataclass(frozen=True, slots=True)
class Found:
    """What was found of a mistake: `places`, the most suspicious line first, each once.

    `is_told`: whether lint tells of its line at the default confidence. `reviewed` are the lines
    that the model quotes that was asked plainly; `review_saw` is "all" that lint looked at, or the
    "function" with the mistake where that is too long, or "nothing".
    """

    mistake: Mistake
    places: tuple[Place, ...]
    is_told: bool
    reviewed: tuple[int, ...]
    review_saw: str

    @property
    def lines(self) -> list[int]:
        """Return the suspicious lines, from 0."""
        return [one.line for one in self.places]


@dataclass(frozen=True, slots=True)
class Judged:
    """What was found in one file; `alarms` are told of the file without a mistake."""

    subject: Subject
    alarms: tuple[Suspect, ...]
    n_lines: int
    found: tuple[Found, ...]


def n_looks(subjects: Sequence[Subject]) -> int:
    """Return how often a function is looked at in `run`."""
    return sum(len(one.functions) + len(one.mistakes) for one in subjects)


async def run(
    engine: ChatEngine, finder: Finder, subjects: Sequence[Subject], step: Callable[[], None]
) -> AsyncIterator[Judged]:
    """Look at every file; `step` is called after each function. Raises EngineError."""
    for one in subjects:
        clean: list[Sequence[Suspect]] = []
        for function in one.functions:
            clean.append(await finder.suspects(one.doc, function))
            step()
        found = []
        for mistake in one.mistakes:
            suspects = await finder.suspects(mistake.doc, mistake.function)
            found.append(await _found(engine, one, mistake, suspects, clean))
            step()
        alarms = tuple(chain.from_iterable(map(told, clean)))
        yield Judged(one, alarms, _n_lines(one), tuple(found))


async def _found(
    engine: ChatEngine,
    subject: Subject,
    mistake: Mistake,
    own: Sequence[Suspect],
    clean: Sequence[Sequence[Suspect]],
) -> Found:
    others = [found for n, found in enumerate(clean, subject.first) if n != mistake.n]
    right, wrong = subject.doc.text, mistake.doc.text
    ranked = [(one, wrong) for one in own]
    ranked += [(one, right) for one in chain.from_iterable(others)]
    ranked.sort(key=lambda pair: (-pair[0].score, pair[0].start))
    places: dict[int, Place] = {}
    for one, text in ranked:
        line = _line(text, one)
        repairs = text is wrong and same_but_for_space(one.text, right)
        places.setdefault(line, Place(line, one, repairs))
    is_told = any(_line(wrong, one) == mistake.line for one in told(own))
    quoted, saw = await _reviewed(engine, subject, mistake)
    return Found(mistake, tuple(places.values()), is_told, quoted, saw)


def _line(text: str, suspect: Suspect) -> int:
    return text.count("\n", 0, suspect.start)


async def _reviewed(
    engine: ChatEngine, subject: Subject, mistake: Mistake
) -> tuple[tuple[int, ...], str]:
    """Ask about the same code; where that is too long, about the function with the mistake."""
    right, wrong = subject.doc, mistake.doc
    last = right.text.count("\n", 0, subject.functions[-1].end)
    whole = first_line_of(right, subject.functions), last
    own = first_line_of(wrong, [mistake.function]), wrong.text.count("\n", 0, mistake.function.end)
    for saw, (first, end) in (("all", whole), ("function", own)):
        code = "\n".join(wrong.text.split("\n")[first : end + 1]) + "\n"
        quoted = await reviewed(engine, wrong.language, code, mistake.line - first)
        if quoted is not None:
            return tuple(first + line for line in quoted), saw
    return (), "nothing"


def _n_lines(subject: Subject) -> int:
    """Return how many lines of a file are looked at."""
    text = subject.doc.text
    return sum(text.count("\n", one.start, one.end) + 1 for one in subject.functions)
