"""What files hold, in the database: kept once under its hash, and for a while after they change."""

import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from lsp_local.index.reading import Content, words

MOST_LEFT = 3000  # contents that no file has any more: a branch may come back
LEFT_SECONDS = 7 * 86_400  # after which it will not


@contextmanager
def written(db: sqlite3.Connection) -> Iterator[None]:
    """Write what is done inside at once; nobody else writes meanwhile, everybody reads."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("UPDATE changes SET n = n + 1")
        db.execute("COMMIT")
    except BaseException:
        db.rollback()
        raise


def has(db: sqlite3.Connection, digest: bytes) -> bool:
    """Whether a content is known."""
    return db.execute("SELECT 1 FROM contents WHERE hash = ?", (digest,)).fetchone() is not None


def entered(db: sqlite3.Connection, digest: bytes, content: Content | None) -> int | None:
    """Return the number of a content, which a file now has; None if nobody knows it."""
    found = db.execute("SELECT id FROM contents WHERE hash = ?", (digest,)).fetchone()
    if found is not None:
        db.execute("UPDATE contents SET left_at = NULL WHERE id = ?", found)
        return int(found[0])
    if content is None:
        return None
    number = db.execute("INSERT INTO contents (hash) VALUES (?)", (digest,)).lastrowid or 0
    symbols = [(number, s.name, s.kind, s.line, s.text, s.parent) for s in content.symbols]
    db.executemany("INSERT INTO symbols VALUES (?, ?, ?, ?, ?, ?)", symbols)
    for chunk in content.chunks:
        row = number, chunk.line, chunk.text
        part = db.execute("INSERT INTO chunks (content, line, text) VALUES (?, ?, ?)", row)
        row_of_words = part.lastrowid, words(chunk.text)
        db.execute("INSERT INTO words (rowid, body) VALUES (?, ?)", row_of_words)
    return number


def leave(db: sqlite3.Connection, number: int, *, is_kept: bool) -> None:
    """Take note that a file has another content, or is gone; what is not kept is dropped."""
    if db.execute("SELECT 1 FROM files WHERE content = ?", (number,)).fetchone():
        return
    if is_kept:
        db.execute("UPDATE contents SET left_at = ? WHERE id = ?", (int(time.time()), number))
    else:
        _drop(db, [number])


def drop_old(db: sqlite3.Connection) -> None:
    """Drop what was left long ago, and of the rest what is too much."""
    oldest = int(time.time()) - LEFT_SECONDS
    query = (
        "SELECT id FROM contents WHERE left_at < ? UNION SELECT id FROM (SELECT id FROM contents"
        " WHERE left_at IS NOT NULL ORDER BY left_at DESC, id DESC LIMIT -1 OFFSET ?)"
    )
    numbers = [number for (number,) in db.execute(query, (oldest, MOST_LEFT)).fetchall()]
    if numbers:
        with written(db):
            _drop(db, numbers)


def _drop(db: sqlite3.Connection, numbers: Iterable[int]) -> None:
    for number in numbers:
        rows = db.execute("SELECT id, text FROM chunks WHERE content = ?", (number,)).fetchall()
        # The search index holds no text: it is told what it was made from.
        gone = [(part, words(text)) for part, text in rows]
        db.executemany("INSERT INTO words (words, rowid, body) VALUES ('delete', ?, ?)", gone)
        for table in ("chunks", "symbols"):
            db.execute(f"DELETE FROM {table} WHERE content = ?", (number,))
        db.execute("DELETE FROM contents WHERE id = ?", (number,))
