"""Locks between processes, which the kernel frees with their holder, however it ends."""

import fcntl
from typing import IO


def locked(file: int | IO[bytes] | IO[str]) -> bool:
    """Lock an open file for as long as it stays open; False while another process has it.

    Raises OSError where the file system knows no locks.
    """
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def wait_locked(file: int | IO[bytes] | IO[str]) -> None:
    """Lock an open file as soon as nobody else has it. Raises OSError as `locked` does."""
    fcntl.flock(file, fcntl.LOCK_EX)
