"""Fill-in-the-middle examples from a file as a commit left it: pure, and never a secret."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lsp_local import privacy

MOST_LINES = 30  # of a middle; a longer hunk becomes several examples
MOST_MIDDLE, MOST_PREFIX, MOST_SUFFIX = 2000, 6000, 2000  # characters
LEAST_CODE = 4  # characters that are not blank
LONGEST_MEAN_LINE = 300  # characters; what has longer lines was not written by hand
N_HEAD = 1000  # characters in which a generator says that it was one
WORD = re.compile(r"[^\W\d_]{2,}")
GENERATED = re.compile(
    r"@generated\b|\bdo not (edit|modify)\b"
    r"|\b(auto-?|code |file )generated\b|\bgenerated (by|from)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Example:
    """What stood before, what was added, what stands behind. All line ends are LF."""

    prefix: str
    middle: str
    suffix: str


def is_generated(text: str) -> bool:
    """Whether a program wrote a file: it says so, or its lines are too long."""
    n_lines = text.count("\n") + 1
    return len(text) / n_lines > LONGEST_MEAN_LINE or bool(GENERATED.search(text[:N_HEAD]))


def examples(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[Example]:
    """Yield an example for each span of lines (first, and the one behind the last).

    Secrets and private regions are replaced around a middle; a middle with one is left out.
    """
    text = text.replace("\r\n", "\n")
    lines = text.split("\n")
    # By the whole file: a piece of a private key does not look like one.
    shown = privacy.redact(privacy.hidden(text)).split("\n")
    for first, last in spans:
        for start, end in _pieces(lines, first, min(last, len(lines))):
            middle = "\n".join(lines[start:end])
            if lines[start:end] == shown[start:end] and _is_worth_learning(middle):
                before, behind = "\n".join(shown[:start]), "\n".join(shown[end:])
                yield Example(
                    _end_of(before + "\n" * bool(start), MOST_PREFIX),
                    middle + "\n" * (end < len(lines)),
                    _beginning_of(behind, MOST_SUFFIX),
                )


def _pieces(lines: Sequence[str], first: int, last: int) -> Iterator[tuple[int, int]]:
    """Cut a span into pieces of at most `MOST_LINES`, where a blank line is if there is one."""
    start = first
    while start < last:
        if not lines[start].strip():
            start += 1
            continue
        end = min(start + MOST_LINES, last)
        if end < last:
            blank = (n for n in range(end, start, -1) if not lines[n].strip())
            end = next(blank, end)
        yield start, end
        start = end


def _is_worth_learning(middle: str) -> bool:
    n_code = len("".join(middle.split()))
    return n_code >= LEAST_CODE and len(middle) <= MOST_MIDDLE and bool(WORD.search(middle))


def _end_of(text: str, n_most: int) -> str:
    """Return the last whole lines of a text."""
    if len(text) <= n_most:
        return text
    return text[text.find("\n", len(text) - n_most) + 1 :]


def _beginning_of(text: str, n_most: int) -> str:
    """Return the first whole lines of a text."""
    return text if len(text) <= n_most else text[: text.rfind("\n", 0, n_most) + 1]
