"""One decode, step by step: read the prompt, heal its end, choose tokens until a rule stops it."""

import math
import time
from collections.abc import Iterator
from dataclasses import replace

from lsp_local.engine.base import (
    Backend,
    EngineError,
    Finish,
    Generated,
    GenerateRequest,
    Priority,
    Second,
    Token,
)
from lsp_local.engine.draft import Draft
from lsp_local.stops import Cut, cut, cut_short, cut_unsure

N_URGENT = 128  # tokens a prefill step; fewer would read more slowly
N_BACKGROUND = 64  # a person's key interrupts these all the time, and what was read is lost


def generate(backend: Backend, request: GenerateRequest) -> Iterator[Token | Generated | None]:
    """Yield every token, None where a step only read, and at last the whole answer.

    Between two steps the caller may let others use the backend, or drop the decode. A full context
    ends it like `n_predict`. Raises EngineError for a prompt that is empty or does not fit.
    """
    started = time.perf_counter()
    prompt, healing = backend.heal(request.tokens) if request.heal else (request.tokens, b"")
    if not prompt:  # a model cannot begin with nothing: better unhealed than unread
        prompt, healing = request.tokens, b""
    if not prompt:
        raise EngineError("there is nothing to read")
    n_free = backend.info.n_ctx - len(prompt)
    request = replace(request, n_predict=min(request.n_predict, n_free))
    n_reused = min(backend.n_kept(prompt), len(prompt) - 1)
    tokens = list(prompt)
    n_most = N_URGENT if request.priority <= Priority.CODE_ACTION else N_BACKGROUND
    answer, draft = Answer(request, healing), Draft(request.draft)
    while not answer.finish:
        while backend.prefill(tokens, n_most):
            yield None
        if request.n_predict <= 0:
            answer.finish = Finish.LENGTH
            break
        said = draft.followed(backend, tokens) if answer.is_healed else []
        if not said and not backend.prefill(tokens, n_most):  # it may have been interrupted
            said = answer.choose(backend)
        yield from answer.take(said, tokens, started)
    found = answer.whole(len(prompt), n_reused, started)
    yield replace(found, tokens=tokens) if request.n_seconds else found


class Answer:
    """The bytes decoded so far, what is still to heal, and why no more are wanted."""

    def __init__(self, request: GenerateRequest, healing: bytes) -> None:
        self._request = request
        self.healing = healing
        self._bytes = b""
        self.logprobs: list[float] = []
        self.seconds: list[Second] = []
        self.ttft_ms = 0.0
        self._certainty = 0.0  # log-probability of the line so far
        self.confidence = 1.0  # of the least probable line
        self.stop: Cut | None = None
        self.finish: Finish | None = None

    @property
    def is_healed(self) -> bool:
        """Whether the model may say what it likes."""
        return not self.healing and (bool(self._bytes) or not self._request.on_this_line)

    @property
    def may_end_line(self) -> bool:
        """Whether the next token may end the line: not before it has said something, if asked."""
        return not self._request.on_this_line or bool(self._bytes.strip())

    def choose(self, backend: Backend) -> list[Token]:
        """Return the next token; none when nothing follows, and `finish` says why."""
        token = backend.next_token(self.healing, self.may_end_line)
        if token is None:
            self.finish = Finish.STUCK if self.healing else Finish.END
        return [token] if token else []

    def take(self, said: list[Token], tokens: list[int], started: float) -> Iterator[Token]:
        """Add what was said to the answer and to `tokens`, until something ends it."""
        for token in said:
            if self.finish:
                return
            self.ttft_ms = self.ttft_ms or _ms_since(started)
            self.logprobs.append(round(token.logprob, 4))
            piece = token.piece[len(self.healing) :]
            self.healing = self.healing[len(token.piece) :]
            self.stop = self._stop_at(piece, token.logprob)
            if self.stop:
                self.finish = Finish.STOP
            elif len(self.logprobs) >= self._request.n_predict:
                self.finish = Finish.LENGTH
            if self._request.n_seconds and token.second and token.second.piece:
                self._note_second(token, token.second, len(tokens), piece)
            tokens.append(token.token)
            yield replace(token, piece=piece)

    def _note_second(self, token: Token, second: Token, at: int, piece: bytes) -> None:
        offset = len(self._text()) - len(piece.decode(errors="ignore"))
        text = second.piece.decode(errors="replace")
        gap = round(token.logprob - second.logprob, 4)
        self.seconds.append(Second(at, offset, second.token, text, gap))

    def _stop_at(self, piece: bytes, logprob: float) -> Cut | None:
        """Take in what a token adds; return the end of the answer if it is that."""
        before, stops = self._text(), self._request.stops
        self._bytes += piece
        if self._request.until and self._request.until in self._text():
            return Cut(self._text().partition(self._request.until)[0], "until")
        if stops is None:
            return None
        certainty = self._certainty + logprob
        if math.exp(certainty) < self._request.least_probability:
            return cut_unsure(stops, before, piece.decode(errors="ignore"))
        found = cut(stops, self._text()) if piece else None
        if found is None or len(found.text) >= len(before.rstrip()):
            self._certainty = certainty
            self.confidence = min(self.confidence, math.exp(certainty))
        if b"\n" in piece:
            self._certainty = 0.0
        return found

    def whole(self, n_prompt: int, n_reused: int, started: float) -> Generated:
        """Return the finished decode."""
        assert self.finish is not None
        return Generated(
            text=self.kept(),
            finish=self.finish,
            stop=self.stop.rule if self.stop else "",
            n_prompt=n_prompt,
            n_reused=n_reused,
            n_evaluated=n_prompt - n_reused,
            n_predicted=len(self.logprobs),
            ttft_ms=self.ttft_ms,
            total_ms=_ms_since(started),
            logprobs=self.logprobs,
            confidence=round(self.confidence, 4),
            seconds=sorted(self.seconds, key=lambda one: one.gap)[: self._request.n_seconds],
        )

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
