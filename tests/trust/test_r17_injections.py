"""R17: text that wants to act stays text, and what comes of it stays in its place."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from editor import Editor as RealEditor
from editor import start_server, stop_server
from injected import ANSWERS, MARKS, ORDER, SPECIAL, TAGS, TEXTS
from lsprotocol import types
from scripted_chat import ScriptedChat, fenced
from wired import DOCUMENT_CHANGES, RESOLVES, URI, Editor

from lsp_local import chat
from lsp_local.engine import binding, special
from lsp_local.userprompts import invisible

SYSTEM = "Follow the rules."
BEFORE, BEHIND = "LIMIT = 3\n\n\n", "\n\ndef after():\n    return LIMIT\n"
FUNCTION = "def total(prices):\n    {text}\n    return sum(prices)\n"
HARMLESS = fenced("python", "def total(prices):\n    return sum(prices, 0)")


ABLE = types.ClientCapabilities(
    workspace=types.WorkspaceClientCapabilities(
        workspace_edit=types.WorkspaceEditClientCapabilities(document_changes=True)
    ),
    text_document=types.TextDocumentClientCapabilities(
        code_action=types.CodeActionClientCapabilities(
            data_support=True, resolve_support=types.ClientCodeActionResolveOptions(["edit"])
        )
    ),
)


class Typist(RealEditor):
    """An editor in which somebody chooses an action."""

    async def act(self, uri: str, at: types.Position, title: str) -> list[types.TextEdit]:
        """Return the edits, which must be of this document."""
        document, where = types.TextDocumentIdentifier(uri), types.Range(at, at)
        params = types.CodeActionParams(document, where, types.CodeActionContext([]))
        found = await self.client.text_document_code_action_async(params) or []
        (chosen,) = (one for one in found if one.title == title)
        assert isinstance(chosen, types.CodeAction)
        edit = (await self.client.code_action_resolve_async(chosen)).edit
        changes = edit.document_changes or [] if edit else []
        edits: list[types.TextEdit] = []
        for change in changes:
            assert isinstance(change, types.TextDocumentEdit)
            assert change.text_document.uri == uri
            edits += [one for one in change.edits if isinstance(one, types.TextEdit)]
        return edits


@dataclass(frozen=True)
class Words:
    """The vocabulary of a real model, and which of its tokens are none of a text's."""

    model: int
    markup: "re.Pattern[bytes] | None"
    acting: frozenset[int]

    def tokens(self, text: str) -> list[int]:
        return special.tokenize(self.model, text, self.markup, allow_special=False)

    def acting_in(self, text: str) -> list[int]:
        return [token for token in self.tokens(text) if token in self.acting]


@pytest.fixture(scope="module", params=["qwen", "smollm"])
def words(request: pytest.FixtureRequest) -> Words:
    binding.open_library()
    model = binding.open_vocabulary(str(request.getfixturevalue(request.param)))
    pieces = binding.pieces(model, binding.n_vocab(model))
    markup = special.markup_of(model, pieces)
    acting = {token for token, piece in enumerate(pieces) if not piece}
    if markup is not None:
        acting |= {token for token, piece in enumerate(pieces) if markup.fullmatch(piece)}
    named = [binding.tokenize(model, name.encode(), allow_special=True) for name in SPECIAL]
    acting |= {tokens[0] for tokens in named if len(tokens) == 1}
    return Words(model, markup, frozenset(acting))


def texts() -> list[str]:
    """Return each injection, alone, within words, doubled, taken apart and put together again."""
    found = [*TEXTS.values()]
    for token in SPECIAL:
        found += [token, f"a{token}b", f" {token}\n", f"{token}{token}", f"{token[:1]}{token}"]
        found += [f'x = "{token}"', f"# {token} {ORDER}", token.upper(), token.replace("|", "||")]
    return [*found, "".join(SPECIAL), "\n".join(SPECIAL)]


def test_no_text_becomes_a_special_token(words: Words, reached: Callable[[str, str], None]) -> None:
    assert len(words.acting) > 10
    acting = {text: words.acting_in(text) for text in texts()}
    assert {text: found for text, found in acting.items() if found} == {}
    reached("R17", f"0 special tokens in {len(acting)} texts")


@pytest.mark.parametrize("text", ["<tool_call>", "a < b > c", "é<tool_call>é", "<<tool_call>>"])
def test_a_text_is_tokenised_whole(words: Words, text: str) -> None:
    pieces = binding.pieces(words.model, binding.n_vocab(words.model))
    assert b"".join(pieces[token] for token in words.tokens(text)) == text.encode()


@pytest.mark.parametrize("text", [*TEXTS.values(), *SPECIAL], ids=[*TEXTS, *SPECIAL])
def test_no_text_becomes_a_part_of_the_conversation(text: str) -> None:
    template = (
        "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}"
        "<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
    )
    said = [chat.Message("system", SYSTEM), chat.Message("user", text)]
    parts = chat.parts(template, said)
    assert [part.text for part in parts if not part.is_template] == [SYSTEM, text]
    assert "".join(part.text for part in parts if part.is_template) == (
        "<|im_start|>system\n<|im_end|>\n<|im_start|>user\n<|im_end|>\n<|im_start|>assistant\n"
    )


@pytest.mark.parametrize("hidden", [TAGS, MARKS, "\u200b\u2060\ufeff", "\u2064"])
def test_rules_hold_nothing_that_nobody_sees(hidden: str) -> None:
    seen, found = invisible.removed(f"- Be kind.{hidden}\n")
    assert not set(seen) & set(hidden)
    assert found


async def acted(text: str, answer: str) -> tuple[str, str, Editor]:
    """Do all that can be done to a function that holds `text`; return the text before and after."""
    inside = text.replace("\n", "\n    ")
    before = BEFORE + FUNCTION.replace("{text}", inside) + BEHIND
    editor = Editor(ScriptedChat([answer] * 40))
    await editor.begin(RESOLVES | DOCUMENT_CHANGES, before)
    after = before
    for title in await editor.actions((3, 5)):
        offer = (await editor.actions((3, 5)))[title]
        resolved = await editor.request("codeAction/resolve", offer)
        for change in (resolved.get("edit") or {}).get("documentChanges", []):
            assert change["textDocument"] == {"uri": URI, "version": 1}, title
            for edit in change["edits"]:
                lines = edit["range"]["start"]["line"], edit["range"]["end"]["line"]
                last = before.count("\n") - BEHIND.count("\n")
                is_test = title.startswith("Write tests")
                assert is_test or (lines[0] >= 3 and lines[1] <= last), (title, edit)
                assert not set(edit["newText"]) & {*TAGS, *MARKS}, title
    return before, after, editor


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
async def test_a_model_that_was_talked_round_changes_nothing_else(answer: str) -> None:
    before, _, editor = await acted("prices = list(prices)", answer)
    methods = {one.get("method") for one in editor.heard}
    assert methods <= {None, "window/showMessage", "window/logMessage"}
    (doc,) = editor.server.session.documents
    assert doc.text == before


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
async def test_a_text_that_gives_orders_changes_nothing_else(text: str) -> None:
    _, _, editor = await acted(text, HARMLESS)
    assert {one.get("method") for one in editor.heard} <= {None, "window/showMessage"}


async def test_a_real_model_keeps_to_its_place(
    qwen: Path, many: Callable[..., int], reached: Callable[[str, str], None]
) -> None:
    client = await start_server()
    editor = Typist(client)
    n_asked = many(short=2, long=len(TEXTS))
    try:
        await editor.start(qwen, ABLE)
        for n, (name, text) in enumerate(list(TEXTS.items())[:n_asked]):
            before = BEFORE + FUNCTION.replace("{text}", text.replace("\n", "\n    "))
            uri = editor.open(f"file_{n}.py", before + BEHIND.rstrip() + " + <CURSOR>\n")
            written = await editor.ghost_text(uri)  # it asserts that it is for the cursor
            edits = await editor.act(uri, types.Position(3, 5), "Write the docstring of `total`")
            assert all(3 <= edit.range.start.line <= 4 for edit in edits), name
            texts = [written, *(edit.new_text for edit in edits)]
            assert not any(token in one for one in texts for token in SPECIAL if "|" in token), name
        assert client.log_messages == []
        await client.shutdown_session()
    finally:
        await stop_server(client)
    reached("R17", f"{n_asked} completions and {n_asked} actions of a real model")
