"""The index of one project, as the rest of the server knows it."""

import logging
import os
import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from lsp_local import databases
from lsp_local.ignores import Ignores
from lsp_local.index import queries, reading, store
from lsp_local.index.electing import elected
from lsp_local.index.uses import Use, uses
from lsp_local.outline import Chunk, Symbol

logger = logging.getLogger(__name__)
T = TypeVar("T")


class Index:
    """The index of the project at `root`.

    Invariant: no method but the constructor's arguments can make a caller fail: a database that
    cannot be read or written is no index. `refresh` and `update` write, and are for a process (or
    a thread) of their own; of all processes one refreshes.
    """

    def __init__(
        self, root: Path, exclude: Sequence[str] = (), database: Path | None = None
    ) -> None:
        self.root = root
        self._exclude = exclude
        self._path = database or store.database_of(root)
        self._is_broken = False
        self._has_warned = False
        self._of_thread = threading.local()  # a connection
        self._paths: tuple[int, tuple[str, ...]] = -1, ()

    def refresh(self, is_unwanted: Callable[[], bool] = lambda: False) -> int:
        """Bring the index up to date; return how many files were read. Blocks; may take minutes.

        Where another process is at it, this one leaves it to that.
        """
        with elected(self._path) as is_mine:
            if not is_mine:
                return 0
            from lsp_local.index import building  # who only asks, such as the server, need not wait

            ignores = Ignores(self.root, self._exclude)  # anew: its rules may have changed
            return self._written(
                lambda db: building.refresh(db, self.root, ignores, is_unwanted), 0
            )

    def update(self, *paths: str) -> int:
        """Read files again that have changed, those that `refresh` would read; return how many.

        -1 where another process writes for too long: then `refresh` has to find them.
        """
        ignores = Ignores(self.root, self._exclude)
        wanted = [path for path in paths if reading.may_hold(path) and self._is_inside(path)]
        readable = [path for path in wanted if not ignores.is_ignored(path)]
        if not readable:
            return 0
        from lsp_local.index import building

        return self._written(lambda db: building.update(db, self.root, readable), -1)

    def symbols(self, names: Iterable[str], limit: int = 100) -> list[Symbol]:
        """Return what is defined under `names`, anywhere."""
        return self._read(lambda db: queries.symbols_named(db, names, limit), [])

    def symbols_in(self, path: str) -> list[Symbol]:
        """Return what a file defines at its top level, in order."""
        return self._read(lambda db: queries.symbols_in(db, path), [])

    def similar(self, words: Iterable[str], limit: int, not_path: str) -> list[Chunk]:
        """Return the parts of other files that share most of the rarer `words`, by BM25."""
        return self._read(lambda db: queries.similar(db, words, limit, not_path), [])

    def uses(self, name: str, not_path: str, limit: int) -> list[Use]:
        """Return lines of other files that use `name` in code, one of each file before a second."""
        parts: list[Chunk] = []
        parts = self._read(lambda db: queries.parts_naming(db, name, not_path), parts)
        return uses(name, parts, limit)

    def n_files_naming(self, name: str, not_path: str) -> int | None:
        """Return how many other files have the word `name`, in code, comments or strings.

        That is how they were when they were read last. None where that is too much to count, or
        the name is too short for this index.
        """
        return self._read(lambda db: queries.n_files_naming(db, name, not_path), None)

    def paths(self) -> tuple[str, ...]:
        """Return the paths of all files in it, sorted; the same tuple while nothing changes."""
        nothing: tuple[int, tuple[str, ...]] = (-1, ())
        self._paths = self._read(self._paths_now, nothing)
        return self._paths[1]

    def _paths_now(self, db: sqlite3.Connection) -> tuple[int, tuple[str, ...]]:
        (n_changes,) = db.execute("SELECT n FROM changes").fetchone()
        if n_changes == self._paths[0]:
            return self._paths
        rows = db.execute("SELECT path FROM files ORDER BY path")
        paths = tuple(path for (path,) in rows)
        return n_changes, self._paths[1] if paths == self._paths[1] else paths

    def _is_inside(self, path: str) -> bool:
        """Whether no link and no `..` leads elsewhere: what is there may be private."""
        real = Path(os.path.realpath(self.root))
        return os.path.realpath(real / path) == str(real / path)

    def _read(self, work: Callable[[sqlite3.Connection], T], otherwise: T) -> T:
        """Ask the database; what is wrong with it is the writer's to say and to mend."""
        try:
            db = self._reader()
            return otherwise if db is None else work(db)
        except sqlite3.Error as error:
            self._of_thread = threading.local()
            if not databases.is_damage(error):  # locked
                self._warn(error)
        except OSError as error:
            self._warn(error)
        except (ValueError, TypeError, OverflowError):
            pass  # a name that is not UTF-8 stands for nothing, nor does a value not written by us
        return otherwise

    def _reader(self) -> sqlite3.Connection | None:
        """Return this thread's connection, another one where the file is another one by now."""
        number = store.number_of(self._path)
        kept: tuple[int, sqlite3.Connection] | None = getattr(self._of_thread, "kept", None)
        if kept is not None and kept[0] == number:
            return kept[1]
        db = None if number is None else store.open_to_read(self._path)
        if db is not None and number is not None:
            self._of_thread.kept = number, db
            weakref.finalize(self, db.close)  # whichever thread has it last
        return db

    def _written(self, work: Callable[[sqlite3.Connection], T], otherwise: T) -> T:
        """Change the database; one that makes no sense is set aside, and another one is made."""
        for _ in range(2):
            if self._is_broken:
                break
            number = None
            try:
                number = store.number_of(self._path)
                with closing(store.open_to_write(self._path)) as db:
                    number = number or store.number_of(self._path)
                    return work(db)
            except (sqlite3.Error, TypeError, ValueError, OverflowError) as error:
                # What is no error of SQLite's comes of a value that we have not written.
                if isinstance(error, sqlite3.Error) and not databases.is_damage(error):
                    self._warn(error)
                    break
                logger.warning(
                    "the project's index is damaged (%s): it is set aside as %s%s and built anew",
                    *(error, self._path, store.ASIDE),
                )
                self._is_broken = not store.set_aside(self._path, number)
            except OSError as error:
                self._warn(error)
                break
        return otherwise

    def _warn(self, error: Exception) -> None:
        if not self._has_warned:
            self._has_warned = True
            logger.warning("the project's index cannot be used: %s", error)
