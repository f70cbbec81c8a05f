"""Of all processes that could build one index, one does."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lsp_local.folders import make_private


@contextmanager
def elected(database: Path) -> Iterator[bool]:
    """Tell whether this process may build `database` while it is inside; never waits.

    The kernel lets go of the lock when its holder dies.
    """
    try:
        make_private(database.parent)
        lock = os.open(f"{database}.lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError:  # then the database cannot be written either, and that will be said
        yield True
        return
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        is_mine = True
    except OSError:
        is_mine = False
    try:
        yield is_mine
    finally:
        os.close(lock)
