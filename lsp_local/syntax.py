"""What the text around the cursor says about the code: whether a block is due, and what ends it."""

import re
from dataclasses import dataclass, replace

from lsp_local.brackets import CLOSERS, QUOTES, SHORT_QUOTES, Scan, scan
from lsp_local.stops import ANY_NUMBER, BLOCK_END, LABEL, Kind, Stops, columns

FARTHEST = 20_000  # characters that are looked at on either side of the cursor
LONGEST_LINE = 2_000  # characters of a line
LONGEST_HEADER = 30  # lines of a statement that opens a block

# A colon opens a block only behind these words; `x: int` and `{"a":` do not.
PYTHON_OPENER = re.compile(
    r"\s*(async\s+)?(def|class|if|elif|else|for|while|try|except|finally|with|match|case)\b"
)
DOCSTRING_START = re.compile(r"""\s*[rRuU]?("{3}|'{3})""")
DOCSTRING_QUOTE = re.compile(r"""("{3}|'{3})""")

# Languages that open a block with the first word of a line, and those that do with the last.
FIRST_WORD = re.compile(
    r"\s*(def|class|module|function|struct|if|unless|elsif|elseif|else|while|until|for|when|begin"
    r"|let|try|catch|rescue|ensure)\b(?!.*\bend$)(?!.*\)\s=\s)|.*\sdo(\s*\|[^|]*\|)?$"
)
LAST_WORD = re.compile(r"(?:.*[\s;])?(then|do|else)$|.*\bfunction\b[^()]*\([^()]*\)$")
WORD_OPENERS = {
    **dict.fromkeys(("ruby", "julia"), FIRST_WORD),
    **dict.fromkeys(("lua", "elixir", "shellscript"), LAST_WORD),
}
SHELL_CLOSERS = {"then": "fi", "else": "fi", "do": "done"}


@dataclass(frozen=True, slots=True)
class Opener:
    """What opens a block: the column where its statement begins, and what must close it."""

    column: int
    closer: str


def stops_at(prefix: str, suffix: str, language: str) -> Stops:
    """Return the stop rules for a cursor between `prefix` and `suffix`."""
    above = prefix[-FARTHEST:].split("\n")
    below = suffix[:FARTHEST].split("\n")
    before, rest = above.pop()[-LONGEST_LINE:], below.pop(0)[:LONGEST_LINE]
    inner = "plaintext" if _is_prose(before, rest, language) else language
    left = scan(before, inner)
    next_line = _first_code(below)
    stops = Stops(
        Kind.LINE,
        before,
        rest,
        next_line,
        language=inner,
        line_above=_first_code(above[::-1]),
        quote=left.quote,
        n_closable=_n_closable(left, rest, inner),
        may_close=bool(before.strip()) or _may_close(above, before, next_line, language),
    )
    opener = _opener(above, before, rest, language)
    return _in_block(stops, opener) if opener else stops


def _first_code(lines: list[str]) -> str:
    return next((line for line in lines if line.strip()), "")[:LONGEST_LINE]


def _is_prose(before: str, rest: str, language: str) -> bool:
    """Whether quotes mean nothing at the cursor: in a comment, or in the braces of `f"{|}"`."""
    left = scan(before, language)
    is_in_braces = rest.lstrip()[:1] in CLOSERS and (
        left.quote in rest or left.quote not in SHORT_QUOTES
    )
    return left.comment is not None or (left.quote != "" and is_in_braces)


def _n_closable(left: Scan, rest: str, language: str) -> int:
    """Return how many of the brackets and strings left of the cursor may be closed there."""
    if left.quote:
        inside = scan(rest, language, left.quote)
        if inside.closed and not inside.quote:
            return 0  # else the quote in the rest would open a string: `print("|")`
    n_closed = len(scan(rest, language).closed)
    return max(0, len(left.opened) - n_closed) if n_closed else ANY_NUMBER


def _may_close(above: list[str], before: str, next_line: str, language: str) -> bool:
    """Whether a line that begins at the cursor's column may end a block that is still open."""
    column = columns(before + "x")
    if columns(next_line) == column and BLOCK_END.match(next_line + "\n"):
        return False
    for line in reversed(above):
        if line.strip() and columns(line) <= column and not LABEL.match(line):
            return columns(line) == column and _is_open(line, language)
    return True


def _is_open(line: str, language: str) -> bool:
    code = _code(line, language)
    found = scan(code, language)
    return not found.quote and (bool(found.opened) or _closer(code, language) is not None)


def _in_block(stops: Stops, opener: Opener) -> Stops:
    """Return the rules for a block's body, unless the block has one already."""
    next_column = columns(stops.next_line) if stops.next_line else -1
    is_level = next_column == opener.column
    has_body = next_column > opener.column or (is_level and LABEL.match(stops.next_line))
    if has_body and not stops.rest.strip():
        return stops
    closes_below = is_level and stops.next_line.lstrip().startswith(opener.closer or "\n")
    is_closed = bool(stops.rest.strip()) or closes_below
    return replace(
        stops,
        kind=Kind.BLOCK,
        indent=opener.column,
        closer=opener.closer,
        is_closed=is_closed,
        n_closable=0 if is_closed and stops.before.strip() else stops.n_closable,
    )


def _opener(above: list[str], before: str, rest: str, language: str) -> Opener | None:
    """Return what opens the block at whose beginning the cursor stands."""
    if before.strip():
        is_between = before.rstrip().endswith("{") and rest.lstrip().startswith("}")
        is_due = not rest.strip() or is_between
        return _opener_at([*above, before], before, language) if is_due else None
    if rest.strip():
        return None
    lines = _without_notes(above, language)
    opener = _opener_at(lines, _code(lines[-1], language), language) if lines else None
    is_next = bool(lines) and lines[-1] == _first_code(above[::-1])
    is_inside = opener is not None and columns(before + "x") > opener.column
    return opener if is_next or is_inside else None


def _opener_at(lines: list[str], code: str, language: str) -> Opener | None:
    """Return what the last of `lines` opens, of which `code` is all but the comment."""
    closer = _closer(code, language)
    return None if closer is None else Opener(_statement_column(lines, language), closer)


def _statement_column(lines: list[str], language: str) -> int:
    """Return where the statement begins that ends in the last of `lines`."""
    n_missing = 0
    for n, line in enumerate(reversed(lines[-LONGEST_HEADER:])):
        found = scan(line, language)
        n_missing += len(found.closed) - (len(found.opened) if n else 0)
        if n_missing <= 0 or line.lstrip()[:1] in CLOSERS:
            return columns(line)
    return columns(lines[-1])


def _closer(code: str, language: str) -> str | None:
    """Return what ends the block that `code` opens ("" for nothing), None if it opens none."""
    found = scan(code, language)
    code = code.rstrip()
    if found.quote or found.comment is not None or QUOTES.get(language) == "":
        return None
    if code.endswith("{"):
        return "}"
    if language == "python":
        is_header = PYTHON_OPENER.match(code) or found.closed
        return "" if code.endswith(":") and is_header and not found.opened else None
    word = WORD_OPENERS[language].match(code) if language in WORD_OPENERS else None
    if word is None:
        return None
    return SHELL_CLOSERS.get(word[1] or "") if language == "shellscript" else "end"


def _code(line: str, language: str) -> str:
    """Return `line` without its comment."""
    return line[: scan(line, language).comment].rstrip()


def _without_notes(lines: list[str], language: str) -> list[str]:
    """Return `lines` without the blank lines, comments and docstring at their end."""
    lines = _without_comments(lines, language)
    start = _docstring(lines) if language == "python" else None
    return lines if start is None else _without_comments(lines[:start], language)


def _without_comments(lines: list[str], language: str) -> list[str]:
    end = len(lines)
    while end and not (lines[end - 1].strip() and _code(lines[end - 1], language)):
        end -= 1
    return lines[:end]


def _docstring(lines: list[str]) -> int | None:
    """Return the index of the line where the docstring begins with which `lines` end."""
    n_quotes = len(DOCSTRING_QUOTE.findall(lines[-1])) if lines else 0
    if n_quotes == 2:
        return len(lines) - 1 if DOCSTRING_START.match(lines[-1]) else None
    for n in range(len(lines) - 2, -1, -1) if n_quotes == 1 else ():
        if DOCSTRING_QUOTE.search(lines[n]):
            return n if DOCSTRING_START.match(lines[n]) else None
        if _closer(lines[n], "python") is not None:
            return None  # the quote at the end begins a docstring, in which the cursor stands
    return None
