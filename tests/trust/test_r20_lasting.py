"""R20: memory and descriptors after hours are what they were after minutes."""

import asyncio
import itertools
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import pytest
from editor import AUTOMATIC, Editor, start_server, stop_server
from lsprotocol import types
from processes import children_of

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/smaps_rollup").exists(), reason="reads memory from /proc"
)

EDIT_SECONDS = 0.15
QUICK_SECONDS = 0.02  # in the short form
# What is kept by text (4,096 places, 20,000 lines ...) fills for hours: here it is full at once.
N_TEXTS = 6
N_CTX = 1024
N_ROUNDS_A_RELOAD = 2  # some twenty seconds
MINUTES = "MINUTES_OF_LASTING"  # 120 is the two hours by hand
MOST_MB_AN_HOUR = 1.0
FEW = 6  # descriptors: a thread that asks the index for the first time has three
OTHER = "import json\n\n\ndef load(path):\n    return json.loads(path.read_text())\n"
CODE = """\
def total_{n}(prices, discount):
    result = 0.0
    for price in prices:
        result += price * (1 - discount)
    return round(result, {n})


class Cart_{n}:
    def add(self, name, price):
        self.items.append((name, price, {n}))
"""


@dataclass
class Household:
    """The processes of one server, and what they held at each look, in bytes and descriptors."""

    server: int
    looks: list[tuple[float, int]] = field(default_factory=list)
    n_open: list[int] = field(default_factory=list)

    def look(self) -> None:
        pids = [self.server, *children_of(self.server)]
        self.looks.append((time.monotonic(), sum(map(n_own_bytes, pids))))
        self.n_open.append(sum(len(list(Path(f"/proc/{pid}/fd").iterdir())) for pid in pids))

    def slope(self, first: int) -> float:
        """Return megabytes an hour: the median of the slopes between any two looks.

        Of every other look: between them the model has another context size.
        """
        pairs = [
            pair
            for parity in (0, 1)
            for pair in itertools.combinations(self.looks[first + parity :: 2], 2)
        ]
        slopes = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in pairs]
        return median(slopes) * 3600 / 1e6 if slopes else 0.0


def n_own_bytes(pid: int) -> int:
    """Return the PSS without mapped files: their share depends on who else has them mapped."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    sizes = [line.split() for line in lines if line.startswith(("Pss_Anon:", "Pss_Shmem:"))]
    return sum(int(size[1]) * 1024 for size in sizes)


class Typist:
    """Somebody who never rests: each round writes, saves, asks for all there is, and deletes."""

    def __init__(self, editor: Editor, folder: Path, model: Path, gap: float) -> None:
        self.editor, self.folder, self.model = editor, folder, model
        self._gap = gap
        self._n_ctx = N_CTX
        self.n_edits = 0
        self.uri = editor.open("cart.py", "<CURSOR>")
        self._asked: list[asyncio.Future[object]] = []
        self._tick = time.monotonic()

    async def write(self, n: int) -> None:
        """Type one round, and take it back."""
        text = CODE.replace("{n}", str(n % N_TEXTS))
        for key in pieces(text):
            self.editor.insert(self.uri, key)
            await self._edited()
        await self._use_everything(text)
        last = text.count("\n")
        whole = types.Range(types.Position(0, 0), types.Position(last, 0))
        document = types.VersionedTextDocumentIdentifier(next(self.editor._versions), self.uri)
        change = types.TextDocumentContentChangePartial(whole, "")
        params = types.DidChangeTextDocumentParams(document, [change])
        self.editor.client.text_document_did_change(params)
        self.editor.put(self.uri, 0, 0)
        await self._edited()

    async def fill_up(self, n_times: int) -> None:
        """Fill at once what is kept by number, so that it does not grow for the first hour."""
        for _ in range(n_times):
            await self._use_everything(OTHER)

    async def reload(self) -> None:
        """Have the model loaded anew: another context size is another engine."""
        before = children_of(self.editor.process.pid)
        self._n_ctx = 2176 - self._n_ctx
        settings = {"lspLocal": {"model": str(self.model), "nCtx": self._n_ctx}}
        params = types.DidChangeConfigurationParams(settings)
        self.editor.client.workspace_did_change_configuration(params)
        await self.answered()
        await self.editor.ask(self.uri)[1]  # waits for the model
        assert children_of(self.editor.process.pid) != before

    async def answered(self) -> None:
        """Wait until nothing is asked any more."""
        answers, self._asked = self._asked, []
        assert all(isinstance(one, list) for one in await asyncio.gather(*answers))

    async def _edited(self) -> None:
        self.n_edits += 1
        self._asked.append(self.editor.ask(self.uri, AUTOMATIC)[1])
        self._tick = max(self._tick + self._gap, time.monotonic())
        await asyncio.sleep(self._tick - time.monotonic())  # the rhythm is what is tested

    async def _use_everything(self, text: str) -> None:
        client, document = self.editor.client, types.TextDocumentIdentifier(self.uri)
        (self.folder / "cart.py").write_text(text)
        client.text_document_did_save(types.DidSaveTextDocumentParams(document))
        other = self.editor.open("loading.py", "<CURSOR>" + OTHER)
        at = types.Position(1, 6)
        where = types.Range(at, types.Position(3, 4))
        action = types.CodeActionParams(document, where, types.CodeActionContext([]))
        await client.text_document_code_action_async(action)
        await client.text_document_hover_async(types.HoverParams(document, at))
        await client.text_document_diagnostic_async(types.DocumentDiagnosticParams(document))
        self.editor.close(other)
        await self.answered()


def pieces(text: str) -> Iterator[str]:
    """Yield a text in keys: mostly a few letters at once, as a fast typist's pieces are."""
    for line in text.splitlines(keepends=True):
        yield from (line[at : at + 6] for at in range(0, len(line), 6))


async def type_for(
    typist: Typist, household: Household, seconds: float, rounds: Iterator[int]
) -> None:
    """Type until the time is over, with a look at the end of every other round and a reload."""
    until = time.monotonic() + seconds
    while True:
        n = next(rounds)
        await typist.write(n)
        if n % N_ROUNDS_A_RELOAD == 0 or not seconds:
            household.look()
            if time.monotonic() >= until:
                return
            await typist.reload()


async def test_it_lasts(
    tmp_path: Path,
    smollm: Path,
    many: Callable[..., int],
    reached: Callable[[str, str], None],
) -> None:
    minutes = many(short=0, long=int(os.environ.get(MINUTES, "10")))
    project = tmp_path / "shop"
    project.mkdir()
    # The user's own completions and states on disk, too: both are in use for hours.
    client = await start_server(
        {"LSP_LOCAL_CACHE_DIR": str(tmp_path / "cache"), "LSP_LOCAL_CACHE_MB": "64"}
    )
    editor = Editor(client)
    editor.root = project.as_uri()
    try:
        await editor.start(smollm, nCtx=N_CTX, hoverMs=0)
        household, rounds = Household(editor.process.pid), itertools.count()
        typist = Typist(editor, project, smollm, EDIT_SECONDS if minutes else QUICK_SECONDS)
        await editor.ask(typist.uri)[1]
        await typist.fill_up(many(short=0, long=90))
        await type_for(typist, household, minutes * 15, rounds)  # what is bounded fills up
        n_warm = len(household.looks)
        await typist.reload()
        await type_for(typist, household, minutes * 60, rounds)
        await client.shutdown_session()
    finally:
        await stop_server(client)
    slope, n_open = household.slope(n_warm), household.n_open
    reached(
        "R20",
        f"{slope:.2f} MB an hour in {minutes} minutes, {typist.n_edits:,} edits, "
        f"{len(n_open) - 1} reloads; {n_open[0]} to {n_open[-1]} descriptors",
    )
    assert max(n_open[n_warm:]) <= max(n_open[:n_warm]) + FEW
    assert not minutes or slope < MOST_MB_AN_HOUR
