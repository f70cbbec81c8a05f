"""What a piece of code opens and closes: brackets, strings and comments, without a grammar."""

import re
from dataclasses import dataclass
from functools import cache, lru_cache

Mark = tuple[int, str]  # an offset and what stands there

CLOSERS = {")": "(", "]": "[", "}": "{"}
SHORT_QUOTES = ('"', "'")

LINE_COMMENTS = {
    **dict.fromkeys(("python", "ruby", "shellscript", "elixir", "julia", "perl", "r"), "#"),
    **dict.fromkeys(("yaml", "toml", "makefile", "dockerfile", "cmake"), "#"),
    **dict.fromkeys(("lua", "sql", "haskell"), "--"),
    **dict.fromkeys(("lisp", "scheme", "clojure"), ";"),
    **dict.fromkeys(("html", "xml", "css", "json", "markdown", "plaintext", "latex"), ""),
}
OTHER_COMMENTS = "//"  # C and all that learned from it

QUOTES = {
    **dict.fromkeys(("markdown", "plaintext", "latex", "restructuredtext", "git-commit"), ""),
    **dict.fromkeys(("rust", "json", "jsonc", "html", "xml", "lisp", "scheme", "clojure"), '"'),
    **dict.fromkeys(("python", "c", "cpp", "java", "csharp", "ruby", "toml", "yaml"), "\"'"),
}
OTHER_QUOTES = "\"'`"
LONG_QUOTES = {"python": ('"""', "'''"), "toml": ('"""', "'''"), "java": ('"""',)}


@dataclass(frozen=True, slots=True)
class Scan:
    """What a text opens and closes. All numbers are offsets in it.

    `opened`: brackets and strings that it leaves open, outermost first.
    `closed`: where it closes what it has not opened itself.
    `quote`: the delimiter of the string in which it ends, "" outside of strings.
    `comment`: where the line comment begins in which it ends, or None.
    `within`: for each of its line ends, the innermost delimiter of its own that is open there.
    """

    opened: tuple[int, ...]
    closed: tuple[int, ...]
    quote: str
    comment: int | None
    within: tuple[str, ...]


def line_comment(language: str) -> str:
    """Return what begins a comment in `language` (an LSP language id), or ""."""
    return LINE_COMMENTS.get(language, OTHER_COMMENTS)


def scan(text: str, language: str, quote: str = "") -> Scan:
    """Read `text` from its beginning; `quote` delimits the string in which it begins."""
    opened: list[Mark] = []
    closed: list[int] = []
    within: list[str] = []
    start = 0
    for line in text.split("\n"):
        if start:
            if quote in SHORT_QUOTES:  # such a string ends with its line, closed or not
                del opened[-1:]
                quote = ""
            within.append(opened[-1][1] if opened else "")
        found = _scan_line(line, language, quote)
        for offset, opener in found.closed:
            if opened and opened[-1][1] == opener:
                opened.pop()
            else:
                closed.append(start + offset)
        opened += [(start + offset, opener) for offset, opener in found.opened]
        quote, start = found.quote, start + len(line) + 1
    offsets = tuple(offset for offset, _ in opened)
    return Scan(offsets, tuple(closed), quote, found.comment, tuple(within))


@dataclass(frozen=True, slots=True)
class _LineScan:
    """What one line opens and closes; a bracket counts by its opening form."""

    opened: tuple[Mark, ...]
    closed: tuple[Mark, ...]
    quote: str
    comment: int | None


@lru_cache(maxsize=4096)  # a decode asks about all its lines again at every token
def _scan_line(line: str, language: str, quote: str) -> _LineScan:
    opened: list[Mark] = []
    closed: list[Mark] = []
    end = 0
    while mark := (_inside(quote) if quote else _outside(language)).search(line, end):
        token, start, end = mark[0], mark.start(), mark.end()
        if mark.lastgroup == "comment":
            return _LineScan(tuple(opened), tuple(closed), "", start)
        if token == quote or token in CLOSERS:
            opener = CLOSERS.get(token, token)
            quote = ""
            if opened and opened[-1][1] == opener:
                opened.pop()
            else:
                closed.append((start, opener))
        elif mark.lastgroup == "opener":
            quote = "" if token in CLOSERS.values() else token
            opened.append((start, token))
    return _LineScan(tuple(opened), tuple(closed), quote, None)


@cache
def _inside(quote: str) -> re.Pattern[str]:
    return re.compile(rf"\\.|{re.escape(quote)}")


@cache
def _outside(language: str) -> re.Pattern[str]:
    comment = re.escape(line_comment(language)) or "(?!)"
    if comment == r"\#":
        comment = r"(?:(?<=\s)|^)\#"  # `$#` and `a[#b]` are code
    openers = "|".join([*LONG_QUOTES.get(language, ()), *_short_quotes(language), r"[(\[{]"])
    # One quoted character comes first: Rust's `'{'` is one where `<'a>` is none.
    return re.compile(rf"(?P<comment>{comment})|\\.|(?<!\w)'[^'\\]'|(?P<opener>{openers})|[)\]}}]")


def _short_quotes(language: str) -> list[str]:
    """Return patterns of the string delimiters; the apostrophe of "don't" is none."""
    apostrophe = r"(?:(?<!\w)|(?<=\b[bfruBFRU])|(?<=\b[bfruBFRU]{2}))'"
    quotes = QUOTES.get(language, OTHER_QUOTES)
    return [apostrophe if quote == "'" else re.escape(quote) for quote in quotes]
