"""Unix sockets in a folder of the user's alone: where they are, and who is at the other end."""

import os
import socket
import stat
import struct
from pathlib import Path

from lsp_local.folders import cache_dir, make_private

LONGEST_PATH = 100  # bytes; the kernel's own limit is 104 (macOS) or 108
HAS_SOCKETS = hasattr(socket, "AF_UNIX")


def folders() -> list[Path]:
    """Return where sockets can be, the preferred folder first.

    A shell need not have the XDG_RUNTIME_DIR that the editor had, so whoever looks for one looks
    into all. Where LSP_LOCAL_CACHE_DIR sets a server apart, so is its socket.
    """
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if not runtime or os.environ.get("LSP_LOCAL_CACHE_DIR"):
        return [cache_dir() / "run"]
    return [Path(runtime) / "lsp-local", cache_dir() / "run"]


def place_for(name: str) -> Path:
    """Return the path of a new socket, in a folder that is made private. Raises OSError."""
    if not HAS_SOCKETS:
        raise OSError("this system has no Unix sockets")
    paths = [folder / name for folder in folders()]
    short = [path for path in paths if len(os.fsencode(path)) <= LONGEST_PATH]
    if not short:
        raise OSError(f"{paths[-1]} is too long for the path of a socket")
    folder = short[0].parent
    if folder.is_symlink():
        raise PermissionError(f"{folder} is a link; remove it")
    make_private(folder)
    return short[0]


def connected(path: Path, seconds: float) -> socket.socket:
    """Return a connection on which nothing takes longer than `seconds`. Raises OSError."""
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(seconds)
    try:
        connection.connect(str(path))
    except OSError:
        connection.close()
        raise
    return connection


def check_place(path: Path) -> None:
    """Raise PermissionError where others could stand at a socket's name, OSError without one."""
    for one, is_right, mask in ((path.parent, stat.S_ISDIR, 0o077), (path, stat.S_ISSOCK, 0o077)):
        found = one.lstat()
        if not is_right(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & mask:
            raise PermissionError(f"{one} is not yours alone")


def check_peer(connection: socket.socket) -> None:
    """Raise PermissionError for another user's process, where the system tells (Linux)."""
    if not hasattr(socket, "SO_PEERCRED"):
        return  # the folder's mode keeps others out
    credentials = struct.Struct("3i")
    raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, credentials.size)
    _, uid, _ = credentials.unpack(raw)
    if uid != os.geteuid():
        raise PermissionError(f"a process of the user {uid} is at the other end")
