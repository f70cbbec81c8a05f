"""What was suggested before, so that typing into a suggestion, or back, costs no model."""

from collections import OrderedDict
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from lsp_local import prompt
from lsp_local.text import Document, Reason

if TYPE_CHECKING:
    from lsp_local.disk import CompletionDisk  # its import takes 30 ms

N_PLACES = 4096  # about 1.5 kB each
N_AROUND = 512  # characters on both sides that must be the same
N_TYPED = 256  # characters of a suggestion that can be typed and its rest still be found

# The silences that follow from the text alone: asked again, the model would say the same.
LASTING = frozenset(
    {
        Reason.BLANK,
        Reason.STATEMENT_COMPLETE,
        Reason.REPEATS_SUFFIX,
        Reason.REPEATS_ITSELF,
        Reason.NOT_TYPEABLE,
        Reason.UNSURE,
        Reason.UNKNOWN_NAME,
        Reason.COMMENT_ONLY,
        Reason.WRONG_INDENTATION,
        Reason.BREAKS_SYNTAX,
        Reason.SECRET,
    }
)


class Place(NamedTuple):
    """All that a suggestion depends on, as far as the cache knows."""

    model: str
    uri: str
    before: str
    behind: str

    def digest(self) -> bytes:
        """Return the key on disk: SHA-256 of all fields."""
        parts = [part.encode(errors="surrogatepass") for part in self]
        lengths = ",".join(str(len(part)) for part in parts)
        return sha256(b"\0".join([lengths.encode(), *parts])).digest()


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a place without the model: the rest still to be typed, or a silence.

    Invariant: `text` is blank if and only if `reason` is not SHOWN. `n_typed` characters of what
    was shown were typed before `offset`; with a silence it is 0.
    """

    offset: int
    text: str
    reason: Reason
    n_typed: int


class _Entry(NamedTuple):
    text: str
    reason: Reason
    serial: int  # the higher, the newer


class Suggestions:
    """What was shown, and where nothing was to be shown, in this session; more is on disk.

    A dict by the whole place, not a tree over prefixes: only the last `N_AROUND` characters
    count, and each of the at most `N_TYPED` places where a suggestion that is being typed can
    have begun is one look-up of 1 µs. So a key takes 0.06 ms where suggestions have 60 characters,
    0.3 ms at most, however many entries there are; what was not used longest is forgotten first.
    """

    def __init__(self, model: str, disk: "CompletionDisk | None" = None) -> None:
        self._model = model
        self._disk = disk
        self._entries: OrderedDict[Place, _Entry] = OrderedDict()
        self._longest = 0
        self._n_remembered = 0

    def remember(self, doc: Document, offset: int, text: str, reason: Reason) -> None:
        """Keep what was shown, or a silence that lasts; other silences are not.

        The `text` of a silence is what the model is sure of, but too little to be shown: while the
        user types that, there is nothing to ask.
        """
        if reason not in LASTING and not (reason is Reason.SHOWN and text.strip()):
            return
        place = place_at(self._model, doc, offset)
        self._n_remembered += 1
        self._longest = max(self._longest, min(len(text), N_TYPED))
        self._entries[place] = _Entry(text, reason, self._n_remembered)
        self._entries.move_to_end(place)
        if len(self._entries) > N_PLACES:
            self._entries.popitem(last=False)

    def recall(self, doc: Document, offset: int) -> Known | None:
        """Return the newest that fits: shown and now typed into, or known of this very place.

        What only the disk knows of this very place costs some 0.02 ms more, and is remembered.
        """
        found = self._typed_into(doc, offset)
        if found is None:
            return self._from_disk(doc, offset)
        place, n_typed = found
        self._entries.move_to_end(place)
        entry = self._entries[place]
        if entry.reason is not Reason.SHOWN:
            return Known(offset, "", entry.reason, 0)
        return Known(offset, entry.text[n_typed:], entry.reason, n_typed)

    def keep(self, doc: Document, offset: int, text: str) -> None:
        """Write what was shown to the disk. Call it in a thread; it touches nothing else.

        A text that came from the disk is kept again when it is shown: the others go first.
        """
        if self._disk is not None and text.strip():
            self._disk.store(place_at(self._model, doc, offset).digest(), text)

    def _typed_into(self, doc: Document, offset: int) -> tuple[Place, int] | None:
        """Return the newest place that fits and how much of its suggestion was typed since."""
        behind = place_at(self._model, doc, offset).behind
        newest, found = 0, None
        for n_typed in range(min(self._longest, offset) + 1):
            place = place_at(self._model, doc, offset - n_typed, behind)
            entry = self._entries.get(place)
            if entry is None or entry.serial < newest:
                continue
            if _fits(entry, doc.text[offset - n_typed : offset]):
                newest, found = entry.serial, (place, n_typed)
        return found

    def _from_disk(self, doc: Document, offset: int) -> Known | None:
        if self._disk is None:
            return None
        text = self._disk.fetch(place_at(self._model, doc, offset).digest())
        if text is None or not text.strip():
            return None
        self.remember(doc, offset, text, Reason.SHOWN)
        return Known(offset, text, Reason.SHOWN, n_typed=0)


def place_at(model: str, doc: Document, offset: int, behind: str | None = None) -> Place:
    """Return what a suggestion at `offset` depends on: every key is written and read with this.

    `behind` is the text behind, where the cursor went on from `offset` since; brackets that the
    editor has closed by itself are no part of it.
    """
    if behind is None:
        start = prompt.behind(doc.text, offset)
        behind = doc.text[start : start + N_AROUND]
    return Place(model, doc.uri, doc.text[max(0, offset - N_AROUND) : offset], behind)


def _fits(entry: _Entry, typed: str) -> bool:
    """Whether `typed` is how the entry's text begins and a rest is left; a silence has none."""
    if not typed:
        return True
    return entry.text.startswith(typed) and bool(entry.text[len(typed) :].strip())
