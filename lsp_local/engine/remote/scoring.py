"""How likely a served model finds a text: only of servers that echo a prompt with probabilities."""

from itertools import accumulate

from lsp_local.engine.base import CannotScoreError, TokenScore
from lsp_local.engine.remote.answers import Said, scores_of
from lsp_local.engine.remote.http import Connection, Refused
from lsp_local.engine.remote.served import Served
from lsp_local.engine.remote.vocab import piece_of, token_of, written

NONE = (
    "{host} does not say how probable a text is (`echo` with `logprobs` in `/v1/completions`), "
    "which lint's model checks and the choice among fixes need; vLLM does, or use the engine "
    "`llama.cpp` for them"
)


async def score(
    connection: Connection,
    served: Served,
    specials: tuple[str, ...],
    tokens: list[int],
    n_best: int,
    first: int,
) -> list[TokenScore]:
    """Return the scores of `tokens[first:]`. Raises EngineError; CannotScoreError for good."""
    if first >= len(tokens):
        return []
    impossible = CannotScoreError(NONE.format(host=connection.address.host))
    if served.no_raw or served.n_best is None:
        raise impossible
    body = {
        "model": served.model,
        "prompt": written(tokens, specials),
        "max_tokens": 1,
        "temperature": 0,
        "echo": True,
        "logprobs": max(1, min(n_best, served.n_best)),
    }
    try:
        rows = scores_of(await connection.ask("completions", body))
    except Refused:
        raise impossible from None
    found = aligned(tokens, rows, n_best)
    if not found:
        raise impossible
    return found[first:]


def aligned(tokens: list[int], rows: list[Said], n_best: int) -> list[TokenScore]:
    """Return what a server says of its own tokens as scores of ours; [] where the texts differ.

    A token of ours has the probabilities of all that begin in it, so that sums are right. What
    would have been better is only known where one of the server's begins and ends as ours does.
    """
    pieces = [piece_of(token) for token in tokens]
    text = b"".join(pieces)
    if not b"".join(row.piece for row in rows).startswith(text):
        return []
    starts = list(accumulate((len(row.piece) for row in rows), initial=0))
    found, n = [], 0
    for token, start, piece in zip(
        tokens, accumulate(map(len, pieces), initial=0), pieces, strict=False
    ):
        logprob, best = 0.0, list[tuple[int, float]]()
        while n < len(rows) and starts[n] < start + len(piece):
            row = rows[n]
            logprob += row.logprob or 0.0
            if starts[n] == start and row.piece == piece:
                best = [(token_of(other), value) for other, value in row.others[:n_best]]
            n += 1
        found.append(TokenScore(token, logprob, best))
    return found
