"""The smallest edits that make one text of another, so that the cursor and other lines stay."""

from collections.abc import Iterator
from difflib import SequenceMatcher

from lsp_local.text import TextEdit
from lsp_local.typed_trees import n_common

MOST_LINES = 3000  # of both texts; what is longer is one edit


def applied(text: str, edits: tuple[TextEdit, ...]) -> str:
    """Return `text` with edits that are sorted and do not overlap."""
    for edit in reversed(edits):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


def minimal(before: str, after: str, at: int) -> tuple[TextEdit, ...]:
    """Return what makes `after` of `before`, which stands at the offset `at`.

    Line by line, and in a changed line only what is between its first and its last change. Line
    ends that are equal but for their kind stay.
    """
    found: list[TextEdit] = []
    for start, end, text in _changes(before, after):
        edit = _trimmed(before, start, end, text)
        if edit.start < edit.end or edit.text:
            found.append(TextEdit(edit.start + at, edit.end + at, edit.text))
    return tuple(found)


def _changes(before: str, after: str) -> Iterator[tuple[int, int, str]]:
    """Yield the spans of lines in `before` that change, and what they become."""
    if before == after:
        return
    old, new = _lines(before), _lines(after)
    if len(old) + len(new) > MOST_LINES:
        yield 0, len(before), after
        return
    bare = [before[start:end] for start, end in old], [after[start:end] for start, end in new]
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, *bare, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        if i2 - i1 == j2 - j1:
            for (start, end), text in zip(old[i1:i2], bare[1][j1:j2], strict=True):
                yield start, end, text
        elif i2 < len(old):
            yield old[i1][0], old[i2][0], after[new[j1][0] : new[j2][0]]
        elif i1 and j1:
            # The last line has no end: it is the end of the line before that comes or goes.
            yield old[i1 - 1][1], len(before), after[new[j1 - 1][1] :]
        else:
            yield old[i1][0] if i1 < len(old) else len(before), len(before), after


def _lines(text: str) -> list[tuple[int, int]]:
    """Return where the lines start and end, without the signs between them."""
    found = []
    start = 0
    for line in text.split("\n"):
        found.append((start, start + len(line.removesuffix("\r"))))
        start += len(line) + 1
    return found


def _trimmed(before: str, start: int, end: int, text: str) -> TextEdit:
    """Leave out what both have in common at the beginning and at the end."""
    old = before[start:end]
    n = n_common(old, text)
    shorter = min(len(old), len(text)) - n
    n_behind = min(shorter, n_common(old[::-1], text[::-1]))
    if n and before[start + n - 1 : start + n + 1] == "\r\n":
        n -= 1
    if n_behind and before[end - n_behind - 1 : end - n_behind + 1] == "\r\n":
        n_behind -= 1
    return TextEdit(start + n, end - n_behind, text[n : len(text) - n_behind])
