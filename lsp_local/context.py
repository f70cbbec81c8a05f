"""What the model should see around a place, such that it does not move while the user types on."""

from collections import OrderedDict

from lsp_local.text import Document

N_REMEMBERED = 64  # documents
N_COMPARED = 4096  # characters behind the cursor; a change further below is not worth a cold read


class Windows:
    """How many tokens were read around each document.

    Invariant: while the text behind the cursor stays the same, so does the number. The prompt
    begins with that text, so another window would mean to read everything again; a machine that
    is slower or faster for a moment is no reason.
    """

    def __init__(self) -> None:
        self._last: OrderedDict[str, tuple[str, int]] = OrderedDict()

    def n_tokens(self, doc: Document, offset: int, wanted: int) -> int:
        """Return the number in force at `offset`: the last one, or `wanted` after a jump."""
        behind = doc.text[offset : offset + N_COMPARED]
        before, n_tokens = self._last.pop(doc.uri, (None, wanted))
        if behind != before:
            n_tokens = wanted
        self._last[doc.uri] = behind, n_tokens
        if len(self._last) > N_REMEMBERED:
            self._last.popitem(last=False)
        return n_tokens
