"""SQLite files that others use too and that may be damaged: how they come, and how they go."""

import os
import sqlite3
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lsp_local.folders import make_private
from lsp_local.locks import locked

# What SQLite puts beside a file, and takes for the file's own.
BESIDE = ("-journal", "-wal", "-shm")
HELD_SECONDS = 0.5  # that another process may take to open a file, or to take it away
LOOK_SECONDS = 0.005
# What passes: locked, full, read-only, not there, or a value that is none of the file's.
PASSING = (
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_INTERRUPT,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_TOOBIG,
    sqlite3.SQLITE_MISUSE,
    sqlite3.SQLITE_RANGE,
)


class NotOursError(sqlite3.DatabaseError):
    """A file that another program has made."""


def is_damage(error: sqlite3.Error) -> bool:
    """Whether a file is beyond use, as our SQL itself is right; anything else passes."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:  # our own, or Python's: of a text that is none
        return isinstance(error, NotOursError) or "decode" in str(error)
    return code & 0xFF not in PASSING


def number_of(path: Path) -> int | None:
    """Return what tells a file from another one that has taken its place; None without a file.

    A link is no file: what it leads to is not ours. Raises OSError.
    """
    try:
        found = path.lstat()
    except FileNotFoundError:
        return None
    return found.st_ino if stat.S_ISREG(found.st_mode) else None


@contextmanager
def opening(path: Path) -> Iterator[None]:
    """Make a file the user's alone, and keep it in its place while it is opened. Raises OSError.

    What is read inside fixes which files beside it belong to it.
    """
    make_private(path.parent)
    with _alone_in(path.parent):
        _make(path)
        yield


def take_away(path: Path, number: int | None, ending: str = "") -> None:
    """Remove a file that is beyond use, or rename it, unless another process was first.

    Raises OSError.
    """
    with _alone_in(path.parent):
        if number_of(path) != number:
            return
        for end in BESIDE:  # they would be taken for those of the next file
            Path(f"{path}{end}").unlink(missing_ok=True)
        if ending:
            path.replace(f"{path}{ending}")
        else:
            path.unlink(missing_ok=True)


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Keep everybody else from opening and removing files there. Raises OSError."""
    lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        patience = HELD_SECONDS
        while not locked(lock):
            if patience <= 0:
                raise BlockingIOError(f"{folder} is locked by another process")
            time.sleep(LOOK_SECONDS)
            patience -= LOOK_SECONDS
        yield
    finally:
        os.close(lock)


def _make(path: Path) -> None:
    """Make an empty file where there is none; what only leads elsewhere is removed."""
    for end in ("", *BESIDE):
        one = Path(f"{path}{end}")
        if one.is_symlink():
            one.unlink()
    try:
        found = path.lstat()
    except FileNotFoundError:
        flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC
        os.close(os.open(path, flags, 0o600))
        return
    # Opened and closed here, the file would lose the locks that other threads have on it.
    if not stat.S_ISREG(found.st_mode):
        raise OSError(f"{path} is no file")
    if os.name == "posix" and found.st_uid != os.geteuid():
        raise PermissionError(f"{path} belongs to another user")
    if os.name == "posix" and stat.S_IMODE(found.st_mode) & 0o077:
        path.chmod(0o600)
