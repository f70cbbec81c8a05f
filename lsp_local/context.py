"""What the model should see around a place, such that it does not move while the user types on."""

from collections import OrderedDict
from dataclasses import dataclass, replace

from lsp_local import prompt
from lsp_local.text import Document

N_REMEMBERED = 256  # windows; a document has one of each size
N_ANCHOR = 160  # characters by which the start of a window is found again
N_MOVED = 4000  # characters by which edits above may have moved it
NEAREST = 0.25  # of the prefix's size; a start that is nearer leaves too little to read
MOST_CHANGED = 0.10  # of a suffix; with more it is another suffix


@dataclass(frozen=True, slots=True)
class Window:
    """The text that goes into a prompt; `start` is the offset of its prefix."""

    start: int
    prefix: str
    suffix: str


@dataclass(frozen=True, slots=True)
class _Pinned:
    start: int
    anchor: str  # what stands at `start`
    suffix: str


class Windows:
    """The windows of this session. Invariant: typing only appends to a prefix.

    A prompt begins with what stands behind the cursor, so a suffix is pinned while it changes but
    little; and a prefix starts at the same text as before, wherever an edit above has moved it.
    Anything else would mean to read everything again.
    """

    def __init__(self) -> None:
        self._pinned: OrderedDict[tuple[str, int], _Pinned] = OrderedDict()

    def at(self, doc: Document, offset: int, n_tokens: int) -> Window:
        """Return the window of about `n_tokens` around `offset`."""
        window = fresh(doc.text, offset, n_tokens)
        key = doc.uri, n_tokens
        pinned = self._pinned.pop(key, None)
        if pinned is not None:
            window = _with_start(window, pinned, doc.text, offset, n_tokens)
            window = _with_suffix(window, pinned)
        anchor = doc.text[window.start : window.start + N_ANCHOR]
        self._pinned[key] = _Pinned(window.start, anchor, window.suffix)
        if len(self._pinned) > N_REMEMBERED:
            self._pinned.popitem(last=False)
        return window

    def adopt(self, other: "Windows") -> None:
        """Take over what `other` has pinned."""
        self._pinned.update(other._pinned)


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
    n_left = _n_same(pinned, now)
    n_right = _n_same(pinned[n_left:][::-1], now[n_left:][::-1])
    return longer - n_left - n_right < MOST_CHANGED * longer


def _n_same(left: str, right: str) -> int:
    """Return with how many equal characters both begin."""
    pairs = zip(left, right, strict=False)
    shorter = min(len(left), len(right))
    return next((n for n, (one, other) in enumerate(pairs) if one != other), shorter)


def _with_suffix(window: Window, pinned: _Pinned) -> Window:
    is_same = is_same_suffix(pinned.suffix, window.suffix)
    return replace(window, suffix=pinned.suffix) if is_same else window


def _with_start(window: Window, pinned: _Pinned, text: str, offset: int, n_tokens: int) -> Window:
    """Let the prefix start where it did, if that text is still there and not too near or far."""
    n_prefix = prompt.n_prefix_chars(n_tokens)
    start = _find(text[:offset], pinned) if window.start else -1
    if start < 0 or not NEAREST * n_prefix <= offset - start <= n_prefix:
        return window
    return replace(window, start=start, prefix=text[start:offset])


def _find(text: str, pinned: _Pinned) -> int:
    """Return where the pinned start is now, the nearest to where it was; -1 if it is gone."""
    if text.startswith(pinned.anchor, pinned.start):
        return pinned.start
    below = text.find(pinned.anchor, pinned.start, pinned.start + N_MOVED)
    above = text.rfind(pinned.anchor, max(0, pinned.start - N_MOVED), pinned.start + N_ANCHOR)
    return min(below, above, key=lambda at: abs(at - pinned.start) if at >= 0 else len(text) + 1)
