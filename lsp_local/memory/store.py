"""The memory of one project: what was seen of it, and which habits that shows."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from lsp_local.folders import memory_dir, project_key
from lsp_local.memory.database import Database
from lsp_local.memory.observations import Kind, Observation, is_alike, words
from lsp_local.memory.styles import Style

MOST_KEPT = 2000  # observations
N_CANDIDATES = 50  # that a new one may be alike
MOST_WORDS = 24  # of a query
HALF_LIFE_DAYS = 60.0  # after which an edit says half as much about a habit
ALL_PROJECTS = "all-projects"
FIELDS = "kind, path, symbol, language, text, was, n, first, last, used"
TABLES = f"""
CREATE TABLE observations (id INTEGER PRIMARY KEY, {FIELDS});
CREATE INDEX observations_by_place ON observations (path, symbol);
CREATE VIRTUAL TABLE words USING fts5 (body);
CREATE TABLE styles (trait TEXT, language TEXT, value TEXT, source TEXT, n REAL, last TEXT,
 PRIMARY KEY (trait, language, value, source)) WITHOUT ROWID;
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
"""


class Store(Database):
    """Invariant: as of `Database`, nothing here fails or makes a caller wait for long."""

    def __init__(self, path: Path, today: Callable[[], date] = date.today) -> None:
        super().__init__(path, TABLES)
        self._today = today

    def add(self, found: Sequence[Observation], n_days: int) -> None:
        """Keep observations; one that is alike is seen once more. What is too old is erased."""
        today = self._today()

        def work(db: sqlite3.Connection) -> None:
            for one in found:
                _add(db, replace(one, first=today, last=today, used=today))
            _tidy(db, today, n_days)

        if found:
            self.write(work)

    def observations(self) -> list[Observation]:
        """Return all, those seen last first."""
        query = f"SELECT id, {FIELDS} FROM observations ORDER BY last DESC, id DESC"
        return self.read(lambda db: [_observation(row) for row in db.execute(query)], [])

    def near(self, path: str, symbols: Sequence[str], text: str, limit: int) -> list[Observation]:
        """Return what was seen in this file and of these symbols, and what shares most words."""
        marks = ",".join("?" * len(symbols))
        of_place = f"SELECT id, {FIELDS} FROM observations WHERE path = ? OR symbol IN ({marks})"
        of_words = (
            f"SELECT o.id, {FIELDS} FROM words JOIN observations o ON o.id = words.rowid"
            " WHERE words MATCH ? ORDER BY bm25(words) LIMIT ?"
        )
        match = " OR ".join(f'"{word}"' for word in words(text)[-MOST_WORDS:])

        def work(db: sqlite3.Connection) -> list[Observation]:
            rows = db.execute(f"{of_place} ORDER BY last DESC LIMIT {limit}", (path, *symbols))
            found = [_observation(row) for row in rows]
            if match:
                found += [_observation(row) for row in db.execute(of_words, (match, limit))]
            return list({one.id: one for one in found}.values())

        return self.read(work, [])

    def mark_used(self, ids: Sequence[int]) -> None:
        """Take note that these were read, so that they fade later."""
        today = self._today().isoformat()
        rows = [(today, one, today) for one in ids]
        query = "UPDATE observations SET used = ? WHERE id = ? AND used != ?"
        if rows:
            self.write(lambda db: db.executemany(query, rows))

    def count_styles(self, counts: Mapping[Style, float], source: str) -> None:
        """Add what edits have shown of habits; what was counted before counts less by now."""
        today = self._today()

        def work(db: sqlite3.Connection) -> None:
            for style, n in counts.items():
                key = (*style, source)
                where = "WHERE trait = ? AND language = ? AND value = ? AND source = ?"
                row = db.execute(f"SELECT n, last FROM styles {where}", key).fetchone()
                before = row[0] * _faded(source, row[1], today) if row else 0.0
                values = (*key, before + n, today.isoformat())
                db.execute("INSERT OR REPLACE INTO styles VALUES (?, ?, ?, ?, ?, ?)", values)

        if counts:
            self.write(work)

    def replace_styles(self, counts: Mapping[Style, float], source: str) -> None:
        """Put what a source shows in place of what it has shown before."""
        today = self._today().isoformat()

        def work(db: sqlite3.Connection) -> None:
            db.execute("DELETE FROM styles WHERE source = ?", (source,))
            rows = [(*style, source, n, today) for style, n in counts.items()]
            db.executemany("INSERT INTO styles VALUES (?, ?, ?, ?, ?, ?)", rows)

        self.write(work)

    def styles(self) -> dict[tuple[Style, str], float]:
        """Return how often each habit was seen, by where."""
        today = self._today()
        query = "SELECT trait, language, value, source, n, last FROM styles"
        return self.read(
            lambda db: {
                (Style(*row[:3]), row[3]): row[4] * _faded(row[3], row[5], today)
                for row in db.execute(query)
            },
            {},
        )

    def forget(self, ids: Sequence[int] = (), trait: tuple[str, str] | None = None) -> None:
        """Erase observations, or what is known of a trait in a language, without a trace."""

        def work(db: sqlite3.Connection) -> None:
            _erase(db, ids)
            if trait is not None:
                db.execute("DELETE FROM styles WHERE trait = ? AND language = ?", trait)
            db.execute("INSERT INTO words (words) VALUES ('optimize')")

        self.write(work)
        self.shrink()

    def fact(self, name: str) -> str:
        """Return a value kept under a name, "" for none."""
        query = "SELECT value FROM facts WHERE name = ?"
        return self.read(lambda db: str((db.execute(query, (name,)).fetchone() or ("",))[0]), "")

    def set_fact(self, name: str, value: str) -> None:
        """Keep a value under a name."""
        self.write(
            lambda db: db.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))
        )

    def tidy(self, n_days: int) -> None:
        """Erase what was not seen for `n_days`."""
        if self.path.exists():
            self.write(lambda db: _tidy(db, self._today(), n_days))

    def put_back(self, observations: Sequence[Observation]) -> None:
        """Add observations as they are, newest first, as an import does."""

        def work(db: sqlite3.Connection) -> None:
            for one in reversed(observations):
                _insert(db, one)

        self.write(work)


def store_of(root: Path) -> Store:
    """Return the memory of the project at `root`."""
    return Store(memory_dir() / f"{project_key(root)}.sqlite")


def store_of_all() -> Store:
    """Return what the user has promoted to all projects."""
    return Store(memory_dir() / f"{ALL_PROJECTS}.sqlite")


def _observation(row: Sequence[Any]) -> Observation:
    """Read a row. Raises ValueError and TypeError for what we have not written."""
    n_id, kind, path, symbol, language, text, was, n, *days = row
    first, last, used = (date.fromisoformat(day) for day in days)
    place = (path, symbol, language)
    return Observation(Kind(kind), *place, text, was, int(n), first, last, used, n_id)


def _add(db: sqlite3.Connection, seen: Observation) -> None:
    query = f"SELECT id, {FIELDS} FROM observations WHERE kind = ? AND path = ?"
    query += f" AND symbol = ? ORDER BY last DESC LIMIT {N_CANDIDATES}"
    rows = db.execute(query, (seen.kind, seen.path, seen.symbol)).fetchall()
    known = (_observation(row) for row in rows)
    same = next((one for one in known if is_alike(one.text, seen.text)), None)
    if same is not None:
        _erase(db, [same.id])
        seen = replace(seen, first=same.first, n=same.n + 1)
    _insert(db, seen)


def _insert(db: sqlite3.Connection, one: Observation) -> None:
    row = [one.kind, one.path, one.symbol, one.language, one.text, one.was, one.n]
    row += [day.isoformat() for day in (one.first, one.last, one.used)]
    query = f"INSERT INTO observations ({FIELDS}) VALUES ({','.join('?' * len(row))})"
    body = " ".join(words(f"{one.path} {one.symbol} {one.text}"))
    rowid = db.execute(query, row).lastrowid
    db.execute("INSERT INTO words (rowid, body) VALUES (?, ?)", (rowid, body))


def _erase(db: sqlite3.Connection, ids: Sequence[int]) -> None:
    for table, key in (("observations", "id"), ("words", "rowid")):
        db.executemany(f"DELETE FROM {table} WHERE {key} = ?", [(one,) for one in ids])


def _tidy(db: sqlite3.Connection, today: date, n_days: int) -> None:
    """Erase what is too old, and of what is too much the most faded."""
    oldest = (today - timedelta(days=n_days)).isoformat()
    _erase(db, [n for (n,) in db.execute("SELECT id FROM observations WHERE last < ?", (oldest,))])
    db.execute("DELETE FROM styles WHERE last < ? AND source = 'edits'", (oldest,))
    (n_kept,) = db.execute("SELECT count(*) FROM observations").fetchone()
    if n_kept <= MOST_KEPT:
        return
    rows = db.execute(f"SELECT id, {FIELDS} FROM observations").fetchall()
    by_weight = sorted((_observation(row) for row in rows), key=lambda o: o.weight(today, n_days))
    _erase(db, [one.id for one in by_weight[: n_kept - MOST_KEPT * 9 // 10]])


def _faded(source: str, day: str, today: date) -> float:
    """Return how much a count still says; only what edits have shown fades."""
    if source != "edits":
        return 1.0
    age = max(0, (today - date.fromisoformat(day)).days)
    return float(0.5 ** (age / HALF_LIFE_DAYS))
