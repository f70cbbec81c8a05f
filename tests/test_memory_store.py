"""The memory of a project on disk: what merges, fades and is erased, and what cannot break it."""

import os
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest

from lsp_local.memory import store as store_module
from lsp_local.memory.database import BUSY_SECONDS
from lsp_local.memory.observations import Kind, Observation
from lsp_local.memory.store import Store
from lsp_local.memory.styles import Style

DAY = date(2026, 11, 26)
SINGLE, DOUBLE = Style("quotes", "python", "single"), Style("quotes", "python", "double")


def seen(
    text: str, path: str = "app.py", symbol: str = "f", kind: Kind = Kind.ACCEPTED
) -> Observation:
    return Observation(kind, path, symbol, "python", text)


def store_at(folder: Path, today: date = DAY) -> Store:
    return Store(folder / "memory" / "x.sqlite", lambda: today)


def check(folder: Path, events: list[tuple[int, Observation]], want: list[tuple[str, int]]) -> None:
    """Add observations, each some days after DAY; compare texts and how often they were seen."""
    for n_days, one in events:
        store_at(folder, DAY + timedelta(n_days)).add([one], n_days=30)
    found = store_at(folder).observations()
    assert [(one.text, one.n) for one in found] == want


@pytest.mark.parametrize(
    ("events", "want"),
    [
        pytest.param([], [], id="nothing was seen"),
        pytest.param([(0, seen("a = 1"))], [("a = 1", 1)], id="one is kept"),
        pytest.param(
            [(0, seen("a = 1")), (3, seen("a = 1"))],
            [("a = 1", 2)],
            id="the same is one, seen twice",
        ),
        pytest.param(
            [(0, seen("total = price * n + tax + x")), (0, seen("total = price * n + tax + y"))],
            [("total = price * n + tax + y", 2)],
            id="of two that are alike the newer stays",
        ),
        pytest.param(
            [(0, seen("a = 1")), (0, seen("return None"))],
            [("return None", 1), ("a = 1", 1)],
            id="what differs is kept apart",
        ),
        pytest.param(
            [(0, seen("a = 1")), (0, seen("a = 1", symbol="g"))],
            [("a = 1", 1), ("a = 1", 1)],
            id="another function is another place",
        ),
        pytest.param(
            [(0, seen("a = 1")), (0, seen("a = 1", kind=Kind.REJECTED))],
            [("a = 1", 1), ("a = 1", 1)],
            id="what was taken and turned down is kept apart",
        ),
        pytest.param(
            [(0, seen("old")), (31, seen("new"))], [("new", 1)], id="what is too old is erased"
        ),
        pytest.param(
            [(0, seen("old")), (30, seen("new"))],
            [("new", 1), ("old", 1)],
            id="on its last day it is there",
        ),
        pytest.param(
            [(0, seen("a\ud800"))], [], id="half a character is not kept, and breaks nothing"
        ),
        pytest.param([(0, seen("a\0b é 漢"))], [("a\0b é 漢", 1)], id="any other text is kept"),
    ],
)
def test_observations(
    tmp_path: Path, events: list[tuple[int, Observation]], want: list[tuple[str, int]]
) -> None:
    check(tmp_path, events, want)


def test_the_files_are_the_users_alone(tmp_path: Path) -> None:
    store = store_at(tmp_path)
    store.add([seen("a = 1")], 30)
    assert store.path.stat().st_mode & 0o777 == 0o600
    assert store.path.parent.stat().st_mode & 0o777 == 0o700


def test_reading_makes_no_file(tmp_path: Path) -> None:
    store = store_at(tmp_path)
    assert (store.observations(), store.styles(), store.fact("x")) == ([], {}, "")
    store.tidy(30)
    store.forget([1])
    assert not (tmp_path / "memory" / "x.sqlite").exists() or not store.observations()


def test_it_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "MOST_KEPT", 20)
    store = store_at(tmp_path)
    often = seen("often_seen")
    store.add([often, often, often], 30)
    store.add([seen(f"name_{n} = {n}") for n in range(30)], 30)
    found = store.observations()
    assert len(found) <= 20
    assert "often_seen" in [one.text for one in found]


def test_habits_fade(tmp_path: Path) -> None:
    store_at(tmp_path).count_styles({SINGLE: 8}, "edits")
    later = store_at(tmp_path, DAY + timedelta(60))
    assert later.styles() == {(SINGLE, "edits"): 4.0}
    later.count_styles({SINGLE: 1, DOUBLE: 2}, "edits")
    assert later.styles() == {(SINGLE, "edits"): 5.0, (DOUBLE, "edits"): 2.0}
    later.replace_styles({DOUBLE: 3}, "code")
    later.replace_styles({DOUBLE: 7}, "code")
    assert later.styles()[DOUBLE, "code"] == 7.0


def test_what_is_near(tmp_path: Path) -> None:
    store = store_at(tmp_path)
    store.add([seen("x = 1", "a.py", "f"), seen("y = parse_price(text)", "b.py", "g")], 30)
    store.add([seen("unrelated", "c.py", "h")], 30)

    def near(path: str, symbols: list[str], text: str) -> set[str]:
        return {one.path for one in store.near(path, symbols, text, 10)}

    assert near("a.py", [], "") == {"a.py"}
    assert near("", ["g"], "") == {"b.py"}
    assert near("", [], "parsePrice(x)") == {"b.py"}
    assert near("", [], '" OR * NEAR( "') == set()
    assert near("", [], "\0\ud800") == set()


def test_what_is_forgotten_leaves_no_trace(tmp_path: Path) -> None:
    store = store_at(tmp_path)
    store.add([seen("plover_xyzzy = 1"), seen("other = 2", symbol="g")], 30)
    (one,) = [one for one in store.observations() if "plover" in one.text]
    store.forget([one.id])
    assert [one.text for one in store.observations()] == ["other = 2"]
    files = [path.read_bytes().lower() for path in tmp_path.rglob("*") if path.is_file()]
    assert not any(b"plover" in content or b"xyzzy" in content for content in files)


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:3000])


def _garble(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096:8192] = b"\xff" * 4096
    path.write_bytes(content)


def _foreign(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE users (name TEXT)")
        db.execute("INSERT INTO users VALUES ('x')")
        db.commit()


def _without_tables(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("DROP TABLE observations")
        db.execute("DROP TABLE styles")


def _odd_values(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("UPDATE observations SET kind = 'strange', first = 3, n = 'many'")
        db.commit()


@pytest.mark.parametrize(
    "harm",
    [
        pytest.param(lambda path: path.write_bytes(b"no database" * 900), id="no database"),
        pytest.param(_truncate, id="cut off"),
        pytest.param(_garble, id="overwritten"),
        pytest.param(_foreign, id="another program's database"),
        pytest.param(_without_tables, id="ours, without its tables"),
        pytest.param(_odd_values, id="values that we have not written"),
    ],
)
def test_a_damaged_file_is_set_aside_with_one_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, harm: Callable[[Path], None]
) -> None:
    store_at(tmp_path).add([seen(f"a{n}") for n in range(40)], 30)
    store = store_at(tmp_path)
    harm(store.path)
    for n in range(3):
        store.observations()
        store.add([seen(f"new{n}")], 30)
        store.count_styles({SINGLE: 1}, "edits")
    assert len(store.observations()) == 3
    assert store.styles() == {(SINGLE, "edits"): 3.0}
    assert len(caplog.records) == 1
    assert Path(f"{store.path}.set-aside").exists()


def test_an_empty_file_is_filled(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    store = store_at(tmp_path)
    store.path.parent.mkdir()
    store.path.touch()
    store.add([seen("a")], 30)
    assert len(store.observations()) == 1
    assert not caplog.records


def test_two_windows_write_at_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    def write(window: int) -> None:
        store = store_at(tmp_path)
        for n in range(20):
            store.add([seen(f"name_{window}_{n}", symbol=f"{window}.{n}")], 30)
            store.observations()

    windows = [threading.Thread(target=write, args=(n,)) for n in range(3)]
    for one in windows:
        one.start()
    for one in windows:
        one.join()
    assert len(store_at(tmp_path).observations()) == 60
    assert not caplog.records


def test_a_lock_is_waited_for_less_than_a_second(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = store_at(tmp_path)
    store.add([seen("a")], 30)
    with closing(sqlite3.connect(store.path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        started = time.monotonic()
        store.add([seen("b")], 30)
        waited = time.monotonic() - started
        other.execute("ROLLBACK")
    assert BUSY_SECONDS < 1.0
    assert waited < 1.0
    store.add([seen("c")], 30)
    assert [one.text for one in store.observations()] == ["c", "a"]
    assert len(caplog.records) == 1


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "memory").mkdir(mode=0o500)
    store = store_at(tmp_path)
    store.add([seen("a")], 30)
    assert store.observations() == []
