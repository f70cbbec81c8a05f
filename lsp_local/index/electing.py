"""Of all processes that could build one index, one does."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from lsp_local.folders import make_private
from lsp_local.locks import locked


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
    is_mine = False
    try:
        with suppress(OSError):
            is_mine = locked(lock)
        yield is_mine
    finally:
        os.close(lock)
