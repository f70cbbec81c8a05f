"""The windows that a worker serves, and when it is to end: some time after the last of them."""

import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from lsp_local.engine import wire
from lsp_local.engine.peers import Peer
from lsp_local.engine.wire import Message

FIRST_SECONDS = 20.0  # within which the first window has to come


class Company:
    """Who is there. Invariant: with nobody there, a timer runs at whose end the process ends."""

    def __init__(
        self,
        model: str,
        confined: str = "",
        stamp: str = "",
        end: Callable[[], NoReturn] = lambda: os._exit(0),
    ) -> None:
        """Begin without a window; `stamp` names the settings that a window has to agree with.

        `confined` says in words what the process has given up.
        """
        self.is_of_use = True
        self._model = model
        self._confined = confined
        self._stamp = stamp
        self._end = end
        self._windows: set[Peer] = set()
        self._changed = threading.Lock()
        self._started = time.monotonic()
        self._timer = self._armed(FIRST_SECONDS)

    def add(self, peer: Peer) -> None:
        """Take in a window."""
        with self._changed:
            self._timer.cancel()
            peer.is_window = True
            self._windows.add(peer)

    def leave(self, peer: Peer) -> None:
        """Take note that a peer is gone, which need not have been a window."""
        with self._changed:
            if peer not in self._windows:
                return
            self._windows.remove(peer)
            if self._windows:
                return
            if not (peer.linger and self.is_of_use):
                self._end()
            self._timer = self._armed(peer.linger)

    def n_windows(self) -> int:
        """Return how many there are; for any thread."""
        return len(self._windows)

    def answer(self, peer: Peer, message: Message) -> Message | None:
        """Return the answer to what concerns the company, None to what does not.

        Raises WireError for a peer that has no business here.
        """
        match message["op"]:
            case "hello":
                if (message["protocol"], message["stamp"]) != (wire.PROTOCOL, self._stamp):
                    raise wire.WireError("the worker is another one than the server looks for")
                peer.linger = float(message["linger"])
                self.add(peer)
                return {"protocol": wire.PROTOCOL, "stamp": self._stamp, "pid": os.getpid()}
            case "linger":
                peer.linger = float(message["seconds"])
                return {}
            case "retire":
                self._retire()
                return {}
            case "status":
                return self._status()
        if not peer.is_window:
            raise wire.WireError("a peer that has not said hello")
        return None

    def _retire(self) -> None:
        """End with the last window, which may have left already."""
        self.is_of_use = False
        self._end_if_alone()

    def _status(self) -> Message:
        return {
            "pid": os.getpid(),
            "model": self._model,
            "is_shared": bool(self._stamp),
            "n_windows": self.n_windows(),
            "seconds": round(time.monotonic() - self._started),
            "n_bytes": n_bytes_of("self"),
            "confined": self._confined,
        }

    def _armed(self, seconds: float) -> threading.Timer:
        timer = threading.Timer(seconds, self._end_if_alone)
        timer.daemon = True
        timer.start()
        return timer

    def _end_if_alone(self) -> None:
        with self._changed:  # for ever: who says hello now finds nobody, and starts another
            if not self._windows:
                self._end()


def n_bytes_of(pid: int | str) -> int | None:
    """Return the memory of a process, its share of what others hold too (Linux)."""
    with suppress(OSError, ValueError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            name, _, rest = line.partition(":")
            if name == "Pss":
                return int(rest.split()[0]) * 1024
    return None
