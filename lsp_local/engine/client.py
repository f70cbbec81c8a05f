"""The server's side of the model: what an engine can be asked, as messages to its worker."""

from pathlib import Path
from typing import Self

from lsp_local.engine import wire
from lsp_local.engine.base import (
    Generated,
    GenerateRequest,
    OnText,
    Priority,
    Speed,
    TokenScore,
    Work,
)
from lsp_local.engine.spawning import LLAMA, Load
from lsp_local.engine.speed import physical_cores
from lsp_local.engine.supervising import Supervised
from lsp_local.engine.tokenized import Tokenized
from lsp_local.folders import states_dir
from lsp_local.options import Options


class EngineClient(Supervised):
    """An `Engine` whose model lives in another process that may be killed at any time."""

    def __init__(
        self,
        model: Path,
        *,
        n_ctx: int,
        n_threads: int,
        states: Path | None = None,
        states_bytes: int = 0,
        backend: str = LLAMA,
    ) -> None:
        """Prepare a client; KV states are kept in `states`, in at most `states_bytes`.

        `backend` is one of `worker.BACKENDS`.
        """
        threads = n_threads or physical_cores()
        folder = states.resolve() if states else None
        super().__init__(Load(model.resolve(), n_ctx, threads, folder, states_bytes, backend))
        self._tokenized = Tokenized()

    @classmethod
    def of(cls, model: Path, options: Options, *, keeps_states: bool, backend: str = LLAMA) -> Self:
        """Return a client as `options` have it, which may keep KV states on disk."""
        states, mb = (states_dir(), options.cache_mb) if keeps_states else (None, 0)
        sizes = {"n_ctx": options.n_ctx, "n_threads": options.n_threads}
        return cls(model, **sizes, states=states, states_bytes=mb * 2**20, backend=backend)

    async def speed(self) -> Speed:
        """See `Engine`."""
        return self._speed

    async def tokenize(self, texts: list[str]) -> list[list[int]]:
        """See `Engine`."""
        found = self._tokenized.find(texts)
        missing = [text for text in dict.fromkeys(texts) if text not in found]
        if missing:
            tokens = await self._call({"op": "tokenize", "texts": missing})
            fresh = dict(zip(missing, tokens, strict=True))
            self._tokenized.add(fresh)
            found |= fresh
        return [found[text] for text in texts]

    async def tokenize_template(self, texts: list[str]) -> list[list[int]]:
        """See `Engine`."""
        message = {"op": "tokenize", "texts": texts, "allow_special": True}
        result: list[list[int]] = await self._call(message)
        return result

    async def n_missing(self, tokens: list[int]) -> int:
        """See `Engine`."""
        return int(await self._call({"op": "n_missing", "tokens": tokens}))

    async def work(self) -> Work:
        """Return what the model has done since its load."""
        return Work(**await self._call({"op": "work"}))

    async def generate(
        self, request: GenerateRequest, on_text: OnText = lambda _text: None
    ) -> Generated:
        """See `Engine`."""
        message = {"op": "generate", "request": wire.fields_of(request)}
        fields = await self._call(message, on_text)
        self._speed = wire.speed_from(fields.pop("speed"))
        return wire.answer_from(fields)

    async def score(
        self,
        tokens: list[int],
        n_best: int = 5,
        first: int = 1,
        priority: Priority = Priority.LINT,
    ) -> list[TokenScore]:
        """See `ChatEngine`."""
        message = {"op": "score", "tokens": tokens, "n_best": n_best, "first": first}
        rows = await self._call({**message, "request": {"priority": priority}})
        return [TokenScore(row[0], row[1], [tuple(best) for best in row[2]]) for row in rows]

    async def pieces(self, tokens: list[int]) -> list[bytes]:
        """See `ChatEngine`."""
        pieces = await self._call({"op": "pieces", "tokens": tokens})
        return [piece.encode("latin-1") for piece in pieces]

    async def write_states(self) -> None:
        """See `ChatEngine`."""
        await self._call({"op": "write_states", "request": {"priority": Priority.UPKEEP}})

    async def settle(self) -> None:
        """Wait until the worker has nothing left to do of what was asked before."""
        await self._call({"op": "info", "request": {"priority": Priority.LINT}})
