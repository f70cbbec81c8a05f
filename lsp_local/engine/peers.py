"""A server as its worker sees it: what it sends, and what is on its way to it."""

import contextlib
import socket
import threading
from typing import Any

from lsp_local.engine import wire
from lsp_local.engine.wire import Message

MOST_UNREAD = 2 * wire.LONGEST  # bytes; whoever reads nothing of so many is as good as gone
DO_NOT_WAIT = getattr(socket, "MSG_DONTWAIT", 0)


class Peer:
    """One connection. Invariant: `send` neither waits nor raises, whatever the other end does."""

    def __init__(self, connection: socket.socket, number: int = 1, *, is_window: bool = True):
        """Serve a peer; unless it `is_window`, it has to say first what it wants."""
        self.number = number
        self.is_window = is_window
        self.linger = 0.0  # seconds that the worker is to outlive it
        self._connection = connection
        self._sending = threading.Lock()
        self._unread = bytearray()
        self._is_gone = False

    def receive(self) -> Message | None:
        """Wait for the next message; None when the peer is gone. Raises WireError, OSError."""
        return wire.receive(self._connection)

    def send(self, key: int, **frame: Any) -> None:
        """Send a part of the answer to the request `key`."""
        self.write(wire.pack({"id": key, **frame}))

    def write(self, packed: bytes) -> None:
        """Send a message; what the peer does not take at once is sent as it reads on."""
        with self._sending:
            if self._is_gone:
                return
            if self._unread:
                self._unread += packed
                if len(self._unread) > MOST_UNREAD:
                    self._end()
                return
            n_sent = self._sent(packed)
            if n_sent < len(packed):
                self._unread += packed[n_sent:]
                threading.Thread(target=self._drain, daemon=True).start()

    def close(self) -> None:
        """Forget the peer."""
        with self._sending:
            self._end()
        self._connection.close()

    def _sent(self, packed: bytes) -> int:
        try:
            return self._connection.send(packed, DO_NOT_WAIT)
        except BlockingIOError:
            return 0
        except OSError:
            self._end()
            return len(packed)

    def _drain(self) -> None:
        """Send what is left, however long the peer takes."""
        while True:
            with self._sending:
                piece = bytes(self._unread[: 2**20])
                if not piece:
                    return
            try:
                n_sent = self._connection.send(piece)
            except OSError:
                with self._sending:
                    self._end()
                return
            with self._sending:
                del self._unread[:n_sent]

    def _end(self) -> None:
        self._is_gone = True
        self._unread.clear()
        with contextlib.suppress(OSError):  # it wakes whoever reads or writes
            self._connection.shutdown(socket.SHUT_RDWR)
