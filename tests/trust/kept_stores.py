"""Everything that lsp-local keeps on disk, written and read in one way: entries by number."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from lsp_local import folders, stats
from lsp_local.disk import CompletionDisk
from lsp_local.engine.states import StateStore
from lsp_local.index import Index
from lsp_local.lint.cache import Cache
from lsp_local.lint.finding import found
from lsp_local.memory.observations import Kind, Observation
from lsp_local.memory.store import store_of
from lsp_local.symbols.explanations import MAX_BYTES, Explanations
from lsp_local.text import Document, Reason, UserError

CODE = "total = price - rebate\n" * 20
STATE_BYTES = 10**9


@dataclass(frozen=True, slots=True)
class Kept:
    """One store. `read` returns the entry of a number, "" without one; what else is wrong."""

    name: str
    folder: Callable[[], Path]
    write: Callable[[Path, int], None]
    read: Callable[[Path, int], str]
    right: Callable[[int], str]


def key_of(n: int) -> bytes:
    return sha256(str(n).encode()).digest()


@contextmanager
def disk(folder: Path) -> Iterator[CompletionDisk]:
    one = CompletionDisk(folder)
    one.open()
    try:
        yield one
    finally:
        one.close()


def text_of(n: int) -> str:
    return f"return price_{n} * {n}"


def keep_completion(_: Path, n: int) -> None:
    with disk(folders.completions_dir()) as one:
        one.store(key_of(n), text_of(n))


def completion(_: Path, n: int) -> str:
    with disk(folders.completions_dir()) as one:
        return one.fetch(key_of(n)) or ""


def keep_explanation(_: Path, n: int) -> None:
    one = CompletionDisk(folders.explanations_dir(), MAX_BYTES)
    one.open()
    said = Explanations("model", one)
    said.remember(key_of(n), text_of(n))
    said.store(key_of(n))
    one.close()


def explanation(_: Path, n: int) -> str:
    with disk(folders.explanations_dir()) as one:
        return Explanations("model", one).recall(key_of(n)) or ""


DOC = Document("", "a.py", "", "python", CODE)


def keep_finding(_: Path, n: int) -> None:
    cache = Cache(folders.lint_dir())
    cache.store(key_of(n), [found("wrong-operator", DOC, n % 9, 9, text_of(n))])
    cache.close()


def finding(_: Path, n: int) -> str:
    cache = Cache(folders.lint_dir())
    known = cache.fetch(key_of(n), DOC)
    cache.close()
    return "".join(f"{one.start} {one.message}" for one in known or ())


def tokens_of(n: int) -> list[int]:
    return [n, *range(200)]


def keep_state(_: Path, n: int) -> None:
    store = StateStore(folders.states_dir(), "model", STATE_BYTES)
    for _step in store.write(tokens_of(n), bytearray(text_of(n).encode() * 50)):
        pass


def state(_: Path, n: int) -> str:
    store = StateStore(folders.states_dir(), "model", STATE_BYTES)
    stored, _shared = store.best(tokens_of(n))
    read = store.read(stored) if stored and stored.tokens == tokens_of(n) else None
    return "" if read is None else bytes(read).decode()


def keep_symbol(root: Path, n: int) -> None:
    (root / f"file_{n}.py").write_text(f"def price_{n}(a, b):\n    return a - b - {n}\n")
    Index(root).refresh()


def symbol(root: Path, n: int) -> str:
    index = Index(root)
    named = [f"{one.path} {one.text}" for one in index.symbols([f"price_{n}"])]
    parts = [one.text for one in index.similar([f"price_{n}"], 1, "")]
    return "|".join(named + [part for part in parts if named])


def keep_habit(root: Path, n: int) -> None:
    seen = Observation(Kind.ACCEPTED, f"file_{n}.py", f"f{n}", "python", text_of(n))
    store_of(root).add([seen], 90)


def habit(root: Path, n: int) -> str:
    found = store_of(root).near(f"file_{n}.py", [], "", 5)
    return "|".join(f"{one.symbol} {one.text}" for one in found)


def keep_figure(_: Path, n: int) -> None:
    ledger = stats.Ledger(f"model-{n}", folders.stats_dir())
    ledger.add(source="cache", reason=Reason.SHOWN, n_chars=n + 1)
    asyncio.run(ledger.flush())


def figure(_: Path, n: int) -> str:
    try:
        counts = stats.read(folders.stats_dir())
    except UserError:
        return ""
    found = stats.merged(counts, model=f"model-{n}")
    return str(found["chars.shown"]) if found else ""


STORES = (
    Kept("completions", folders.completions_dir, keep_completion, completion, text_of),
    Kept("explanations", folders.explanations_dir, keep_explanation, explanation, text_of),
    Kept("lint", folders.lint_dir, keep_finding, finding, lambda n: f"{n % 9} {text_of(n)}"),
    Kept("states", folders.states_dir, keep_state, state, lambda n: text_of(n) * 50),
    Kept(
        "index",
        folders.indexes_dir,
        keep_symbol,
        symbol,
        lambda n: f"file_{n}.py def price_{n}(a, b):|def price_{n}(a, b):\n    return a - b - {n}",
    ),
    Kept("memory", folders.memory_dir, keep_habit, habit, lambda n: f"f{n} {text_of(n)}"),
    Kept("stats", folders.stats_dir, keep_figure, figure, lambda n: str(n + 1)),
)
