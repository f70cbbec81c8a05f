"""Every reason for silence that follows from the text or the answer, provoked."""

import re
from pathlib import Path

import pytest
from marks import doc_at
from test_complete import ScriptedEngine
from typer.core import TyperGroup
from typer.main import get_command

from lsp_local.cache import LASTING, Suggestions
from lsp_local.cli.app import app
from lsp_local.cli.reasons import SENTENCES, sentence
from lsp_local.features.inline_completion import FOR_KEYS_ONLY, complete, recall
from lsp_local.features.reading import Reader
from lsp_local.options import Options, describe
from lsp_local.text import Reason
from lsp_local.windows import Windows

ELSEWHERE = {  # what only a session can tell; tests/e2e and tests/test_why.py provoke these
    *(Reason.SHOWN, Reason.DISABLED, Reason.PAUSED, Reason.AFTER_DELETION, Reason.IN_POPUP),
    *(Reason.MODEL_LOADING, Reason.NO_MODEL, Reason.ENGINE_DIED, Reason.FAILED, Reason.SUPERSEDED),
    *(Reason.CANCELLED, Reason.STALE_VERSION, Reason.TOO_LATE, Reason.UNSURE),
}
CASES = [
    (Reason.NOTHING_TO_READ, "python", " <CURSOR>", "x"),
    (Reason.PRIVATE, "python", "# lsp-local: private\nx = <CURSOR>", "1\n"),
    (Reason.IN_COMMENT, "python", "x = 1  # a <CURSOR>", "note\n"),
    (Reason.IN_STRING, "typescript", "const x = `a <CURSOR>`", "note"),
    (Reason.CODE_FOLLOWS, "go", "f(<CURSOR>, b)", "a"),
    (Reason.MIDDLE_OF_WORD, "python", "x = a<CURSOR>b", "c"),
    (Reason.BLANK, "python", "x = 1\n<CURSOR>", "\n\n"),
    (Reason.STATEMENT_COMPLETE, "python", "x = 1<CURSOR>\n", "\n"),
    (Reason.REPEATS_SUFFIX, "go", "\tg()\n\t<CURSOR>\n\tf(abc)\n", "f(abc)\n"),
    (Reason.REPEATS_ITSELF, "python", "f(abc)\n<CURSOR>\n", "f(abc)\n"),
    (Reason.COMMENT_ONLY, "typescript", "f();\n<CURSOR>\n", "// and then\n"),
    (Reason.WRONG_INDENTATION, "python", "f()\n<CURSOR>\n", "    g()\n"),
    (Reason.NOT_TYPEABLE, "python", "x = <CURSOR>\n", "'\u202e'\n"),
    (Reason.BREAKS_SYNTAX, "go", "package a\nvar x = <CURSOR>\n", "a b\n"),
    (Reason.SECRET, "python", "x = <CURSOR>\n", '"REDACTED_SECRET"\n'),
    (Reason.UNKNOWN_NAME, "python", "x = <CURSOR>\n", "never_heard_of\n"),
]


@pytest.mark.parametrize(("reason", "language", "marked", "answer"), CASES)
async def test_a_silence_and_its_reason(
    reason: Reason, language: str, marked: str, answer: str
) -> None:
    doc, offset = doc_at(marked, language)
    options = Options(in_comments=False, in_strings=False)
    reader = Reader(ScriptedEngine(answer), options, Windows())
    outcome = await complete(reader, doc, offset, reader.wish(is_automatic=True))
    assert (outcome.reason, outcome.text) == (reason, "")


async def test_a_block_that_is_opened_is_shown_by_hand_after_a_silence_too() -> None:
    doc, offset = doc_at("#[test]\n<CURSOR>\n", "rust")
    reader = Reader(ScriptedEngine("fn two() {\n"), Options(), Windows())
    by_key = await complete(reader, doc, offset, reader.wish(is_automatic=True))
    by_hand = await complete(reader, doc, offset, reader.wish(is_automatic=False))
    assert (by_key.reason, by_hand.text) == (Reason.BREAKS_SYNTAX, "fn two() {")


@pytest.mark.parametrize("reason", sorted(LASTING))
def test_who_asks_by_hand_is_not_answered_with_a_silence_for_keys(reason: Reason) -> None:
    known = Suggestions("m")
    doc, offset = doc_at("x = 1\n<CURSOR>\n")
    known.remember(doc, offset, "", reason)
    assert recall(known, doc, offset, is_automatic=True) is not None
    by_hand = recall(known, doc, offset, is_automatic=False)
    assert (by_hand is None) == (reason in FOR_KEYS_ONLY)
    assert by_hand is None or "by hand" not in sentence(reason)


@pytest.mark.parametrize("reason", Reason)
def test_what_a_sentence_names_is_there(reason: Reason) -> None:
    options = {option.name for option in describe()}
    commands = {"lsp-local model pull", *(f"lsp-local {name}" for name in _commands())}
    named = re.findall(r"`([^`]+)`", SENTENCES[reason])
    assert [one for one in named if one not in options | commands | {"lsp-local: private"}] == []


def _commands() -> list[str]:
    group = get_command(app)
    assert isinstance(group, TyperGroup)
    return list(group.commands)


@pytest.mark.parametrize("reason", Reason)
def test_a_sentence_is_one(reason: Reason) -> None:
    assert re.findall(r"[.!?](?=\s|$)", SENTENCES[reason]) == ["."]


def test_the_page_tells_every_reason_in_the_words_of_the_command() -> None:
    page = (Path(__file__).parent.parent / "docs" / "quality.md").read_text()
    rows = [f"| `{reason}` | {sentence(reason)} |" for reason in Reason]
    assert [row for row in rows if row not in page] == []


def test_no_reason_is_left_out() -> None:
    assert {reason for reason, *_ in CASES} | ELSEWHERE == set(Reason)
