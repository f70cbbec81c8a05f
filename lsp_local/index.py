"""What the user's project defines and contains, in a database that is built in the background."""

import hashlib
import logging
import os
import re
import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

from lsp_local import outline, privacy
from lsp_local.folders import indexes_dir, make_private
from lsp_local.ignores import GENERATED, MOST_BYTES, Ignores
from lsp_local.languages import language_of
from lsp_local.outline import Chunk, Symbol
from lsp_local.trees import NAME, parse

logger = logging.getLogger(__name__)
T = TypeVar("T")

VERSION = 1  # of the tables; another one is built anew
BUSY_SECONDS = 2.0
MOST_WORDS = 24  # of a query
MOST_CHUNKS = 500  # that are searched for a name: 3 ms
# Of these a file says nothing about the code, however many words they share with it.
NOT_CODE = ("plaintext", "markdown", "json", "css", "html")
LONGEST_MEAN_LINE = 300  # characters; what has longer lines was not written by hand
UNNAMEABLE = re.compile("[\0\ud800-\udfff]")  # SQLite takes no file name that is not UTF-8
# What makes a database useless, however often it is asked; our SQL itself is right (SQLITE_ERROR).
DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR)
PARTS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
TABLES = f"""
PRAGMA user_version = {VERSION};
CREATE TABLE files (path TEXT PRIMARY KEY, mtime INTEGER, size INTEGER, hash BLOB);
CREATE TABLE symbols (name TEXT, kind TEXT, path TEXT, line INTEGER, text TEXT, parent TEXT);
CREATE INDEX symbols_by_name ON symbols (name);
CREATE INDEX symbols_by_path ON symbols (path, line);
CREATE TABLE chunks (id INTEGER PRIMARY KEY, path TEXT, line INTEGER, text TEXT);
CREATE INDEX chunks_by_path ON chunks (path);
CREATE VIRTUAL TABLE words USING fts5 (body);
"""


class Index:
    """The index of the project at `root`.

    Invariant: no method but the constructor's arguments can make a caller fail: a database that
    cannot be read or written is no index. `refresh` and `update` are for a thread of their own.
    """

    def __init__(
        self, root: Path, exclude: Sequence[str] = (), database: Path | None = None
    ) -> None:
        self.root = root
        self._ignores = Ignores(root, exclude)
        self._path = database or _database(root)
        self._is_broken = False
        self._has_warned = False

    def refresh(self, is_unwanted: Callable[[], bool] = lambda: False, rest: float = 0.0) -> int:
        """Bring the index up to date; return how many files were read. Blocks; may take minutes.

        After each file that was read it rests `rest` times as long, so that others get on.
        """
        return self._try(lambda db: self._refresh(db, is_unwanted, rest), 0)

    def update(self, path: str) -> None:
        """Read one file again that was saved, if it is one that `refresh` would read."""
        if _may_hold(path) and self._is_inside(path) and not self._ignores.is_ignored(path):
            self._try(lambda db: self._update(db, path, _known(db, path).get(path)), False)

    def symbols(self, names: Iterable[str], limit: int = 100) -> list[Symbol]:
        """Return what is defined under `names`, anywhere."""
        wanted = list(dict.fromkeys(names))[:500]
        marks = ",".join("?" * len(wanted))
        query = f"SELECT * FROM symbols WHERE name IN ({marks}) ORDER BY path, line LIMIT {limit}"
        return self._symbols(query, wanted)

    def symbols_in(self, path: str) -> list[Symbol]:
        """Return what a file defines at its top level, in order."""
        query = "SELECT * FROM symbols WHERE path = ? AND parent = '' ORDER BY line"
        return self._symbols(query, [path])

    def similar(self, words: Iterable[str], limit: int, not_path: str) -> list[Chunk]:
        """Return the parts of other files that share most of `words`, by BM25."""
        wanted = list(dict.fromkeys(_words(" ".join(words)).split()))[-MOST_WORDS:]
        query = (
            "SELECT chunks.path, chunks.line, chunks.text FROM words JOIN chunks"
            " ON chunks.id = words.rowid WHERE words MATCH ? AND chunks.path != ?"
            " ORDER BY bm25(words) LIMIT ?"
        )
        match = " OR ".join(f'"{word}"' for word in wanted)
        if not match:
            return []
        rows: list[tuple[Any, ...]] = self._try(
            lambda db: db.execute(query, (match, not_path, limit)).fetchall(), []
        )
        return [Chunk(*row) for row in rows]

    def n_files_naming(self, name: str, not_path: str) -> int | None:
        """Return how many other files have the word `name`, in code, comments or strings.

        That is how they were when they were read last. None where that is too much to count, or
        the name is too short for this index.
        """
        word = _words(name).partition(" ")[0]
        if not word:
            return None
        query = (
            "SELECT chunks.path, chunks.text FROM words JOIN chunks ON chunks.id = words.rowid"
            f" WHERE words MATCH ? AND chunks.path != ? LIMIT {MOST_CHUNKS + 1}"
        )
        rows: list[tuple[str, str]] | None = self._try(
            lambda db: db.execute(query, (f'"{word}"', not_path)).fetchall(), None
        )
        if rows is None or len(rows) > MOST_CHUNKS:
            return None
        whole = re.compile(rf"(?<![\w$]){re.escape(name)}(?![\w$])")
        return len({path for path, text in rows if whole.search(text)})

    def paths(self) -> list[str]:
        """Return the paths of all files in it, sorted."""
        rows: list[tuple[Any, ...]] = self._try(
            lambda db: db.execute("SELECT path FROM files ORDER BY path").fetchall(), []
        )
        return [path for (path,) in rows]

    def _symbols(self, query: str, values: Sequence[str]) -> list[Symbol]:
        rows: list[tuple[Any, ...]] = self._try(lambda db: db.execute(query, values).fetchall(), [])
        return [
            Symbol(name, kind, path, line, text, up) for name, kind, path, line, text, up in rows
        ]

    def _refresh(self, db: sqlite3.Connection, is_unwanted: Callable[[], bool], rest: float) -> int:
        known = _known(db)
        n_read = 0
        for path in self._ignores.files():
            if is_unwanted():
                return n_read
            if _may_hold(path):
                started = time.perf_counter()
                if self._update(db, path, known.pop(path, None)):
                    n_read += 1
                    time.sleep(rest * (time.perf_counter() - started))
        with db:
            for path in known:
                _forget(db, path)
        return n_read

    def _update(
        self, db: sqlite3.Connection, path: str, known: tuple[int, int, bytes] | None
    ) -> bool:
        """Read a file that is not as it was; tell whether it was read."""
        try:
            status = (self.root / path).stat()
            if known is not None and known[:2] == (status.st_mtime_ns, status.st_size):
                return False
            raw = (self.root / path).read_bytes() if status.st_size <= MOST_BYTES else None
        except OSError:
            raw = None
        if raw is None:
            with db:
                _forget(db, path)
            return False
        digest = hashlib.sha256(raw).digest()
        with db:
            if known is None or known[2] != digest:
                _forget(db, path)
                _remember(db, path, raw)
            row = path, status.st_mtime_ns, status.st_size, digest
            db.execute("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)", row)
        return True

    def _is_inside(self, path: str) -> bool:
        """Whether no link and no `..` leads elsewhere: what is there may be private."""
        real = Path(os.path.realpath(self.root))
        return os.path.realpath(real / path) == str(real / path)

    def _try(self, work: Callable[[sqlite3.Connection], T], otherwise: T) -> T:
        """Run `work` on the database; what is wrong with it is logged, and then there is none."""
        if self._is_broken:
            return otherwise
        try:
            with closing(_open(self._path)) as db:
                return work(db)
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF in DAMAGE:
                logger.warning("the project's index is damaged and will be built anew: %s", error)
                self._is_broken = not _set_aside(self._path)
            else:  # locked, full, read-only
                self._warn(error)
        except OSError as error:
            self._warn(error)
        except ValueError:  # a name that is not UTF-8 stands for nothing
            pass
        return otherwise

    def _warn(self, error: Exception) -> None:
        if not self._has_warned:
            self._has_warned = True
            logger.warning("the project's index cannot be used: %s", error)


def _database(root: Path) -> Path:
    digest = hashlib.sha256(os.fsencode(root.resolve())).hexdigest()[:24]
    return indexes_dir() / f"{digest}.sqlite"


def _open(path: Path) -> sqlite3.Connection:
    """Open the database, and make it where there is none of this version."""
    if not path.exists():
        make_private(path.parent)
        path.touch(mode=0o600)
    db = sqlite3.connect(path, timeout=BUSY_SECONDS)
    try:
        (version,) = db.execute("PRAGMA user_version").fetchone()
        if version != VERSION:
            db.execute("PRAGMA journal_mode = WAL")
            _make(db)
    except BaseException:
        db.close()
        raise
    return db


def _make(db: sqlite3.Connection) -> None:
    with db:
        db.execute("BEGIN IMMEDIATE")
        if db.execute("PRAGMA user_version").fetchone() == (VERSION,):  # another process was first
            return
        for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            if not name.startswith(("sqlite_", "words_")):
                db.execute(f"DROP TABLE IF EXISTS {name}")
        for statement in TABLES.strip().rstrip(";").split(";"):
            db.execute(statement)


def _set_aside(path: Path) -> bool:
    """Remove a database that makes no sense; tell whether it is gone."""
    try:
        for name in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
            name.unlink(missing_ok=True)
    except OSError:
        return False
    return True


def _may_hold(path: str) -> bool:
    is_code = language_of(path) not in NOT_CODE and not GENERATED.search(path)
    return is_code and not UNNAMEABLE.search(path)


def _known(db: sqlite3.Connection, *paths: str) -> dict[str, tuple[int, int, bytes]]:
    """Return what is known of these files, or of all."""
    where = f" WHERE path IN ({','.join('?' * len(paths))})" if paths else ""
    rows = db.execute(f"SELECT path, mtime, size, hash FROM files{where}", paths)
    return {path: (mtime, size, digest) for path, mtime, size, digest in rows}


def _forget(db: sqlite3.Connection, path: str) -> None:
    db.execute("DELETE FROM words WHERE rowid IN (SELECT id FROM chunks WHERE path = ?)", (path,))
    for table in ("chunks", "symbols", "files"):
        db.execute(f"DELETE FROM {table} WHERE path = ?", (path,))


def _remember(db: sqlite3.Connection, path: str, raw: bytes) -> None:
    """Take in a file, without what is private; of what is no text only its name."""
    if b"\0" in raw[:8000]:
        return
    text = raw.decode(errors="replace")
    if len(text) > LONGEST_MEAN_LINE * (text.count("\n") + 1):
        return
    text = privacy.redact(privacy.hidden(text))
    tree = parse(text, language_of(path))
    for symbol in outline.symbols(tree, path) if tree else ():
        row = symbol.name, symbol.kind, path, symbol.line, symbol.text, symbol.parent
        db.execute("INSERT INTO symbols VALUES (?, ?, ?, ?, ?, ?)", row)
    for chunk in outline.chunks(text, tree, path):
        cursor = db.execute(
            "INSERT INTO chunks (path, line, text) VALUES (?, ?, ?)", (path, chunk.line, chunk.text)
        )
        words = _words(chunk.text)
        db.execute("INSERT INTO words (rowid, body) VALUES (?, ?)", (cursor.lastrowid, words))


def _words(text: str) -> str:
    """Return the names in `text`, whole and in their parts, in lower case."""
    found: list[str] = []
    for name in NAME.findall(text):
        parts = PARTS.findall(name)
        whole = re.sub("[^a-z0-9]", "", name.lower())
        found += [whole, *(part.lower() for part in parts if len(parts) > 1 and len(part) > 2)]
    return " ".join(word for word in found if len(word) > 2)
