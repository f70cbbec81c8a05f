"""Suggestions on disk, for the same place after a restart: SQLite through diskcache, bytes only."""

import logging
import math
import sqlite3
import time
from contextlib import closing, suppress
from hashlib import blake2b
from pathlib import Path
from typing import Any, NoReturn

import diskcache  # type: ignore[import-untyped]

from lsp_local import databases

logger = logging.getLogger(__name__)

MAX_BYTES = 64 * 1024 * 1024
MAX_TEXT = 16 * 1024  # bytes of one suggestion
N_KEY = 32  # bytes: a SHA-256
_VERSION = b"\1"
_N_CHECKSUM = 16
_WAIT_SECONDS = 0.02  # for another process that writes; then there is no cache this time
_WAIT_AT_START_SECONDS = 0.5
_AGAIN_SECONDS = 10.0  # after which a folder that was of no use is tried again
_SETTINGS = {
    # By the last `store`: whoever shows a text stores it, so this is the least recently shown,
    # and a `fetch` need not write.
    "eviction_policy": "least-recently-stored",
    "disk_min_file_size": 2 * MAX_TEXT,  # every value stays in the database, none gets a file
    "sqlite_mmap_size": 0,  # a file that shrinks under a mapping kills the process
    "statistics": 0,
    "tag_index": 0,
}


class RefusedError(OSError):
    """An entry is not one of ours; diskcache takes an OSError for a miss."""


class BytesDisk(diskcache.Disk):  # type: ignore[misc]
    """Takes and gives bytes in the database, and nothing else (CVE-2025-69872).

    diskcache's own would load pickles, in keys too, and open or delete files by the names that
    stand in the database.
    """

    def put(self, key: object) -> tuple[object, bool]:
        """Return a key as it stands in the database."""
        if not isinstance(key, bytes) or len(key) != N_KEY:
            raise RefusedError("a key is not a digest")
        return sqlite3.Binary(key), True

    def get(self, key: object, raw: object) -> bytes:
        """Return a key that stands in the database."""
        if not isinstance(key, bytes) or not raw:
            raise RefusedError("a key is not bytes")
        return key

    def store(self, value: object, read: object, **_: object) -> tuple[object, ...]:
        """Return size, mode, file name and value as they stand in the database."""
        if not isinstance(value, bytes) or read or len(value) >= 2 * MAX_TEXT:
            raise RefusedError("a value is not bytes, or too many")
        return 0, diskcache.core.MODE_RAW, None, sqlite3.Binary(value)

    def fetch(self, mode: object, filename: object, value: object, read: object) -> bytes:
        """Return a value that stands in the database."""
        is_plain = mode == diskcache.core.MODE_RAW and filename is None and not read
        if not is_plain or not isinstance(value, bytes):
            raise RefusedError("a value is not bytes")
        return value

    def filename(self, *_: object) -> NoReturn:
        """Refuse: no value has a file."""
        raise RefusedError("no value has a file")

    def remove(self, file_path: object) -> None:
        """Leave every file alone: no value has one, whatever the database says."""


class CompletionDisk:
    """Texts by 32-byte keys. Whatever is wrong with folder or file: no cache and one warning.

    A disk that is full or read-only is used again once it is neither.
    """

    def __init__(self, folder: Path, max_bytes: int = MAX_BYTES) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._path = folder / diskcache.core.DBNAME
        self._cache: Any = None
        self._number: int | None = None
        self._due = math.inf  # when it is opened again
        self._has_warned = False

    def open(self) -> None:
        """Make ready; before it, nothing is found and nothing kept. Call it in a thread.

        It costs 5 to 20 ms, and diskcache can wait a minute for a process that holds the lock.
        A database that is damaged, or not quite ours, is begun anew.
        """
        for is_last in (False, True):
            self._due = math.inf
            try:
                with databases.opening(self._path):
                    self._number = databases.number_of(self._path)
                    self._cache = self._opened()
                return
            except Exception as error:  # a hostile database can raise anything
                self._give_up(error)
                if is_last or not _is_damage(error):
                    return

    def fetch(self, key: bytes) -> str | None:
        """Return the text that was stored for `key`, some 10 µs, while others write too."""
        cache = self._cache
        if cache is None:
            return None
        try:
            return _text_in(cache.get(key), key)
        except Exception as error:  # as above
            self._give_up(error)
            return None

    def store(self, key: bytes, text: str) -> None:
        """Keep a text, some 50 µs, but 10 ms where SQLite tidies up: call it in a thread.

        One that is shown again is stored again: the least recently stored go first.
        """
        if time.monotonic() >= self._due:
            self.open()
        cache, content = self._cache, text.encode(errors="surrogatepass")
        if cache is None or not content or len(content) > MAX_TEXT:
            return
        try:
            cache.set(key, _VERSION + _checksum(content, key) + content)
        except Exception as error:  # as above
            self._give_up(error)

    def close(self) -> None:
        """Close this thread's connection; nothing is found or kept from now on."""
        self._due = math.inf
        cache, self._cache = self._cache, None
        if cache is not None:
            cache.close()

    def _opened(self) -> Any:
        """Return the open database. Raises anything."""
        _check(self._path)
        # All of them, or those that stand in the database would be in force.
        settings = {**diskcache.DEFAULT_SETTINGS, **_SETTINGS, "size_limit": self._max_bytes}
        return diskcache.Cache(str(self._folder), timeout=_WAIT_SECONDS, disk=BytesDisk, **settings)

    def _give_up(self, error: Exception) -> None:
        """Go on without what has failed: for this time, for a while, or with a new file."""
        if isinstance(error, diskcache.Timeout):  # which is said of all that hinders a transaction
            error = error.__context__ if isinstance(error.__context__, sqlite3.Error) else error
        if isinstance(error, diskcache.Timeout) or "locked" in str(error):
            self._due = self._due if self._cache is not None else _soon()
            return  # another process is writing; nothing is lost but this text
        cache, is_damaged = self._cache, _is_damage(error)
        if cache is not None:
            with suppress(Exception):  # a transaction that was left open would keep others out
                cache.close()
        if is_damaged:
            with suppress(OSError):
                databases.take_away(self._path, self._number)
        if is_damaged or cache is None:
            self._cache, self._due = None, _soon()
        if not self._has_warned:
            self._has_warned = True
            logger.warning("no cache of suggestions on disk, in %s: %s", self._folder, error)


_KNOWN_SETTINGS = {*diskcache.DEFAULT_SETTINGS, *diskcache.core.METADATA}


def _check(path: Path) -> None:
    """Raise NotOursError for a database with settings that are not diskcache's; sqlite3.Error.

    Settings of the database become attributes of `Cache` and `PRAGMA`s.
    """
    with closing(sqlite3.connect(path, timeout=_WAIT_AT_START_SECONDS)) as database:
        database.execute("BEGIN IMMEDIATE")
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master")}
        found = database.execute("SELECT key FROM Settings") if "Settings" in tables else []
        if not {key for (key,) in found} <= _KNOWN_SETTINGS or (
            tables and "Settings" not in tables
        ):
            raise databases.NotOursError("it is not one of ours; it is begun anew")


def _is_damage(error: Exception) -> bool:
    """Whether the file is to blame; diskcache can stumble over its values in any way."""
    if isinstance(error, sqlite3.Error):
        return databases.is_damage(error)
    return not isinstance(error, OSError | diskcache.Timeout)


def _soon() -> float:
    return time.monotonic() + _AGAIN_SECONDS


def _checksum(content: bytes, key: bytes) -> bytes:
    """Return a hash that also tells for which key the content was stored."""
    return blake2b(content, digest_size=_N_CHECKSUM, key=key).digest()


def _text_in(value: bytes | None, key: bytes) -> str | None:
    head = len(_VERSION) + _N_CHECKSUM
    if value is None or value[: len(_VERSION)] != _VERSION:
        return None
    content = value[head:]
    if value[len(_VERSION) : head] != _checksum(content, key):
        return None
    return content.decode(errors="surrogatepass")
