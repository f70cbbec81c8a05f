"""What an OpenAI-compatible server says, as tokens of ours. Nothing that it sends raises."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lsp_local.engine.base import Token
from lsp_local.engine.remote.vocab import token_of

Json = Mapping[str, Any]
LEAST_LOGPROB = -100.0  # what a server may call "minus infinity"
MOST_COUNTED = 10**9


@dataclass(frozen=True, slots=True)
class Said:
    """A piece of an answer; `others` are what could have stood in its place, likeliest first.

    `logprob` is None where the server does not say it.
    """

    piece: bytes
    logprob: float | None = None
    others: tuple[tuple[bytes, float], ...] = ()

    def token(self) -> Token:
        """Return it as a token; who says no probability is taken to be certain."""
        second = next(((p, lp) for p, lp in self.others if p != self.piece and p), None)
        return Token(
            token_of(self.piece),
            self.piece,
            self.logprob or 0.0,
            Token(token_of(second[0]), *second) if second else None,
        )


@dataclass(frozen=True, slots=True)
class Chunk:
    """One event of a stream. `n_prompt` and `n_cached` are None where the server does not say."""

    said: tuple[Said, ...] = ()
    finish: str = ""
    n_prompt: int | None = None
    n_cached: int | None = None


def chunk_of(event: object) -> Chunk:
    """Read an event of `/v1/completions` or of `/v1/chat/completions`, streamed or whole."""
    choices = _get(event, "choices", list) or [None]
    choice = choices[0]
    delta = _get(choice, "delta", dict) or _get(choice, "message", dict)
    text = _get(choice, "text", str) or _get(delta, "content", str) or ""
    usage = _get(event, "usage", dict)
    details = _get(usage, "prompt_tokens_details", dict)
    return Chunk(
        tuple(_said(text, _get(choice, "logprobs", dict))),
        _get(choice, "finish_reason", str) or "",
        _count(usage, "prompt_tokens"),
        _count(details, "cached_tokens"),
    )


def scores_of(event: object) -> list[Said]:
    """Return the prompt of an echoed completion, piece by piece; [] if it has no probabilities."""
    choice = (_get(event, "choices", list) or [None])[0]
    rows = _rows(_get(choice, "logprobs", dict) or {})
    return (
        [row for row in rows if row.piece] if any(row.logprob is not None for row in rows) else []
    )


def _said(text: str, logprobs: Json | None) -> Iterator[Said]:
    """Yield the tokens of a text; all of it as one where the tokens are not its pieces."""
    rows = _rows(logprobs) if logprobs else []
    whole = text.encode(errors="replace")
    if b"".join(row.piece for row in rows) == whole:
        yield from (row for row in rows if row.piece)
    elif whole:
        known = [row.logprob for row in rows if row.logprob is not None]
        yield Said(whole, sum(known) if known else None)


def _rows(logprobs: Json) -> list[Said]:
    content = _get(logprobs, "content", list)
    if content is not None:
        return [_newer(row) for row in content]
    tokens = _get(logprobs, "tokens", list) or []
    own = _get(logprobs, "token_logprobs", list) or []
    best = _get(logprobs, "top_logprobs", list) or []
    return [
        Said(_bytes(token), _logprob(_at(own, n)), _best(_at(best, n)))
        for n, token in enumerate(tokens)
    ]


def _newer(row: object) -> Said:
    """Read a token in the format of chats, which llama.cpp's server also uses for completions."""
    others = _get(row, "top_logprobs", list) or []
    ranked = [(_piece(other), _logprob(_get(other, "logprob"))) for other in others]
    return Said(
        _piece(row),
        _logprob(_get(row, "logprob")),
        tuple((piece, logprob) for piece, logprob in ranked if logprob is not None),
    )


def _piece(row: object) -> bytes:
    raw = _get(row, "bytes", list)
    if raw is not None and all(isinstance(one, int) and 0 <= one < 256 for one in raw):
        return bytes(raw)
    return _bytes(_get(row, "token", str))


def _best(row: object) -> tuple[tuple[bytes, float], ...]:
    if not isinstance(row, Mapping):
        return ()
    ranked = [(_bytes(token), _logprob(value)) for token, value in row.items()]
    known = [(piece, logprob) for piece, logprob in ranked if logprob is not None]
    return tuple(sorted(known, key=lambda one: -one[1]))


def _logprob(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if value != value:  # NaN
        return None
    return float(min(0.0, max(LEAST_LOGPROB, value)))


def _bytes(token: object) -> bytes:
    return token.encode(errors="replace") if isinstance(token, str) else b""


def _at(row: Sequence[object], n: int) -> object:
    return row[n] if n < len(row) else None


def _count(row: object, key: str) -> int | None:
    n = _get(row, key, int)
    return n if n is not None and 0 <= n < MOST_COUNTED else None


def _get(row: object, key: str, kind: type = object) -> Any:
    """Return a field if it is there and what it should be."""
    value = row.get(key) if isinstance(row, Mapping) else None
    return value if isinstance(value, kind) and not isinstance(value, bool) else None
