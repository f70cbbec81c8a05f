"""The process that keeps an index, and what two of them do to each other."""

import json
import multiprocessing
import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from lsp_local.index import Index, building
from lsp_local.index.electing import elected
from lsp_local.index.process import Wishes

ENV = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}


class Process:
    """An indexing process, as the server has one."""

    def __init__(self, root: Path, database: Path) -> None:
        command = [sys.executable, "-P", "-m", "lsp_local.index.process"]
        self.popen = subprocess.Popen(
            [*command, str(root), "[]", str(database)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=ENV,
        )

    def hear(self) -> Any:
        """Return the next thing it says."""
        assert self.popen.stdout is not None
        return json.loads(self.popen.stdout.readline())

    def tell(self, **wish: object) -> None:
        """Send a wish."""
        assert self.popen.stdin is not None
        print(json.dumps(wish), file=self.popen.stdin, flush=True)

    def end(self) -> int:
        """Close its input; return its exit code."""
        self.popen.communicate()
        return self.popen.returncode


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "shop"
    root.mkdir()
    (root / "tax.py").write_text("def with_tax(net: int) -> int:\n    return net * 2\n")
    return root


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "index.sqlite"


@pytest.fixture
def process(root: Path, database: Path) -> Iterator[Process]:
    process = Process(root, database)
    yield process
    process.popen.kill()
    process.popen.communicate()


def names(root: Path, database: Path, *wanted: str) -> list[str]:
    return [one.name for one in Index(root, database=database).symbols(wanted)]


def test_it_reads_the_project_and_what_changes(
    process: Process, root: Path, database: Path
) -> None:
    assert process.hear() == {"n_read": 1}
    assert names(root, database, "with_tax", "vat") == ["with_tax"]
    (root / "tax.py").write_text("def vat(): ...\n")
    (root / "cart.py").write_text("class Cart: ...\n")
    process.tell(is_watched=True, changed=["tax.py", "cart.py", "../beside.py", "gone.py"])
    assert process.hear() == {"n_read": 2}
    assert names(root, database, "with_tax", "vat", "Cart") == ["Cart", "vat"]
    (root / "cart.py").unlink()
    process.tell(changed=["cart.py"])
    assert process.hear() == {"n_read": 0}
    assert names(root, database, "vat", "Cart") == ["vat"]
    assert process.end() == 0


def test_it_notices_a_checkout(root: Path, database: Path) -> None:
    (root / ".git").mkdir()
    (root / ".git" / "HEAD").write_text("ref: refs/heads/one\n")
    process = Process(root, database)
    assert process.hear() == {"n_read": 1}
    (root / "tax.py").write_text("def vat(): ...\n")
    (root / ".git" / "HEAD").write_text("ref: refs/heads/two\n")
    assert process.hear() == {"n_read": 1}
    assert process.end() == 0


@pytest.mark.parametrize("damage", [b"no database", b"SQLite format 3\x00" + b"\xff" * 5000])
def test_one_warning_for_a_damaged_database(root: Path, database: Path, damage: bytes) -> None:
    database.parent.mkdir()
    database.write_bytes(damage)
    process = Process(root, database)
    assert "is set aside" in process.hear()["warning"]
    assert process.hear() == {"n_read": 1}
    assert process.end() == 0
    assert Path(f"{database}.damaged").read_bytes() == damage


def test_another_programs_database_is_set_aside(root: Path, database: Path) -> None:
    database.parent.mkdir()
    with closing(sqlite3.connect(database)) as db:
        db.execute("CREATE TABLE theirs (a)")
    index = Index(root, database=database)
    assert [index.paths(), index.refresh(), index.paths()] == [(), 1, ("tax.py",)]
    with closing(sqlite3.connect(f"{database}.damaged")) as db:
        assert db.execute("SELECT name FROM sqlite_master").fetchall() == [("theirs",)]


def test_of_two_windows_one_builds(root: Path, database: Path) -> None:
    with elected(database) as is_mine:
        assert is_mine
        process = Process(root, database)
        assert process.hear() == {"n_read": 0}
        assert names(root, database, "with_tax") == []
        process.tell(changed=["tax.py"])  # a file that is saved is written by whoever hears of it
        assert process.hear() == {"n_read": 1}
    assert process.end() == 0
    with elected(database) as is_mine:
        assert is_mine


def _hold(database: str, seconds: float, held: Any) -> None:
    with closing(sqlite3.connect(database, isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        held.set()
        time.sleep(seconds)


def test_what_another_window_has_forgotten_is_no_damage(
    root: Path, database: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = Index(root, database=database), Index(root, database=database)
    n_files = first.refresh()
    gone = sorted(path.relative_to(root).as_posix() for path in root.rglob("*.py"))[:2]
    for path in gone:
        (root / path).unlink()
    is_small = building._is_small_file

    def look(path: Path) -> bool:  # the first has asked what is known, and not yet written
        monkeypatch.setattr(building, "_is_small_file", is_small)
        assert second.update(*gone) == 0
        return is_small(path)

    monkeypatch.setattr(building, "_is_small_file", look)
    assert first.update(*gone) == 0
    assert len(first.paths()) == n_files - len(gone)
    assert caplog.messages == []


def test_nobody_waits_over_a_second_for_another_window(root: Path, database: Path) -> None:
    index = Index(root, database=database)
    index.refresh()
    context = multiprocessing.get_context("spawn")
    held = context.Event()
    holder = context.Process(target=_hold, args=(str(database), 30.0, held))
    holder.start()
    try:
        held.wait(30)
        assert [one.name for one in index.symbols(["with_tax"])] == ["with_tax"]
        (root / "tax.py").write_text("def vat(): ...\n")
        answer: list[int] = []
        waiting = threading.Thread(target=lambda: answer.append(index.update("tax.py")))
        waiting.start()
        waiting.join(20)  # a busy machine's; the lock itself is held for longer
        assert answer == [-1]
    finally:
        holder.kill()
        holder.join()
    assert index.update("tax.py") == 1


def test_wishes_come_whole_however_they_are_cut() -> None:
    reading, writing = os.pipe()
    wishes = Wishes(reading)
    os.write(writing, b'{"changed": ["a')
    assert (wishes.are_there(), list(wishes.read())) == (True, [])
    os.write(writing, b'.py"]}\n{"is_watched": true}\n[]\n')
    assert list(wishes.read()) == [{"changed": ["a.py"]}, {"is_watched": True}]
    assert not wishes.are_there()
    os.close(writing)
    assert (wishes.are_there(), list(wishes.read()), wishes.is_over) == (True, [], True)
    os.close(reading)
