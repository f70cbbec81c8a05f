"""What the user does with a suggestion: takes it, types it, turns it down, edits it afterwards."""

import itertools
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from lsp_local.feedback import Count, share_kept
from lsp_local.lsp.flights import typed_since
from lsp_local.text import Document
from lsp_local.typed_trees import n_common

LEAST_SEEN = 0.3  # seconds; what was on the screen for less nobody has turned down
WATCH_SECONDS, WATCH_KEYS = 30.0, 200  # after an accept: then it is seen what was kept
N_WATCHED = 8
N_ENDED = 64  # the last suggestions about which an editor may still tell us something
CLOSERS = ")]}>\"'`"

OnCount = Callable[[str, Count, int], None]


@dataclass(frozen=True, slots=True)
class Ended:
    """How a suggestion ended: what stands between two offsets of `doc` now was `text`.

    For one that was turned down both are where it was shown. `is_checked` says that an accepted
    one was looked at again a little later.
    """

    count: Count
    doc: Document
    start: int
    end: int
    text: str
    is_checked: bool = False


OnEnd = Callable[[Ended], None]


def _ignore(_ended: Ended) -> None:
    """Take no note of it."""


@dataclass(slots=True)
class _Shown:
    """The suggestion on the screen. `n_taken` of its characters came at once, not by a key."""

    item_id: str
    doc: Document
    offset: int
    text: str
    since: float
    n_typed: int = 0
    n_taken: int = 0
    is_seen: bool = False  # says the editor


@dataclass(slots=True)
class _Accepted:
    """An accepted text, watched: it was put at `start`, and what has become of it ends at `end`."""

    doc: Document
    text: str
    start: int
    end: int
    since: float
    n_keys: int = 0


@dataclass(slots=True)
class Reactions:
    """Follows one suggestion at a time, as the user does; `on_count` is told how each one ended.

    Editors that tell us more than the text (the command of an item, Copilot's notifications) only
    correct what the text says. Invariant: each suggestion is counted once, or never.
    """

    on_count: OnCount
    clock: Callable[[], float] = time.monotonic
    on_end: OnEnd = _ignore
    _shown: _Shown | None = None
    _ended: OrderedDict[str, tuple[_Shown, Count | None]] = field(default_factory=OrderedDict)
    _watched: deque[_Accepted] = field(default_factory=lambda: deque(maxlen=N_WATCHED))
    _ids: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    _is_told_what_is_seen: bool = False

    def answered(self, doc: Document, offset: int, text: str) -> str:
        """Take note of an answer, "" for silence; return the id of the suggestion.

        The rest of the one on the screen is that one still. Another takes its place: the server,
        not the user, has turned it down.
        """
        shown = self._shown
        if shown is not None and shown.doc.uri == doc.uri:
            typed = typed_since(shown.doc, shown.offset, doc)
            if text and typed is not None and shown.text == typed + text:
                return shown.item_id
            self._end(Count.PARTLY if shown.n_taken else None)
        elif shown is not None:
            self._end(self._turned_down(shown))
        if not text:
            return ""
        item_id = f"{next(self._ids)}"
        self._shown = _Shown(item_id, doc, offset, text, self.clock())
        return item_id

    def changed(self, before: Document, now: Document) -> int:
        """Take note of a new text; return how many characters were taken of a suggestion."""
        self._watch(before, now)
        shown = self._shown
        if shown is None or shown.doc.uri != now.uri:
            return 0
        typed = typed_since(shown.doc, shown.offset, now)
        agreed = None if typed is None else _agreed(typed, shown.text)
        if typed is None or agreed is None:
            self._end(self._turned_down(shown))
            return 0
        n_new = agreed - shown.n_typed
        shown.n_typed = agreed
        n_taken = n_new if n_new > 1 else 0  # no key types two characters
        shown.n_taken += n_taken
        if agreed == len(shown.text):
            self._end(Count.ACCEPTED if n_taken else Count.TYPED, now)
        return n_taken

    def moved(self, doc: Document, offset: int) -> None:
        """Take note of where the cursor is."""
        shown = self._shown
        if shown is None:
            return
        typed = typed_since(shown.doc, shown.offset, doc) if shown.doc.uri == doc.uri else None
        if typed is None or offset != shown.offset + len(typed):
            self._end(self._turned_down(shown))

    def left(self, uri: str) -> None:
        """Take note of a document that was closed: of it, nothing more will be known."""
        if self._shown is not None and self._shown.doc.uri == uri:
            self._end(self._turned_down(self._shown))
        self._watched = deque((a for a in self._watched if a.doc.uri != uri), N_WATCHED)

    def seen(self, item_id: str) -> None:
        """Take note that the editor shows a suggestion: from now on only those count."""
        self._is_told_what_is_seen = True
        if self._shown is not None and self._shown.item_id == item_id:
            self._shown.is_seen = True

    def accepted(self, item_id: str) -> None:
        """Take note that the user took a suggestion whole; most often the text has said so."""
        if self._shown is not None and self._shown.item_id == item_id:
            self._end(Count.ACCEPTED)
        elif item_id in self._ended:
            shown, counted = self._ended[item_id]
            if counted is not Count.ACCEPTED:
                self._count(shown, counted, -1)
                self._count(shown, Count.ACCEPTED)
                self._ended[item_id] = shown, Count.ACCEPTED

    def taken(self, item_id: str, n_units: int) -> None:
        """Take note that the user took the first `n_units` (UTF-16) of a suggestion."""
        shown = self._shown
        if shown is None or shown.item_id != item_id or n_units <= 0:
            return
        shown.n_taken = max(shown.n_taken, 1)
        if n_units >= len(shown.text.encode("utf-16-le")) // 2:
            self._end(Count.ACCEPTED)

    def _turned_down(self, shown: _Shown) -> Count | None:
        if shown.n_taken:
            return Count.PARTLY
        return Count.DISMISSED if self.clock() - shown.since >= LEAST_SEEN else None

    def _end(self, end: Count | None, now: Document | None = None) -> None:
        shown, self._shown = self._shown, None
        assert shown is not None
        is_unseen = self._is_told_what_is_seen and not shown.is_seen
        if is_unseen and end is not Count.ACCEPTED:
            end = None
        self._count(shown, end)
        if end is not None:
            self._tell(shown, end, now)
        self._ended[shown.item_id] = shown, end
        if len(self._ended) > N_ENDED:
            self._ended.popitem(last=False)
        if end is Count.ACCEPTED and now is not None:
            start = shown.offset
            accepted = _Accepted(now, shown.text, start, start + len(shown.text), self.clock())
            self._watched.append(accepted)

    def _tell(self, shown: _Shown, end: Count, now: Document | None) -> None:
        is_there = end is Count.ACCEPTED and now is not None
        doc = now if is_there and now is not None else shown.doc
        length = len(shown.text) if is_there else 0
        self.on_end(Ended(end, doc, shown.offset, shown.offset + length, shown.text))

    def _count(self, shown: _Shown, end: Count | None, number: int = 1) -> None:
        if end is not None:
            self.on_count(shown.doc.language, end, number)

    def _watch(self, before: Document, now: Document) -> None:
        """See what becomes of accepted texts; after some time `before` has what was kept."""
        for accepted in [one for one in self._watched if one.doc.uri == now.uri]:
            accepted.n_keys += 1
            is_over = self.clock() - accepted.since >= WATCH_SECONDS
            if not is_over and accepted.n_keys <= WATCH_KEYS:
                _follow(accepted, before.text, now.text)
                continue
            self._watched.remove(accepted)
            start, end = accepted.start, accepted.end
            share = share_kept(accepted.text, before.text[start:end])
            told = Ended(Count.CHECKED, before, start, end, accepted.text, is_checked=True)
            self.on_end(told)
            self.on_count(accepted.doc.language, Count.CHECKED, 1)
            self.on_count(accepted.doc.language, Count.KEPT, round(100 * share))


def _agreed(typed: str, text: str) -> int | None:
    """Return how much of `text` is typed, None if something else is.

    An editor may have put a closing bracket behind what was typed, which is not the user's.
    """
    if text.startswith(typed):
        return len(typed)
    if typed.startswith(text):
        return len(text)
    if typed[-1] in CLOSERS and text.startswith(typed[:-1]):
        return len(typed) - 1
    return None


def _follow(accepted: _Accepted, before: str, now: str) -> None:
    """Keep the span where it is in the text that has come."""
    first = n_common(before, now)
    n_behind = n_common(before[first:][::-1], now[first:][::-1])
    last, n_more = len(before) - n_behind, len(now) - len(before)
    if first >= accepted.end:
        return
    if last <= accepted.start:
        accepted.start += n_more
        accepted.end += n_more
        return
    accepted.start = min(accepted.start, first)
    accepted.end = max(accepted.start, max(accepted.end, last) + n_more)
