"""The database of an index: its tables, how it is opened, and when it is beyond use."""

import hashlib
import os
import sqlite3
from contextlib import closing
from pathlib import Path

from lsp_local import databases
from lsp_local.folders import indexes_dir, is_private

VERSION = 2  # of the tables; another one is built anew
OURS = 0x6C73706C  # in the head of the file: "lspl"
BUSY_SECONDS = 0.8  # a batch is written in less, so nobody waits longer for another window
CACHE_KB = 8000  # of pages in memory
ASIDE = ".damaged"  # what a database is called that was set aside; one of them is kept
# What a file holds is kept under its hash, once, and for a while after the last file has left it: a
# branch that comes back needs no reading. Of `words` only the search index is kept, not the text.
TABLES = f"""
PRAGMA user_version = {VERSION};
PRAGMA application_id = {OURS};
CREATE TABLE files (path TEXT PRIMARY KEY, mtime INTEGER, size INTEGER, content INTEGER);
CREATE INDEX files_by_content ON files (content);
CREATE TABLE contents (id INTEGER PRIMARY KEY, hash BLOB UNIQUE, left_at INTEGER);
CREATE INDEX contents_by_left_at ON contents (left_at);
CREATE TABLE symbols (content INTEGER, name TEXT, kind TEXT, line INTEGER, text TEXT, parent TEXT);
CREATE INDEX symbols_by_name ON symbols (name);
CREATE INDEX symbols_by_content ON symbols (content, line);
CREATE TABLE chunks (id INTEGER PRIMARY KEY, content INTEGER, line INTEGER, text TEXT);
CREATE INDEX chunks_by_content ON chunks (content);
CREATE VIRTUAL TABLE words USING fts5 (body, content='');
CREATE TABLE changes (n INTEGER);
INSERT INTO changes VALUES (0);
"""


def database_of(root: Path) -> Path:
    """Return where the index of the project at `root` is kept."""
    digest = hashlib.sha256(os.fsencode(root.resolve())).hexdigest()[:24]
    return indexes_dir() / f"{digest}.sqlite"


def number_of(path: Path) -> int | None:
    """Return the number of a database that may be read; None without one. Raises OSError."""
    return databases.number_of(path) if is_private(path.parent) else None


def open_to_read(path: Path) -> sqlite3.Connection | None:
    """Open the database; None where it is none of this version. Raises sqlite3.Error.

    Any thread may use it, one at a time.
    """
    db = _connected(path)
    try:
        if db.execute("PRAGMA user_version").fetchone() == (VERSION,):
            return db
    except BaseException:
        db.close()
        raise
    db.close()
    return None


def open_to_write(path: Path) -> sqlite3.Connection:
    """Open the database, and make it where there is none of this version.

    Raises sqlite3.Error and OSError.
    """
    with databases.opening(path):
        _drop_older(path)
        db = _connected(path)
        try:
            # A crash of the machine may cost the last batches, which are then read again.
            db.execute("PRAGMA synchronous = NORMAL")
            if db.execute("PRAGMA user_version").fetchone() != (VERSION,):
                db.execute("PRAGMA journal_mode = WAL")
                _make(db)
        except BaseException:
            db.close()
            raise
    return db


def set_aside(path: Path, number: int | None) -> bool:
    """Rename a database that makes no sense; tell whether it is out of the way."""
    try:
        databases.take_away(path, number, ASIDE)
    except OSError:
        return False
    return True


def _connected(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    db.execute(f"PRAGMA cache_size = -{CACHE_KB}")
    return db


def _drop_older(path: Path) -> None:
    """Remove a database of another version of ours. Raises NotOursError for anybody else's."""
    with closing(_connected(path)) as db:
        (version,) = db.execute("PRAGMA user_version").fetchone()
        (owner,) = db.execute("PRAGMA application_id").fetchone()
        names = {name for (name,) in db.execute("SELECT name FROM sqlite_master").fetchall()}
    if version == VERSION or not names:
        return
    if owner != OURS and not {"files", "symbols", "chunks"} <= names:
        raise databases.NotOursError("another program's tables are in it")
    _remove(path)
    path.touch(mode=0o600)


def _remove(path: Path) -> None:
    for ending in (*databases.BESIDE, ""):
        Path(f"{path}{ending}").unlink(missing_ok=True)


def _make(db: sqlite3.Connection) -> None:
    db.execute("BEGIN IMMEDIATE")
    try:
        if db.execute("PRAGMA user_version").fetchone() != (VERSION,):  # else somebody was first
            for statement in TABLES.strip().rstrip(";").split(";"):
                db.execute(statement)
        db.execute("COMMIT")
    except BaseException:
        db.rollback()
        raise
