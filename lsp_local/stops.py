"""When a decode has said enough: rules that are judged after every token, never afterwards."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from lsp_local.brackets import CLOSERS, line_comment, scan

SHORTEST_ECHO = 4  # characters; shorter lines such as `}` may well occur twice
LONGEST_NEEDLE = 8  # characters; that much of the rest of the line is recognised as such
LEAST_OF_NEXT_LINE, MOST_OF_NEXT_LINE = 12, 24  # characters by which the line below is known
N_SAYINGS = 3  # of the same line in a block, or of the same words in a line
ANY_NUMBER = 1_000_000

# How a line begins that ends a block; `end` alone, because it is a name in most languages.
BLOCK_END = re.compile(
    r"[ \t]*([)\]}]|(else|elif|elsif|except|finally|rescue|ensure)\b|(end|fi|done|esac)[ \t\r]*\n)"
)
# Lines in braces that may stand as far left as the line that opens the block.
LABEL = re.compile(r"\s*((case|default|public|private|protected)\b|#)")
MULTILINE_QUOTES = ('"""', "'''", "`")
AFTER_CLOSER = re.compile(r"[)\]}]*[;,]?")


class Kind(StrEnum):
    """How much is wanted at the cursor."""

    LINE = "line"  # the rest of this line
    BLOCK = "block"  # the body of a block that is still empty


@dataclass(frozen=True, slots=True)
class Stops:
    """What surrounds the cursor, as far as it decides when to stop.

    `before` and `rest` are the cursor's line to its left and right; `line_above` and `next_line`
    are the nearest lines that are not blank. `quote` delimits the string in which the cursor
    stands. Of the brackets and strings opened before the cursor, `n_closable` may be closed: what
    follows closes the others. `may_close` tells whether a line that begins here may end a block.
    For a block, `indent` is the column of the line that opens it, `closer` what such a block ends
    with ("" for none), `is_closed` whether that follows already. With `may_begin_below` a line that
    is complete is no reason to stop: the next one is wanted.
    """

    kind: Kind
    before: str = ""
    rest: str = ""
    next_line: str = ""
    indent: int = 0
    language: str = ""
    line_above: str = ""
    quote: str = ""
    n_closable: int = ANY_NUMBER
    may_close: bool = True
    closer: str = ""
    is_closed: bool = False
    may_begin_below: bool = False


@dataclass(frozen=True, slots=True)
class Cut:
    """The end of a decode: what is kept of its text, and the rule that ended it."""

    text: str
    rule: str


class _Line(NamedTuple):  # built for every line at every token: four times as fast as a dataclass
    """A line of a decoded text, the `n`th. `within` is what the text has opened above it."""

    n: int
    start: int
    text: str
    column: int
    is_whole: bool
    is_stray: bool  # closes what the text has not opened
    within: str


def cut(stops: Stops, text: str) -> Cut | None:
    """Return the end of `text`, or None while the decode should go on."""
    line, newline, _ = text.partition("\n")
    if found := _repeats_rest(stops, line):
        return found
    if stops.kind is Kind.BLOCK and not (stops.rest.strip() and line.strip()):
        return _end_of_block(stops, text)
    if newline and not line.strip() and stops.may_begin_below:
        return _line_below(stops, text)
    if not stops.may_close and BLOCK_END.match(text):
        return Cut("", "block-end")
    if (start := _start_of_next_line(stops, line)) > 0:
        return Cut(line[:start].rstrip(), "next-line")
    if (start := _start_of_note(stops, line)) > 0:
        return Cut(line[:start].rstrip(), "comment")
    if _is_loop(line):
        return Cut("", "repetition")
    return Cut(line.rstrip(), "line-end") if newline else None


def cut_short(stops: Stops, text: str) -> str:
    """Return what is worth keeping of a text that ran out of tokens: whole statements, or words."""
    lines = text.rstrip().split("\n")
    whole = "\n".join(lines[:-1])
    if stops.kind is Kind.LINE or not whole.strip():
        return re.sub(r"\w+$", "", text).rstrip()
    open_at = ("", *scan(whole + "\n", stops.language).within)
    balanced = [n for n in range(1, len(lines)) if not open_at[n] and lines[n - 1].strip()]
    return "\n".join(lines[: balanced[-1]]) if balanced else whole


def cut_unsure(stops: Stops, text: str, rejected: str) -> Cut:
    """Return what is worth keeping of a text before `rejected`, of which the model is not sure.

    Of a block that is whole lines; of a line all but a word that `rejected` would have ended.
    """
    if stops.kind is Kind.BLOCK:
        n_whole = text.rfind("\n") + 1 if "\n" in text.lstrip() else 0
        if n_whole:
            return Cut(cut_short(stops, text[:n_whole] + "x"), "unsure")
    is_in_word = bool(re.match(r"\w", rejected))
    return Cut((re.sub(r"\w+$", "", text) if is_in_word else text).rstrip(), "unsure")


def columns(line: str) -> int:
    """Return the indentation of `line` in columns, a tab counting as four."""
    return len(line[: len(line) - len(line.lstrip())].expandtabs(4))


def is_apart(stops: Stops, line: str, start: int) -> bool:
    """Whether what `line` says at `start` is outside of its own brackets, strings and words."""
    is_in_word = line[:start][-1:].isalnum() and line[start : start + 1].isalnum()
    return not is_in_word and not scan(line[:start], stops.language, stops.quote).opened


def is_closed_by_rest(stops: Stops) -> bool:
    """Whether the rest of the line begins by closing what was opened before the cursor."""
    rest = stops.rest.lstrip()
    return rest[:1] in CLOSERS or bool(stops.quote and rest.startswith(stops.quote))


def _line_below(stops: Stops, text: str) -> Cut | None:
    """Stop at the end of the first line that is not blank."""
    kept = text.rstrip()
    line = kept.rpartition("\n")[2]
    if not line or kept == text or "\n" not in text[len(kept) :]:
        start = _start_of_note(stops, line)
        if start > 0:
            return Cut(text[: text.rfind(line) + start].rstrip(), "comment")
        return Cut("", "repetition") if _is_loop(line) else None
    is_there = len(line.strip()) >= SHORTEST_ECHO and line.strip() == stops.next_line.strip()
    return Cut("", "next-line") if is_there else Cut(kept, "line-end")


def _repeats_rest(stops: Stops, line: str) -> Cut | None:
    """Stop before the line says or closes again what the rest of the line says or closes."""
    needle = _needle(stops)
    said = [found.start() for found in re.finditer(re.escape(needle), line)] if needle else []
    starts = [start for start in said if is_apart(stops, line, start)]
    starts += scan(line, stops.language, stops.quote).closed[stops.n_closable :]
    return Cut(line[: min(starts)], "rest-of-line") if starts else None


def _needle(stops: Stops) -> str:
    """Return by which words the rest of the line is known when they are said again."""
    rest = stops.rest.strip()
    if is_closed_by_rest(stops) or (rest.isalnum() and len(rest) < SHORTEST_ECHO):
        return ""
    comment = line_comment(stops.language)
    return comment if comment and rest.startswith(comment) else rest[:LONGEST_NEEDLE].rstrip()


def _start_of_next_line(stops: Stops, line: str) -> int:
    """Return where `line` goes on with the line below, as in a statement over two lines; or -1."""
    words = stops.next_line.strip()[:MOST_OF_NEXT_LINE]
    return line.find(words) if len(words) >= LEAST_OF_NEXT_LINE else -1


def _start_of_note(stops: Stops, line: str) -> int:
    """Return where a comment begins behind code: small models explain, people seldom do; or -1."""
    comment = scan(line, stops.language, stops.quote).comment
    is_behind_code = comment is not None and bool((stops.before + line[:comment]).strip())
    return comment if comment is not None and is_behind_code else -1


def _is_loop(line: str) -> bool:
    """Whether the line ends by saying the same words over and over."""
    for size in range(SHORTEST_ECHO, len(line) // N_SAYINGS + 1):
        words = line[-size:]
        if line.endswith(words * N_SAYINGS) and re.search(r"[^\W\d_]{2}", words):
            return True
    return False


def _end_of_block(stops: Stops, text: str) -> Cut | None:
    """Judge line by line; the first one completes the cursor's line."""
    for line in _lines(stops, text):
        if not line.n and stops.before.strip():
            is_over = line.is_stray and line.is_whole  # `{ return 1; }`
            found = Cut(line.text.rstrip(), "block-end") if is_over else None
        elif not line.text.strip():
            found = _at_blank_line(stops, text, line)
        else:
            found = _at_line(stops, text, line)
        if found:
            return found
    return _loop_of_lines(text)


def _lines(stops: Stops, text: str) -> Iterator[_Line]:
    found = scan(text, stops.language)
    within = ("", *found.within)
    stray = found.closed[0] if found.closed else len(text)
    lines = text.split("\n")
    start = 0
    for n, line in enumerate(lines):
        end = start + len(line)
        column = columns(line if n else stops.before + line)
        yield _Line(n, start, line, column, n + 1 < len(lines), start <= stray < end, within[n])
        start = end + 1


def _at_blank_line(stops: Stops, text: str, line: _Line) -> Cut | None:
    """End a block that has begun; before that, one blank line below the opening is allowed."""
    kept = text[: line.start].rstrip()
    is_early = line.n == 1 and not kept and stops.before.strip()
    if not line.is_whole or line.within or is_early:
        return None
    return Cut(kept, "blank-line")


def _at_line(stops: Stops, text: str, line: _Line) -> Cut | None:
    if line.column <= stops.indent and line.within not in MULTILINE_QUOTES:
        return _at_dedent(stops, line, text[: line.start].rstrip())
    if line.is_stray:
        return Cut(text[: line.start].rstrip(), "dedent")
    words = line.text.strip()
    if line.is_whole and len(words) >= SHORTEST_ECHO and words == stops.next_line.strip():
        return Cut(text[: line.start].rstrip(), "next-line")
    return None


def _at_dedent(stops: Stops, line: _Line, kept: str) -> Cut | None:
    """End the block before a line that stands outside it, or behind what closes the block."""
    code = line.text.lstrip()
    is_level = line.column == stops.indent
    if stops.closer == "}" and (is_level or code[0] == "#") and LABEL.match(line.text):
        return None
    if not is_level or stops.is_closed or not stops.closer or not kept:
        return Cut(kept, "dedent")
    if code.startswith(stops.closer):
        return _behind_closer(stops, line, kept)
    may_become = stops.closer.startswith(code) and not line.is_whole
    return None if may_become else Cut(kept, "dedent")


def _behind_closer(stops: Stops, line: _Line, kept: str) -> Cut | None:
    """`}` may become `});`, but what follows in `} else {` belongs to another block."""
    n_closer = len(line.text) - len(line.text.lstrip()) + len(stops.closer)
    closing = line.text[:n_closer] + AFTER_CLOSER.findall(line.text[n_closer:])[0]
    if closing == line.text and not line.is_whole:
        return None
    return Cut(f"{kept}\n{closing}", "block-end")


def _loop_of_lines(text: str) -> Cut | None:
    """Keep a repeated line, or lines, once."""
    lines = text.split("\n")[:-1]
    for size in range(1, len(lines) // N_SAYINGS + 1):
        said = lines[-size:]
        if said * N_SAYINGS == lines[-size * N_SAYINGS :] and len("".join(said).strip()) > 1:
            return Cut("\n".join(lines[: -size * (N_SAYINGS - 1)]), "repetition")
    return None
