"""Which lines of a page of rules a small model should read first."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

HEADING = re.compile(r"#{1,6}\s+\S")
ITEM = re.compile(r"\s*(?:[-*+•]|\d{1,3}[.)])\s+\S")
FENCE = re.compile(r"\s*(```+|~~~+)")
COMMENT, COMMENT_END = "<!--", "-->"
ONLY_HTML = re.compile(r"\s*(?:</?[A-Za-z][^<>]*>\s*)+$")
BADGE = re.compile(r"\s*(?:\[?!\[[^\]]*\]\([^)]*\)(?:\]\([^)]*\))?\s*)+$")
RULE = re.compile(r"\s*(?:[-*_=]\s*){3,}$")  # a line across the page


class Kind(IntEnum):
    """What a block is; what is lower goes first."""

    HEADING = 0
    ITEM = 1
    PROSE = 2
    CODE = 3


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that belong together: a heading, an item of a list, a paragraph, a block of code."""

    kind: Kind
    lines: tuple[str, ...]


def blocks_of(text: str) -> list[Block]:
    """Return the blocks of a page in Markdown.

    Blank lines, comments, lines of nothing but HTML and badges are no part of any.
    """
    drafts: list[tuple[Kind, list[str]]] = []
    fence = ""
    is_apart = True  # a blank line, or something left out, ends what stands above
    for line in _without_comments(text).split("\n"):
        mark = FENCE.match(line)
        if fence:
            drafts[-1][1].append(line.rstrip())
            is_end = mark and mark[1].startswith(fence) and not line.strip().strip(fence[0])
            fence, is_apart = ("", True) if is_end else (fence, False)
        elif mark:
            fence = mark[1]
            drafts.append((Kind.CODE, [line.rstrip()]))
        elif any(noise.match(line) for noise in (ONLY_HTML, BADGE, RULE)) or not line.strip():
            is_apart = True
        else:
            kind = _kind(line)
            above = drafts[-1][0] if drafts else Kind.HEADING
            if kind is Kind.PROSE and _goes_on(above, line, is_apart):
                drafts[-1][1].append(line.rstrip())
            else:
                drafts.append((kind, [line.rstrip()]))
            is_apart = False
    return [Block(kind, tuple(lines)) for kind, lines in drafts]


def chosen(blocks: Sequence[Block], n_chars: int) -> list[str]:
    """Return the lines that find room, in the order of the page.

    Items go first, each with its heading, then paragraphs, then code. What is too long for the
    room that is left is passed over; only of a paragraph the first lines are taken.
    """
    taken: dict[int, tuple[str, ...]] = {}
    for kind in (Kind.ITEM, Kind.PROSE, Kind.CODE):
        above: dict[int, tuple[str, ...]] = {}
        for n, block in enumerate(blocks):
            if block.kind is Kind.HEADING:
                above = {n: block.lines}
            if block.kind is not kind:
                continue
            # A heading without anything under it says nothing.
            heading = {} if above.keys() <= taken.keys() else above
            room = n_chars - sum(map(_n_chars, heading.values()))
            lines = block.lines if kind is not Kind.PROSE else _beginning(block.lines, room)
            if lines and _n_chars(lines) <= room:
                taken |= {**heading, n: lines}
                n_chars = room - _n_chars(lines)
    return [line for n in sorted(taken) for line in taken[n]]


def _n_chars(lines: Sequence[str]) -> int:
    return sum(len(line) + 1 for line in lines)


def _beginning(lines: tuple[str, ...], n_chars: int) -> tuple[str, ...]:
    n_lines = 0
    for line in lines:
        n_chars -= len(line) + 1
        if n_chars < 0:
            break
        n_lines += 1
    return lines[:n_lines]


def _without_comments(text: str) -> str:
    """Leave out what no reader of the page sees; a comment in `code` is seen."""
    parts: list[str] = []
    copied = end = 0
    while (start := text.find(COMMENT, end)) >= 0:
        end = start + len(COMMENT)
        if text[start - 1 : start] == "`":
            continue
        close = text.find(COMMENT_END, end)
        if close < 0:  # then no other one ends either
            break
        parts.append(text[copied:start])
        copied = end = close + len(COMMENT_END)
    return "".join(parts) + text[copied:]


def _kind(line: str) -> Kind:
    if HEADING.match(line):
        return Kind.HEADING
    return Kind.ITEM if ITEM.match(line) else Kind.PROSE


def _goes_on(above: Kind, line: str, is_apart: bool) -> bool:
    """Whether a line of prose belongs to the block above it."""
    if above in (Kind.HEADING, Kind.CODE):
        return False
    # Below an item, what is indented is still of the item, also after a blank line.
    return not is_apart or (above is Kind.ITEM and line.startswith(("  ", "\t")))
