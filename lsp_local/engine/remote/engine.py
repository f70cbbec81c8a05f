"""A model behind an OpenAI-compatible server, with the same contract as one of our own.

Features speak tokens, such a server speaks text: see `vocab.py`.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable
from dataclasses import replace
from pathlib import Path
from typing import Self

from lsp_local.engine.base import (
    EngineClosed,
    EngineError,
    Finish,
    Generated,
    GenerateRequest,
    ModelInfo,
    OnText,
    Priority,
    Speed,
    TokenScore,
    Work,
)
from lsp_local.engine.kv import n_common
from lsp_local.engine.remote.address import address_of, key_of
from lsp_local.engine.remote.chat import TEMPLATE, is_chat
from lsp_local.engine.remote.decode import Decode
from lsp_local.engine.remote.http import Connection
from lsp_local.engine.remote.models import Family, family_of
from lsp_local.engine.remote.order import Order
from lsp_local.engine.remote.scoring import score
from lsp_local.engine.remote.served import Served, find_out
from lsp_local.engine.remote.vocab import piece_of, special, tokenize
from lsp_local.engine.tokenized import Tokenized
from lsp_local.options import Options

FIRST_GUESS = Speed(prefill=500.0, decode=20.0)
N_REMEMBERED = 4  # prompts that the server is thought to know still
LEAST_MEASURED = 64  # tokens read; of fewer the time is mostly the way there and back
CHANGED = 1.25  # times as fast or slow; less is noise, and would move the window
SOON_S = 0.3  # what is read in that time need not be read ahead


class RemoteEngine:
    """A `LiveEngine` whose model is served by others."""

    model: Path | None = None

    def __init__(self, options: Options) -> None:
        """Prepare an engine; nothing is sent before `start`. Raises EngineError."""
        self._options = options
        self.address = address_of(options.remote_url)
        self._family_named = options.remote_fim
        family_of("", self._family_named)
        self._connection = Connection(self.address, lambda: key_of(options.remote_key_command))
        self._loading: asyncio.Task[tuple[ModelInfo, Served, Family]] | None = None
        self._order = Order()
        self._is_closed = False
        self._tokenized = Tokenized()
        self._speed = FIRST_GUESS
        self._sent: deque[list[int]] = deque(maxlen=N_REMEMBERED)
        self._n_prefilled = self._n_decoded = 0

    @property
    def notice(self) -> str:
        """Say where text goes if that is another machine, and what this server cannot do."""
        where = "" if self.address.is_loopback else self.address.notice
        served = self._loading.result()[1] if self._loading and self.is_ready else None
        return "; ".join(filter(None, (where, served.no_raw if served else "")))

    @property
    def is_ready(self) -> bool:
        """Whether the server has answered for itself."""
        task = self._loading
        return task is not None and task.done() and not task.cancelled() and not task.exception()

    async def start(self) -> None:
        """Begin to ask the server what it has, and return at once."""
        if self._is_closed:
            return
        if self._loading is None or (self._loading.done() and not self.is_ready):
            self._loading = asyncio.create_task(self._load())
            self._loading.add_done_callback(lambda task: task.cancelled() or task.exception())

    async def close(self) -> None:
        """Close all connections at once; the server stops what it does for them."""
        self._is_closed = True
        if self._loading is not None and not self._loading.done():
            self._loading.cancel()
            await asyncio.wait([self._loading])
        await self._connection.close()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def info(self) -> ModelInfo:
        """See `Engine`."""
        return (await self._known())[0]

    async def speed(self) -> Speed:
        """See `Engine`."""
        return self._speed

    async def work(self) -> Work:
        """Return what was asked of the server, in our tokens."""
        return Work(self._n_prefilled, self._n_decoded, 0)

    async def tokenize(self, texts: list[str]) -> list[list[int]]:
        """See `Engine`."""
        found = self._tokenized.find(texts)
        fresh = {text: tokenize(text) for text in texts if text not in found}
        self._tokenized.add(fresh)
        found |= fresh
        return [found[text] for text in texts]

    async def tokenize_template(self, texts: list[str]) -> list[list[int]]:
        """See `ChatEngine`."""
        return [[special(text)] if text else [] for text in texts]

    async def pieces(self, tokens: list[int]) -> list[bytes]:
        """See `ChatEngine`."""
        return [piece_of(token) for token in tokens]

    async def n_missing(self, tokens: list[int]) -> int:
        """Return how many of `tokens` were in no prompt that was sent lately."""
        return len(tokens) - self._n_known(tokens)

    async def generate(
        self, request: GenerateRequest, on_text: OnText = lambda _text: None
    ) -> Generated:
        """See `Engine`. What nobody waits for is said to `on_text` all at once."""
        _, served, _ = await self._known()
        if not request.tokens:
            raise EngineError("there is nothing to read")
        if served.no_raw and not is_chat(request.tokens):
            raise EngineError(served.no_raw)
        if request.n_predict <= 0:
            return await self._read(request)
        is_waited_for = request.priority < Priority.PREFETCH
        found = await self._decode(request, on_text if is_waited_for else lambda _text: None)
        self._measure(found)
        if not is_waited_for:
            on_text(found.text)
        return found

    async def score(
        self,
        tokens: list[int],
        n_best: int = 5,
        first: int = 1,
        priority: Priority = Priority.LINT,
    ) -> list[TokenScore]:
        """See `ChatEngine`. Raises CannotScoreError where the server scores no prompts."""
        _, served, family = await self._known()
        asked = self._connection, served, family.specials
        return await self._order.run(priority, lambda: score(*asked, tokens, n_best, first))

    async def write_states(self) -> None:
        """Do nothing: what the server keeps is its own affair."""

    async def settle(self) -> None:
        """Do nothing: a request that was cancelled has its connection closed already."""

    async def _known(self) -> tuple[ModelInfo, Served, Family]:
        if self._is_closed:
            raise EngineClosed("the engine is closed")
        await self.start()
        assert self._loading is not None
        try:
            return await asyncio.shield(self._loading)
        except asyncio.CancelledError:
            if self._is_closed:
                raise EngineClosed("the engine is closed") from None
            raise

    async def _load(self) -> tuple[ModelInfo, Served, Family]:
        started = time.perf_counter()
        served = await find_out(self._connection, self._options.remote_model)
        family = family_of(served.name, self._family_named)
        template = family.chat_template or served.chat_template
        n_ctx = min(self._options.n_ctx, served.n_ctx or self._options.n_ctx)
        probabilities = "" if served.n_best is not None else ", says no probabilities"
        info = ModelInfo(
            path=self.address.url,
            name=served.name,
            description=f"{served.model} at {self.address.url}{probabilities}",
            n_vocab=0,
            n_ctx=n_ctx,
            n_ctx_train=served.n_ctx,
            fim=None if served.no_raw else family.fim_tokens(),
            chat_template=TEMPLATE if served.no_raw or template is None else template,
            load_ms=round((time.perf_counter() - started) * 1000, 1),
            computed_by=self.address.notice,
        )
        return info, served, family

    async def _decode(self, request: GenerateRequest, on_text: OnText) -> Generated:
        _, served, family = await self._known()
        n_known = self._n_known(request.tokens)

        def decode() -> Awaitable[Generated]:
            asked = self._connection, served, family.specials
            return Decode(*asked, request, n_known).run(on_text)

        found = await self._order.run(request.priority, decode)
        self._sent.append(request.tokens)
        return found

    async def _read(self, request: GenerateRequest) -> Generated:
        """Have the server read ahead, unless it reads so fast that nobody would notice."""
        n_missing = len(request.tokens) - self._n_known(request.tokens)
        is_slow = n_missing > self._speed.prefill * SOON_S
        if is_slow:
            await self._decode(replace(request, n_predict=1), lambda _text: None)
            self._n_prefilled += n_missing
        n_read = n_missing if is_slow else 0
        n_prompt = len(request.tokens)
        return Generated("", Finish.LENGTH, n_prompt, n_prompt - n_read, n_read, 0, 0.0, 0.0, [])

    def _n_known(self, tokens: list[int]) -> int:
        return max((n_common(tokens, sent) for sent in self._sent), default=0)

    def _measure(self, found: Generated) -> None:
        """Take in how fast an answer came."""
        self._n_prefilled += found.n_evaluated
        self._n_decoded += found.n_predicted
        prefill, decode = self._speed.prefill, self._speed.decode
        if found.n_evaluated >= LEAST_MEASURED and found.ttft_ms:
            prefill = found.n_evaluated / found.ttft_ms * 1000
        n_more, ms = found.n_predicted - 1, found.total_ms - found.ttft_ms
        if n_more >= 4 and ms > 0:
            decode = n_more / ms * 1000
        self._speed = Speed(_kept(self._speed.prefill, prefill), _kept(self._speed.decode, decode))


def _kept(before: float, now: float) -> float:
    """Return the new figure if it is another, halfway there: one answer says little."""
    is_same = before / CHANGED < now < before * CHANGED
    return before if is_same else (before + now) / 2
