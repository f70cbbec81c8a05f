"""When a decode has said enough: rules that are judged after every token, never afterwards."""

from dataclasses import dataclass
from enum import StrEnum

CLOSERS = {")": "(", "]": "[", "}": "{"}
QUOTES = "\"'`"
SHORTEST_ECHO = 4  # characters; shorter lines such as `}` may well occur twice


class Kind(StrEnum):
    """How much is wanted at the cursor."""

    LINE = "line"  # the rest of this line
    BLOCK = "block"  # the body of a block that is still empty


@dataclass(frozen=True, slots=True)
class Stops:
    """What surrounds the cursor, as far as it decides when to stop.

    `before` and `rest` are the cursor's line to its left and right, `next_line` is the first line
    below that is not blank, `indent` is the column of the line that opens the block.
    """

    kind: Kind
    before: str = ""
    rest: str = ""
    next_line: str = ""
    indent: int = 0


@dataclass(frozen=True, slots=True)
class Cut:
    """The end of a decode: what is kept of its text, and the rule that ended it."""

    text: str
    rule: str


def cut(stops: Stops, text: str) -> Cut | None:
    """Return the end of `text`, or None while the decode should go on."""
    if found := _repeats_rest(stops, text):
        return found
    if stops.kind is Kind.LINE:
        return _end_of_line(stops, text)
    return _end_of_block(stops, text)


def cut_short(stops: Stops, text: str) -> str:
    """Return what is worth keeping of a text that ran out of tokens: its whole lines."""
    if stops.kind is Kind.BLOCK and "\n" in text.strip():
        return text[: text.rindex("\n")].rstrip()
    return text.rstrip()


def columns(line: str) -> int:
    """Return the indentation of `line` in columns, a tab counting as four."""
    return len(line[: len(line) - len(line.lstrip())].expandtabs(4))


def _end_of_line(stops: Stops, text: str) -> Cut | None:
    if not stops.before.strip():  # white space of the wrong size is the judge's business
        body = text.lstrip(" \t")
        return Cut(text[: len(text) - len(body)], "line-end") if body[:1] == "\n" else _line(text)
    return _line(text)


def _line(text: str) -> Cut | None:
    head, newline, _ = text.partition("\n")
    return Cut(head.rstrip(), "line-end") if newline else None


def _repeats_rest(stops: Stops, text: str) -> Cut | None:
    """Stop where the text would say again what already follows the cursor on its line."""
    rest = stops.rest.strip()
    if not rest or not text:
        return None
    line = text.partition("\n")[0]
    if line.rstrip().endswith(rest) and (len(rest) > 1 or not rest.isalnum()):
        if _closes_something(line, rest):
            return None  # that closer belongs to what the text itself opened
        return Cut(line.rstrip()[: -len(rest)], "rest-of-line")
    at = _unmatched_closer(line)
    if at is not None and rest.startswith(line[at]):
        return Cut(line[:at], "rest-of-line")
    return None


def _closes_something(line: str, rest: str) -> bool:
    """Whether `line`, which ends with `rest`, needs that ending for brackets of its own."""
    if rest[0] in CLOSERS:
        return _unmatched_closer(line.rstrip()) is None
    if rest[0] in QUOTES:
        return line.count(rest[0]) % 2 == 0
    return False


def _unmatched_closer(line: str) -> int | None:
    """Return where `line` closes a bracket that it has not opened; quoted text is skipped."""
    opened: list[str] = []
    quote = ""
    for at, char in enumerate(line):
        if quote:
            quote = "" if char == quote and line[at - 1] != "\\" else quote
        elif char in QUOTES:
            quote = char
        elif char in CLOSERS.values():
            opened.append(char)
        elif char in CLOSERS and (not opened or opened.pop() != CLOSERS[char]):
            return at
    return None


def _end_of_block(stops: Stops, text: str) -> Cut | None:
    lines = text.split("\n")
    started = bool(lines[0].strip())
    for n, line in enumerate(lines):
        is_last = n == len(lines) - 1
        kept = "\n".join(lines[:n]).rstrip()
        if (
            not n
            and line.strip()
            and columns(stops.before + line) <= stops.indent < len(stops.before + line)
            and not stops.before.strip()
        ):
            return Cut("", "dedent")
        if n and line.strip():
            if _is_echo(line, stops.next_line):
                return Cut(kept, "next-line")
            if columns(line) <= stops.indent:
                return _dedent(stops, lines, n, kept)
            if started and lines[:n].count(line) >= 2:
                return Cut("\n".join(lines[: lines.index(line) + 1]), "repetition")
            started = True
        elif n and started and not is_last:
            return Cut(kept, "blank-line")
    return None


def _is_echo(line: str, next_line: str) -> bool:
    return len(next_line.strip()) >= SHORTEST_ECHO and line.strip() == next_line.strip()


def _dedent(stops: Stops, lines: list[str], n: int, kept: str) -> Cut | None:
    """End the block before a line that stands outside it, or behind its closing bracket."""
    line = lines[n]
    is_closer = columns(line) == stops.indent and line.strip()[0] in CLOSERS
    if not is_closer or stops.next_line.strip()[:1] in CLOSERS:
        return Cut(kept, "dedent")
    if n == len(lines) - 1:
        return None  # `}` may become `});`
    return Cut("\n".join(lines[: n + 1]).rstrip(), "block-end")
