"""Where running servers can be asked: a Unix socket each, in a folder of the user's alone."""

import json
import os
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from lsp_local.folders import cache_dir, make_private

SUFFIX, STARTING = ".sock", ".new"
LONGEST_PATH = 100  # bytes; the kernel's own limit is 104 (macOS) or 108
LONGEST_REQUEST = 64 * 1024  # bytes
LONGEST_ANSWER = 4 * 1024 * 1024
WAIT_SECONDS = 2.0  # for an answer; a server is never busy as long
HAS_SOCKETS = hasattr(socket, "AF_UNIX")


def folders() -> list[Path]:
    """Return where sockets can be, the preferred folder first.

    A shell need not have the XDG_RUNTIME_DIR that the editor had, so commands look into all. Where
    LSP_LOCAL_CACHE_DIR sets a server apart, so is its socket.
    """
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if not runtime or os.environ.get("LSP_LOCAL_CACHE_DIR"):
        return [cache_dir() / "run"]
    return [Path(runtime) / "lsp-local", cache_dir() / "run"]


def listening() -> socket.socket:
    """Return a socket of this process that listens. Raises OSError."""
    if not HAS_SOCKETS:
        raise OSError("this system has no Unix sockets")
    paths = [folder / f"{os.getpid()}{SUFFIX}" for folder in folders()]
    short = [path for path in paths if len(os.fsencode(path)) <= LONGEST_PATH]
    if not short:
        raise OSError(f"{paths[-1]} is too long for the path of a socket")
    make_private(short[0].parent)
    running(short[0].parent)
    # Whoever finds a name that nobody listens to takes it away: ours comes when we do listen.
    before = short[0].with_suffix(STARTING)
    before.unlink(missing_ok=True)  # of a dead process that had our number
    listener = socket.socket(socket.AF_UNIX)
    try:
        listener.bind(str(before))
        listener.listen()
        before.replace(short[0])
    except OSError:
        listener.close()
        raise
    return listener


def remove(listener: socket.socket) -> None:
    """Take the socket's name away; never raises."""
    with suppress(OSError):
        Path(listener.getsockname()).with_suffix(SUFFIX).unlink()


def running(folder: Path) -> list[Path]:
    """Return the sockets in `folder` that somebody serves; those of dead servers are removed."""
    found = []
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        try:
            _connected(path).close()
            found.append(path)
        except (ConnectionRefusedError, FileNotFoundError):
            path.unlink(missing_ok=True)
        except OSError:  # somebody else's, or one that is too busy to be asked
            continue
    return found


def ask_all(request: dict[str, Any]) -> Iterator[tuple[int, Any]]:
    """Yield the process id and the answer of every server that answers. No socket, no server."""
    if not HAS_SOCKETS:
        return
    for folder in folders():
        for path in running(folder):
            with suppress(OSError, ValueError):  # it ended meanwhile
                yield int(path.stem), ask(path, request)


def ask(path: Path, request: dict[str, Any]) -> Any:
    """Return a server's answer. Raises OSError, and ValueError for what is no answer."""
    with _connected(path) as connection:
        connection.sendall(json.dumps(request).encode() + b"\n")
        with connection.makefile("rb") as stream:
            answer = json.loads(stream.readline(LONGEST_ANSWER))
    if not isinstance(answer, dict) or "answer" not in answer:
        raise ValueError(f"no answer: {answer}")
    return answer["answer"]


def _connected(path: Path) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(WAIT_SECONDS)
    try:
        connection.connect(str(path))
    except OSError:
        connection.close()
        raise
    return connection
