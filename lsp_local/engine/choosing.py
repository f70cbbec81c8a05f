"""Which token a row of logits speaks for, and how likely another one was."""

import numpy as np
import numpy.typing as npt

from lsp_local.engine.base import Token, TokenScore
from lsp_local.engine.vocab import Ids, Vocab, ends_line

Logits = npt.NDArray[np.float32]


def choose(vocab: Vocab, logits: Logits, healing: bytes, may_end_line: bool) -> Token | None:
    """Return the likeliest token as `Backend.next_token` promises it."""
    if not healing:
        return likeliest(vocab, _without(logits, [] if may_end_line else vocab.line_ends))
    allowed = vocab.agreeing(healing)
    if not len(allowed):
        return None
    logits = logits[allowed]
    logits = _without(logits, [] if may_end_line else _ending(vocab, allowed, healing))
    best = int(np.argmax(logits))
    token = int(allowed[best])
    return Token(token, vocab.pieces[token], _logprob(logits, best))


def likeliest(vocab: Vocab, logits: Logits) -> Token | None:
    """Return the likeliest token, and the second one; None if that is an end."""
    token = int(np.argmax(logits))
    if not vocab.pieces[token]:
        return None
    logprob = _logprob(logits, token)
    # A partition of them all costs ten times as much.
    best, logits[token] = logits[token], -np.inf
    other = int(np.argmax(logits))
    logits[token] = best
    gap = float(best - logits[other])
    second = Token(other, vocab.pieces[other], logprob - gap)
    return Token(token, vocab.pieces[token], logprob, second)


def score_of(logits: Logits, token: int, n_best: int) -> TokenScore:
    """Return how likely `token` was, with the `n_best` likeliest ones."""
    base = float(logits[token]) - _logprob(logits, token)
    if not n_best:
        return TokenScore(token, float(logits[token]) - base, [])
    n_worse = max(0, logits.size - n_best)
    best = np.argpartition(logits, min(n_worse, logits.size - 1))[n_worse:]
    ranked = sorted(((int(i), float(logits[i]) - base) for i in best), key=lambda b: -b[1])
    return TokenScore(token, float(logits[token]) - base, ranked)


def _ending(vocab: Vocab, allowed: Ids, healing: bytes) -> list[int]:
    """Return the indices of those of `allowed` that end the line right behind `healing`."""
    rests = [vocab.pieces[token][len(healing) :] for token in allowed]
    return [n for n, rest in enumerate(rests) if ends_line(rest)]


def _without(logits: Logits, banned: npt.ArrayLike) -> Logits:
    """Return `logits` without the `banned` ones, unless that would be all of them."""
    rows = np.asarray(banned, dtype=np.int64)
    if not rows.size or rows.size >= logits.size:
        return logits
    kept = logits.copy()
    kept[rows] = -np.inf
    return kept


def _logprob(logits: Logits, token: int) -> float:
    highest = float(logits.max())
    return float(logits[token]) - highest - float(np.log(np.exp(logits - highest).sum()))
