"""What an index is asked, as SQL; each answer takes milliseconds, however large the project."""

import re
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from lsp_local.index.reading import words, words_of
from lsp_local.outline import Chunk, Symbol

N_WORDS = 24  # of a query
N_RARE = 8  # of them that are searched for: the rarest
COMMON = 400  # parts that hold a word; of a word in more, the search would be slow and say little
MOST_CHUNKS = 500  # that are searched for a name: 3 ms
MOST_USING = 60  # that name something; how a name of more is used, everybody knows
N_LEFT = 20  # parts that may belong to no file any more, among those found

Row = tuple[Any, ...]


def symbols_named(db: sqlite3.Connection, names: Iterable[str], limit: int) -> list[Symbol]:
    """Return what is defined under `names`, anywhere."""
    wanted = list(dict.fromkeys(names))[:500]
    marks = ",".join("?" * len(wanted))
    query = (
        "SELECT name, kind, path, line, text, parent FROM symbols JOIN files USING (content)"
        f" WHERE name IN ({marks}) ORDER BY path, line LIMIT {limit}"
    )
    return [Symbol(*row) for row in db.execute(query, wanted)]


def symbols_in(db: sqlite3.Connection, path: str) -> list[Symbol]:
    """Return what a file defines at its top level, in order."""
    query = (
        "SELECT name, kind, path, line, text, parent FROM files JOIN symbols USING (content)"
        " WHERE path = ? AND parent = '' ORDER BY line"
    )
    return [Symbol(*row) for row in db.execute(query, (path,))]


def similar(db: sqlite3.Connection, texts: Iterable[str], limit: int, not_path: str) -> list[Chunk]:
    """Return the parts of other files that share most of the rarer words, by BM25."""
    wanted = list(dict.fromkeys(words(" ".join(texts)).split()))[-N_WORDS:]
    rare = _rarest(db, wanted)
    if not rare:
        return []
    # First the parts, then their files: a join in one query would be made for all that match.
    query = "SELECT rowid FROM words WHERE words MATCH ? ORDER BY bm25(words) LIMIT ?"
    match = " OR ".join(f'"{word}"' for word in rare)
    found: list[Chunk] = []
    for (part,) in db.execute(query, (match, limit + N_LEFT)).fetchall():
        row = _part(db, part, not_path)
        if row is not None and row.text not in {one.text for one in found}:
            found.append(row)
            if len(found) == limit:
                break
    return found


def n_files_naming(db: sqlite3.Connection, name: str, not_path: str) -> int | None:
    """Return how many other files have the word `name`, None where that is too much to count."""
    rows = _parts_with(db, name, not_path, MOST_CHUNKS)
    if rows is None:
        return None
    whole = re.compile(rf"(?<![\w$]){re.escape(name)}(?![\w$])")
    return len({path for path, _, text in rows if whole.search(text)})


def parts_naming(db: sqlite3.Connection, name: str, not_path: str) -> list[Chunk]:
    """Return the parts of other files in which `name` stands as a word, few or none."""
    whole = re.compile(rf"(?<![\w$]){re.escape(name)}(?![\w$])")
    rows = _parts_with(db, name, not_path, MOST_USING) or []
    return [Chunk(*row) for row in rows if whole.search(row[2])]


def _parts_with(db: sqlite3.Connection, name: str, not_path: str, most: int) -> list[Row] | None:
    """Return path, line and text of the parts with the word `name`; None if there are too many."""
    word = (words_of(name) or ("",))[0]
    if not word:
        return None
    query = (
        "SELECT path, line, text FROM words JOIN chunks ON chunks.id = words.rowid"
        f" JOIN files USING (content) WHERE words MATCH ? AND path != ? LIMIT {most + 1}"
    )
    rows = db.execute(query, (f'"{word}"', not_path)).fetchall()
    return None if len(rows) > most else rows


def _rarest(db: sqlite3.Connection, wanted: Sequence[str]) -> list[str]:
    query = f"SELECT count(*) FROM (SELECT 1 FROM words WHERE words MATCH ? LIMIT {COMMON})"
    counts = {word: db.execute(query, (f'"{word}"',)).fetchone()[0] for word in wanted}
    rare = [word for word in wanted if 0 < counts[word] < COMMON]
    return sorted(rare, key=lambda word: counts[word])[:N_RARE]


def _part(db: sqlite3.Connection, part: int, not_path: str) -> Chunk | None:
    query = (
        "SELECT path, line, text FROM chunks JOIN files USING (content)"
        " WHERE chunks.id = ? AND path != ? ORDER BY path LIMIT 1"
    )
    row = db.execute(query, (part, not_path)).fetchone()
    return Chunk(*row) if row else None
