"""The text around a place, such that it does not move while the user types on."""

from collections import OrderedDict
from dataclasses import dataclass, replace

from lsp_local import privacy, prompt
from lsp_local.context import NOTHING, Piece, Surroundings, gather, head
from lsp_local.text import Document
from lsp_local.typed_trees import n_common

N_REMEMBERED = 256  # windows; a document has one of each size
N_ANCHOR = 160  # characters by which the start of a window is found again
N_MOVED = 4000  # characters by which edits above may have moved it
NEAREST = 0.25  # of the prefix's size; a start that is nearer leaves too little to read
MOST_CHANGED = 0.10  # of a suffix; with more it is another suffix
HEAD_SHARE = 0.2  # of the prefix's size, for imports and headers that the window cuts off
LEAST_FOR_HEAD = 512  # tokens; a smaller window is a quick one
FAR = 3000  # characters; there, other places of the project matter


@dataclass(frozen=True, slots=True)
class Window:
    """The text that goes into a prompt; `start` is the offset of its prefix.

    `head` is read before the prefix: what the cursor needs of the text above `start`.
    """

    start: int
    prefix: str
    suffix: str
    head: str = ""


@dataclass(frozen=True, slots=True)
class _Pinned:
    start: int
    anchor: str  # what stands at `start`
    suffix: str
    head: str


@dataclass(frozen=True, slots=True)
class _Chosen:
    """Other places to read, and the offset for which they were chosen."""

    pieces: tuple[Piece, ...]
    offset: int


class Windows:
    """The windows of this session. Invariant: typing only appends to a prefix.

    A prompt begins with what stands behind the cursor, so a suffix is pinned while it changes but
    little; and a prefix starts at the same text as before, wherever an edit above has moved it.
    Anything else would mean to read everything again.
    """

    def __init__(self) -> None:
        self._around = NOTHING  # what was seen last
        self._pinned: OrderedDict[tuple[str, int], _Pinned] = OrderedDict()
        self._chosen: OrderedDict[str, _Chosen] = OrderedDict()
        self._private: frozenset[str] = frozenset()

    def seen(self, doc: Document, around: Surroundings) -> Document:
        """Return `doc` as it may be read; a line that has become private is in no window any more.

        What is pinned or chosen may hold it, here and in windows of other documents.
        """
        texts = (doc.text, *(other.text for other in around.documents))
        private = frozenset[str]().union(*map(privacy.private_lines, texts))
        if private - self._private:
            self._pinned.clear()
            self._chosen.clear()
        self._private, self._around = private, around
        return replace(doc, text=privacy.hidden(doc.text))

    def pieces(
        self, doc: Document, offset: int, n_tokens: int, around: Surroundings
    ) -> tuple[Piece, ...]:
        """Return the other places to read with `doc`: chosen once, until others are adopted.

        What is found for an older request is not kept: it may have become private since.
        """
        chosen = self._chosen.get(doc.uri)
        if chosen is None:
            chosen = _Chosen(gather(doc, offset, around, n_tokens), offset)
            if around is not self._around:
                return chosen.pieces
        self._chosen[doc.uri] = chosen
        self._chosen.move_to_end(doc.uri)
        if len(self._chosen) > N_REMEMBERED:
            self._chosen.popitem(last=False)
        return chosen.pieces

    def at(self, doc: Document, offset: int, n_tokens: int) -> Window:
        """Return the window of about `n_tokens` around `offset`."""
        window = fresh(doc.text, offset, n_tokens)
        key = doc.uri, n_tokens
        pinned = self._pinned.pop(key, None)
        start = None
        if pinned is not None:
            window = _with_suffix(window, pinned)
            start = _pinned_start(window, pinned, doc.text, offset, n_tokens)
        if pinned is not None and start is not None:
            window = replace(window, start=start, prefix=doc.text[start:offset], head=pinned.head)
        elif n_tokens >= LEAST_FOR_HEAD:
            n_chars = int(HEAD_SHARE * prompt.n_prefix_chars(n_tokens))
            above = head(doc.text, doc.language, window.start, offset, n_chars)
            window = replace(window, head=above)
        anchor = doc.text[window.start : window.start + N_ANCHOR]
        self._pinned[key] = _Pinned(window.start, anchor, window.suffix, window.head)
        if len(self._pinned) > N_REMEMBERED:
            self._pinned.popitem(last=False)
        return window

    def renewed(self, doc: Document, offset: int) -> "Windows":
        """Return windows chosen anew, for use once they are read and adopted.

        Other places are chosen again only where the cursor has come far, or there were none.
        """
        new = Windows()
        new._private, new._around = self._private, self._around
        chosen = self._chosen.get(doc.uri)
        if chosen and chosen.pieces and abs(offset - chosen.offset) < FAR:
            new._chosen[doc.uri] = chosen
        return new

    def adopt(self, other: "Windows") -> None:
        """Take over what `other` has pinned and chosen, unless something became private since."""
        if self._private - other._private:
            return
        self._pinned.update(other._pinned)
        self._chosen.update(other._chosen)


def fresh(text: str, offset: int, n_tokens: int) -> Window:
    """Return the window around `offset` as of a document never seen before."""
    start, behind, end = prompt.window(text, offset, n_tokens)
    return Window(start, text[start:offset], text[behind:end])


def is_same_suffix(pinned: str, now: str) -> bool:
    """Whether `pinned` may stand for `now`: both begin with the same line and differ by little.

    The difference is what lies between the first and the last place where they differ.
    """
    if pinned == now:
        return True
    if pinned.split("\n", 1)[0] != now.split("\n", 1)[0]:
        return False
    longer = max(len(pinned), len(now))
    n_left = n_common(pinned, now)
    n_right = n_common(pinned[n_left:][::-1], now[n_left:][::-1])
    return longer - n_left - n_right < MOST_CHANGED * longer


def _with_suffix(window: Window, pinned: _Pinned) -> Window:
    is_same = is_same_suffix(pinned.suffix, window.suffix)
    return replace(window, suffix=pinned.suffix) if is_same else window


def _pinned_start(
    window: Window, pinned: _Pinned, text: str, offset: int, n_tokens: int
) -> int | None:
    """Return where the prefix started, if that text is still there and not too near or far."""
    n_prefix = prompt.n_prefix_chars(n_tokens)
    start = _find(text[:offset], pinned) if window.start else -1
    is_near = NEAREST * n_prefix <= offset - start <= n_prefix
    return start if start >= 0 and is_near else None


def _find(text: str, pinned: _Pinned) -> int:
    """Return where the pinned start is now, the nearest to where it was; -1 if it is gone."""
    if text.startswith(pinned.anchor, pinned.start):
        return pinned.start
    below = text.find(pinned.anchor, pinned.start, pinned.start + N_MOVED)
    above = text.rfind(pinned.anchor, max(0, pinned.start - N_MOVED), pinned.start + N_ANCHOR)
    return min(below, above, key=lambda at: abs(at - pinned.start) if at >= 0 else len(text) + 1)
