"""The pipes between client and server: framed messages in and out, and nothing else on stdout."""

import asyncio
import os
import queue
import sys
import threading
from collections.abc import AsyncIterator, Callable
from typing import BinaryIO

MAX_BODY_BYTES = 64 * 1024 * 1024
_MAX_HEADER_BYTES = 4096
_MAX_HEADERS = 32
# Few are enough to keep the reader ahead, and a client that floods us waits in its own memory.
_MAX_UNREAD = 16


class FrameError(Exception):
    """The input is no message, so where the next one begins is unknown."""


def take_over() -> tuple[BinaryIO, int]:
    """Return the client's input and output; what else reads 0 or writes 1 is kept away from them.

    Afterwards 0 is empty and 1 is standard error, also for native libraries and child processes.
    """
    stdin = os.fdopen(os.dup(0), "rb")
    stdout = os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    try:
        os.dup2(2, 1)
    except OSError:  # started without a standard error
        os.dup2(nothing, 1)
        os.dup2(nothing, 2)
    os.close(nothing)
    sys.stdout = sys.stderr
    return stdin, stdout


async def messages(stream: BinaryIO) -> AsyncIterator[bytes]:
    """Yield the bodies as they come, until the input ends. Raises FrameError.

    A daemon thread reads: it serves pipes, sockets, terminals and files alike, leaves their mode
    alone (a non-blocking stdin can be the same socket as stdout) and never holds up the exit.
    """
    unread: asyncio.Queue[bytes | FrameError | None] = asyncio.Queue(_MAX_UNREAD)
    loop = asyncio.get_running_loop()

    def read() -> None:
        body: bytes | FrameError | None = b""
        while isinstance(body, bytes):
            try:
                body = read_message(stream)
            except FrameError as error:
                body = error
            except OSError:  # a socket that was reset
                body = None
            asyncio.run_coroutine_threadsafe(unread.put(body), loop).result()

    threading.Thread(target=read, name="stdin", daemon=True).start()
    while (body := await unread.get()) is not None:
        if isinstance(body, FrameError):
            raise body
        yield body


def read_message(stream: BinaryIO) -> bytes | None:
    """Return the next body, or None where the input ends, be it inside a message.

    Raises FrameError. LSP, "Header Part".
    """
    n_bytes = None
    for _ in range(_MAX_HEADERS):
        line = stream.readline(_MAX_HEADER_BYTES)
        if not line.endswith(b"\n"):
            if len(line) == _MAX_HEADER_BYTES:
                raise FrameError(f"a header is longer than {_MAX_HEADER_BYTES} bytes")
            return None
        if line.strip():
            n_bytes = _content_length(line, n_bytes)
        elif n_bytes is not None:
            body = stream.read(n_bytes)
            return body if len(body) == n_bytes else None
    raise FrameError(f"{_MAX_HEADERS} header lines and no message")


def _content_length(line: bytes, before: int | None) -> int | None:
    name, colon, value = line.partition(b":")
    if not colon:
        raise FrameError("a header without a colon")
    if name.strip().lower() != b"content-length":
        return before
    if before is not None or not value.strip().isdigit():
        raise FrameError("Content-Length must be one number")
    if len(value.strip()) > len(str(MAX_BODY_BYTES)) or int(value) > MAX_BODY_BYTES:
        raise FrameError(f"Content-Length is over {MAX_BODY_BYTES} bytes")
    return int(value)


class Writer:
    """Writes in a thread of its own, so that a client that does not read cannot stop the server.

    `on_broken` is called once, in that thread, when the client no longer takes anything.
    """

    def __init__(self, fd: int, on_broken: Callable[[], object]) -> None:
        self._fd = fd
        self._on_broken = on_broken
        self._unwritten: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write_all, name="stdout", daemon=True)
        self._thread.start()

    def write(self, message: bytes) -> None:
        """Queue a message with its header; never waits, never fails."""
        self._unwritten.put(message)

    def close(self) -> None:
        """Take no more; what was queued is still written."""
        self._unwritten.put(None)

    def flush(self, seconds: float) -> None:
        """Close, and wait until everything is written or the time is up."""
        self.close()
        self._thread.join(seconds)

    def _write_all(self) -> None:
        try:
            while (message := self._unwritten.get()) is not None:
                rest = memoryview(message)
                while rest:
                    rest = rest[os.write(self._fd, rest) :]
        except OSError:
            self._on_broken()
