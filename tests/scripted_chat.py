"""A model that can be talked to and says what a test wants, one answer after another."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from lsp_local.engine.base import (
    EngineError,
    Finish,
    Generated,
    GenerateRequest,
    ModelInfo,
    OnText,
    Priority,
    Second,
    Speed,
    TokenScore,
)

GAP = 8.0
CHATML = (
    "{% for message in messages %}<|{{ message.role }}|>{{ message.content }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)


def fenced(language: str, code: str) -> str:
    """Return code as a chat model answers it."""
    return f"```{language}\n{code}\n```"


@dataclass
class ScriptedChat:
    """Every character is a token; the template's own are negative.

    An answer is given whole: what of it the request has put into the model's mouth is not said
    again. `near` are pairs: where the first answer was a near thing, and the character that it
    nearly said instead. `gate` is waited for before each answer. Text that holds one of `natural`
    is likelier than other text. `wishes` are pairs, too: text as it is written, and the character
    that is likelier by `GAP` nats than its last one.
    """

    answers: list[str] = field(default_factory=list)
    near: Sequence[tuple[str, str]] = ()
    n_ctx: int = 100_000
    template: str | None = CHATML
    failure: EngineError | None = None
    gate: asyncio.Event | None = None
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    requests: list[GenerateRequest] = field(default_factory=list)
    scored: list[str] = field(default_factory=list)
    n_cancelled: int = 0
    n_written: int = 0
    natural: Sequence[str] = ()
    path: str = "m.gguf"
    wishes: Sequence[tuple[str, str]] = ()

    async def info(self) -> ModelInfo:
        return ModelInfo(
            self.path, "m", "", 9, self.n_ctx, self.n_ctx, None, self.template, 0.0, ""
        )

    async def speed(self) -> Speed:
        return Speed(prefill=9000.0, decode=40.0)

    async def n_missing(self, tokens: list[int]) -> int:
        return len(tokens)

    async def tokenize(self, texts: list[str]) -> list[list[int]]:
        return [[ord(char) for char in text] for text in texts]

    async def tokenize_template(self, texts: list[str]) -> list[list[int]]:
        return [[-ord(char) for char in text] for text in texts]

    async def generate(
        self, request: GenerateRequest, on_text: OnText = lambda _text: None
    ) -> Generated:
        self.requests.append(request)
        self.asked.set()
        await self._wait()
        if self.failure is not None:
            raise self.failure
        text = self._said(request)
        text, stop, _ = text.partition(request.until) if request.until else (text, "", "")
        text = text[: request.n_predict]
        for piece in (text[:1], text[1:]):
            on_text(piece)
        tokens = [*request.tokens, *(ord(char) for char in text)]
        n_prompt, n = len(request.tokens), len(text)
        finish, said = (Finish.STOP, "until") if stop else (Finish.END, "")
        seconds = [_second(n_prompt, text, *one) for one in self.near if request.n_seconds]
        return Generated(
            text, finish, n_prompt, 0, n_prompt, n, 0, 0, [], said, 1.0, tokens, seconds
        )

    def _said(self, request: GenerateRequest) -> str:
        if not request.n_predict:
            return ""
        assert self.answers, f"nobody expected this question: {self.prompts[-1]}"
        return self.answers.pop(0).removeprefix(opening_of(request))

    async def score(
        self,
        tokens: list[int],
        n_best: int = 5,
        first: int = 1,
        priority: Priority = Priority.LINT,
    ) -> list[TokenScore]:
        if len(tokens) > self.n_ctx:
            raise EngineError(f"a text of {len(tokens)} tokens does not fit into the context")
        text = "".join(map(chr, tokens))
        self.scored.append(text)
        logprob = (-1.0 if any(one in text for one in self.natural) else -2.0) / len(tokens)
        return [
            TokenScore(token, logprob, self._rather(text[: n + 1], logprob) if n_best else [])
            for n, token in enumerate(tokens)
        ][first:]

    def _rather(self, text: str, logprob: float) -> list[tuple[int, float]]:
        wishes = [wish for written, wish in self.wishes if text.endswith(written)]
        return [(ord(wish), logprob + GAP) for wish in wishes]

    async def pieces(self, tokens: list[int]) -> list[bytes]:
        return [chr(token).encode() for token in tokens]

    async def write_states(self) -> None:
        self.n_written += 1

    async def _wait(self) -> None:
        try:
            if self.gate is not None:
                await self.gate.wait()
        except asyncio.CancelledError:
            self.n_cancelled += 1
            raise

    @property
    def prompts(self) -> list[str]:
        """Return what was read for each answer."""
        return ["".join(chr(abs(token)) for token in one.tokens) for one in self.requests]

    @property
    def question(self) -> str:
        """Return what was asked last, with what was put into the model's mouth."""
        return self.prompts[-1].rpartition("<|user|>")[2]


def opening_of(request: GenerateRequest) -> str:
    """Return what the answer has to begin with."""
    said = []
    for token in reversed(request.tokens):
        if token < 0:
            break
        said.append(chr(token))
    return "".join(reversed(said))


def _second(n_prompt: int, text: str, where: str, instead: str) -> Second:
    offset = text.index(where)
    return Second(n_prompt + offset, offset, ord(instead), instead, gap=0.01)
