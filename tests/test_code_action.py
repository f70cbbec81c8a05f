"""Every action that writes code: the whole file that comes out, or why it stays as it is."""

import asyncio

import pytest
from acted import (
    ADD,
    ADDED,
    ADULT,
    ADULT_SHORT,
    BROKEN,
    GOOD,
    KEY,
    LOAD,
    LOADED,
    NOT_SAFE,
    RENAMED,
    act,
    check,
)
from marks import range_at
from scripted_chat import ScriptedChat, fenced

from lsp_local.actions import catalogue as actions
from lsp_local.engine.base import EngineError
from lsp_local.features.code_action import Wanted, resolve
from lsp_local.text import Diagnostic, UserError
from lsp_local.verify.minimal import applied


@pytest.mark.parametrize(
    ("name", "language", "marked", "answers", "want"),
    [
        pytest.param("fix", "python", ADD, [GOOD], ADDED, id="fix"),
        pytest.param("fix", "python", ADD, [BROKEN, GOOD], ADDED, id="fix: broken, then right"),
        pytest.param(
            "fix",
            "python",
            ADD,
            [BROKEN, BROKEN],
            NOT_SAFE + "line 2: does not parse: `return (a + b`",
            id="fix: broken twice",
        ),
        pytest.param("fix", "python", ADD, [RENAMED, GOOD], ADDED, id="fix: renamed, then right"),
        pytest.param(
            "fix",
            "python",
            ADD.replace("\n", "\r\n"),
            [GOOD],
            ADDED.replace("\n", "\r\n"),
            id="fix: line ends of Windows",
        ),
        pytest.param(
            "simplify",
            "typescript",
            ADULT,
            [fenced("typescript", ADULT_SHORT.strip())],
            ADULT_SHORT,
            id="simplify",
        ),
        pytest.param(
            "guard",
            "go",
            LOAD,
            [fenced("go", LOADED)],
            LOAD.partition("func")[0] + LOADED + "\n",
            id="guard, with tabs",
        ),
        pytest.param(
            "annotate",
            "python",
            ADD,
            [fenced("python", "def add(a: int, b: int) -> int:\n    return a + b")],
            ADDED.replace("add(a, b):", "add(a: int, b: int) -> int:").replace("+", "-"),
            id="annotate: types only",
        ),
        pytest.param(
            "annotate",
            "typescript",
            "function add(a, b) {<CURSOR>\n  return a + b;\n}\n",
            [
                fenced(
                    "typescript",
                    "function add(a: number, b: number): number {\n  return a + b;\n}",
                )
            ],
            "function add(a: number, b: number): number {\n  return a + b;\n}\n",
            id="annotate in TypeScript",
        ),
        pytest.param(
            "annotate",
            "python",
            ADD,
            [RENAMED] * 2,
            NOT_SAFE + "only types may be added, and none were",
            id="annotate: parameters renamed twice",
        ),
        pytest.param(
            "body",
            "python",
            "def add(a, b):<CURSOR>\n    ...\n",
            [GOOD],
            "def add(a, b):\n    return a + b\n",
            id="body",
        ),
        pytest.param(
            "body",
            "go",
            "package a\n\nfunc add(a, b int) int {<CURSOR>\n}\n",
            [fenced("go", "func add(a, b int) int {\n\treturn a + b\n}")],
            "package a\n\nfunc add(a, b int) int {\n\treturn a + b\n}\n",
            id="body in Go",
        ),
        pytest.param(
            "rewrite",
            "python",
            ADD,
            [RENAMED],
            ADDED.replace("def add(a, b):\n    return a + b", "def add(x, y):\n    return x + y"),
            id="rewrite: the user may rename parameters",
        ),
        pytest.param(
            "rewrite",
            "python",
            "x = 1\n<START>y = 2\n<END>z = 3\n",
            ["Sure! Here it is:\n\n```", fenced("python", "y = 4") + "\n\nI changed 2 to 4."],
            "x = 1\ny = 4\nz = 3\n",
            id="rewrite: chatter, then code with chatter behind it",
        ),
        pytest.param(
            "rewrite",
            "python",
            "x = 1\n<START>y = 2\n<END>z = 3\n",
            [fenced("python", "x = 1\ny = 4\nz = 3")],
            "x = 1\ny = 4\nz = 3\n",
            id="rewrite: what stands around is said again",
        ),
    ],
)
async def test_code(name: str, language: str, marked: str, answers: list[str], want: str) -> None:
    instruction = "Do it." if name == "rewrite" else ""
    await check(name, language, marked, answers, want, instruction)


@pytest.mark.parametrize(
    ("language", "marked", "want"),
    [
        pytest.param("python", ADD, "def add(a, b):\n", id="a header of Python"),
        pytest.param(
            "python",
            "class A:\n    @cached\n    def f(\n        self,\n    ):\n        return 1<CURSOR>\n",
            "    @cached\n    def f(\n        self,\n    ):\n",
            id="a header over lines, with its decorator",
        ),
        pytest.param("python", "def f(x): return x<CURSOR>\n", "", id="a function on one line"),
        pytest.param(
            "go", LOAD, "func load(path string) string {\n", id="a header with its brace in Go"
        ),
        pytest.param(
            "typescript",
            ADULT.replace("\n", "\r\n"),
            "export function isAdult(user: User): boolean {\n",
            id="a header in a file of Windows",
        ),
        pytest.param(
            "javascript",
            "const f = (a) => {\n  return a;<CURSOR>\n};\n",
            "const f = (a) => {\n",
            id="an arrow function",
        ),
        pytest.param(
            "javascript", "const f = (a) =>\n  a<CURSOR>;\n", "const f = (a) =>\n", id="without one"
        ),
        pytest.param(
            "c", "int f(int a)\n{\n  return a;<CURSOR>\n}\n", "int f(int a)\n{\n", id="in C"
        ),
        pytest.param(
            "javascript",
            "function f(a) { return a;<CURSOR>\n}\n",
            "",
            id="code behind the brace",
        ),
        pytest.param(
            "python",
            f'def f(key="{KEY}"):\n    return key<CURSOR>\n',
            'def f(key="REDACTED_SECRET"):\n',
            id="a secret in the header",
        ),
    ],
)
async def test_the_header_is_put_into_the_model_s_mouth(
    language: str, marked: str, want: str
) -> None:
    engine = ScriptedChat(["", ""])
    await act("fix", engine, marked, language)
    opening = engine.question.rpartition("<|assistant|>")[2]
    assert opening == f"```{language}\n{want}"


async def test_no_secret_is_read_and_none_is_lost() -> None:
    marked = f'def sign(text):<CURSOR>\n    key = "{KEY}"\n    return key - text\n'
    doc, _, _ = range_at(marked)
    at = doc.text.index(KEY)
    wrong = Diagnostic(at, at + 4, f"bad key {KEY}")
    offer = actions.offer("fix", doc, at, at, [wrong])
    assert offer is not None
    said = 'def sign(text):\n    key = "REDACTED_SECRET"\n    return key + text'
    engine = ScriptedChat([fenced("python", said)])
    found = await resolve(engine, doc, Wanted(offer))
    assert applied(doc.text, found.edits) == doc.text.replace("-", "+")
    assert KEY not in engine.prompts[0]
    line = 'bad key REDACTED_SECRET (in the line `key = "REDACTED_SECRET"`)'
    assert f"Fix the bug in this code: {line}" in engine.question


async def test_what_is_private_is_not_offered() -> None:
    doc, start, end = range_at("def f(x):<CURSOR>\n    return 41  # lsp-local: private\n")
    wrong = Diagnostic(start, end, "it is wrong")
    assert all(actions.offer(name, doc, start, end, [wrong]) is None for name in actions.ACTIONS)


async def test_the_project_s_rules_come_first() -> None:
    doc, start, end = range_at(ADD)
    offer = actions.offer("rewrite", doc, start, end, [])
    assert offer is not None
    engine = ScriptedChat([GOOD])
    await resolve(engine, doc, Wanted(offer, rules="# AGENTS.md\nBe brief.\n"))
    assert engine.question.startswith("# AGENTS.md\nBe brief.\n\n\n```python\ndef add")


@pytest.mark.parametrize("name", sorted(actions.ACTIONS))
async def test_an_engine_that_fails_says_why(name: str) -> None:
    marked = "def f(a):\n<START>    b = open(a)\n    c = b + 1\n<END>    return c\n"
    marked = "def f(a):<CURSOR>\n    ...\n" if name == "body" else marked
    for engine, error in (
        (ScriptedChat(failure=EngineError("gone")), EngineError),
        (ScriptedChat(n_ctx=100), EngineError),
        (ScriptedChat(template=None), UserError),
    ):
        with pytest.raises(error):
            await act(name, engine, marked)


async def test_a_cancel_stops_the_decode() -> None:
    engine = ScriptedChat([GOOD], gate=asyncio.Event())
    task = asyncio.create_task(act("simplify", engine, ADD))
    await engine.asked.wait()
    task.cancel()
    await asyncio.wait([task])
    assert (task.cancelled(), engine.n_cancelled) == (True, 1)
