"""R11: what somebody has planted in a cache is not run, not followed, and harms nobody else."""

import os
import pickle
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from kept_stores import STORES, Kept
from raw_server import RawServer

from lsp_local import folders, purging
from lsp_local.engine.states import StateStore

LINKABLE = [pytest.param(one, id=one.name) for one in STORES]
FOREIGN = 12345


class Bomb:
    """Makes a folder when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        return os.mkdir, (str(self._path),)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project, a cache that is not made yet, and what is none of ours."""
    monkeypatch.setenv("LSP_LOCAL_CACHE_DIR", str(tmp_path / "cache"))
    (tmp_path / "project").mkdir()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("not for you")
    return tmp_path


def picture(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Return mode and content of everything below a folder."""
    return {
        str(path.relative_to(folder)): (
            stat.S_IMODE(path.lstat().st_mode),
            path.read_bytes() if path.is_file() else b"",
        )
        for path in [folder, *folder.rglob("*")]
    }


def filled(kept: Kept, home: Path) -> None:
    """Have a store with entries."""
    for n in range(3):
        kept.write(home / "project", n)
    assert kept.read(home / "project", 1) == kept.right(1)


def used(kept: Kept, home: Path) -> list[str]:
    """Read and write as a session does, and purge; return what was read."""
    found = [kept.read(home / "project", n) for n in range(3)]
    kept.write(home / "project", 3)
    found.append(kept.read(home / "project", 0))
    StateStore(folders.states_dir(), "another", 10).best([1])
    purging.erase(purging.everything())
    purging.erase(purging.of_project(home / "project"))
    return found


@pytest.mark.parametrize("kept", LINKABLE)
def test_a_link_in_place_of_a_folder_is_not_followed(kept: Kept, home: Path) -> None:
    filled(kept, home)
    kept.folder().rename(home / "mine" / "store")
    (home / "mine" / "empty").mkdir()
    kept.folder().symlink_to(home / "mine" / "store")
    before = picture(home / "mine")
    assert set(used(kept, home)) == {""}
    assert picture(home / "mine") == before
    assert not kept.folder().is_symlink()  # a purge takes the link, and nothing behind it


@pytest.mark.parametrize("kept", LINKABLE)
def test_links_in_place_of_files_are_not_followed(kept: Kept, home: Path) -> None:
    filled(kept, home)
    for n, path in enumerate(sorted(kept.folder().rglob("*"))):
        if path.is_file():
            path.rename(home / "mine" / f"{n}{path.suffix}")
            path.symlink_to(home / "mine" / f"{n}{path.suffix}")
    for path in [one for one in kept.folder().rglob("*") if one.is_symlink()]:
        for end in ("-wal", "-shm", "-journal", ".lock", ".part"):
            other = Path(f"{path}{end}")
            if not other.is_symlink():
                other.symlink_to(home / "mine" / f"new{end}")  # writing through it makes a file
    before = picture(home / "mine")
    assert set(used(kept, home)) <= {"", kept.right(0)}
    assert picture(home / "mine") == before


def test_a_link_to_states_of_others_loses_none_of_them(home: Path) -> None:
    (kept,) = (one for one in STORES if one.name == "states")
    filled(kept, home)
    (home / "mine" / "old.kv").write_bytes(b"x" * 10_000)
    (folders.states_dir() / "link").symlink_to(home / "mine")
    before = picture(home / "mine")
    for _ in StateStore(folders.states_dir(), "model", 7000).write([7] * 300, bytearray(6000)):
        pass  # the bound is reached: something goes
    assert picture(home / "mine") == before


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names")
def test_a_pipe_holds_nobody_up(home: Path) -> None:
    (kept,) = (one for one in STORES if one.name == "states")
    filled(kept, home)
    (folder,) = folders.states_dir().iterdir()
    os.mkfifo(folder / "a.kv")
    with (folder / "b.kv").open("wb") as huge:
        huge.truncate(2**43)
    assert kept.read(home / "project", 1) == kept.right(1)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
@pytest.mark.parametrize("kept", LINKABLE)
def test_what_belongs_to_somebody_else_is_not_used(kept: Kept, home: Path) -> None:
    filled(kept, home)
    os.chown(kept.folder(), FOREIGN, FOREIGN)
    before = picture(kept.folder())
    found = [kept.read(home / "project", n) for n in range(3)]
    kept.write(home / "project", 3)
    assert set(found) == {""}
    assert picture(kept.folder()) == before


@pytest.fixture
def _open_to_all() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def check_modes(home: Path) -> None:
    modes = {
        str(path.relative_to(home)): stat.S_IMODE(path.lstat().st_mode)
        for path in [home / "cache", *(home / "cache").rglob("*")]
    }
    others = {name: oct(mode) for name, mode in modes.items() if mode & 0o077}
    assert others == {}
    assert len(modes) > 2 * len(STORES)


def environment(home: Path) -> dict[str, str]:
    return {
        "LSP_LOCAL_CACHE_DIR": str(home / "cache"),
        "LSP_LOCAL_CACHE_MB": "64",
        "LSP_LOCAL_MODELS_DIR": str(home / "cache" / "models"),
        "LSP_LOCAL_MEMORY": "on",
        "LSP_LOCAL_LOG_FILE": str(home / "cache" / "server.log"),
        "LSP_LOCAL_WHY_LOG": str(home / "cache" / "why.log"),
    }


def session(server: RawServer, home: Path) -> None:
    """Complete, and ask for the figures; then the end, at which everything is written."""
    uri = (home / "project" / "a.py").as_uri()
    server.initialize({"rootUri": (home / "project").as_uri()})
    item = {"uri": uri, "languageId": "python", "version": 1, "text": "a = 1\nb = "}
    server.notify("textDocument/didOpen", {"textDocument": item})
    where = {"textDocument": {"uri": uri}, "position": {"line": 1, "character": 4}}
    server.request(1, "textDocument/inlineCompletion", {**where, "context": {"triggerKind": 1}})
    server.request(2, "lspLocal/stats", {})
    server.answers_until(2)
    server.request(3, "shutdown")
    server.answers_until(3)
    server.notify("exit")
    server.unread()


def databases(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.read_bytes()[:6] == b"SQLite":
            yield path


@pytest.mark.usefixtures("_open_to_all")
def test_pickles_in_every_value_and_key_are_never_loaded(
    home: Path, reached: Callable[[str, str], None]
) -> None:
    crater, n_planted = home / "crater", 0
    bomb = pickle.dumps(Bomb(crater))
    for kept in STORES:
        filled(kept, home)
    for path in databases(home / "cache"):
        with closing(sqlite3.connect(path)) as db, db:
            for table, column in columns(db):
                for planted in (bomb, f"../../mine/letter.txt{'x' * n_planted}", 4):
                    try:
                        db.execute(
                            f'UPDATE "{table}" SET "{column}" = ? WHERE rowid % 2 = 1', (planted,)
                        )
                        n_planted += 1
                    except sqlite3.Error:  # a key of the table itself, or one without rowid
                        continue
    before = picture(home / "mine")
    for kept in STORES:
        for n in range(4):
            kept.read(home / "project", n)  # whatever it finds, it does not raise
        kept.write(home / "project", 9)
    server = RawServer(home, environment(home))
    try:
        session(server, home)
        assert "Traceback" not in server.log()
    finally:
        server.close()
    check_modes(home)
    assert picture(home / "mine") == before
    assert not crater.exists()
    reached("R11", f"{n_planted} pickles and paths planted in {len(STORES)} stores: 0 run, 0 read")


def columns(db: sqlite3.Connection) -> list[tuple[str, str]]:
    """Return all columns of all plain tables."""
    names = db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    return [
        (table, row[1]) for (table,) in names for row in db.execute(f'PRAGMA table_info("{table}")')
    ]
