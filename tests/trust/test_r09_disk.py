"""R9: on a disk that is full or read-only completions go on, and what is kept is kept again after.

The disk is a real one of 4 MB in memory.
"""

import logging
import os
import sqlite3
import subprocess
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
import pytest_asyncio
from editor import Editor, start_server, stop_server, until
from kept_stores import STORES, Kept, key_of, text_of

from lsp_local import disk, folders
from lsp_local.disk import CompletionDisk
from lsp_local.engine import states
from lsp_local.engine.states import StateStore

SIZE = "4m"
TOKENS = list(range(300))
NOW = 0.0  # seconds until what has failed is tried again


@pytest.fixture
def small() -> Iterator[Path]:
    """A disk of 4 MB; its name is short, as the path of a socket must be."""
    with tempfile.TemporaryDirectory(prefix="lsp") as name:
        command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=700", "lsp-local", name]
        ran = subprocess.run(command, capture_output=True, check=False)
        if ran.returncode:
            pytest.skip("a small disk needs root: `unshare -rm python -m pytest ...` will do")
        try:
            yield Path(name)
        finally:
            subprocess.run(["umount", "-l", name], check=True)


@pytest.fixture
def home(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LSP_LOCAL_CACHE_DIR", str(small / "cache"))
    monkeypatch.setattr(disk, "_AGAIN_SECONDS", NOW)
    monkeypatch.setattr(states, "AGAIN_SECONDS", NOW)
    (tmp_path / "project").mkdir()
    return tmp_path


def fill(small: Path) -> None:
    """Write until there is no room, to the last byte."""
    with (small / "filler").open("wb", buffering=0) as file:
        for size in (2**20, 2**12, 1):
            with suppress(OSError):
                while True:
                    file.write(b"x" * size)
    assert os.statvfs(small).f_bavail == 0


def free(small: Path) -> None:
    (small / "filler").unlink()


def lock(small: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small)], check=True)


def unlock(small: Path) -> None:
    subprocess.run(["mount", "-o", "remount,rw", str(small)], check=True)


HARMS = [pytest.param(fill, free, id="full"), pytest.param(lock, unlock, id="read-only")]
Harm = Callable[[Path], None]


@pytest.mark.parametrize(("harm", "mend"), HARMS)
@pytest.mark.parametrize("kept", [pytest.param(one, id=one.name) for one in STORES])
def test_every_store_goes_on(kept: Kept, harm: Harm, mend: Harm, home: Path, small: Path) -> None:
    for n in range(3):
        kept.write(home / "project", n)
    harm(small)
    for n in range(3, 6):
        kept.write(home / "project", n)
        assert kept.read(home / "project", n) in ("", kept.right(n))
    assert kept.read(home / "project", 1) in ("", kept.right(1))
    mend(small)
    for n in range(6, 8):
        kept.write(home / "project", n)
    assert [kept.read(home / "project", n) for n in (1, 6, 7)] == [kept.right(n) for n in (1, 6, 7)]


# A disk on which a file is open for writing cannot be made read-only.
@pytest.mark.parametrize(
    ("harm", "mend", "is_early"),
    [
        pytest.param(fill, free, True, id="full from the start"),
        pytest.param(fill, free, False, id="full after a while"),
        pytest.param(lock, unlock, True, id="read-only from the start"),
    ],
)
def test_suggestions_are_kept_again_after_one_warning(
    harm: Harm,
    mend: Harm,
    is_early: bool,
    home: Path,
    small: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    one = CompletionDisk(folders.completions_dir())
    if is_early:  # it is so from the start
        harm(small)
    one.open()
    one.store(key_of(1), text_of(1))
    if not is_early:
        harm(small)
    for n in range(2, 20):
        one.store(key_of(n), text_of(n) * 100)
    assert one.fetch(key_of(1)) == (None if is_early else text_of(1))
    mend(small)
    for n in range(300, 303):
        one.store(key_of(n), text_of(n))
    assert one.fetch(key_of(302)) == text_of(302)
    one.close()
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


@pytest.mark.parametrize(("harm", "mend"), HARMS)
def test_states_are_kept_again_after_one_warning(
    harm: Harm, mend: Harm, home: Path, small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = StateStore(folders.states_dir(), "model", 10**9)
    harm(small)
    for n in range(3):
        for _ in store.write([n, *TOKENS], bytearray(10_000)):
            pass
    mend(small)
    for _ in store.write([9, *TOKENS], bytearray(10_000)):
        pass
    assert store.best([9, *TOKENS])[1] == 301
    assert capsys.readouterr().err.count("not kept on disk") == 1


@pytest_asyncio.fixture
async def editor(small: Path, tmp_path: Path, smollm: Path) -> AsyncIterator[Editor]:
    """A server with a model whose data folders are all on the small disk."""
    environment = {"LSP_LOCAL_CACHE_DIR": f"{small}/cache", "LSP_LOCAL_CACHE_MB": "64"}
    client = await start_server(environment)
    editor = Editor(client)
    (tmp_path / "shop").mkdir()
    editor.root = (tmp_path / "shop").as_uri()
    await editor.start(smollm, memory="on", logFile=f"{tmp_path}/server.log")
    yield editor
    await client.shutdown_session()
    await stop_server(client)


async def test_completions_go_on(
    editor: Editor,
    small: Path,
    tmp_path: Path,
    many: Callable[..., int],
    reached: Callable[[str, str], None],
) -> None:
    assert await complete(editor, "before", 1) == 1
    await until(lambda: n_kept(small) == 1)
    fill(small)
    n_full = many(short=2, long=50)
    n_shown = await complete(editor, "full", n_full)
    assert n_shown == n_full
    free(small)
    assert await complete(editor, "after", 1) == 1
    await until(lambda: n_kept(small) > 1)
    warnings = Counter(
        line.split()[3] for line in (tmp_path / "server.log").read_text().splitlines()
    )
    assert max(warnings.values(), default=0) <= 1, warnings
    n_warnings = sum(warnings.values())
    reached(
        "R9", f"{n_shown} of {n_full} completions on a full disk, {n_warnings} warnings; kept again"
    )


async def complete(editor: Editor, name: str, n_places: int) -> int:
    """Ask at places that nobody has asked at; return how many suggestions came."""
    n_shown = 0
    for n in range(n_places):
        uri = editor.open(f"{name}{n}.py", f"def add_{name}_{n}(a, b):\n    return <CURSOR>\n")
        n_shown += await editor.ghost_text(uri) != ""
    return n_shown


def n_kept(small: Path) -> int:
    try:
        path = f"file:{small}/cache/completions/cache.db?mode=ro"
        with closing(sqlite3.connect(path, uri=True)) as db:
            return int(db.execute("SELECT count(*) FROM Cache").fetchone()[0])
    except sqlite3.OperationalError:
        return 0
