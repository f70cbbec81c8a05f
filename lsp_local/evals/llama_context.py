"""What llama.vim reads around the cursor, and what it shows of an answer.

Written from the behaviour of autoload/llama.vim (state of 2026-01-31). Lines and columns count
from 0. `previous` is a suggestion already shown, by lines: the context is then what it would be had
the user accepted it.
"""

from dataclasses import dataclass

from lsp_local.text import Document

BLANKS = " \t"
N_TRIMMED = 3  # lines that may have left the top of the window without making an answer useless

Key = tuple[str, str]  # all before the cursor, all behind it


@dataclass(frozen=True, slots=True)
class Place:
    """A cursor in the lines of a text; where there is no line, it is empty."""

    lines: list[str]
    y: int
    x: int

    def line(self, y: int) -> str:
        """Return a line without its end."""
        return self.lines[y] if 0 <= y < len(self.lines) else ""

    def around(self, n_before: int, n_after: int) -> list[str]:
        """Return the lines from `n_before` above the cursor's to `n_after` below."""
        return self.lines[max(0, self.y - n_before) : self.y + n_after + 1]


@dataclass(frozen=True, slots=True)
class LocalContext:
    """The text before the cursor's line, the line before the cursor, and all behind the cursor."""

    prefix: str
    middle: str
    suffix: str
    indent: int
    rest_of_line: str


@dataclass(frozen=True, slots=True)
class Hint:
    """A suggestion as llama.vim draws it: over the rest of the line, which its last line repeats.

    `text` is what accepting inserts; `can_accept` is what the plug-in thinks of `lines`.
    """

    lines: list[str]
    text: str
    can_accept: bool


def place_at(doc: Document, offset: int) -> Place:
    """Return the cursor in a document."""
    before = doc.text[:offset]
    lines = doc.text.split("\n")
    y = before.count("\n")
    # To an editor, the end of the last line begins no further one, unless the cursor is there.
    if not lines[-1] and y < len(lines) - 1:
        lines.pop()
    return Place(lines, y, len(before) - before.rfind("\n") - 1)


def local_context(place: Place, n_prefix: int, n_suffix: int) -> LocalContext:
    """Return what is around the cursor. A blank line is read as if the cursor were at its start."""
    line = place.line(place.y)
    middle, rest = line[: place.x], line[place.x :]
    indent = len(line) - len(line.lstrip(BLANKS))
    if not line.strip(BLANKS):
        middle, rest, indent = "", "", 0
    above = place.lines[max(0, place.y - n_prefix) : place.y]
    below = place.lines[place.y + 1 : place.y + 1 + n_suffix]
    return LocalContext(_joined(above), middle, f"{rest}\n{_joined(below)}", indent, rest)


def context_after(
    place: Place, previous: list[str], n_prefix: int, n_suffix: int, indent: int
) -> LocalContext:
    """Return what would be around the cursor, had `previous` been accepted."""
    first = place.line(place.y) + previous[0]
    start = max(0, place.y - n_prefix + len(previous) - 1)
    above = place.lines[start : place.y]
    if len(previous) > 1:
        above = [*above, first, *previous[1:-1]]
    middle = first if len(previous) == 1 else previous[-1]
    below = place.lines[place.y + 1 : place.y + 1 + n_suffix]
    return LocalContext(_joined(above), middle, f"\n{_joined(below)}", indent, "")


def keys_of(context: LocalContext) -> list[Key]:
    """Return the keys of an answer: the exact one, then those without the topmost lines."""
    prefix = context.prefix
    keys = [(prefix + context.middle, context.suffix)]
    for _ in range(N_TRIMMED):
        prefix = prefix.partition("\n")[2]
        if not prefix:
            break
        keys.append((prefix + context.middle, context.suffix))
    return keys


def hint_of(place: Place, content: str) -> Hint:
    """Return what is drawn of an answer: nothing of it where it repeats what is there already."""
    lines = content.split("\n")
    while lines and not lines[-1]:
        lines.pop()
    has_content = bool(lines)
    lines = lines or [""]
    line = place.line(place.y)
    if not line.strip(BLANKS):
        n_lead = min(len(lines[0]) - len(lines[0].lstrip(BLANKS)), len(line))
        line, lines[0] = lines[0][:n_lead], lines[0][n_lead:]
    rest = line[place.x :]
    if _repeats(place, lines, line[: place.x], rest):
        lines = [""]
    drawn = [*lines[:-1], lines[-1] + rest]
    can_accept = has_content and bool("".join(drawn).strip(BLANKS))
    return Hint(drawn, "\n".join(lines), can_accept)


def _repeats(place: Place, lines: list[str], before: str, rest: str) -> bool:
    """Whether a suggestion is the rest of the line or what follows below."""
    y, more = place.y + 1, lines[1:]
    if more and not lines[0] and more == place.lines[y : y + len(more)]:
        return True
    if not more and lines[0] == rest:
        return True
    while y < len(place.lines) - 1 and not place.line(y).strip(BLANKS):
        y += 1
    if before + lines[0] != place.line(y):
        return False
    if len(more) == 1:
        return place.line(y + 1).startswith(more[0])
    return more == place.lines[y + 1 : y + 1 + len(more)]


def _joined(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"
