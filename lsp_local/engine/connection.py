"""Requests to a worker over one socket: each is answered once, or learns that the worker died."""

import asyncio
import itertools
import socket
from typing import Any, Self

from lsp_local.engine import wire
from lsp_local.engine.base import EngineDied, EngineError, OnText
from lsp_local.engine.wire import Message


class Connection:
    """What one server asks of its worker. Keys are its own: a worker tells peers apart."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer: asyncio.StreamWriter | None = writer
        self._keys = itertools.count(1)
        self._pending: dict[int, tuple[asyncio.Future[Any], OnText | None]] = {}

    @classmethod
    async def over(cls, peer: socket.socket) -> Self:
        """Take over a connected socket."""
        return cls(*await asyncio.open_unix_connection(sock=peer))

    async def ask(self, message: Message, on_text: OnText | None = None) -> Any:
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
            self.tell({"op": "cancel", "id": key})
            raise
        finally:
            self._pending.pop(key, None)

    def tell(self, message: Message) -> None:
        """Send what needs no answer, if there is still somebody to hear it."""
        if self._writer is not None:
            self._writer.write(wire.pack(message))

    async def listen(self) -> None:
        """Hand answers to those who wait for them, until the worker is gone."""
        try:
            while (message := await wire.receive_async(self._reader)) is not None:
                future, on_text = self._pending.get(message["id"], (None, None))
                if future is not None and not future.done():
                    _deliver(message, future, on_text)
        except (OSError, wire.WireError):
            pass  # a peer that talks nonsense is as good as dead
        finally:
            self.close()
            for future, _ in self._pending.values():
                if not future.done():
                    future.set_exception(EngineDied("the model process has died"))

    def close(self) -> None:
        """Hang up; what was sent before still arrives."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None


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
