"""The pipes between client and server: framed messages in and out, and nothing else on stdout."""

import asyncio
import os
import queue
import re
import sys
import threading
from collections.abc import AsyncIterator, Callable
from typing import BinaryIO

MAX_BODY_BYTES = 64 * 1024 * 1024
_MAX_HEADER_BYTES = 4096
_MAX_HEADERS = 32
# Few are enough to keep the reader ahead, and a client that floods us waits in its own memory.
_MAX_UNREAD = 16
_NAME = re.compile(rb"[\w-]+")
_LENGTH = re.compile(rb"Content-Length:[ \t]*(\d{1,8})[ \t]*\r?\n\Z", re.IGNORECASE)
_MAX_LENGTH_LINE = 64


class FrameError(Exception):
    """What was read is no message; `line` is where that showed."""

    def __init__(self, reason: str, line: bytes = b"") -> None:
        super().__init__(reason)
        self.line = line


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


async def messages(stream: BinaryIO) -> AsyncIterator[bytes | FrameError]:
    """Yield the bodies as they come, and what is no message as one error, until the input ends.

    A daemon thread reads: it serves pipes, sockets, terminals and files alike, leaves their mode
    alone (a non-blocking stdin can be the same socket as stdout) and never holds up the exit.
    """
    unread: asyncio.Queue[bytes | FrameError | None] = asyncio.Queue(_MAX_UNREAD)
    loop = asyncio.get_running_loop()

    def read() -> None:
        body: bytes | FrameError | None = b""
        while body is not None:
            try:
                body = read_message(stream, body if isinstance(body, FrameError) else None)
            except FrameError as error:
                body = error
            except OSError:  # a socket that was reset
                body = None
            asyncio.run_coroutine_threadsafe(unread.put(body), loop).result()

    threading.Thread(target=read, name="stdin", daemon=True).start()
    while (body := await unread.get()) is not None:
        yield body


def read_message(stream: BinaryIO, lost: FrameError | None = None) -> bytes | None:
    """Return the next body, or None where the input ends, be it inside a message.

    After `lost`, what is no message is skipped. Raises FrameError. LSP, "Header Part".
    """
    n_bytes = _next_length(stream, lost.line) if lost else None
    if lost and n_bytes is None:
        return None
    for _ in range(_MAX_HEADERS):
        line = stream.readline(_MAX_HEADER_BYTES)
        if not line.endswith(b"\n"):
            if len(line) == _MAX_HEADER_BYTES:
                raise FrameError(f"a header is longer than {_MAX_HEADER_BYTES} bytes", line)
            return None
        if line.strip():
            n_bytes = _content_length(line, n_bytes)
        elif n_bytes is not None:
            body = stream.read(n_bytes)
            return body if len(body) == n_bytes else None
    raise FrameError(f"{_MAX_HEADERS} header lines and no message")


def _next_length(stream: BinaryIO, line: bytes) -> int | None:
    """Skip lines, from `line` on, until one ends in a usable Content-Length; None at the end.

    That is the next message: no JSON has a line end inside of a string, so no body, whatever text
    of a user's it holds, can say the same.
    """
    while True:
        found = _LENGTH.search(line)
        if found and int(found[1]) <= MAX_BODY_BYTES:
            return int(found[1])
        more = stream.readline(_MAX_HEADER_BYTES)
        if not more:
            return None
        line = (b"" if line.endswith(b"\n") else line[-_MAX_LENGTH_LINE:]) + more


def _content_length(line: bytes, before: int | None) -> int | None:
    name, colon, value = line.partition(b":")
    if not colon or not _NAME.fullmatch(name.strip()):
        raise FrameError("a header without a name and a colon", line)
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
