"""Remembers that a model's file could not be loaded, so that it is not tried at every key."""

import time
from pathlib import Path

RETRY_SAME_FILE_SECONDS = 60.0  # loading what failed before costs seconds of all cores
Stamp = tuple[Path, int, int]


class FailedLoad:
    """The last load that failed. A file that has changed since is another one."""

    def __init__(self) -> None:
        self._stamp: Stamp | None = None
        self._until = 0.0
        self._why = ""

    def note(self, stamp: Stamp | None, why: str = "") -> None:
        """Take note that a file could not be loaded; a model that is elsewhere has none."""
        self._stamp, self._why = stamp, why
        self._until = time.monotonic() + RETRY_SAME_FILE_SECONDS

    def forget(self) -> None:
        """Take note that the next load may do."""
        self._stamp = None

    def why_not(self, stamp: Stamp | None) -> str | None:
        """Say why a file is not to be tried now; None where it may be."""
        is_known = stamp is not None and stamp == self._stamp and time.monotonic() < self._until
        return self._why if is_known else None


def stamp_of(path: Path | None) -> Stamp | None:
    """Tell one state of a model file from the next; None for a model that is elsewhere."""
    if path is None:
        return None
    status = path.stat()
    return path, status.st_size, status.st_mtime_ns
