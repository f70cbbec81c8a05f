"""What was suggested before, so that typing into a suggestion, or back, costs no model."""

from collections import OrderedDict, deque
from dataclasses import dataclass

from lsp_local.text import Document, Suggestion

N_DOCUMENTS = 64
N_SUGGESTIONS = 128  # of a document
N_AROUND = 512  # characters on both sides that must be the same


@dataclass(frozen=True, slots=True)
class Place:
    """The text around an offset, as far as a suggestion depends on it."""

    before: str
    behind: str


@dataclass(frozen=True, slots=True)
class Said:
    """A suggestion and where it was made."""

    place: Place
    suggestion: Suggestion


class Suggestions:
    """The suggestions of this session by document, newest first; in memory only."""

    def __init__(self) -> None:
        self._said: OrderedDict[str, deque[Said]] = OrderedDict()

    def remember(self, doc: Document, suggestion: Suggestion) -> None:
        """Keep what is shown to the user now."""
        said = self._said.setdefault(doc.uri, deque(maxlen=N_SUGGESTIONS))
        said.appendleft(Said(place_at(doc, suggestion.offset), suggestion))
        self._said.move_to_end(doc.uri)
        if len(self._said) > N_DOCUMENTS:
            self._said.popitem(last=False)

    def recall(self, doc: Document, offset: int) -> Suggestion | None:
        """Return the rest of a suggestion that the user is typing, or has come back to."""
        for said in self._said.get(doc.uri, ()):
            n_typed = offset - said.suggestion.offset
            rest = said.suggestion.text[n_typed:] if n_typed >= 0 else ""
            if rest.strip() and self._is_typed(said, doc, offset, n_typed):
                return Suggestion(offset, rest)
        return None

    def _is_typed(self, said: Said, doc: Document, offset: int, n_typed: int) -> bool:
        """Whether the document at `offset` is that of `said` with the first characters typed."""
        start = offset - n_typed
        typed = doc.text[start:offset]
        place = Place(place_at(doc, start).before, place_at(doc, offset).behind)
        return said.suggestion.text.startswith(typed) and place == said.place


def place_at(doc: Document, offset: int) -> Place:
    """Return what a suggestion at `offset` depends on; keys are written and read with it."""
    before = doc.text[max(0, offset - N_AROUND) : offset]
    return Place(before, doc.text[offset : offset + N_AROUND])
