"""R10: damaged files crash nobody and give nothing wrong; they are set aside, and built anew."""

import random
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from kept_stores import STORES, Kept

N_ENTRIES = 6
# What these hold is checked entry by entry. The others' rows have no hash: a flipped letter in the
# text of a row is read as it stands there, and what is wrong with a page's structure is found.
CHECKED = ("completions", "explanations", "lint", "states")
EACH = pytest.mark.parametrize("kept", [pytest.param(one, id=one.name) for one in STORES])


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LSP_LOCAL_CACHE_DIR", str(tmp_path / "cache"))
    (tmp_path / "project").mkdir()
    return tmp_path / "project"


def fill(kept: Kept, project: Path) -> None:
    for n in range(N_ENTRIES):
        kept.write(project, n)


def files_of(kept: Kept) -> list[Path]:
    found = [path for path in kept.folder().rglob("*") if path.is_file()]
    return sorted(path for path in found if path.suffix != ".lock" and path.stat().st_size)


def use(kept: Kept, project: Path) -> int:
    """Read all, write more, and read that; return how much was wrong."""
    n_wrong = 0
    for n in range(N_ENTRIES):
        n_wrong += kept.read(project, n) not in ("", kept.right(n))
    for n in (N_ENTRIES, N_ENTRIES + 1):
        kept.write(project, n)
        n_wrong += kept.read(project, n) not in ("", kept.right(n))
    return n_wrong


def check_rebuilt(kept: Kept, project: Path) -> None:
    """A second start at the latest has a store that works."""
    for n in (N_ENTRIES + 2, N_ENTRIES + 3):
        kept.write(project, n)
    assert kept.read(project, N_ENTRIES + 3) == kept.right(N_ENTRIES + 3)


def flip(path: Path, chance: random.Random, n_flips: int) -> None:
    raw = bytearray(path.read_bytes())
    for _ in range(n_flips):
        raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
    path.write_bytes(raw)


@EACH
def test_flipped_bytes(
    kept: Kept,
    project: Path,
    tmp_path: Path,
    many: Callable[..., int],
    reached: Callable[[str, str], None],
) -> None:
    fill(kept, project)
    shutil.copytree(kept.folder(), tmp_path / "whole")
    n_wrong, n_tries = 0, many(short=3, long=200)
    for seed in range(n_tries):
        chance = random.Random(f"{kept.name} {seed}")
        shutil.rmtree(kept.folder())
        shutil.copytree(tmp_path / "whole", kept.folder())
        for path in files_of(kept):
            flip(path, chance, chance.choice((1, 10, 1000)))
        n_wrong += use(kept, project) > 0
    assert n_wrong == 0 or kept.name not in CHECKED
    reached("R10", f"{kept.name}: {n_tries} damaged, 0 crashes, {n_wrong} with something wrong")


@EACH
@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda raw: raw[: len(raw) // 2], id="cut in half"),
        pytest.param(lambda raw: raw[:20], id="cut in its head"),
        pytest.param(lambda raw: b"", id="empty"),
        pytest.param(lambda raw: bytes(len(raw)), id="zeros"),
        pytest.param(
            lambda raw: raw[:4096] + bytes(max(0, len(raw) - 4096)), id="zeros behind its head"
        ),
        pytest.param(lambda raw: b"not ours " * 999, id="another file"),
    ],
)
def test_files_cut_and_overwritten(
    kept: Kept, project: Path, damage: Callable[[bytes], bytes]
) -> None:
    fill(kept, project)
    for path in files_of(kept):
        path.write_bytes(damage(path.read_bytes()))
    assert use(kept, project) == 0
    check_rebuilt(kept, project)


@pytest.mark.parametrize("kept", [p for p in STORES if p.name != "states"], ids=lambda p: p.name)
@pytest.mark.parametrize("is_full", [True, False])
def test_tables_of_another_shape(kept: Kept, project: Path, is_full: bool) -> None:
    fill(kept, project)
    for path in files_of(kept):
        if path.read_bytes()[:6] != b"SQLite":
            continue
        with closing(sqlite3.connect(path)) as db, db:
            names = db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            kinds = Counter(name for (name,) in names if not name.startswith(("sqlite_", "words_")))
            for table in kinds:
                db.execute(f'DROP TABLE "{table}"')
                if is_full:
                    db.execute(f'CREATE TABLE "{table}" (other TEXT)')
                    db.execute(f"INSERT INTO \"{table}\" VALUES ('x')")
    assert use(kept, project) == 0
    check_rebuilt(kept, project)
