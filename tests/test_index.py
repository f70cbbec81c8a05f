"""The project's index: built from files on disk, kept up to date, never in the way."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from lsp_local.index import Index

TAX = "def with_tax(net: int) -> int:\n    return net * 2\n"
CART = (
    "class Cart:\n    price: int = 0\n\n    def add_line(self, name: str) -> None:\n        pass\n"
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "shop"
    (root / "lib").mkdir(parents=True)
    (root / "tax.py").write_text(TAX)
    (root / "lib" / "cart.py").write_text(CART)
    return root


@pytest.fixture
def index(root: Path, tmp_path: Path) -> Index:
    return Index(root, database=tmp_path / "cache" / "index.sqlite")


def test_symbols_are_signatures(index: Index) -> None:
    assert index.refresh() == 2
    found = [(one.path, one.kind, one.text) for one in index.symbols(["with_tax", "add_line"])]
    assert found == [
        ("lib/cart.py", "function", "def add_line(self, name: str) -> None:"),
        ("tax.py", "function", "def with_tax(net: int) -> int:"),
    ]
    (cart,) = index.symbols_in("lib/cart.py")
    assert cart.text == (
        "class Cart:\n    price: int = 0\n    def add_line(self, name: str) -> None:"
    )


def test_similar_parts_are_found_by_parts_of_names(index: Index) -> None:
    index.refresh()
    assert [chunk.path for chunk in index.similar(["addLine"], 5, "")] == ["lib/cart.py"]
    assert index.similar(["addLine"], 5, not_path="lib/cart.py") == []
    assert index.similar(["", '"; DROP TABLE files'], 5, "") == []


def test_only_what_has_changed_is_read_again(index: Index, root: Path) -> None:
    assert [index.refresh(), index.refresh()] == [2, 0]
    (root / "tax.py").write_text("def without_tax(): ...\n")
    (root / "lib" / "cart.py").unlink()
    assert index.refresh() == 1
    assert index.symbols(["with_tax", "Cart"]) == []
    assert [one.name for one in index.symbols(["without_tax"])] == ["without_tax"]
    assert index.paths() == ("tax.py",)


def test_a_saved_file_is_read_at_once(index: Index, root: Path) -> None:
    index.refresh()
    (root / "tax.py").write_text("def vat(): ...\n")
    index.update("tax.py")
    assert [one.name for one in index.symbols(["vat", "with_tax"])] == ["vat"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        pytest.param("notes.md", "def in_notes(): ...\n", id="no code"),
        pytest.param(
            "large.py", "def in_large(): ...\n" * 40_000, id="larger than a person writes"
        ),
        pytest.param("a.min.js", "function inMin() {}\n", id="minified"),
        pytest.param("pnpm-lock.yaml", "lock: 1\n", id="written by a program"),
        pytest.param("../beside.py", "def beside(): ...\n", id="outside of the project"),
    ],
)
def test_what_is_saved_gets_in_only_where_a_refresh_reads_it(
    index: Index, root: Path, path: str, text: str
) -> None:
    (root / path).write_text(text)
    index.update(path)
    assert index.paths() == ()
    index.refresh()
    assert index.paths() == ("lib/cart.py", "tax.py")


def test_no_link_leads_to_what_is_private(index: Index, root: Path) -> None:
    (root / ".env").write_text("PRIVATE_NAME = 1\n")
    (root / "settings.py").symlink_to(root / ".env")
    (root / "linked").symlink_to(root / "lib")
    for path in ("settings.py", "linked/cart.py"):
        index.update(path)
    assert index.paths() == ()


def test_long_lines_are_not_read(index: Index, root: Path) -> None:
    (root / "bundle.js").write_text("function inBundle() { return 1 }; " * 1000)
    index.refresh()
    assert "bundle.js" in index.paths()
    assert index.similar(["inBundle"], 5, "") == []


def test_it_stops_when_it_is_not_wanted(index: Index) -> None:
    assert index.refresh(lambda: True) == 0
    assert index.paths() == ()


@pytest.mark.parametrize(
    ("path", "text"),
    [
        pytest.param(".env.py", "def in_env(): ...", id="an environment file"),
        pytest.param("server.key", "def in_key(): ...", id="a key"),
        pytest.param(".aws/config.py", "def in_aws(): ...", id="a private folder"),
        pytest.param("ignored/a.py", "def in_ignored(): ...", id="what git ignores"),
        pytest.param("mine/a.py", "def in_mine(): ...", id="what our own file ignores"),
        pytest.param("excluded/a.py", "def in_excluded(): ...", id="what the option excludes"),
    ],
)
def test_some_files_never_get_in(root: Path, tmp_path: Path, path: str, text: str) -> None:
    (root / ".gitignore").write_text("ignored/\n")
    (root / ".lsp-local-ignore").write_text("mine/\n")
    (root / path).parent.mkdir(exist_ok=True)
    (root / path).write_text(text)
    index = Index(root, ["excluded/**"], tmp_path / "index.sqlite")
    assert index.refresh() == 2
    index.update(path)
    assert path not in index.paths()


def test_no_secret_gets_in(root: Path, tmp_path: Path) -> None:
    token = "ghp_" + "R8dK2mXq7VwZ4tYb9NsPcL5hGjE3aFu1iQoB"
    (root / "keys.py").write_text(f'TOKEN = "{token}"\n# lsp-local: private\nHIDDEN_NAME = 1\n')
    database = tmp_path / "index.sqlite"
    index = Index(root, database=database)
    index.refresh()
    written = b"".join(path.read_bytes() for path in tmp_path.glob("index.sqlite*"))
    assert b"keys.py" in written
    assert token.encode() not in written
    assert b"HIDDEN_NAME" not in written
    assert database.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("damage", [b"no database", b"SQLite format 3\x00" + b"\xff" * 5000])
def test_a_damaged_database_is_built_anew(root: Path, tmp_path: Path, damage: bytes) -> None:
    database = tmp_path / "index.sqlite"
    database.write_bytes(damage)
    index = Index(root, database=database)
    assert index.symbols(["with_tax"]) == []
    index.refresh()
    assert [one.name for one in index.symbols(["with_tax"])] == ["with_tax"]


def test_an_older_database_is_built_anew(index: Index, root: Path, tmp_path: Path) -> None:
    index.refresh()
    database = tmp_path / "cache" / "index.sqlite"
    with sqlite3.connect(database) as db:
        db.execute("PRAGMA user_version = 9999")
    db.close()
    again = Index(root, database=database)
    assert again.refresh() == 2
    assert len(again.symbols(["with_tax"])) == 1


def test_where_nothing_can_be_written_there_is_no_index(root: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    index = Index(root, database=tmp_path / "file" / "index.sqlite")
    assert index.refresh() == 0
    assert (index.symbols(["a"]), index.similar(["with"], 3, ""), index.paths()) == ([], [], ())


def test_it_warns_once(root: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "folder").mkdir()
    index = Index(root, database=tmp_path / "folder")
    assert [index.paths(), index.paths(), index.refresh()] == [(), (), 0]
    assert len(caplog.records) == 1


def test_a_database_without_our_tables_is_built_anew(index: Index, tmp_path: Path) -> None:
    index.refresh()
    with closing(sqlite3.connect(tmp_path / "cache" / "index.sqlite")) as db, db:
        db.execute("DROP TABLE files")
    assert [index.paths(), index.refresh(), index.refresh()] == [(), 2, 0]


def test_a_file_name_that_is_not_utf8_does_no_harm(index: Index, root: Path) -> None:
    try:
        Path(os.fsdecode(os.fsencode(root) + b"/caf\xe9.py")).write_text("x = 1\n")
    except OSError:
        pytest.skip("this file system takes UTF-8 only")
    assert index.refresh() == 2
    assert index.paths() == ("lib/cart.py", "tax.py")
    assert index.similar(["price"], 5, not_path="caf\udce9.py") == []


def test_odd_files_do_no_harm(root: Path, index: Index) -> None:
    (root / "binary.py").write_bytes(b"\x00\x01" * 100)
    (root / "latin.py").write_bytes(b"def caf\xe9(): ...\n")
    (root / "deep.py").write_text("(" * 5000)
    (root / "gone.py").symlink_to(root / "nowhere.py")
    assert index.refresh() == 5
    assert "latin.py" in index.paths()


def contents(tmp_path: Path) -> list[bool]:
    """Return of every content that is kept whether a file has it."""
    with closing(sqlite3.connect(tmp_path / "cache" / "index.sqlite")) as db:
        rows = db.execute("SELECT left_at IS NULL FROM contents ORDER BY id").fetchall()
    return [bool(is_had) for (is_had,) in rows]


def test_a_branch_that_comes_back_is_known(index: Index, root: Path, tmp_path: Path) -> None:
    index.refresh()
    (root / "tax.py").write_text("def vat(): ...\n")
    index.refresh()
    assert contents(tmp_path) == [False, True, True]
    assert index.symbols(["with_tax"]) == []
    assert index.similar(["with_tax"], 5, "") == []
    (root / "tax.py").write_text(TAX)
    index.refresh()
    assert contents(tmp_path) == [True, True, False]
    assert [one.path for one in index.symbols(["with_tax", "vat"])] == ["tax.py"]


def test_what_two_files_hold_is_kept_once(index: Index, root: Path, tmp_path: Path) -> None:
    (root / "copy.py").write_text(TAX)
    (root / "copy.ts").write_text(TAX)  # in another language it is something else
    assert index.refresh() == 4
    assert contents(tmp_path) == [True, True, True]
    assert [one.path for one in index.symbols(["with_tax"])] == ["copy.py", "tax.py"]
    (root / "copy.py").unlink()
    index.refresh()
    assert contents(tmp_path) == [True, True, True]


@pytest.mark.parametrize(
    "hide",
    [
        pytest.param(
            lambda root: (root / "tax.py").write_text("x = 1  # lsp-local: private\n" + TAX),
            id="something in it is marked",
        ),
        pytest.param(lambda root: (root / ".gitignore").write_text("tax.py\n"), id="it is ignored"),
        pytest.param(lambda root: (root / "tax.py").write_text(TAX * 20_000), id="it is too large"),
    ],
)
def test_what_becomes_private_goes_at_once(
    index: Index, root: Path, tmp_path: Path, hide: Callable[[Path], object]
) -> None:
    index.refresh()
    hide(root)
    index.refresh()
    assert False not in contents(tmp_path)
    index.update("tax.py")
    assert False not in contents(tmp_path)


def test_what_was_left_long_ago_is_dropped(index: Index, root: Path, tmp_path: Path) -> None:
    index.refresh()
    (root / "tax.py").unlink()
    index.refresh()
    assert contents(tmp_path) == [False, True]
    with closing(sqlite3.connect(tmp_path / "cache" / "index.sqlite")) as db, db:
        db.execute("UPDATE contents SET left_at = 0 WHERE left_at IS NOT NULL")
    index.refresh()
    assert contents(tmp_path) == [True]
    with closing(sqlite3.connect(tmp_path / "cache" / "index.sqlite")) as db:
        db.execute("INSERT INTO words (words) VALUES ('integrity-check')")
        (n_found,) = db.execute("SELECT count(*) FROM words WHERE words MATCH 'tax'").fetchone()
    assert n_found == 0


def test_uses_are_found_in_other_files(index: Index, root: Path) -> None:
    (root / "a.py").write_text("import tax\n\nprint(tax.with_tax(2))\n")
    index.refresh()
    assert [(one.path, one.line, one.text) for one in index.uses("with_tax", "b.py", 3)] == [
        ("a.py", 2, "print(tax.with_tax(2))")
    ]
    assert index.uses("with_tax", "a.py", 3) == []
    assert index.uses("", "", 3) == index.uses("\0'\"", "", 3) == []


def test_what_is_read_is_not_what_was_before(index: Index, root: Path, tmp_path: Path) -> None:
    index.refresh()
    assert len(index.symbols(["with_tax"])) == 1
    for path in (tmp_path / "cache").glob("index.sqlite*"):
        path.unlink()
    assert index.symbols(["with_tax"]) == []
    assert index.refresh() == 2
    assert len(index.symbols(["with_tax"])) == 1
