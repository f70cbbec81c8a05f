"""The name under which a shared worker is found: it comes with the process and goes with it."""

import os
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from lsp_local.engine.peers import Peer
from lsp_local.private_sockets import check_peer

LOCK = ".lock"
LONGEST_LOG = 2**20  # bytes
BREAK_SECONDS = 0.1  # after a connection that could not be taken in


class Door:
    """A listening socket, and the lock that says whose its name is.

    Invariant: whoever holds the lock, and nobody else, makes and removes both names.
    """

    def __init__(self, listener: int, lock: int) -> None:
        """Take over what `finding.py` has opened: file descriptors."""
        self._listener = socket.socket(fileno=listener)
        self._lock = lock
        self._path = Path(self._listener.getsockname())

    def admit(self, listen: Callable[[Peer], None]) -> NoReturn:
        """Have everybody who comes listened to in a thread."""
        number = 0
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:  # no more files may be open, for a while
                time.sleep(BREAK_SECONDS)
                continue
            number += 1
            trim_log()
            try:
                check_peer(connection)
            except OSError:
                connection.close()
                continue
            peer = Peer(connection, number, is_window=False)
            threading.Thread(target=listen, args=[peer], daemon=True).start()

    def end(self) -> NoReturn:
        """Take the names away, if they are ours still, and end the process."""
        lock = self._path.with_suffix(LOCK)
        with suppress(OSError):
            if os.path.samestat(os.fstat(self._lock), lock.lstat()):
                self._path.unlink(missing_ok=True)
                lock.unlink()  # the last: from now on the name may be another's
        os._exit(0)


def trim_log() -> None:
    """Empty the file that standard error goes to, once it is long; it is opened for appending."""
    with suppress(OSError):
        if os.fstat(2).st_size > LONGEST_LOG:
            os.ftruncate(2, 0)
