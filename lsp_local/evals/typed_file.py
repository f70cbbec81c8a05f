"""A trace of a file's text typed from its middle on, with jumps elsewhere and corrections."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from lsp_local.evals.rhythm import Rhythm
from lsp_local.evals.traces import Trace, Typist, moved_below
from lsp_local.text import Document, UserError

N_LINES = 50  # that are missing in the middle and typed again; more if the time is long
KEYS_PER_SECOND = 4.0  # a guess, pauses included, only to choose how many lines are missing
N_LEAST_LINES = 12
N_ELSEWHERE_CHARS = (12, 60)  # of a line that is worth a jump
SECONDS_PER_JUMP = 25
SLIP = 1 / 60  # share of keys after which something is erased and typed again
N_SLIPS = (2, 4)  # characters


@dataclass(slots=True)
class Hole:
    """A part of the final text that is not there until it is typed."""

    start: int
    end: int
    n_typed: int = 0


class _Sheet:
    """The final text and its holes, which never touch each other."""

    def __init__(self, text: str, holes: list[Hole]) -> None:
        self._text = text
        self._holes = holes

    def text(self) -> str:
        """Return what is there before anything is typed."""
        ends = [0, *(hole.end for hole in self._holes)]
        starts = [*(hole.start for hole in self._holes), len(self._text)]
        return "".join(self._text[a:b] for a, b in zip(ends, starts, strict=True))

    def cursor(self, hole: Hole) -> int:
        """Return where in the text of this moment the next character of `hole` belongs."""
        above = (other for other in self._holes if other.start < hole.start)
        n_missing = sum(other.end - other.start - other.n_typed for other in above)
        return hole.start + hole.n_typed - n_missing


def typed_file(doc: Document, root: Path, seconds: float, seed: int) -> Trace:
    """Type the middle of a file, about `seconds` long. Raises UserError for a short one."""
    if doc.text.count("\n") < N_LEAST_LINES:
        raise UserError(f"{doc.path} has under {N_LEAST_LINES} lines; take a longer file")
    rhythm = Rhythm(f"{seed} {doc.path}")
    main = _middle(doc.text, seconds)
    elsewhere = _elsewhere(doc.text, main, 1 + int(seconds / SECONDS_PER_JUMP), rhythm)
    sheet = _Sheet(doc.text, sorted([main, *elsewhere], key=lambda hole: hole.start))

    typist = Typist(rhythm)
    typist.open(moved_below(root, replace(doc, text=sheet.text(), version=1)))
    typist.move(sheet.cursor(main))
    for line in _lines(doc.text[main.start : main.end]):
        if main.n_typed and typist.seconds + len(line) / KEYS_PER_SECOND / 2 > seconds:
            break
        _type(typist, line)
        main.n_typed += len(line)
        if elsewhere and typist.seconds < seconds and rhythm.does(1 / 4):
            hole = elsewhere.pop()
            typist.move(sheet.cursor(hole))
            _type(typist, doc.text[hole.start : hole.end])
            hole.n_typed = hole.end - hole.start
            typist.move(sheet.cursor(main))
    return Trace(doc.path, root, tuple(typist.steps))


def _middle(text: str, seconds: float) -> Hole:
    """Return the lines that are typed, from the end of the line above to that of the last."""
    ends = [n for n, char in enumerate(text) if char == "\n"]
    first = len(ends) // 2
    n_most = (len(ends) - first) * 3 // 4
    enough = (
        n
        for n in range(N_LINES, n_most)
        if ends[first + n] - ends[first] > seconds * KEYS_PER_SECOND
    )
    n_lines = min(n_most, next(enough, n_most))
    return Hole(ends[first], ends[first + n_lines])


def _elsewhere(text: str, main: Hole, n_wanted: int, rhythm: Rhythm) -> list[Hole]:
    """Choose other lines, or the second halves of some, in a random order."""
    least, most = N_ELSEWHERE_CHARS
    found: list[Hole] = []
    start = text.find("\n")
    while (end := text.find("\n", start + 1)) != -1:
        n_chars = len(text[start:end].strip())
        is_away = end < main.start or start > main.end
        if least <= n_chars <= most and is_away:
            half = start if rhythm.does(1 / 2) else end - n_chars // 2
            found.append(Hole(half, end))
        start = end
    rhythm.random.shuffle(found)
    chosen: list[Hole] = []
    for hole in found:
        if all(hole.end < other.start or hole.start > other.end for other in chosen):
            chosen.append(hole)
    return chosen[:n_wanted]


def _lines(text: str) -> Iterator[str]:
    """Yield lines, each beginning with the line end before it."""
    start = 0
    while (end := text.find("\n", start + 1)) != -1:
        yield text[start:end]
        start = end
    yield text[start:]


def _type(typist: Typist, line: str) -> None:
    """Type a line; now and then some of it is erased and typed again."""
    n_start = 1 + line.rfind("\n")
    n_start += len(line[n_start:]) - len(line[n_start:].lstrip())
    least, most = N_SLIPS
    typed = 0
    for n in range(n_start + most, len(line)):
        if typist.rhythm.does(SLIP):
            typist.type(line[typed:n])
            n_slips = typist.rhythm.random.randint(least, most)
            typist.erase(n_slips)
            typed = n - n_slips
    typist.type(line[typed:])
