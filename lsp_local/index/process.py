"""The process that keeps one project's index up to date, at the lowest priority.

It is told on standard input, a JSON object a line, what changed; it says on standard output what it
has read and what is wrong. It ends with its input.
"""

import json
import logging
import os
import select
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lsp_local import secret_rules
from lsp_local.index.project import Index
from lsp_local.plain import content

LOOK_SECONDS = 60.0  # after which all files are looked at again: other programs write, too
WATCHED_SECONDS = 600.0  # where the editor tells what changes
SHARE = 0.02  # of the time at most goes into looking
GIT_SECONDS = 2.0  # after which a checkout is noticed, without anybody's telling
GIT_FILES = ("HEAD", "index")
MOST_GIT_BYTES = 8192  # of the file that names git's folder
BUSY_SECONDS = 5.0  # after which it looks for what it could not write
LOWEST = 19


class Wishes:
    """What is asked for on a file descriptor. `is_over` once that has ended."""

    def __init__(self, fd: int) -> None:
        self.is_over = False
        self._fd = fd
        self._begun = b""

    def are_there(self, seconds: float = 0.0) -> bool:
        """Whether somebody asks, or the input has ended; waits for that at most so long."""
        return bool(select.select([self._fd], [], [], seconds)[0])

    def read(self) -> Iterator[dict[str, Any]]:
        """Yield what was asked for since the last time; blocks where nothing was."""
        read = os.read(self._fd, 65_536)
        self.is_over = not read
        *lines, self._begun = (self._begun + read).split(b"\n")
        for line in lines:
            wish = json.loads(line)
            if isinstance(wish, dict):
                yield wish


def main() -> None:
    """Serve one index: the arguments are its root, the excluded patterns, and its database."""
    root, exclude, database = sys.argv[1:]
    logging.getLogger().addHandler(_Said())
    os.nice(LOWEST)
    secret_rules.prepare()
    keep_up(Index(Path(root), json.loads(exclude), Path(database)), Wishes(sys.stdin.fileno()))


def keep_up(index: Index, wishes: Wishes) -> None:
    """Look at all files now and then, and at once at those that changed, until the input ends."""
    pause = LOOK_SECONDS
    git = _git_times(index.root)
    due = time.monotonic()
    while not wishes.is_over:
        began = time.monotonic()
        if began >= due:
            n_read = index.refresh(wishes.are_there)
            # A wish cuts it short: what is read stays read, and it goes on from there.
            is_whole = not wishes.are_there()
            _say(n_read=n_read)  # only now: who hears it may have another wish
            took = time.monotonic() - began
            due = time.monotonic() + max(pause, took / SHARE) if is_whole else began
        if wishes.are_there(min(GIT_SECONDS, max(0.0, due - time.monotonic()))):
            for wish in wishes.read():
                if wish.get("is_watched"):
                    pause = WATCHED_SECONDS
                n_read = index.update(*wish.get("changed", ()))
                due = due if n_read >= 0 else min(due, time.monotonic() + BUSY_SECONDS)
                _say(n_read=n_read)
        elif git != (now := _git_times(index.root)):
            git, due = now, began


def _git_times(root: Path) -> list[int]:
    """Return when git last wrote what a checkout writes; 0 for what is not there."""
    folder = root / ".git"
    named = content(folder, MOST_GIT_BYTES)
    if named is not None:  # of a worktree: it names the folder
        folder = root / named.decode(errors="replace").partition("gitdir:")[2].strip()
    return [_time_of(folder / name) for name in GIT_FILES]


def _time_of(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except (OSError, ValueError):  # ValueError: a name that cannot be
        return 0


class _Said(logging.Handler):
    """Tells the server what is wrong; it knows where its log is."""

    def emit(self, record: logging.LogRecord) -> None:
        _say(warning=record.getMessage())


def _say(**fields: object) -> None:
    print(json.dumps(fields), flush=True)


if __name__ == "__main__":
    main()
