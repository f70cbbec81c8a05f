"""What is erased of a project and of all, and that nothing else is."""

import inspect
import os
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from lsp_local import folders, private_sockets, purging
from lsp_local.cli.app import app
from lsp_local.folders import project_key
from lsp_local.index import Index
from lsp_local.lsp import sockets
from lsp_local.memory.observations import Kind, Observation
from lsp_local.memory.store import Store, store_of

WORD = "plover_xyzzy"
OTHER = "other_word"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user with two projects, one of which holds a third, and everything kept of all."""
    monkeypatch.setenv("LSP_LOCAL_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("LSP_LOCAL_CONFIG", str(tmp_path / "config.toml"))
    for name, word in (("shop", WORD), ("shop/part", WORD), ("other", OTHER)):
        root = tmp_path / name
        root.mkdir(parents=True)
        (root / "app.py").write_text(f"def {word}():\n    return '{word}'\n")
        Index(root).refresh()
        store_of(root).add([Observation(Kind.ACCEPTED, "app.py", "f", "python", word)], 90)
        store_of(root).path.with_suffix(".sqlite.set-aside").write_text(word)
    for store in (*purging.SHARED, *purging.NUMBERS):
        (store() / "deep").mkdir(parents=True)
        (store() / "deep" / "file.kv").write_text(WORD)
    folders.worker_log().write_text(WORD)
    return tmp_path


def holding(home: Path, word: str) -> list[str]:
    """Return the files in the data folders that hold a word, in any case."""
    files = [path for path in (home / "cache").rglob("*") if path.is_file()]
    names = [path for path in files if word.encode() in path.read_bytes().lower()]
    return [path.relative_to(home / "cache").parts[0] for path in names]


def run(*arguments: str) -> str:
    ran = CliRunner().invoke(app, ["purge", *arguments])
    assert ran.exit_code == 0, ran.output
    return ran.output


def test_what_is_planted_is_found(home: Path) -> None:
    found = set(holding(home, WORD))
    assert found == {
        *(
            "completions",
            "explanations",
            "indexes",
            "lint",
            "memory",
            "states",
            "stats",
            "worker.log",
        ),
    }


def test_a_project_is_erased_and_others_stay(home: Path) -> None:
    run("--project", str(home / "shop"), "--yes")
    assert holding(home, WORD) == ["stats"]  # numbers; this test has put the word there
    assert set(holding(home, OTHER)) == {"indexes", "memory"}
    assert Index(home / "other").symbols([OTHER])


def test_what_a_project_around_knows_of_it_is_erased(home: Path) -> None:
    store = store_of(home)
    store.add([Observation(Kind.ACCEPTED, "shop/a.py", "f", "python", WORD)], 90)
    store.add([Observation(Kind.COMMIT, "x.py", "", "", f"{WORD}!", "x.py\nshop/a.py")], 90)
    store.add([Observation(Kind.ACCEPTED, "x.py", "g", "python", "stays")], 90)
    Index(home).refresh()
    run("--project", str(home / "shop"), "--yes")
    assert holding(home, WORD) == ["stats"]
    assert [one.text for one in store.observations()] == ["stays"]


def test_what_could_not_be_erased_is_said(home: Path) -> None:
    store = store_of(home)
    store.add([Observation(Kind.ACCEPTED, "shop/a.py", "f", "python", WORD)], 90)
    with closing(sqlite3.connect(store.path, isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")  # a window that writes
        ran = CliRunner().invoke(app, ["purge", "--project", str(home / "shop"), "--yes"])
    assert str(store.path) in str(ran.exception)
    run("--project", str(home / "shop"), "--yes")
    assert store.observations() == []


def test_everything_is_erased(home: Path) -> None:
    (home / "why.log").write_text(WORD)
    (home / "config.toml").write_text(f'why_log = "{home}/why.log"\n')
    (home / "cache" / "models").mkdir()
    (home / "cache" / "models" / "a.gguf").write_text("a model")
    said = run("--yes")
    assert said.startswith("erased: ")
    left = [path.name for path in (home / "cache").rglob("*") if path.is_file()]
    assert left == ["a.gguf"]
    assert not (home / "why.log").exists()


def test_it_asks_first(home: Path) -> None:
    ran = CliRunner().invoke(app, ["purge"], input="n\n")
    assert (ran.exit_code, "Erase it?" in ran.output) == (1, True)
    assert holding(home, WORD)


@pytest.mark.skipif(not private_sockets.HAS_SOCKETS, reason="these are Unix sockets")
def test_a_server_that_does_not_answer_stops_it(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "WAIT_SECONDS", 0.05)
    with tempfile.TemporaryDirectory(prefix="lsp") as short:  # a path of a socket is short
        monkeypatch.setattr(private_sockets, "folders", lambda: [Path(short)])
        with sockets.listening():
            ran = CliRunner().invoke(app, ["purge", "--yes"])
    assert f"the servers {os.getpid()} do not answer" in str(ran.exception)
    assert holding(home, WORD)


def test_a_folder_that_is_none(home: Path) -> None:
    ran = CliRunner().invoke(app, ["purge", "--yes", "--project", str(home / "nowhere")])
    assert "is no folder" in str(ran.exception)


def test_every_folder_that_we_fill_is_known() -> None:
    """Whoever adds a store must say what erases it."""
    made: list[Callable[[], Path]] = [
        function
        for name, function in inspect.getmembers(folders, inspect.isfunction)
        if name.endswith("_dir") and name not in ("cache_dir", "data_dir")
    ]
    known = {*purging.SHARED, *purging.OF_PROJECTS, *purging.NUMBERS}
    assert set(made) == known


def test_the_index_is_named_as_we_think(home: Path) -> None:
    names = [path.name for path in folders.indexes_dir().iterdir()]
    assert any(name.startswith(project_key(home / "shop")) for name in names)


def test_a_link_is_removed_and_not_followed(home: Path) -> None:
    outside = home / "mine"
    outside.mkdir()
    (outside / "letter.txt").write_text("mine")
    (folders.states_dir() / "link").symlink_to(outside)
    run("--yes")
    assert (outside / "letter.txt").exists()
    assert not (folders.states_dir() / "link").exists()


def test_a_memory_that_is_no_database_is_erased_as_well(home: Path) -> None:
    path = store_of(home / "shop").path
    path.write_bytes(WORD.encode() * 99)
    with closing(sqlite3.connect(path)) as db, pytest.raises(sqlite3.DatabaseError):
        db.execute("SELECT 1 FROM x")
    assert Store(path).observations() == []
    run("--project", str(home / "shop"), "--yes")
    assert holding(home, WORD) == ["stats"]
