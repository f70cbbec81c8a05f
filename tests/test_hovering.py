"""Two stages of a hover: facts at once; what the model says then or at the next hover."""

import asyncio
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from lsprotocol import types
from marks import split_at
from scripted import Head

from lsp_local.engine.base import ChatEngine, EngineDied
from lsp_local.lsp import hovering
from lsp_local.lsp.documents import Documents
from lsp_local.lsp.hovering import Beside, Hovering
from lsp_local.lsp.server import make_server
from lsp_local.options import Options

URI = "file:///shop/cart.py"
CODE = "def total(items, rate):\n    return sum(items) * rate\n"
SAID = "`rate` is what the sum is multiplied by."
RATE, ITEMS = types.Position(1, 24), types.Position(1, 16)
PATIENT = Options(model="qwen", hover_ms=60_000, cache_mb=0)
HASTY = replace(PATIENT, hover_ms=1)
MARKDOWN = types.ClientCapabilities(
    text_document=types.TextDocumentClientCapabilities(
        hover=types.HoverClientCapabilities(content_format=[types.MarkupKind.Markdown])
    )
)


class SomeEngine(ChatEngine):
    """Never asked: the head is scripted."""


@dataclass
class Instructed:
    hovering: Hovering = field(default_factory=Hovering)


@dataclass
class Session:
    documents: Documents = field(default_factory=Documents)
    instructed: Instructed = field(default_factory=Instructed)
    engine: ChatEngine | None = field(default_factory=SomeEngine)
    is_silent: bool = False

    def beside(self, doc: object) -> Beside | None:
        return None if self.is_silent else Beside(self.engine)


@dataclass
class Server:
    session: Session = field(default_factory=Session)
    encoding: str = "utf-16"
    client_capabilities: types.ClientCapabilities = field(default_factory=types.ClientCapabilities)


@pytest.fixture
async def server() -> "Server":
    server = Server()
    opened(server, CODE)
    server.session.instructed.hovering.configure(PATIENT)
    return server


def opened(server: Server, text: str, language: str = "python") -> None:
    item = types.TextDocumentItem(URI, language, 1, text)
    server.session.documents.open(item, ["file:///shop"])


async def hover(server: Server, position: types.Position = RATE) -> list[str]:
    """Return the paragraphs of what is shown, [] for nothing."""
    params = types.HoverParams(types.TextDocumentIdentifier(URI), position)
    found = await hovering.hover(server, params)
    if found is None:
        return []
    assert isinstance(found.contents, types.MarkupContent)
    return found.contents.value.split("\n\n")


FACTS = ["rate", "parameter of total · used once"]
SIGNED = "qwen on this machine; it can be wrong"


async def test_what_is_ready_in_time_is_in_the_same_hover(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = Head(monkeypatch, SAID)
    assert await hover(server) == [*FACTS, SAID, SIGNED]
    assert await hover(server) == [*FACTS, SAID, SIGNED]
    assert len(head.questions) == 1


async def test_what_is_late_is_in_the_next_hover(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = Head(monkeypatch, SAID)
    head.gate = asyncio.Event()
    server.session.instructed.hovering.configure(HASTY)
    for _ in range(2):  # the second one waits for the same answer
        assert await hover(server) == [*FACTS, "explaining…"]
    head.gate.set()
    server.session.instructed.hovering.configure(PATIENT)
    assert await hover(server) == [*FACTS, SAID, SIGNED]
    assert len(head.questions) == 1


async def test_what_the_model_has_nothing_to_say_of_is_not_asked_again(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = Head(monkeypatch, "It calls `compute`.")
    for _ in range(2):
        assert await hover(server) == FACTS
    assert len(head.questions) == 1


async def test_the_newest_symbol_wins(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    head = Head(monkeypatch, SAID)
    head.gate = asyncio.Event()
    server.session.instructed.hovering.configure(HASTY)
    await hover(server, RATE)
    await hover(server, ITEMS)
    await asyncio.sleep(0)
    assert (len(head.questions), head.n_cancelled) == (2, 1)


async def test_an_edit_stops_it(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    head = Head(monkeypatch, SAID)
    head.gate = asyncio.Event()
    waiting = asyncio.create_task(hover(server))
    await head.asked.wait()
    server.session.instructed.hovering.changed("file:///another")
    opened(server, f"\n{CODE}")
    server.session.instructed.hovering.changed(URI)
    assert await waiting == []
    assert head.n_cancelled == 1


async def test_who_waits_no_longer_has_it_written_all_the_same(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = Head(monkeypatch, SAID)
    head.gate = asyncio.Event()
    waiting = asyncio.create_task(hover(server))
    await head.asked.wait()
    waiting.cancel()
    await asyncio.wait([waiting])
    head.gate.set()
    assert await hover(server) == [*FACTS, SAID, SIGNED]
    assert (len(head.questions), head.n_cancelled) == (1, 0)


@pytest.mark.parametrize(
    ("options", "want"),
    [
        pytest.param(replace(PATIENT, hover=False), [], id="switched off"),
        pytest.param(replace(PATIENT, hover_ms=0), FACTS, id="only facts"),
    ],
)
async def test_options(
    server: Server, monkeypatch: pytest.MonkeyPatch, options: Options, want: list[str]
) -> None:
    head = Head(monkeypatch, SAID)
    server.session.instructed.hovering.configure(options)
    assert await hover(server) == want
    assert not await hovering.explain_again(server, URI, {"line": 1, "character": 24})
    assert head.questions == []


async def test_without_a_model_there_are_facts(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    Head(monkeypatch, SAID)
    server.session.engine = None
    assert await hover(server) == FACTS


async def test_a_model_that_dies_is_asked_again_by_the_next_hover(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = Head(monkeypatch, SAID, failure=EngineDied("gone"))
    assert await hover(server) == FACTS
    assert not await hovering.explain_here(server, URI, {"line": 1, "character": 24})
    head.failure = None
    assert await hover(server) == [*FACTS, SAID, SIGNED]


async def test_what_another_model_said_is_not_shown(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = Head(monkeypatch, SAID)
    await hover(server)
    server.session.instructed.hovering.configure(replace(PATIENT, model="smollm"))
    assert await hover(server) == [*FACTS, SAID, SIGNED.replace("qwen", "smollm")]
    assert len(head.questions) == 2


async def test_explain_again(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    head = Head(monkeypatch, SAID)
    await hover(server)
    head.answer = "`rate` multiplies."
    assert await hovering.explain_again(server, URI, {"line": 1, "character": 24})
    assert await hover(server) == [*FACTS, "`rate` multiplies.", SIGNED]


async def test_explain_waits_and_asks_once(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    head = Head(monkeypatch, SAID)
    assert await hovering.explain_here(server, URI, {"line": 1, "character": 24})
    assert await hover(server) == [*FACTS, SAID, SIGNED]
    assert len(head.questions) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param((), id="none"),
        pytest.param((URI,), id="too few"),
        pytest.param((URI, {"line": -1, "character": 0}), id="before the beginning"),
        pytest.param((URI, {"line": "1", "character": 0}), id="a text"),
        pytest.param((URI, {"line": 2**31, "character": 0}), id="a number that no position has"),
        pytest.param(("file:///gone", {"line": 1, "character": 0}), id="no such document"),
        pytest.param((URI, {"line": 0, "character": 0}), id="no symbol"),
        pytest.param((7, 8), id="nonsense"),
    ],
)
async def test_explain_nothing(server: Server, arguments: tuple[object, ...]) -> None:
    assert not await hovering.explain_here(server, *arguments)
    assert not await hovering.explain_again(server, *arguments)


@pytest.mark.parametrize(
    ("text", "position"),
    [
        pytest.param(CODE, types.Position(0, 0), id="a keyword"),
        pytest.param(CODE, types.Position(99, 99), id="behind the end"),
        pytest.param("", types.Position(0, 0), id="an empty document"),
    ],
)
async def test_nothing_is_said_of_nothing(
    server: Server, text: str, position: types.Position
) -> None:
    opened(server, text)
    assert await hover(server, position) == []


async def test_a_file_that_is_not_to_be_read_has_no_hover(server: Server) -> None:
    server.session.is_silent = True
    assert await hover(server) == []
    assert not await hovering.explain_again(server, URI, {"line": 1, "character": 24})


async def test_a_range_in_the_client_s_units_and_markdown_where_it_is_shown(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    Head(monkeypatch, "")
    server.client_capabilities = MARKDOWN
    before, behind = split_at("s = '😀'; größe = s; x = grö<CURSOR>ße")
    opened(server, before + behind)
    character = len(before.encode("utf-16-le")) // 2
    params = types.HoverParams(types.TextDocumentIdentifier(URI), types.Position(0, character))
    found = await hovering.hover(server, params)
    assert found == types.Hover(
        types.MarkupContent(
            types.MarkupKind.Markdown,
            "```python\ngröße = s\n```\n\nvariable in `cart.py:1` · used once in this file",
        ),
        types.Range(types.Position(0, 25), types.Position(0, 30)),
    )


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Options:
    monkeypatch.setenv("LSP_LOCAL_CACHE_DIR", str(tmp_path))
    return replace(PATIENT, cache_mb=1)


async def test_it_is_kept_on_disk_for_the_next_session(
    server: Server, monkeypatch: pytest.MonkeyPatch, kept: Options
) -> None:
    Head(monkeypatch, SAID)
    first, second = server.session.instructed.hovering, Hovering()
    first.configure(kept)
    await first.opened()
    await hover(server)
    second.configure(kept)
    await second.opened()
    server.session.instructed.hovering, server.session.engine = second, None
    assert await hover(server) == [*FACTS, SAID, SIGNED]
    second.configure(replace(kept, cache_mb=0))
    assert await hover(server) == FACTS
    for one in (first, second):
        one.close()


def test_it_is_registered() -> None:
    server = make_server()
    if "textDocument/hover" not in server.protocol.fm.features:
        hovering.register(server)
    assert hovering.EXPLAIN_AGAIN in server.protocol.fm.commands
