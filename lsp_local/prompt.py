"""Which text the model reads, in which order: stable pieces first, the typed text last."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

SMALLEST_BUDGET = 128  # tokens; below that a completion is a guess
CHARS_PER_TOKEN = 4  # of source code (Qwen2.5, medians of five languages: 3.6 to 4.2)
PREFIX_SHARE = 0.75  # of the budget; the rest goes to the suffix
CLOSERS = re.compile(r"[)\]}>\"'`]+[:;,]?[ \t\r]*(?=\n|\Z)")
NEWLINE = re.compile(r"\n")
TOP_LEVEL = re.compile(r"\n[ \t\r]*\n(?=[^\s)\]}])")
MOST_NAME = 48  # tokens of a project's name, and of a path; the end of a path says most


@dataclass(frozen=True, slots=True)
class FimTokens:
    """Token ids of a model's fill-in-the-middle format; the last two only where it has them."""

    prefix: int
    suffix: int
    middle: int
    repo_name: int | None = None
    file_sep: int | None = None


def budget(speed: float, seconds: float, most: int) -> int:
    """Return how many tokens may be read in `seconds` at `speed` tokens a second.

    The result is a power of two or one and a half times that, so that a machine's noise does not
    move the window and with it the whole prompt.
    """
    wanted = min(speed * seconds, most)
    size = SMALLEST_BUDGET
    while size * 2 <= wanted:
        size *= 2
    return size + size // 2 if size * 3 // 2 <= wanted else size


def n_prefix_chars(n_tokens: int) -> int:
    """Return how many characters a prefix may have in a window of about `n_tokens`."""
    return int(n_tokens * PREFIX_SHARE * CHARS_PER_TOKEN)


def window(text: str, offset: int, n_tokens: int) -> tuple[int, int, int]:
    """Cut `text` around `offset` to about `n_tokens`, at line starts.

    Return the offsets at which the prefix starts and at which the suffix starts and ends. The
    prefix's start moves in steps of half its size, so that typing only appends; the suffix does
    not change while the text behind the cursor stays as it is.
    """
    n_prefix = n_prefix_chars(n_tokens)
    start_behind = behind(text, offset)
    end = _end(text, start_behind, n_tokens * CHARS_PER_TOKEN - n_prefix)
    return _start(text, offset, n_prefix), start_behind, end


def _start(text: str, offset: int, n_chars: int) -> int:
    """Return the start of the prefix: 0, or near a grid of half of `n_chars`, at a line start.

    A line start outside of all blocks is preferred. A line that is longer than a quarter of
    `n_chars` is cut, so that something is always left.
    """
    if offset <= n_chars:
        return 0
    step = max(1, n_chars // 2)
    grid = -(-(offset - n_chars) // step) * step
    near = text[grid : grid + n_chars // 4]
    newline = TOP_LEVEL.search(near) or NEWLINE.search(near)
    return grid + newline.end() if newline else grid


def behind(text: str, offset: int) -> int:
    """Return where the suffix starts: behind what only closes, as editors insert it by themselves.

    Else a typed `(`, which comes as `()`, would be another suffix, and everything read again. The
    stop rules know of what is left out.
    """
    closers = CLOSERS.match(text, offset)
    return closers.end() if closers else offset


def _end(text: str, offset: int, n_chars: int) -> int:
    """Return the end of the suffix, behind a line end in its second half if there is one."""
    if len(text) - offset <= n_chars:
        return len(text)
    newline = text.rfind("\n", offset + n_chars // 2, offset + n_chars)
    return newline + 1 if newline >= 0 else offset + n_chars


def header(
    fim: FimTokens,
    repo_name: list[int],
    path: list[int],
    newline: list[int],
    pieces: Sequence[tuple[list[int], list[int]]] = (),
) -> list[int]:
    """Return the opening of Qwen's repository format: project, other places, and which file.

    Each of `pieces` is a path and a text, in tokens. Source: Qwen2.5-Coder Technical Report (arXiv
    2409.12186), section 3.1.2.
    """
    if fim.repo_name is None or fim.file_sep is None:
        return []
    opening = [fim.repo_name, *repo_name[-MOST_NAME:], *newline]
    for where, text in pieces:
        opening += [fim.file_sep, *where[-MOST_NAME:], *newline, *text, *newline]
    return [*opening, fim.file_sep, *path[-MOST_NAME:], *newline]


def suffix_first(
    fim: FimTokens, opening: list[int], prefix: list[int], suffix: list[int]
) -> list[int]:
    """Return the prompt whose last tokens are the typed text, so that a key only appends.

    This is SPM, variant 2: to the model a prefix-first document with an empty prefix whose middle
    has begun. Source: Bavarian et al. 2022 (arXiv 2207.14255), section 3. It needs token healing.
    """
    return [*opening, fim.prefix, fim.suffix, *suffix, fim.middle, *prefix]
