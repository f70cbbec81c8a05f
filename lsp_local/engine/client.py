"""The server's side of the model: start the worker, talk to it, replace it when it dies."""

import asyncio
import contextlib
import functools
import itertools
import socket
import subprocess
import time
from collections import deque
from pathlib import Path
from typing import Any, Self

from lsp_local.engine import wire
from lsp_local.engine.base import (
    EngineDied,
    EngineError,
    Generated,
    GenerateRequest,
    ModelInfo,
    OnText,
    Priority,
    Speed,
    TokenScore,
    Work,
)
from lsp_local.engine.spawning import LLAMA, Load
from lsp_local.engine.speed import physical_cores
from lsp_local.engine.tokenized import Tokenized
from lsp_local.engine.wire import Message
from lsp_local.folders import states_dir
from lsp_local.options import Options

CAREFUL_GUESS = Speed(prefill=60.0, decode=10.0)
CRASHES_IN_A_ROW = 3
CRASH_WINDOW = 60.0  # seconds


class EngineClient:
    """An `Engine` whose model lives in a child process that may be killed at any time."""

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
        self._load_of = Load(model.resolve(), n_ctx, threads, folder, states_bytes, backend)
        self._keys = itertools.count(1)
        self._pending: dict[int, tuple[asyncio.Future[Any], OnText | None]] = {}
        self._process: subprocess.Popen[bytes] | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._listener: asyncio.Task[None] | None = None
        self._loaded: asyncio.Task[ModelInfo] | None = None
        self._speed = CAREFUL_GUESS
        self._crashes: deque[float] = deque(maxlen=CRASHES_IN_A_ROW)
        self._is_closed = False
        self._tokenized = Tokenized()

    @classmethod
    def of(cls, model: Path, options: Options, *, keeps_states: bool, backend: str = LLAMA) -> Self:
        """Return a client as `options` have it, which may keep KV states on disk."""
        states, mb = (states_dir(), options.cache_mb) if keeps_states else (None, 0)
        sizes = {"n_ctx": options.n_ctx, "n_threads": options.n_threads}
        return cls(model, **sizes, states=states, states_bytes=mb * 2**20, backend=backend)

    @property
    def model(self) -> Path:
        """Return the file that it loads."""
        return self._load_of.model

    @property
    def is_ready(self) -> bool:
        """Whether the model is in memory, so that a request need not wait for it."""
        task = self._loaded if self._process is not None else None
        return task is not None and task.done() and not task.cancelled() and not task.exception()

    @property
    def worker_pid(self) -> int | None:
        """Return the process id of the running worker."""
        return self._process.pid if self._process else None

    async def start(self) -> None:
        """Start the worker and return at once; `info` waits for the model. Raises EngineError."""
        if self._process is not None or self._is_closed:
            return
        # Nothing is awaited here: whoever sees the process sees its `_loaded` too.
        ours, theirs = socket.socketpair()
        try:
            self._process = self._load_of.spawn(theirs)
        except OSError as error:
            ours.close()
            raise EngineError(f"the model process cannot be started: {error}") from error
        finally:
            theirs.close()
        self._loaded = asyncio.create_task(self._load(ours))
        self._loaded.add_done_callback(functools.partial(self._look_at_load, ours))

    async def close(self) -> None:
        """End the worker at once, also in mid-decode."""
        self._is_closed = True
        process = self._process
        if process is not None:
            process.kill()
            await asyncio.to_thread(process.wait)
        if self._loaded is not None:
            await asyncio.wait([self._loaded], timeout=1)
        if self._listener is not None:
            await asyncio.wait([self._listener], timeout=1)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def info(self) -> ModelInfo:
        """See `Engine`."""
        await self._wake()
        assert self._loaded is not None
        return await asyncio.shield(self._loaded)

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

    async def _load(self, ours: socket.socket) -> ModelInfo:
        reader, self._writer = await asyncio.open_unix_connection(sock=ours)
        self._listener = asyncio.create_task(self._listen(reader))
        fields = await self._send({"op": "info"})
        self._speed = wire.speed_from(fields.pop("speed"))
        return wire.info_from(fields)

    def _look_at_load(self, ours: socket.socket, task: asyncio.Task[ModelInfo]) -> None:
        """Mark a failed load as seen, for `info` raises it; one that never began leaves nothing."""
        if not task.cancelled():
            task.exception()
        elif self._writer is None and self._process is not None:  # the event loop has ended
            ours.close()
            process, self._process = self._process, None
            process.kill()
            process.wait()

    async def _wake(self) -> None:
        """Start a worker if there is none. Raises EngineError while it crashes all the time."""
        if self._is_closed:
            raise EngineDied("the engine is closed")
        if self._process is None:
            if self._is_crashing():
                raise EngineError(
                    f"the model process died {CRASHES_IN_A_ROW} times within a minute; "
                    "run `lsp-local doctor` to see what is wrong"
                )
            await self.start()

    def _is_crashing(self) -> bool:
        is_full = len(self._crashes) == CRASHES_IN_A_ROW
        return is_full and time.monotonic() - self._crashes[0] < CRASH_WINDOW

    async def _call(self, message: Message, on_text: OnText | None = None) -> Any:
        await self.info()
        return await self._send(message, on_text)

    async def _send(self, message: Message, on_text: OnText | None = None) -> Any:
        """Send a request and wait for its answer; if nobody wants it any more, tell the worker."""
        if self._writer is None:
            raise EngineDied("the model process has died; the next request starts a new one")
        key = next(self._keys)
        packed = wire.pack({**message, "id": key})
        future = asyncio.get_running_loop().create_future()
        self._pending[key] = future, on_text
        self._writer.write(packed)
        try:
            return await future
        except BaseException:  # cancelled, or `on_text` failed
            if self._writer is not None:
                self._writer.write(wire.pack({"op": "cancel", "id": key}))
            raise
        finally:
            self._pending.pop(key, None)

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        """Hand answers to those who wait for them, until the worker is gone."""
        try:
            while (message := await wire.receive_async(reader)) is not None:
                future, on_text = self._pending.get(message["id"], (None, None))
                if future is not None and not future.done():
                    _deliver(message, future, on_text)
        except (OSError, wire.WireError):
            pass  # a peer that talks nonsense is as good as dead
        except asyncio.CancelledError:
            self._is_closed = True  # the event loop ends: not the time for another worker
            raise
        finally:
            await self._bury()

    async def _bury(self) -> None:
        """Forget a dead worker; whoever waits for it learns that it died."""
        process, self._process = self._process, None
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        for future, _ in self._pending.values():
            if not future.done():
                future.set_exception(EngineDied("the model process has died"))
        if process is not None:
            process.kill()
            await asyncio.to_thread(process.wait)
        if not self._is_closed:
            self._crashes.append(time.monotonic())
            if not self._is_crashing():
                with contextlib.suppress(EngineError, OSError):  # the next request says why
                    await self.start()


def _deliver(message: Message, future: asyncio.Future[Any], on_text: OnText | None) -> None:
    """Hand a message to the one who waits for it, and what goes wrong in `on_text` too."""
    if "error" in message:
        future.set_exception(EngineError(message["error"]))
    elif "result" in message:
        future.set_result(message["result"])
    elif on_text is not None:
        try:
            on_text(message["text"])
        except Exception as error:
            future.set_exception(error)
