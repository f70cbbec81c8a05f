"""Bring the database of an index up to date with the files of its project."""

import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from lsp_local.ignores import MOST_BYTES, Ignores
from lsp_local.index import contents, reading
from lsp_local.index.reading import Content
from lsp_local.plain import content as content_of

BATCH_SECONDS = 0.5  # of reading, whose results are written together: that takes a tenth of it
BATCH_BYTES = 2_000_000  # that wait to be written

Known = dict[str, tuple[int, int]]  # modification time in ns and size, by path


@dataclass(frozen=True, slots=True)
class _Read:
    """A file as it was read; `content` is None where the same is known already."""

    path: str
    mtime: int
    size: int
    digest: bytes
    content: Content | None
    is_marked: bool


def refresh(
    db: sqlite3.Connection, root: Path, ignores: Ignores, is_unwanted: Callable[[], bool]
) -> int:
    """Read what has changed, forget what has gone; return how many files were read."""
    known = _known(db)
    n_read = 0
    for batch in _batches(_changed(db, root, ignores, known, is_unwanted)):
        _write(db, batch)
        n_read += len(batch)
    forget(db, root, known)  # now that is what was not met
    contents.drop_old(db)
    return n_read


def update(db: sqlite3.Connection, root: Path, paths: Iterable[str]) -> int:
    """Look at files of which somebody said that they changed; return how many were read."""
    paths = list(paths)
    known = _known(db, paths)
    looked = (_look(db, root, path, known.get(path)) for path in paths)
    n_read = 0
    for batch in _batches(read for read in looked if read is not None):
        _write(db, batch)
        n_read += len(batch)
    forget(db, root, [path for path in known if not _is_small_file(root / path)])
    return n_read


def forget(db: sqlite3.Connection, root: Path, paths: Iterable[str]) -> None:
    """Forget files. What was in one that is there but not to be read any more goes at once."""
    for path in paths:
        with contents.written(db):
            left = db.execute("SELECT content FROM files WHERE path = ?", (path,)).fetchone()
            if left is None:  # another window's process was told, too
                continue
            db.execute("DELETE FROM files WHERE path = ?", (path,))
            contents.leave(db, left[0], is_kept=not (root / path).exists())


def _changed(
    db: sqlite3.Connection,
    root: Path,
    ignores: Ignores,
    known: Known,
    is_unwanted: Callable[[], bool],
) -> Iterator[_Read]:
    """Yield the files that are not as they were; what is met is taken out of `known`."""
    for path in ignores.files():
        if is_unwanted():
            known.clear()  # what was not met yet is not gone
            return
        if reading.may_hold(path):
            read = _look(db, root, path, known.pop(path, None))
            if read is not None:
                yield read


def _batches(reads: Iterator[_Read]) -> Iterator[list[_Read]]:
    batch: list[_Read] = []
    began, n_bytes = time.monotonic(), 0
    for read in reads:
        batch.append(read)
        n_bytes += read.size
        if n_bytes > BATCH_BYTES or time.monotonic() - began > BATCH_SECONDS:
            yield batch
            batch, began, n_bytes = [], time.monotonic(), 0
    if batch:
        yield batch


def _look(
    db: sqlite3.Connection, root: Path, path: str, known: tuple[int, int] | None
) -> _Read | None:
    """Read a file that is not as it was; None if it is, or cannot be read."""
    try:
        status = (root / path).stat()
        if known == (status.st_mtime_ns, status.st_size) or status.st_size > MOST_BYTES:
            return None
    except OSError:
        return None
    raw = content_of(root / path, MOST_BYTES)
    if raw is None:
        return None
    digest = reading.digest(path, raw)
    content = None if contents.has(db, digest) else reading.read(path, raw)
    times = status.st_mtime_ns, status.st_size
    return _Read(path, *times, digest, content, reading.is_marked(raw))


def _write(db: sqlite3.Connection, reads: list[_Read]) -> None:
    with contents.written(db):
        for read in reads:
            new = contents.entered(db, read.digest, read.content)
            if new is None:  # dropped by another process since: it is read the next time
                continue
            left = db.execute("SELECT content FROM files WHERE path = ?", (read.path,)).fetchone()
            row = read.path, read.mtime, read.size, new
            db.execute("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)", row)
            if left is not None and left[0] != new:
                contents.leave(db, left[0], is_kept=not read.is_marked)


def _known(db: sqlite3.Connection, paths: list[str] | None = None) -> Known:
    """Return what is known of these files, or of all."""
    query = "SELECT path, mtime, size FROM files"
    rows = list(db.execute(query)) if paths is None else []
    for path in paths or ():
        rows += db.execute(f"{query} WHERE path = ?", (path,)).fetchall()
    return {path: (mtime, size) for path, mtime, size in rows}


def _is_small_file(path: Path) -> bool:
    try:
        return path.stat().st_size <= MOST_BYTES
    except OSError:
        return False
