"""Where running servers can be asked: a Unix socket each, in a folder of the user's alone."""

import json
import os
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from lsp_local import private_sockets
from lsp_local.private_sockets import connected, folders, place_for

SUFFIX, STARTING = ".sock", ".new"
LONGEST_REQUEST = 64 * 1024  # bytes
LONGEST_ANSWER = 4 * 1024 * 1024
WAIT_SECONDS = 2.0  # for an answer; a server is never busy as long


def listening() -> socket.socket:
    """Return a socket of this process that listens. Raises OSError."""
    path = place_for(f"{os.getpid()}{SUFFIX}")
    running(path.parent)
    # Whoever finds a name that nobody listens to takes it away: ours comes when we do listen.
    before = path.with_suffix(STARTING)
    before.unlink(missing_ok=True)  # of a dead process that had our number
    listener = socket.socket(socket.AF_UNIX)
    try:
        listener.bind(str(before))
        before.chmod(0o600)  # the folder keeps others out already; whatever the umask, so does this
        listener.listen()
        before.replace(path)
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
    for path in folder.glob(f"*{STARTING}"):
        if path.stem.isdecimal() and not _is_alive(int(path.stem)):
            path.unlink(missing_ok=True)
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        try:
            connected(path, WAIT_SECONDS).close()
            found.append(path)
        except (ConnectionRefusedError, FileNotFoundError):
            path.unlink(missing_ok=True)
        except OSError:  # somebody else's, or one that is too busy to be asked
            continue
    return found


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True
    return True


def ask_all(request: dict[str, Any]) -> Iterator[tuple[int, Any]]:
    """Yield the process id and the answer of every server that answers. No socket, no server."""
    if not private_sockets.HAS_SOCKETS:
        return
    for folder in folders():
        for path in running(folder):
            with suppress(OSError, ValueError):  # it ended meanwhile
                yield int(path.stem), ask(path, request)


def ask(path: Path, request: dict[str, Any]) -> Any:
    """Return a server's answer. Raises OSError, and ValueError for what is no answer."""
    with connected(path, WAIT_SECONDS) as connection:
        connection.sendall(json.dumps(request).encode() + b"\n")
        with connection.makefile("rb") as stream:
            answer = json.loads(stream.readline(LONGEST_ANSWER))
    if not isinstance(answer, dict) or "answer" not in answer:
        raise ValueError(f"no answer: {answer}")
    return answer["answer"]
