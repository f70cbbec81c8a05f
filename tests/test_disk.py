"""The cache on disk gives back what was stored, runs nothing, reads nothing else, never fails."""

import logging
import os
import pickle
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from lsp_local.disk import MAX_TEXT, CompletionDisk
from lsp_local.folders import cache_dir, n_bytes_in

KEY, OTHER = b"k" * 32, b"o" * 32
MODE_RAW, MODE_BINARY, MODE_PICKLE = 1, 2, 4


class Bomb:
    """Makes a folder when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        return os.mkdir, (str(self._path),)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "completions"


_OPENED: list[CompletionDisk] = []


@pytest.fixture(autouse=True)
def _all_are_closed() -> Iterator[None]:
    yield
    while _OPENED:
        _OPENED.pop().close()


def opened(folder: Path, max_bytes: int = 2**20) -> CompletionDisk:
    disk = CompletionDisk(folder, max_bytes)
    disk.open()
    _OPENED.append(disk)
    return disk


def change(folder: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(folder / "cache.db")) as database, database:
        database.execute(statement, values)


@pytest.mark.parametrize("text", ["f(1)", "größer 😀", "\ud800 alone", "x" * MAX_TEXT])
def test_texts_come_back_after_a_restart(folder: Path, text: str) -> None:
    opened(folder).store(KEY, text)
    assert opened(folder).fetch(KEY) == text
    assert opened(folder).fetch(OTHER) is None


@pytest.mark.parametrize("text", ["", "x" * (MAX_TEXT + 1)])
def test_texts_that_are_not_kept(folder: Path, text: str) -> None:
    opened(folder).store(KEY, text)
    assert opened(folder).fetch(KEY) is None


def test_the_folder_is_private_and_holds_the_database_only(folder: Path) -> None:
    folder.mkdir(mode=0o755)
    opened(folder).store(KEY, "x" * MAX_TEXT)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {path.name for path in folder.iterdir()} <= {"cache.db", "cache.db-wal", "cache.db-shm"}
    assert n_bytes_in(folder) > MAX_TEXT


def test_the_size_is_bounded_and_what_was_stored_long_ago_goes_first(folder: Path) -> None:
    disk = opened(folder)
    keys = [n.to_bytes(32, "big") for n in range(200)]
    for key in keys:
        disk.store(key, "x" * MAX_TEXT)
        disk.store(keys[0], "shown again and again")
    found = [n for n, key in enumerate(keys) if disk.fetch(key)]
    assert found == [0, *range(found[1], 200)]
    assert 20 < len(found) < 64
    disk.close()
    assert n_bytes_in(folder) < 1.1 * 2**20


@pytest.mark.parametrize(
    ("mode", "filename", "content"),
    [
        pytest.param(MODE_PICKLE, None, "bomb", id="a pickle as value"),
        pytest.param(MODE_PICKLE, "../bomb.val", None, id="a pickle in a file outside"),
        pytest.param(MODE_BINARY, "../secret", None, id="a file outside"),
        pytest.param(MODE_RAW, "../secret", b"x", id="a file outside, to be deleted"),
        pytest.param(MODE_RAW, None, "text", id="not bytes"),
        pytest.param(MODE_RAW, None, b"\1" + bytes(16) + b"x", id="a wrong checksum"),
        pytest.param(MODE_RAW, None, b"\2", id="another version"),
        pytest.param(MODE_RAW, None, b"", id="nothing"),
    ],
)
def test_a_planted_value_is_a_miss_and_can_be_replaced(
    folder: Path, tmp_path: Path, mode: int, filename: str | None, content: bytes | str | None
) -> None:
    secret, crater = tmp_path / "secret", tmp_path / "crater"
    secret.write_bytes(b"not for you")
    (tmp_path / "bomb.val").write_bytes(pickle.dumps(Bomb(crater)))
    planted = pickle.dumps(Bomb(crater)) if content == "bomb" else content
    opened(folder).store(KEY, "f(1)")
    change(folder, "UPDATE Cache SET mode=?, filename=?, value=?", mode, filename, planted)

    disk = opened(folder)
    assert disk.fetch(KEY) is None
    disk.store(KEY, "g(2)")
    assert disk.fetch(KEY) == "g(2)"
    assert (secret.exists(), (tmp_path / "bomb.val").exists()) == (True, True)
    assert not crater.exists()


def test_a_value_of_another_key_is_a_miss(folder: Path) -> None:
    opened(folder).store(KEY, "f(1)")
    change(folder, "UPDATE Cache SET key=?", OTHER)
    assert opened(folder).fetch(OTHER) is None


@pytest.mark.trust
def test_a_pickled_key_is_never_loaded(folder: Path, tmp_path: Path) -> None:
    opened(folder).store(KEY, "f(1)")
    bomb = pickle.dumps(Bomb(tmp_path / "crater"))
    change(folder, "UPDATE Cache SET key=?, raw=0", bomb)
    disk = opened(folder)
    disk.store(OTHER, "g(2)")
    assert (disk.fetch(KEY), disk.fetch(OTHER)) == (None, "g(2)")
    with pytest.raises(OSError, match="not bytes"):
        list(disk._cache)
    assert not (tmp_path / "crater").exists()


def begin_anew(folder: Path) -> None:
    """The next start finds nothing, warns once, and works."""
    disk = opened(folder)
    assert disk.fetch(KEY) is None
    disk.store(KEY, "g(2)")
    assert disk.fetch(KEY) == "g(2)"


def test_foreign_settings_are_not_obeyed(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    opened(folder).store(KEY, "f(1)")
    change(folder, "INSERT INTO Settings VALUES ('_directory', '/')")
    begin_anew(folder)
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


def test_settings_in_the_database_are_not_in_force(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    opened(folder).store(KEY, "f(1)")
    change(folder, "UPDATE Settings SET value='x' WHERE key NOT IN ('count', 'size')")
    disk = opened(folder)
    disk.store(OTHER, "g(2)")
    assert (disk.fetch(KEY), disk.fetch(OTHER), caplog.records) == ("f(1)", "g(2)", [])


@pytest.mark.parametrize("content", [b"not a database" * 500, b"SQLite format 3\0" + b"\xff" * 900])
def test_a_damaged_file_is_begun_anew(
    folder: Path, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    folder.mkdir()
    (folder / "cache.db").write_bytes(content)
    begin_anew(folder)
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


def test_damage_found_late_costs_this_session_only(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    disk = opened(folder)
    for n in range(200):
        disk.store(n.to_bytes(32, "big"), "x" * 1000)
    disk.close()
    disk.open()
    path = folder / "cache.db"
    content = path.read_bytes()
    path.write_bytes(content[:8192] + b"\xff" * (len(content) - 8192))
    assert {disk.fetch(n.to_bytes(32, "big")) for n in range(200)} == {None}
    disk.store(KEY, "f(1)")
    assert len(caplog.records) == 1
    begin_anew(folder)


def test_a_file_in_place_of_the_folder(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder.write_text("")
    check_off(folder, caplog)


def test_a_folder_in_place_of_the_file(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    (folder / "cache.db").mkdir(parents=True)
    check_off(folder, caplog)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_made(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "closed").mkdir(mode=0o500)
    check_off(tmp_path / "closed" / "completions", caplog)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_somebody_elses_folder(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder.mkdir()
    os.chown(folder, 12345, 12345)
    check_off(folder, caplog)


def check_off(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    disk = opened(folder)
    for _ in range(3):
        disk.store(KEY, "f(1)")
        assert disk.fetch(KEY) is None
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


@pytest.mark.trust
def test_while_another_process_writes_texts_are_found_but_not_kept(folder: Path) -> None:
    disk = opened(folder)
    disk.store(KEY, "f(1)")
    with closing(sqlite3.connect(folder / "cache.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        disk.store(OTHER, "g(2)")
        assert (disk.fetch(KEY), disk.fetch(OTHER)) == ("f(1)", None)
        opened(folder).store(OTHER, "g(2)")  # a start does not wait for it either
    disk.store(OTHER, "g(2)")
    assert disk.fetch(OTHER) == "g(2)"


def test_one_variable_moves_the_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LSP_LOCAL_CACHE_DIR", str(tmp_path))
    assert cache_dir() == tmp_path
    monkeypatch.delenv("LSP_LOCAL_CACHE_DIR")
    assert cache_dir().name == "lsp-local"
