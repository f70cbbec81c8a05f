"""What is made of an answer that is not code: a comment above the code, or diagnostics in it."""

import re
import textwrap

from lsp_local.brackets import line_comment
from lsp_local.userprompts import invisible

COLUMNS = 88
LEAST_COLUMNS = 24  # of text, however deep the code stands
TAB = 4
BLOCK_COMMENTS = {
    **dict.fromkeys(("html", "xml", "markdown", "vue", "svelte"), ("<!--", "-->")),
    "css": ("/*", "*/"),
}
LINE_COMMENTS = {"latex": "%"}  # those that the scanner of brackets has no need of
FENCE = re.compile(r"\s*(```|~~~)")
OWN_SIGN = re.compile(r"^\s*(?:#+|//+!?|--|/\*+|\*/|<!--|-->|;+|%+)(?:\s+|$)|\s*(?:\*/|-->)\s*$")
STAR = re.compile(r"^\s*\*\s")  # in front of the lines of a block comment
ITEM = re.compile(r"(?:[-*+•]|\d{1,2}[.)])\s+")

DIAGNOSTIC_FORMAT = (
    "Answer with one line for each problem, written LINE: MESSAGE, where LINE is the number in "
    "front of the line of code. Write nothing else. If there is no problem, write NONE."
)
NUMBER_END = "| "
MOST_FINDINGS = 50
MOST_MESSAGE = 300  # characters
FINDING = re.compile(
    r"\W*(?:\d{1,2}[.)]\W+(?=line))?"  # a list's own number, before the word "line"
    r"(?:lines?\W*|L)?(?P<line>\d{1,7})"
    r"(?:\s*(?:-|\u2013|to|,|and)\s*(?:line\s*)?\d{1,7}|:\d{1,5}(?=:))?"  # the last line; a column
    r"[*_`\])]*\s*(?:[:|\u2013\u2014]|-(?=\s))[*_]*\s*(?P<message>.*)",
    re.IGNORECASE,
)


def numbered(code: str) -> str:
    """Return the code with the number of each line in front of it, from 1."""
    return "\n".join(f"{n}{NUMBER_END}{line}" for n, line in enumerate(code.split("\n"), 1))


def parsed_diagnostics(answer: str, code: str) -> list[tuple[int, str]]:
    """Return the lines (from 1) of `code` that an answer `LINE: MESSAGE` names, with its words.

    Anything else in the answer is dropped: other lines, numbers outside the code, what is said
    twice, and code that is only repeated.
    """
    lines = [line.strip() for line in code.split("\n")]
    found: dict[tuple[int, str], None] = {}
    for said in answer.splitlines():
        match = FINDING.fullmatch(said.strip()[: 2 * MOST_MESSAGE])
        if not match or not 1 <= int(match["line"]) <= len(lines):
            continue
        n = int(match["line"])
        message = _plain(match["message"])[:MOST_MESSAGE]
        is_said = re.search(r"\w", message) and message.upper().rstrip(".") != "NONE"
        if is_said and message not in lines:
            found[n, message] = None
    return sorted(found, key=lambda finding: finding[0])[:MOST_FINDINGS]


def as_comment(answer: str, language: str, indentation: str) -> str:
    """Return the words of an answer as a comment, wrapped, each line behind `indentation`.

    No line end at the end. "" where nothing was said, or where the language has no comments.
    """
    words = _words(answer)
    sign = LINE_COMMENTS.get(language) or line_comment(language)
    opener, closer = BLOCK_COMMENTS.get(language, ("", ""))
    if not words or not (sign or opener):
        return ""
    if opener:
        words = [_inside(line, opener, closer) for line in words]
        width = _width(indentation, "")
        body = [f"{indentation}{line}".rstrip() for line in _wrapped(words, width)]
        return "\n".join([f"{indentation}{opener}", *body, f"{indentation}{closer}"])
    width = _width(indentation, f"{sign} ")
    # In C, a backslash at the end of a line goes on with the comment in the next one.
    lines = [line.rstrip("\\ ") for line in _wrapped(words, width)]
    return "\n".join(f"{indentation}{sign} {line}".rstrip() for line in lines)


def _plain(text: str) -> str:
    """Return a text without what nobody sees, and with single blanks."""
    seen, _ = invisible.removed(text)
    return " ".join("".join(char if char.isprintable() else " " for char in seen).split())


def _words(answer: str) -> list[str]:
    """Return the lines of an answer without fences, comment signs, and blank lines at the ends."""
    lines = [line for line in answer.splitlines() if not FENCE.match(line)]
    if "/*" in "".join(lines)[:4]:
        lines = [STAR.sub("", line) for line in lines]
    words = [_plain(OWN_SIGN.sub("", line)) for line in lines]
    while words and not words[0]:
        words.pop(0)
    while words and not words[-1]:
        words.pop()
    return words


def _wrapped(words: list[str], width: int) -> list[str]:
    """Return lines of at most `width` characters; paragraphs and items of lists stay apart."""
    parts: list[str] = []
    for line in words:
        is_new = not parts or not line or not parts[-1] or ITEM.match(line)
        if is_new and not (not line and parts and not parts[-1]):
            parts.append(line)
        elif line:
            parts[-1] += f" {line}"
    lines: list[str] = []
    for part in parts:
        item = ITEM.match(part)
        behind = " " * len(item[0]) if item else ""
        lines += _broken(part, width, behind) or [""]
    return lines


def _broken(part: str, width: int, behind: str) -> list[str]:
    return textwrap.wrap(
        part, width, subsequent_indent=behind, break_long_words=False, break_on_hyphens=False
    )


def _width(indentation: str, sign: str) -> int:
    return max(COLUMNS - len(indentation.expandtabs(TAB)) - len(sign), LEAST_COLUMNS)


def _inside(line: str, opener: str, closer: str) -> str:
    """Return a line that cannot end the comment it stands in."""
    for mark in (closer, opener, "--!>", "--"):
        if opener == "<!--" or mark in (opener, closer):
            line = line.replace(mark, " ".join(mark) if mark != "--" else "- -")
    return line
