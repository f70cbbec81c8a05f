"""A SQLite file of the user's alone that may be damaged, locked or gone at any time."""

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Self, TypeVar

from lsp_local import databases
from lsp_local.text import UserError

logger = logging.getLogger(__name__)
T = TypeVar("T")

APPLICATION, VERSION = 0x6C73706D, 1  # "lspm"; another file is not ours, another version not read
BUSY_SECONDS = 0.5  # for another window that writes; what is not written then is lost
ASIDE = ".set-aside"
ENDS = ("", *databases.BESIDE, ASIDE)  # of the names of all files that belong to one


class Database:
    """Invariant: nothing here makes a caller fail, or wait for longer than BUSY_SECONDS.

    A file that is damaged or of somebody else is set aside, with one warning, and begun anew. Only
    one that was made `insisting` raises UserError where a file cannot be read or changed.
    """

    def __init__(self, path: Path, tables: str) -> None:
        self.path = path
        self._tables = tables
        self._has_warned = False
        self._is_insisting = False

    def insisting(self) -> Self:
        """Fail rather than keep silent, for a person who was told that something is done."""
        self._is_insisting = True
        return self

    def read(self, work: Callable[[sqlite3.Connection], T], otherwise: T) -> T:
        """Run `work` on the file if there is one."""
        return self._try(work, otherwise) if self.path.exists() else otherwise

    def write(self, work: Callable[[sqlite3.Connection], Any]) -> None:
        """Run `work` on the file, wholly or not at all; it is made where there is none."""

        def whole(db: sqlite3.Connection) -> None:
            with _transaction(db):
                work(db)

        self._try(whole, None)

    def _try(self, work: Callable[[sqlite3.Connection], T], otherwise: T) -> T:
        for _ in range(2):
            number = None
            try:
                number = databases.number_of(self.path)
                with closing(_opened(self.path, self._tables)) as db:
                    number = number or databases.number_of(self.path)
                    return work(db)
            except sqlite3.Error as error:
                if not databases.is_damage(error):  # locked, full, read-only
                    self._give_up(error)
                    return otherwise
                self._set_aside(error, number)
            except UnicodeError:  # half characters: nothing is wrong with the file
                return otherwise
            except (ValueError, TypeError, OverflowError) as error:  # of a value not written by us
                self._set_aside(error, number)
            except OSError as error:
                self._give_up(error)
                return otherwise
        return otherwise

    def shrink(self) -> None:
        """Give back the room of what was erased, without a trace."""

        def work(db: sqlite3.Connection) -> None:
            db.execute("VACUUM")
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

        self.read(work, None)

    def _set_aside(self, error: Exception, number: int | None) -> None:
        self._warn(f"{error}; it is set aside, and begun anew")
        with suppress(OSError):
            databases.take_away(self.path, number, ASIDE)

    def _give_up(self, error: Exception) -> None:
        if self._is_insisting:
            raise UserError(
                f"the memory in {self.path} cannot be read or changed now ({error}); "
                "if another window is at it, try again"
            ) from error
        self._warn(error)

    def _warn(self, problem: object) -> None:
        if not self._has_warned:
            self._has_warned = True
            logger.warning("the memory in %s cannot be used: %s", self.path, problem)


@contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[None]:
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


def _opened(path: Path, tables: str) -> sqlite3.Connection:
    """Open the file, and make it where there is none. Raises sqlite3.Error, OSError."""
    with databases.opening(path):
        db = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        try:
            db.execute("PRAGMA secure_delete = ON")  # what is erased is overwritten
            db.execute("PRAGMA synchronous = NORMAL")  # at worst the last events are lost
            if _mark(db) != (APPLICATION, VERSION):
                _make(db, tables)
        except BaseException:
            db.close()
            raise
    return db


def _mark(db: sqlite3.Connection) -> tuple[int, int]:
    (application,) = db.execute("PRAGMA application_id").fetchone()
    (version,) = db.execute("PRAGMA user_version").fetchone()
    return application, version


def _make(db: sqlite3.Connection, tables: str) -> None:
    _refuse_others(db)
    db.execute("PRAGMA journal_mode = WAL")  # who reads does not wait for who writes
    with _transaction(db):
        if _mark(db) == (APPLICATION, VERSION):  # another window was first
            return
        _refuse_others(db)
        for statement in tables.strip().rstrip(";").split(";"):
            db.execute(statement)
        db.execute(f"PRAGMA application_id = {APPLICATION}")
        db.execute(f"PRAGMA user_version = {VERSION}")


def _refuse_others(db: sqlite3.Connection) -> None:
    """Raise NotOursError for a file that has tables of somebody else."""
    if db.execute("SELECT count(*) FROM sqlite_master").fetchone() != (0,):
        raise databases.NotOursError("it is not one of ours")
