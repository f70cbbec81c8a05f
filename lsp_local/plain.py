"""What a project's files hold, where they are files: no link, no pipe, no device, not too large."""

import os
import stat
from io import BufferedReader
from pathlib import Path

from lsp_local.workspaces import resolved

# Neither a link at the end of the path is followed, nor a pipe waited for. Windows has neither.
_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


def content(path: Path, most_bytes: int) -> bytes | None:
    """Return what stands in a file, None where that is no plain file or more than `most_bytes`.

    A folder above it may be a link: who reads below a folder asks `is_inside` first.
    """
    try:
        with opened(path) as file:
            found = file.read(most_bytes + 1)
    except (OSError, ValueError):  # ValueError: a name that cannot be
        return None
    return found if len(found) <= most_bytes else None


def opened(path: Path) -> BufferedReader:
    """Open a file to read. Raises OSError, also for a link, a pipe and what else is no file."""
    file = os.open(path, _FLAGS | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise OSError(f"{path} is no file")
    return os.fdopen(file, "rb")


def is_inside(folder: Path, path: Path) -> bool:
    """Whether `path`, all links followed, is below `folder`: what is elsewhere may be private."""
    top, target = resolved(folder), resolved(path)
    return top is not None and target is not None and target.is_relative_to(top)
