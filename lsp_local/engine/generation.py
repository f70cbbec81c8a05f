"""One decode, step by step: read the prompt, heal its end, choose tokens until a stop rule ends it."""

import time
from collections.abc import Iterator

from lsp_local.engine.base import Backend, Finish, Generated, GenerateRequest, Token
from lsp_local.stops import Cut, cut, cut_short


def generate(backend: Backend, request: GenerateRequest) -> Iterator[Token | Generated | None]:
    """Yield every token, None where a step only read, and at last the whole answer.

    Between two steps the caller may let others use the backend, or drop the decode.
    """
    started = time.perf_counter()
    tokens, healing = backend.heal(request.tokens) if request.heal else (request.tokens, b"")
    n_prompt = len(tokens)
    tokens = list(tokens)
    n_reused = min(backend.n_kept(tokens), n_prompt - 1)
    while backend.prefill(tokens):
        yield None

    answer = _Answer(request)
    ttft_ms = 0.0
    while not answer.finish:
        token = backend.next_token(healing)
        if token is None:
            answer.finish = Finish.STUCK if healing else Finish.END
            break
        ttft_ms = ttft_ms or _ms_since(started)
        healed = len(token.piece) - len(healing)
        answer.add(token, token.piece[len(healing) :])
        healing = healing[len(token.piece) :] if healed < 0 else b""
        yield token
        if answer.finish:
            break
        tokens.append(token.token)
        while backend.prefill(tokens):
            yield None

    yield Generated(
        text=answer.kept(),
        finish=answer.finish,
        stop=answer.stop.rule if answer.stop else "",
        n_prompt=n_prompt,
        n_reused=n_reused,
        n_evaluated=n_prompt - n_reused,
        n_predicted=len(answer.logprobs),
        ttft_ms=ttft_ms,
        total_ms=_ms_since(started),
        logprobs=answer.logprobs,
    )


class _Answer:
    """The bytes decoded so far, and why no more are wanted."""

    def __init__(self, request: GenerateRequest) -> None:
        self._request = request
        self._bytes = b""
        self.logprobs: list[float] = []
        self.stop: Cut | None = None
        self.finish: Finish | None = None

    def add(self, token: Token, piece: bytes) -> None:
        """Take in a token; `piece` is the part of it that belongs to the answer."""
        self._bytes += piece
        self.logprobs.append(round(token.logprob, 4))
        if piece and self._request.stops:
            self.stop = cut(self._request.stops, self._text())
        if self.stop:
            self.finish = Finish.STOP
        elif len(self.logprobs) >= self._request.n_predict:
            self.finish = Finish.LENGTH

    def kept(self) -> str:
        """Return the text up to where it was stopped."""
        if self.stop:
            return self.stop.text
        if self.finish is Finish.LENGTH and self._request.stops:
            return cut_short(self._request.stops, self._text())
        return self._text()

    def _text(self) -> str:
        """Decode the bytes; an incomplete character at the end waits for its rest."""
        return self._bytes.decode(errors="ignore")


def _ms_since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 2)
