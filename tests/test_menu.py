"""The suggestion as an entry of the completion menu, without a model."""

import asyncio
from typing import Any

import pytest
from lsprotocol import types
from marks import doc_at
from wired import URI, Editor, Json, place

from lsp_local.lsp import convert, menu
from lsp_local.lsp.requests import Request
from lsp_local.lsp.session import Session
from lsp_local.text import Document, Outcome, Reason, Suggestion

GHOST: Json = {"textDocument": {"inlineCompletion": {}}}


def entry(marked: str, text: str, encoding: str = "utf-16") -> types.CompletionItem:
    """Return the only entry for a suggestion."""
    doc, offset = doc_at(marked)
    outcome = Outcome(Suggestion(offset, text), Reason.SHOWN)
    (found,) = menu.items(outcome, doc, encoding, "7", is_markdown=True)
    return found


def check_edit(marked: str, text: str, want: str, encoding: str = "utf-16") -> None:
    """`want` is the whole text after the entry was taken."""
    doc, _ = doc_at(marked)
    edit = entry(marked, text, encoding).text_edit
    assert isinstance(edit, types.TextEdit)
    assert edit.range.start.line == edit.range.end.line
    change = types.TextDocumentContentChangePartial(edit.range, edit.new_text)
    assert convert.changed_text(doc.text, change, encoding) == want


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
@pytest.mark.parametrize(
    ("marked", "text", "want"),
    [
        pytest.param("x = <CURSOR>", "a + b", "x = a + b", id="where no word was begun"),
        pytest.param("x = fi<CURSOR>\ny", "rst()", "x = first()\ny", id="the rest of a word"),
        pytest.param("x = (<CURSOR>)", "a, b", "x = (a, b)", id="what is behind stays"),
        pytest.param("y = items<CURSOR>", ".pop()", "y = items.pop()", id="behind a whole word"),
        pytest.param('"😋", smi<CURSOR>', "le", '"😋", smile', id="behind an emoji"),
        pytest.param("größ<CURSOR>", "e", "größe", id="a word with umlauts"),
        pytest.param("変<CURSOR>", "数", "変数", id="a word in another script"),
        pytest.param("e\u0301<CURSOR>", "a", "e\u0301a", id="behind a combining accent"),
        pytest.param("a\r\nb<CURSOR>\r\nc", "cd", "a\r\nbcd\r\nc", id="lines that end with CRLF"),
        pytest.param("\tif a:<CURSOR>\n", "\n\t\tb()", "\tif a:\n\t\tb()\n", id="a block"),
        pytest.param("<CURSOR>", "import os", "import os", id="an empty file"),
        pytest.param("x" * 300 + "<CURSOR>", "y", "x" * 300 + "y", id="a word without end"),
    ],
)
def test_what_taking_it_makes_of_the_text(marked: str, text: str, want: str, encoding: str) -> None:
    check_edit(marked, text, want, encoding)


@pytest.mark.parametrize(
    ("marked", "text", "label", "filter_text", "shown"),
    [
        pytest.param("x = <CURSOR>", "a + b", "a + b", "a + b", None, id="one line"),
        pytest.param("x = fi<CURSOR>", "rst", "first", "first", None, id="with the word begun"),
        pytest.param(
            "if a:<CURSOR>",
            "\n    b()\n    c()",
            "b() ↵ c()",
            "b()",
            "```python\nif a:\n    b()\n    c()\n```",
            id="a block is shown whole beside the menu",
        ),
        pytest.param(
            "def f():\n    x\n    <CURSOR>",
            "if a:\n        b()\n\n    c()",
            "if a: ↵ b() ↵ c()",
            "if a:",
            "```python\nif a:\n    b()\n\nc()\n```",
            id="with the indentation of its first line",
        ),
        pytest.param(
            "x = <CURSOR>",
            "'" + "a" * 70 + "'",
            "'" + "a" * 58 + "…",
            "'" + "a" * 70 + "'",
            "```python\nx = '" + "a" * 70 + "'\n```",
            id="so is a long line",
        ),
        pytest.param(
            "s = <CURSOR>",
            '"""\n```\n"""',
            '""" ↵ ``` ↵ """',
            '"""',
            '````python\ns = """\n```\n"""\n````',
            id="fences in it do no harm",
        ),
    ],
)
def test_what_is_shown(
    marked: str, text: str, label: str, filter_text: str, shown: str | None
) -> None:
    found = entry(marked, text)
    documentation = found.documentation
    assert (found.label, found.filter_text) == (label, filter_text)
    assert (
        documentation.value if isinstance(documentation, types.MarkupContent) else None
    ) == shown
    assert (found.preselect, found.sort_text) == (False, "!")
    assert found.insert_text_mode is types.InsertTextMode.AsIs
    assert found.command is not None
    assert (found.command.command, found.command.arguments) == ("lspLocal.accepted", ["7"])


def test_silence_is_no_entry() -> None:
    doc = Document("file:///a.py", "a.py", "", "python", "x = ")
    assert menu.items(Outcome(None, Reason.UNSURE), doc, "utf-8", "", is_markdown=True) == []


def test_without_markdown_the_block_is_plain() -> None:
    doc, offset = doc_at("if a:<CURSOR>")
    outcome = Outcome(Suggestion(offset, "\n    b()\n"), Reason.SHOWN)
    (found,) = menu.items(outcome, doc, "utf-8", "", is_markdown=False)
    want = types.MarkupContent(types.MarkupKind.PlainText, "if a:\n    b()")
    assert (found.label, found.documentation) == ("b()", want)


@pytest.mark.parametrize(
    ("option", "capabilities", "is_offered"),
    [
        pytest.param(None, {}, True, id="a client without ghost text has it by itself"),
        pytest.param(None, GHOST, False, id="one with ghost text has not"),
        pytest.param("auto", {}, True, id="auto is what happens by itself"),
        pytest.param("on", GHOST, True, id="on is for all"),
        pytest.param("off", {}, False, id="off is for none"),
        pytest.param("loud", {}, True, id="a wrong value is none"),
    ],
)
async def test_who_has_it(option: str | None, capabilities: Json, is_offered: bool) -> None:
    one = Editor(None)
    told = {"completionItem": option} if option else {}
    params = {"processId": None, "rootUri": None, "capabilities": capabilities}
    greeting = await one.request("initialize", {**params, "initializationOptions": told})
    offered = greeting["capabilities"].get("completionProvider")
    assert (offered is not None) == is_offered
    if is_offered:
        assert "\n" not in offered["triggerCharacters"]
        return
    refused = await one.request("textDocument/completion", place(0, 0))
    assert refused["code"] == -32601


class Slow:
    """Stands in for all that answers: ready when `gate` is open, and then in the cache."""

    def __init__(self, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
        self.gate = asyncio.Event()
        self.n_asked = 0
        self._work: asyncio.Task[Outcome] | None = None
        monkeypatch.setattr(session, "_answer", self.answer)

    async def answer(self, request: Request) -> Outcome:
        if self._work is None:
            self.n_asked += 1
            self._work = asyncio.create_task(self._decode(request))
        await asyncio.wait([self._work])
        return self._work.result()

    async def _decode(self, request: Request) -> Outcome:
        await self.gate.wait()
        return Outcome(Suggestion(request.offset, "a + b"), Reason.SHOWN)


async def started(monkeypatch: pytest.MonkeyPatch, **options: object) -> tuple[Editor, Slow]:
    one = Editor(None)
    # Where a model is installed it would be loaded, and nobody would end it.
    monkeypatch.setattr(one.server.session._loader, "want", lambda _options: None)
    params: Json = {"processId": None, "rootUri": None, "capabilities": GHOST}
    told = {"completionItem": "on", "cacheMb": 0, **options}
    await one.request("initialize", {**params, "initializationOptions": told})
    one.server.configure()
    one.open(URI, "x = ")
    return one, Slow(one.server.session, monkeypatch)


async def menu_of(one: Editor) -> list[Any]:
    found = await one.request("textDocument/completion", place(0, 4))
    assert found["isIncomplete"]
    return [item["label"] for item in found["items"]]


async def test_a_menu_does_not_wait_for_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    one, slow = await started(monkeypatch, deadlineMs=100)
    assert await menu_of(one) == []
    (newest,) = await one.request("lspLocal/why", {"textDocument": {"uri": URI}})
    assert newest["reason"] == "too-late"
    slow.gate.set()
    assert await menu_of(one) == ["a + b"]
    assert slow.n_asked == 1


async def test_ghost_text_and_menu_do_not_answer_for_each_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one, slow = await started(monkeypatch, deadlineMs=60_000)
    ghosts = [one.ask("textDocument/inlineCompletion", place(0, 4)) for _ in range(2)]
    menus = [one.ask("textDocument/completion", place(0, 4)) for _ in range(2)]
    slow.gate.set()
    older, newer = [await one.answer(number) for number in ghosts]
    assert (older, [item["insertText"] for item in newer]) == ([], ["a + b"])
    older, newer = [(await one.answer(number))["items"] for number in menus]
    assert (older, [item["label"] for item in newer]) == ([], ["a + b"])


async def test_a_menu_that_is_closed_leaves_the_ghost_text(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one, slow = await started(monkeypatch, deadlineMs=60_000)
    ended: list[str] = []
    monkeypatch.setattr(one.server.session, "_end_flight", ended.append)
    ghost = one.ask("textDocument/inlineCompletion", place(0, 4))
    entries = one.ask("textDocument/completion", place(0, 4))
    await asyncio.sleep(0)
    one.notify("$/cancelRequest", {"id": entries})
    assert (await one.answer(entries))["code"] == -32800
    assert ended == []
    slow.gate.set()
    assert [item["insertText"] for item in await one.answer(ghost)] == ["a + b"]


async def test_a_key_ends_both(monkeypatch: pytest.MonkeyPatch) -> None:
    one, _ = await started(monkeypatch, deadlineMs=60_000)
    ghost = one.ask("textDocument/inlineCompletion", place(0, 4))
    entries = one.ask("textDocument/completion", place(0, 4))
    await asyncio.sleep(0)
    one.change("x = a")
    assert await one.answer(ghost) == []
    assert (await one.answer(entries))["items"] == []


async def test_a_closed_document_has_no_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    one, _ = await started(monkeypatch)
    one.notify("textDocument/didClose", {"textDocument": {"uri": URI}})
    assert await menu_of(one) == []
