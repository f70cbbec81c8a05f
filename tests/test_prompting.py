"""Prompt files at work: what the model reads, and what becomes of a scripted answer."""

from pathlib import Path

import pytest
from marks import range_at
from scripted_chat import ScriptedChat, fenced

from lsp_local.features.prompting import run_prompt, scope_of
from lsp_local.features.resolved import Resolved
from lsp_local.text import Diagnostic
from lsp_local.userprompts.files import PromptFile
from lsp_local.userprompts.settings import Output, Scope
from lsp_local.verify.minimal import applied

KEY = "AKIAIOSFODNN7EXAMPLF"
BODY = "Look at this:\n{{%s}}\n{{diagnostics}}"
CODE = "x = 1\n\n\ndef f(a):\n<START>    b = a\n    c = b\n<END>    return c\n"


def prompt(scope: Scope, output: Output, body: str = "") -> PromptFile:
    body = body or BODY % scope
    return PromptFile("look", Path("look.md"), "Look", "source", (), scope, output, body)


async def run(
    engine: ScriptedChat, one: PromptFile, marked: str, *wrong: Diagnostic
) -> tuple[str, Resolved]:
    """Return the whole file after a prompt, and what came of it."""
    doc, start, end = range_at(marked)
    span = scope_of(one, doc, start, end)
    assert span is not None
    found = await run_prompt(engine, doc, one, span, wrong)
    assert all(KEY not in text for text in engine.prompts)
    return applied(doc.text, found.edits), found


@pytest.mark.parametrize(
    ("scope", "marked", "want"),
    [
        pytest.param(Scope.SELECTION, CODE, "    b = a\n    c = b", id="whole statements"),
        pytest.param(Scope.SELECTION, "x = <CURSOR>1\n", None, id="nothing is selected"),
        pytest.param(
            Scope.FUNCTION, CODE, "def f(a):\n    b = a\n    c = b\n    return c", id="the function"
        ),
        pytest.param(Scope.FUNCTION, "x = <CURSOR>1\n", None, id="no function"),
        pytest.param(Scope.FILE, "x = <CURSOR>1\n", "x = 1\n", id="the file"),
        pytest.param(Scope.FILE, " \n<CURSOR>\n", None, id="an empty file"),
    ],
)
def test_scopes(scope: Scope, marked: str, want: str | None) -> None:
    doc, start, end = range_at(marked)
    span = scope_of(prompt(scope, Output.EDIT), doc, start, end)
    assert (doc.text[slice(*span)] if span else None) == want


def test_a_function_of_an_unknown_language() -> None:
    doc, start, end = range_at("a: <CURSOR>1", "yaml")
    assert scope_of(prompt(Scope.FUNCTION, Output.EDIT), doc, start, end) is None


@pytest.mark.parametrize(
    ("answers", "want"),
    [
        pytest.param(
            ["def f(b):\n    return b"], "x = 1\n\n\ndef f(b):\n    return b\n", id="an edit"
        ),
        pytest.param(
            ["def f(:", "def f(b):\n    return b"],
            "x = 1\n\n\ndef f(b):\n    return b\n",
            id="broken, then right",
        ),
        pytest.param(
            ["def f(:"] * 2,
            "! no safe edit found: line 1: does not parse: `def f(:`",
            id="broken twice",
        ),
    ],
)
async def test_edits(answers: list[str], want: str) -> None:
    engine = ScriptedChat([fenced("python", one) for one in answers])
    after, found = await run(engine, prompt(Scope.FUNCTION, Output.EDIT), CODE)
    assert (f"! {found.problem}" if found.problem else after) == want


async def test_the_code_is_said_once_and_complaints_count_its_lines() -> None:
    _, start, end = range_at(CODE)
    engine = ScriptedChat([fenced("python", "b = c = a")])
    wrong = [
        Diagnostic(start + 4, end - 1, f"bad {KEY}"),
        Diagnostic(end - 2, end - 1, "worse"),
        Diagnostic(0, 1, "elsewhere"),
    ]
    await run(engine, prompt(Scope.SELECTION, Output.EDIT), CODE, *wrong)
    assert engine.question == (
        "Look at this:\n    b = a\n    c = b\nline 1: bad REDACTED_SECRET\nline 2: worse"
        "<|end|><|assistant|>```python\n"
    )


async def test_neither_secrets_nor_private_code_are_read() -> None:
    marked = f"<CURSOR>a = '{KEY}'\nb = 'mine'  # lsp-local: private\n"
    engine = ScriptedChat(["Fine."])
    await run(engine, prompt(Scope.FILE, Output.MESSAGE), marked)
    assert "a = 'REDACTED_SECRET'\n" in engine.question
    assert "mine" not in engine.question


async def test_a_comment_stands_above_the_code() -> None:
    engine = ScriptedChat(["It copies.\n"])
    after, _ = await run(engine, prompt(Scope.SELECTION, Output.COMMENT), CODE)
    assert after == CODE.replace("<START>", "    # It copies.\n").replace("<END>", "")


@pytest.mark.parametrize("output", [Output.MESSAGE, Output.COMMENT, Output.DIAGNOSTIC])
async def test_nothing_said_is_a_problem(output: Output) -> None:
    _, found = await run(ScriptedChat([" \n"]), prompt(Scope.FILE, output), CODE)
    assert found == Resolved(problem="the model had nothing to say")


async def test_a_message_is_shown() -> None:
    _, found = await run(ScriptedChat(["Fine.\n"]), prompt(Scope.FILE, Output.MESSAGE), CODE)
    assert found == Resolved(message="Fine.")


@pytest.mark.parametrize(
    ("answer", "newline", "want"),
    [
        pytest.param("2: no use", "\n", [("c = b", "no use")], id="one line"),
        pytest.param(
            "1: first\n2: last", "\r\n", [("b = a", "first"), ("c = b", "last")], id="two"
        ),
        pytest.param("NONE", "\n", [], id="none"),
        pytest.param("3: beyond\n0: before\nSure!", "\n", [], id="other lines, and chatter"),
    ],
)
async def test_diagnostics(answer: str, newline: str, want: list[tuple[str, str]]) -> None:
    one, marked = prompt(Scope.SELECTION, Output.DIAGNOSTIC), CODE.replace("\n", newline)
    doc, _, _ = range_at(marked)
    engine = ScriptedChat([answer])
    _, found = await run(engine, one, marked)
    assert found.diagnostics is not None
    assert [(doc.text[at.start : at.end], at.message) for at in found.diagnostics] == want
    assert {at.source for at in found.diagnostics} <= {"lsp-local look"}
    assert "\n1|     b = a\n2|     c = b\n" in engine.question
