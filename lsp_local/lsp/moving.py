"""Where what was found in a text stands after an edit."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from lsp_local.lint.finding import Finding
from lsp_local.text import Diagnostic
from lsp_local.typed_trees import n_common

T = TypeVar("T", Finding, Diagnostic)


def moved(before: str, now: str, found: Sequence[T]) -> list[T]:
    """Return what stood in `before` and still stands in `now`, with its offsets there.

    What stood in a line that has changed is gone: nobody knows whether it is mended.
    """
    if not found or before == now:
        return list(found)
    last_same, first_same = _same_lines(before, now)
    n_more = len(now) - len(before)
    kept = []
    for one in found:
        line_end = _line_end(before, max(one.start, one.end - 1))
        if line_end <= last_same and now[line_end : one.end] == before[line_end : one.end]:
            kept.append(one)
        elif one.start >= first_same:
            kept.append(replace(one, start=one.start + n_more, end=one.end + n_more))
    return kept


def _same_lines(before: str, now: str) -> tuple[int, int]:
    """Return where the last of the first lines that are the same ends, -1 if there is none.

    And where in `before` the first of the last ones begins.
    """
    first = end = n_common(before, now)
    if not (_is_line_end(before, first) and _is_line_end(now, first)):
        first = before.rfind("\n", 0, first) + 1
        end = first - 1
    n_behind = min(len(before), len(now)) - first
    n_behind = n_common(before[first:][::-1][:n_behind], now[first:][::-1][:n_behind])
    start, n_more = len(before) - n_behind, len(now) - len(before)
    if _is_line_start(before, start) and _is_line_start(now, start + n_more):
        return end, start
    next_line = before.find("\n", start)
    return end, len(before) + 1 if next_line < 0 else next_line + 1


def _is_line_end(text: str, offset: int) -> bool:
    return offset == len(text) or text[offset] in "\r\n"


def _is_line_start(text: str, offset: int) -> bool:
    return offset == 0 or text[offset - 1] == "\n"


def _line_end(text: str, offset: int) -> int:
    end = text.find("\n", offset)
    return len(text) if end < 0 else end
