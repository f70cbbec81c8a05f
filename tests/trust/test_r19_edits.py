"""R19: no edit breaks a file or is for another version, and one undo takes it back."""

import random
from collections import Counter
from collections.abc import AsyncIterator, Callable

import corpus
import pytest
from scripted_chat import ScriptedChat
from wired import DOCUMENT_CHANGES, RESOLVES, URI, Editor

from lsp_local.actions.catalogue import offers
from lsp_local.features.code_action import Wanted, resolve
from lsp_local.lint.detector import ModelDetector
from lsp_local.lint.fixing import fixed
from lsp_local.lint.ignore_edits import ignoring
from lsp_local.lint.static import find_static
from lsp_local.text import Diagnostic, Document, TextEdit
from lsp_local.trees import parse
from lsp_local.verify.minimal import applied

FUNCTION = "def total(prices):\n    result = 0\n    for one in prices:\n        result += one\n"
ANSWER = "```python\n" + FUNCTION + "    return result\n```"
Made = tuple[str, tuple[TextEdit, ...]]


async def acted(chance: random.Random, doc: Document) -> AsyncIterator[Made]:
    """Yield what each action makes of a place, whatever a model says."""
    start, end = corpus.selection(chance, doc)
    wrong = [Diagnostic(start, max(end, start + 1), "it is wrong")]
    for offer in offers(doc, start, end, wrong):
        engine = corpus.liar(chance, doc, offer.start, offer.end)
        found = await resolve(engine, doc, Wanted(offer, "Make it better."))
        if found.edits:
            yield offer.name, found.edits
        if found.new_file is not None:
            yield "a new file", (TextEdit(0, len(doc.text), found.new_file.text),)


async def linted(chance: random.Random, doc: Document) -> AsyncIterator[Made]:
    """Yield what mends and what silences each thing that lint finds."""
    start, end = corpus.selection(chance, doc)
    engine = corpus.liar(chance, doc, start, end)
    findings = find_static(doc, parse(doc.text, doc.language), None)
    findings += await ModelDetector(engine).find(doc, [(start, end)], explain=False)
    mended = fixed(doc, findings, is_unsafe=True)
    if mended.taken:
        yield "a fix of lint", (TextEdit(0, len(doc.text), mended.text),)
    for one in findings:
        edit = ignoring(doc, one)
        if edit is not None:
            yield "a mark for lint", (edit,)


async def test_no_edit_breaks_a_file(
    many: Callable[..., int], reached: Callable[[str, str], None]
) -> None:
    n_wanted = many(short=40, long=2_000)
    chance = random.Random(19)
    kinds: Counter[str] = Counter()
    languages: Counter[str] = Counter()
    for doc in corpus.files(chance):
        for work in (acted, linted):
            async for kind, edits in work(chance, doc):
                after = applied(doc.text, edits)
                assert after != doc.text, kind
                assert not corpus.is_worse(doc.language, doc.text, after), (kind, doc.path, after)
                kinds[kind] += 1
                languages[doc.language] += 1
        if kinds.total() >= n_wanted:
            break
    shown = ", ".join(f"{n} {name}" for name, n in languages.most_common())
    reached("R19", f"0 new errors in {kinds.total():,} edits of {len(kinds)} kinds ({shown})")


ALL = ("Write the docstring of `total`", "Add types to `total`", "Write tests for `total`")


@pytest.mark.parametrize("title", ALL)
async def test_an_edit_is_one_and_of_one_version(title: str) -> None:
    editor = Editor(ScriptedChat([ANSWER] * 9))
    await editor.begin(RESOLVES | DOCUMENT_CHANGES, FUNCTION)
    offer = (await editor.actions((0, 5)))[title]
    edit = (await editor.request("codeAction/resolve", offer)).get("edit")
    for change in edit["documentChanges"] if edit else ():
        assert change["textDocument"] == {"uri": URI, "version": 1}
    assert not edit or len(edit["documentChanges"]) == 1
    editor.change(FUNCTION + "# more\n")
    offer = (await editor.actions((0, 5)))[title]
    editor.change(FUNCTION + "# more and more\n")
    assert "edit" not in await editor.request("codeAction/resolve", offer)
