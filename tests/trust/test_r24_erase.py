"""R24: after a purge no byte of the project's text is left, in whatever form."""

import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from kept_stores import STORES
from typer.testing import CliRunner

from lsp_local import folders
from lsp_local.cli.app import app
from lsp_local.index import Index
from lsp_local.memory.observations import Kind, Observation
from lsp_local.memory.store import Store, store_of

MARK = "plover_xyzzy"
# What a database may keep of it: the word, its parts as words are searched, in any case.
FORMS = (MARK, "ploverxyzzy", "plover", "xyzzy")
PLAIN = "".join(
    f"def {MARK}_{n}(first, second):\n    return first + second\n\n\n" for n in range(9)
)


def contents(path: Path) -> Iterator[bytes]:
    """Yield a file as it is, and what is compressed in it."""
    raw = path.read_bytes()
    yield raw
    for start in (b"\x1f\x8b", b"\x78\x9c", b"\x78\x01", b"\x78\xda"):
        at = raw.find(start)
        while at >= 0:
            unpacked = zlib.decompressobj(zlib.MAX_WBITS | 32)
            with suppress(zlib.error):  # it may only look like it
                yield unpacked.decompress(raw[at:], 2**20)
            at = raw.find(start, at + 1)


def holding(folder: Path, words: tuple[str, ...] = FORMS) -> list[str]:
    """Return what below a folder holds a word, in its name or content, in any encoding."""
    wanted = [one.encode(code) for one in words for code in ("utf-8", "utf-16-le", "utf-16-be")]
    found = []
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder)).lower()
        texts = [name.encode(), *(contents(path) if path.is_file() else ())]
        if any(one in text.lower() for text in texts for one in wanted):
            found.append(name)
    return found


def test_everything_that_was_kept_is_erased(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reached: Callable[[str, str], None]
) -> None:
    """Also what was set aside, half written or forgotten before, and a database in use."""
    cache, project = tmp_path / "cache", tmp_path / MARK
    monkeypatch.setenv("LSP_LOCAL_CACHE_DIR", str(cache))
    monkeypatch.setenv("LSP_LOCAL_LOG_FILE", str(tmp_path / "server.log"))
    monkeypatch.setenv("LSP_LOCAL_WHY_LOG", str(tmp_path / "why.log"))
    project.mkdir()
    (project / f"{MARK}.py").write_text(PLAIN)
    for kept in STORES:
        kept.write(project, 1)
        for path in [one for one in kept.folder().rglob("*") if one.is_file()]:
            for end in (".damaged", ".set-aside", "-journal", ".part", ".1.part"):
                Path(f"{path}{end}").write_text(PLAIN)
        (kept.folder() / MARK).mkdir()
        (kept.folder() / MARK / "packed.gz").write_bytes(zlib.compress(PLAIN.encode()))
    for log in (folders.worker_log(), tmp_path / "server.log", tmp_path / "why.log"):
        log.write_text(PLAIN)
    n_before = len(holding(cache))
    assert n_before > 5 * len(STORES)
    ran = CliRunner().invoke(app, ["purge", "--yes"])
    assert ran.exit_code == 0, ran.output
    assert holding(cache) == []
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".log"] == []
    reached("R24", f"{n_before} files and folders with the word before the purge, 0 after it")


def test_what_is_forgotten_leaves_free_pages_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LSP_LOCAL_CACHE_DIR", str(tmp_path / "cache"))
    (tmp_path / "part").mkdir()
    (tmp_path / "part" / "app.py").write_text(PLAIN)
    (tmp_path / "app.py").write_text("def stays():\n    return 1\n")
    Index(tmp_path).refresh()
    store: Store = store_of(tmp_path)
    for n in range(50):
        seen = Observation(Kind.ACCEPTED, "part/app.py", MARK, "python", f"{MARK} {n}" * 9)
        store.add([seen], 90)
    assert holding(folders.memory_dir())
    (tmp_path / "part" / "app.py").write_text(f"# lsp-local: private\n{PLAIN}")
    Index(tmp_path).refresh()
    # The search index keeps words without their text for a while, until it is written anew.
    assert holding(folders.indexes_dir(), ("return first + second",)) == []
    ran = CliRunner().invoke(app, ["purge", "--yes", "--project", str(tmp_path / "part")])
    assert ran.exit_code == 0, ran.output
    assert holding(tmp_path / "cache") == []
