"""The contract between those who want tokens and the model that produces them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Protocol

from lsp_local.prompt import FimTokens
from lsp_local.stops import Stops
from lsp_local.text import UserError


class EngineError(UserError):
    """The model cannot answer; the message says why and what to do."""


class EngineDied(EngineError):
    """The worker process is gone; the next request starts a new one."""


class EngineClosed(EngineDied):
    """Nobody wants the engine any more, so no request starts a new one."""


class CannotScoreError(EngineError):
    """The engine answers, but does not say how likely a given text is."""


class Priority(IntEnum):
    """Who goes first on the one worker; lower numbers pre-empt higher ones at once."""

    INLINE = 0
    HOVER = 1
    CODE_ACTION = 2
    PREFETCH = 3
    LINT = 4
    UPKEEP = 5


class Finish(StrEnum):
    """Why a decode ended."""

    STOP = "stop"  # one of our stop rules
    END = "end"  # the model's own end-of-text or another control token
    LENGTH = "length"  # n_predict reached
    CANCELLED = "cancelled"
    STUCK = "stuck"  # no token of the vocabulary agrees with the text to heal


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What the engine read from the model file. `fim` is None for left-to-right models.

    `computed_by` is the library with what it uses of the processor, or whom text is sent to.
    """

    path: str
    name: str
    description: str
    n_vocab: int
    n_ctx: int
    n_ctx_train: int
    fim: FimTokens | None
    chat_template: str | None
    load_ms: float
    computed_by: str


@dataclass(frozen=True, slots=True)
class Speed:
    """Measured speed of this model on this machine, in tokens per second."""

    prefill: float
    decode: float


@dataclass(frozen=True, slots=True)
class Work:
    """All that a model has done since its load, for whomever: tokens, and bytes held in memory."""

    n_prefilled: int
    n_decoded: int
    n_state_bytes: int


@dataclass(frozen=True, slots=True)
class GenerateRequest:
    """Decode what follows `tokens`.

    With `heal`, white-space tokens at the end of `tokens` and one token more are taken off, and
    the decode must first reproduce their text, which is no part of the answer (token healing).
    `stops` are judged after every token, in the decode loop. With `n_predict` 0 the prompt is
    only read. A decode ends where the probability of a line falls below `least_probability`. With
    `on_this_line` it cannot end the line before it has said something. `until` is a text that ends
    the answer and is no part of it. `draft` is what the answer will repeat most of: its tokens are
    read many at a time and kept as far as the model says the same, so the answer does not change.
    With `n_seconds` that many second choices are wanted, too.
    """

    tokens: list[int]
    n_predict: int
    heal: bool = False
    stops: Stops | None = None
    least_probability: float = 0.0
    priority: Priority = Priority.INLINE
    on_this_line: bool = False
    until: str = ""
    draft: tuple[int, ...] = ()
    n_seconds: int = 0


@dataclass(frozen=True, slots=True)
class Token:
    """One decoded token: what it adds to the answer, in bytes, and its log-probability.

    `second` is what the model would have said instead, in the same form; None where there was no
    choice.
    """

    token: int
    piece: bytes
    logprob: float
    second: "Token | None" = None


@dataclass(frozen=True, slots=True)
class Second:
    """The model's second choice for `tokens[at]` of an answer: `token`, which adds `text`.

    It is `gap` nats less likely. `offset` is where in the text of the answer that token begins.
    """

    at: int
    offset: int
    token: int
    text: str
    gap: float


@dataclass(frozen=True, slots=True)
class Generated:
    """A finished decode. `text` is already cut at the stop; `logprobs` has one per token."""

    text: str
    finish: Finish
    n_prompt: int
    n_reused: int
    n_evaluated: int
    n_predicted: int
    ttft_ms: float
    total_ms: float
    logprobs: list[float]
    stop: str = ""  # which stop rule ended it
    confidence: float = 0.0  # the probability of its least probable line, as far as it was kept
    # With `n_seconds`: the prompt as it was read and the answer, and where it was a near thing.
    tokens: list[int] = field(default_factory=list)
    seconds: list[Second] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class TokenScore:
    """How likely the model found a token of a given text, and what it would have preferred."""

    token: int
    logprob: float
    best: list[tuple[int, float]]  # (token, logprob), most likely first


class Backend(Protocol):
    """A model in this process.

    One thread calls it; `tokenize`, `n_missing`, `work`, `interrupt` and `resume` are for any.
    """

    info: ModelInfo

    def tokenize(self, text: str, allow_special: bool = False) -> list[int]:
        """Return the token ids of `text`; special tokens in it are plain text, unless allowed."""

    def pieces(self, tokens: list[int]) -> list[bytes]:
        """Return the text of every token."""

    def heal(self, tokens: list[int]) -> tuple[list[int], bytes]:
        """Take off what token healing takes off; return the rest and the text taken off."""

    def n_kept(self, tokens: list[int]) -> int:
        """Bring back the KV state that shares the longest prefix; return that prefix's length."""

    def n_missing(self, tokens: list[int]) -> int:
        """Return how many of `tokens` no KV state holds, so that they would have to be read."""

    def prefill(self, tokens: list[int], n_most: int) -> int:
        """Read up to `n_most` of what the KV cache lacks of `tokens`; return how many are left.

        An interrupted call reads nothing and returns the same number again.
        """

    def next_token(self, healing: bytes, may_end_line: bool = True) -> Token | None:
        """Choose the most likely token behind what was read last; None if nothing follows.

        With `healing`, only tokens that agree with that text are considered, and are all there
        is: the log-probability is that of the token among them. Unless it `may_end_line`, the
        same is true of the tokens that do not end the line before saying something.
        """

    def follow(self, tokens: list[int], draft: Sequence[int]) -> list[Token]:
        """Return what the model says behind `tokens` as far as it is `draft`, and one token more.

        `tokens` were read by `prefill`. An interrupted call, and an end of the text, return [].
        """

    def score(self, tokens: list[int], n_best: int, first: int = 1) -> Iterator[list[TokenScore]]:
        """Yield, chunk by chunk, the scores of `tokens[first:]`; [] when a chunk was interrupted.

        Invariant: they are the same, bit by bit, whatever was read before.
        """

    def write_states(self) -> Iterator[None]:
        """Keep on disk what is not there yet, step by step; for when nobody waits."""

    def work(self) -> Work:
        """Return what was done so far; for any thread."""

    def interrupt(self) -> None:
        """End the running call within milliseconds, also inside a prefill."""

    def resume(self) -> None:
        """Forget an earlier `interrupt`."""

    def speed(self) -> Speed:
        """Return the measured speed; it changes only when the machine's has, by a quarter."""


OnText = Callable[[str], None]


class Engine(Protocol):
    """What features call: a model that may live in another process, and may die there."""

    async def info(self) -> ModelInfo:
        """Wait for the model and describe it. Raises EngineError when there is none."""

    async def speed(self) -> Speed:
        """Return the latest measured speed, or a careful guess before the first measurement."""

    async def tokenize(self, texts: list[str]) -> list[list[int]]:
        """Return the token ids of every text; special tokens in them are plain text."""

    async def n_missing(self, tokens: list[int]) -> int:
        """Return how many of `tokens` would have to be read; the others are in a KV state."""

    async def generate(
        self, request: GenerateRequest, on_text: OnText = lambda _text: None
    ) -> Generated:
        """Decode; `on_text` gets what is added to the answer as it comes.

        Cancelling the awaiting task stops the decode within milliseconds. Raises EngineDied when
        the worker dies on the way.
        """


class ChatEngine(Engine, Protocol):
    """An engine that can also be talked to."""

    async def tokenize_template(self, texts: list[str]) -> list[list[int]]:
        """Return the token ids of a chat template's own texts, special tokens among them."""

    async def score(
        self,
        tokens: list[int],
        n_best: int = 5,
        first: int = 1,
        priority: Priority = Priority.LINT,
    ) -> list[TokenScore]:
        """Return how likely the model finds each of `tokens[first:]`, with the `n_best` best."""

    async def pieces(self, tokens: list[int]) -> list[bytes]:
        """Return the text of every token; a character may be spread over several."""

    async def write_states(self) -> None:
        """Keep on disk what is not there yet, when nobody waits for anything else."""
