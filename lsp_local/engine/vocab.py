"""The model's vocabulary as bytes, with an index that finds the tokens agreeing with a text."""

from bisect import bisect_left
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Ids = npt.NDArray[np.int64]


class Vocab:
    """Pieces (bytes) by token id. Control tokens have the piece b"" and are never proposed."""

    def __init__(self, pieces: Sequence[bytes]) -> None:
        self.pieces = pieces
        order = sorted((id_ for id_, piece in enumerate(pieces) if piece), key=pieces.__getitem__)
        self._ids = np.array(order, dtype=np.int64)
        self._sorted = [pieces[id_] for id_ in order]
        ends = [id_ for id_, piece in enumerate(pieces) if not piece or ends_line(piece)]
        self.line_ends = np.array(ends, dtype=np.int64)  # control tokens end it, too

    def agreeing(self, text: bytes) -> Ids:
        """Return the ids of all tokens that begin with `text`, or reach into its white space.

        `    return` is three spaces and ` return`, so white space may be split anywhere. A word
        may not: the likeliest token that ` len` begins with is ` l`, and what the model knows
        about ` l` is of no use for the `en` that must follow.
        """
        n_solid = len(text.rstrip())
        shorter = [self._with_piece(text[:n]) for n in range(max(1, n_solid), len(text))]
        return np.concatenate([*shorter, self._beginning_with(text)])

    def heal(self, tokens: list[int]) -> tuple[list[int], bytes]:
        """Split `tokens` before their trailing white space and one token more.

        Control tokens stay. The cursor may stand inside what the model knows as one token:
        decoding has to begin at a boundary that the model has seen.
        """
        end = len(tokens)
        while end and self.pieces[tokens[end - 1]].isspace():
            end -= 1
        if end and self.pieces[tokens[end - 1]]:
            end -= 1
        return tokens[:end], b"".join(self.pieces[token] for token in tokens[end:])

    def _beginning_with(self, text: bytes) -> Ids:
        low = bisect_left(self._sorted, text)
        high = bisect_left(self._sorted, _after(text), low) if text else len(self._sorted)
        return self._ids[low:high]

    def _with_piece(self, piece: bytes) -> Ids:
        low = bisect_left(self._sorted, piece)
        is_there = low < len(self._sorted) and self._sorted[low] == piece
        return self._ids[low : low + 1] if is_there else self._ids[:0]


def ends_line(piece: bytes) -> bool:
    """Whether `piece` ends the line before it says anything."""
    return piece.lstrip(b" \t\r")[:1] == b"\n"


def _after(text: bytes) -> bytes:
    """Return the smallest bytes that sort behind everything beginning with `text`."""
    stem = text.rstrip(b"\xff")
    return stem[:-1] + bytes([stem[-1] + 1]) if stem else b"\xff" * (len(text) + 64)
