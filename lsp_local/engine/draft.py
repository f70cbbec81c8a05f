"""What an answer that rewrites a text will probably say next: that text, read in large steps."""

from collections.abc import Sequence

from lsp_local.engine.base import Backend, Token
from lsp_local.engine.kv import n_common

N_MATCH = 3  # tokens by which a place of the draft is known again
FEWEST, MOST = 8, 64  # tokens that are proposed at once: more after each success


class Draft:
    """Follows an answer through the text that it rewrites.

    Ten tokens cost some two decodes when they are read at once, and are lost behind the first one
    that the model says differently. Source: prompt lookup decoding (Saxena 2023), which is
    speculative decoding (Leviathan et al. 2023, arXiv 2211.17192) with the prompt as the draft.
    """

    def __init__(self, tokens: Sequence[int]) -> None:
        self._tokens = list(tokens)
        self._at: int | None = 0  # where the answer is in the draft; None where it is elsewhere
        self._passed = 0  # what lies before was said, or left out
        self._n_most = FEWEST

    def followed(self, backend: Backend, tokens: list[int]) -> list[Token]:
        """Return what the model says behind `tokens`, if it may be much; [] to ask it as always.

        `tokens` are those of the prompt and of the answer so far.
        """
        if self._at is None:
            self._at = self._found(tokens[-N_MATCH:])
        if self._at is None or self._at + 1 >= len(self._tokens):
            return []
        proposed = self._tokens[self._at : self._at + self._n_most]
        said = backend.follow(tokens, proposed)
        self._take([token.token for token in said], proposed)
        return said

    def _take(self, said: list[int], proposed: list[int]) -> None:
        assert self._at is not None
        n_same = n_common(said, proposed)
        self._at = self._passed = self._at + n_same
        if n_same == len(proposed):
            self._n_most = min(MOST, self._n_most * 2)
        elif said:  # an interrupted call says nothing
            self._at = None
            self._n_most = FEWEST

    def _found(self, last: list[int]) -> int | None:
        """Return the place behind the `last` tokens in the draft, the nearest one not yet said."""
        for end in range(max(self._passed, N_MATCH), len(self._tokens)):
            if self._tokens[end - N_MATCH : end] == last:
                return end
        return None
