"""Where the user has edited in this session: places that say what they are at."""

from collections import deque

from lsp_local import privacy
from lsp_local.context import Edit
from lsp_local.text import Document
from lsp_local.typed_trees import n_common

N_PLACES = 20
NEAR = 12  # lines; an edit that is nearer to the last one belongs to the same place
AROUND = 3  # lines above and below an edit that say where it is
MOST_LINES = 24  # of a place


class Edits:
    """The last places that were edited and left, newest first, as they might be read then."""

    def __init__(self) -> None:
        self._left: deque[tuple[int, Edit]] = deque(maxlen=N_PLACES)  # with the first line
        self._doc: Document | None = None
        self._span = (0, 0)  # first and last line

    def changed(self, before: Document, now: Document) -> None:
        """Take note of what is different in `now`."""
        first, last = _changed_lines(before.text, now.text)
        is_same = self._doc is not None and self._doc.uri == now.uri
        start, end = self._span
        if is_same and first <= end + NEAR and last >= start - NEAR:
            self._span = min(first, start), max(last, end)
        else:
            self._leave()
            self._span = first, last
        self._doc = now

    def visited(self, doc: Document) -> None:
        """Take note that the user is in `doc`: a place in another one is left."""
        if self._doc is not None and self._doc.uri != doc.uri:
            self._leave()
            self._doc = None

    def recent(self) -> tuple[Edit, ...]:
        """Return the places left."""
        return tuple(edit for _, edit in self._left)

    def _leave(self) -> None:
        if self._doc is None:
            return
        start, end = self._span
        lines = privacy.hidden(self._doc.text).split("\n")
        first, last = max(0, start - AROUND), min(len(lines), end + AROUND + 1)
        text = "\n".join(lines[first : min(last, first + MOST_LINES)])
        edit = Edit(self._doc.path, text)
        for old in [old for old in self._left if _is_same_place(old, (first, edit))]:
            self._left.remove(old)
        self._left.appendleft((first, edit))


def _is_same_place(old: tuple[int, Edit], new: tuple[int, Edit]) -> bool:
    return old[1].path == new[1].path and abs(old[0] - new[0]) <= NEAR


def _changed_lines(before: str, now: str) -> tuple[int, int]:
    """Return the first and the last line of `now` that are not those of `before`."""
    n_same = n_common(before, now)
    n_behind = n_common(before[n_same:][::-1], now[n_same:][::-1])
    return now.count("\n", 0, n_same), now.count("\n", 0, max(n_same, len(now) - n_behind))
