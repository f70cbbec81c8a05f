"""Code is rewritten as a scripted model says, if that is safe."""

import asyncio

import pytest
from marks import doc_between
from scripted_chat import ScriptedChat, fenced

from lsp_local.features.rewriting import Job, rewrite
from lsp_local.verify.minimal import applied
from lsp_local.verify.verdict import Rules

KEY = "AKIAIOSFODNN7EXAMPLF"  # looks like one of a cloud's access keys


async def check(
    engine: ScriptedChat, marked: str, want: str, language: str = "python", is_fix: bool = False
) -> None:
    """`want` is the whole file, or `! ` and the problem; all answers have been asked for."""
    doc, start, end = doc_between(marked, language)
    found = await rewrite(engine, doc, Job("Do it.", Rules(start, end), is_fix=is_fix))
    if found.problem:
        assert not found.edits
    got = f"! {found.problem}" if found.problem else applied(doc.text, found.edits)
    assert got == want
    assert not engine.answers, "the model was asked less often"
    assert all(KEY not in prompt for prompt in engine.prompts)


PYTHON = "import os\n<START>def add(a, b):\n    return a - b<END>\nprint(add(1, 2))\n"
PYTHON_AFTER = "import os\ndef add(a, b):\n    return a + b\nprint(add(1, 2))\n"
TYPESCRIPT = "<START>function add(a: number, b: number) {\n  return a - b;\n}<END>\n"
TYPESCRIPT_AFTER = "function add(a: number, b: number) {\n  return a + b;\n}\n"
GO = "package a\n\n<START>func add(a, b int) int {\n\treturn a - b\n}<END>\n"
GO_AFTER = "package a\n\nfunc add(a, b int) int {\n\treturn a + b\n}\n"
GOOD = "def add(a, b):\n    return a + b"
SCRIPT = "function add(a: number, b: number) {\n  return a + b;\n}"
GOOD_GO = "func add(a, b int) int {\n\treturn a + b\n}"
BROKEN = "def add(a, b):\n    return a +"
RENAMED = "def add(x, y):\n    return x + y"


@pytest.mark.parametrize(
    ("language", "marked", "answers", "want"),
    [
        pytest.param("python", PYTHON, [GOOD], PYTHON_AFTER, id="a good answer"),
        pytest.param("typescript", TYPESCRIPT, [SCRIPT], TYPESCRIPT_AFTER, id="in TypeScript"),
        pytest.param("go", GO, [GOOD_GO], GO_AFTER, id="in Go, with tabs"),
        pytest.param("python", PYTHON, [BROKEN, GOOD], PYTHON_AFTER, id="broken, then right"),
        pytest.param(
            "typescript",
            TYPESCRIPT,
            [SCRIPT[:-1], SCRIPT],
            TYPESCRIPT_AFTER,
            id="a bracket too few, then right",
        ),
        pytest.param(
            "go",
            GO,
            [GOOD_GO.replace(" b\n}", "\n}"), GOOD_GO],
            GO_AFTER,
            id="broken Go, then right",
        ),
        pytest.param(
            "python",
            PYTHON,
            [BROKEN, BROKEN],
            "! line 2: does not parse: `return a +`",
            id="broken twice",
        ),
        pytest.param("python", PYTHON, [RENAMED, GOOD], PYTHON_AFTER, id="renamed, then right"),
        pytest.param(
            "python",
            PYTHON,
            [RENAMED, RENAMED],
            "! the signature of `add` must stay `def add(a, b):`",
            id="parameters renamed twice",
        ),
        pytest.param(
            "python",
            PYTHON,
            ["def add(a, b):\n    return a - b"] * 2,
            "! nothing was changed",
            id="the same code twice",
        ),
        pytest.param(
            "python",
            PYTHON,
            [f"{GOOD}\nprint(add(1, 2))"],
            PYTHON_AFTER,
            id="what stands behind the code is said again",
        ),
        pytest.param(
            "python",
            PYTHON,
            [f"import sys\n{GOOD}\nprint(add(3, 4))"],
            PYTHON_AFTER,
            id="code beyond the range",
        ),
        pytest.param(
            "typescript",
            "class A {\n<START>  f(a: number) {\n    return a - 1;\n  }<END>\n\n  g() {}\n}\n",
            ["f(a: number) {\n  return a + 1;\n}"],
            "class A {\n  f(a: number) {\n    return a + 1;\n  }\n\n  g() {}\n}\n",
            id="a method, said at the left edge",
        ),
        pytest.param(
            "go",
            "package a\n\nfunc f(a int) int {\n<START>\tb := a - 1\n<END>\treturn b\n}\n",
            ["b := a + 1"],
            "package a\n\nfunc f(a int) int {\n\tb := a + 1\n\treturn b\n}\n",
            id="a statement in tabs",
        ),
        pytest.param(
            "python",
            "def f(a):\n<START>    b = a - 1\n<END>    return b\n",
            ["c = a + 1"] * 2,
            "! `b` is no longer defined",
            id="a variable that others use is lost",
        ),
        pytest.param("python", PYTHON, ["", GOOD], PYTHON_AFTER, id="nothing, then right"),
        pytest.param("python", PYTHON, ["", ""], "! the answer holds no code", id="nothing at all"),
        pytest.param(
            "python",
            PYTHON.replace("\n", "\r\n"),
            [GOOD],
            PYTHON_AFTER.replace("\n", "\r\n"),
            id="line ends of Windows",
        ),
    ],
)
async def test_answers(language: str, marked: str, answers: list[str], want: str) -> None:
    said = [fenced(language, answer) for answer in answers]
    await check(ScriptedChat(said), marked, want, language)


SAME = fenced("python", "def add(a, b):\n    return a - b")


@pytest.mark.parametrize(
    ("near", "answers", "want"),
    [
        pytest.param(
            [("-", "+")],
            [fenced("python", GOOD)],
            PYTHON_AFTER,
            id="what was nearly said is taken where nothing was changed",
        ),
        pytest.param(
            [("a - b", "("), ("-", "+")],
            ["(a - b\n```", fenced("python", GOOD)],
            PYTHON_AFTER,
            id="the first that is safe",
        ),
        pytest.param([], [], "! nothing was changed", id="a model that never hesitated"),
        pytest.param(
            [("-", " ")], [], "! nothing was changed", id="white space makes no other program"
        ),
        pytest.param(
            [("-", "-")] * 20, [SAME] * 10, "! nothing was changed", id="ten are tried at most"
        ),
    ],
)
async def test_a_fix_looks_at_what_was_nearly_said(
    near: list[tuple[str, str]], answers: list[str], want: str
) -> None:
    await check(ScriptedChat([SAME, *answers], near), PYTHON, want, is_fix=True)


async def test_of_what_was_nearly_said_the_most_natural_code_is_taken() -> None:
    star = fenced("python", "def add(a, b):\n    return a * b")
    engine = ScriptedChat([SAME, star, fenced("python", GOOD)], [("-", "*"), ("-", "+")])
    engine.natural = ["a + b"]
    await check(engine, PYTHON, PYTHON_AFTER, is_fix=True)


async def test_a_safe_answer_may_be_less_natural_than_what_was_nearly_said() -> None:
    star = fenced("python", "def add(a, b):\n    return a * b")
    engine = ScriptedChat([star, fenced("python", GOOD)], [("*", "+")])
    engine.natural = ["a + b"]
    await check(engine, PYTHON, PYTHON_AFTER, is_fix=True)
    engine = ScriptedChat([fenced("python", GOOD), star], [("+", "*")])
    engine.natural = ["a + b"]
    await check(engine, PYTHON, PYTHON_AFTER, is_fix=True)


async def test_what_was_nearly_said_counts_too_where_no_answer_is_safe() -> None:
    broken = fenced("python", "def add(a, b):\n    return (a - b")
    engine = ScriptedChat([broken, broken, fenced("python", GOOD)], [("-", "+")])
    await check(engine, PYTHON, PYTHON_AFTER, is_fix=True)


async def test_a_place_in_a_comment_makes_no_other_program() -> None:
    marked = "<START>def add(a, b):\n    # a - b\n    return 1<END>\n"
    said = fenced("python", "def add(a, b):\n    # a - b\n    return 1")
    engine = ScriptedChat([said], [("-", "+")])
    await check(engine, marked, "! nothing was changed", is_fix=True)


async def test_without_a_fix_the_model_is_told_that_nothing_was_changed() -> None:
    engine = ScriptedChat([SAME, fenced("python", GOOD)], [("-", "+")])
    await check(engine, PYTHON, PYTHON_AFTER)
    assert engine.requests[0].n_seconds == 0
    assert "<|user|>That is not right: nothing was changed." in engine.prompts[-1]


async def test_the_code_comes_first_and_what_is_said_of_it_behind_it() -> None:
    engine = ScriptedChat([fenced("python", GOOD)])
    doc, start, end = doc_between(PYTHON.replace("\n", "\r\n"))
    job = Job("Do it.", Rules(start, end), background="# Rules", opening="def add(a, b):\n")
    await rewrite(engine, doc, job)
    code = fenced("python", "def add(a, b):\n    return a - b")
    assert engine.question == (
        f"# Rules\n\n{code}\n\nDo it.<|end|><|assistant|>```python\ndef add(a, b):\n"
    )
    (request,) = engine.requests
    assert (request.heal, request.until) == (True, "\n```")
    assert "".join(map(chr, request.draft)) == "def add(a, b):\n    return a - b"


SECRET = f'<START>def sign(text):\n    key = "{KEY}"\n    return key - text<END>\n'
PLACEHOLDER = 'def sign(text):\n    key = "REDACTED_SECRET"\n    return key + text'


async def test_a_secret_is_not_read_and_its_placeholder_not_written() -> None:
    engine = ScriptedChat([fenced("python", PLACEHOLDER)])
    after = SECRET.replace(" - ", " + ").replace("<START>", "").replace("<END>", "")
    await check(engine, SECRET, after)


async def test_a_placeholder_elsewhere_is_refused() -> None:
    engine = ScriptedChat([fenced("python", "def sign(text):\n    return REDACTED_SECRET")] * 2)
    await check(engine, SECRET, "! the answer holds a placeholder for a secret")


async def test_a_complaint_about_the_code_keeps_its_secret() -> None:
    marked = f'<START>def sign(text, key="{KEY}"):\n    return key - text<END>\n'
    engine = ScriptedChat([fenced("python", "def sign(a, b):\n    return a + b")] * 2)
    doc, start, end = doc_between(marked)
    found = await rewrite(engine, doc, Job("Do it.", Rules(start, end)))
    assert found.problem == f'the signature of `sign` must stay `def sign(text, key="{KEY}"):`'
    assert all(KEY not in prompt for prompt in engine.prompts)
    assert 'must stay `def sign(text, key="REDACTED_SECRET"):`' in engine.question


async def test_what_is_private_is_neither_read_nor_changed() -> None:
    marked = "<START>def a():\n    return 41  # lsp-local: private\n    return 42<END>\n"
    engine = ScriptedChat([fenced("python", "def a():\n    return 7")] * 2)
    await check(engine, marked, "! a part of this code is marked as private")
    assert "41" not in engine.question


async def test_code_that_fits_but_not_twice_keeps_its_first_problem() -> None:
    engine = ScriptedChat([fenced("python", BROKEN)])
    probe = ScriptedChat([fenced("python", GOOD)])
    doc, start, end = doc_between(PYTHON)
    await rewrite(probe, doc, Job("Do it.", Rules(start, end)))
    engine.n_ctx = len(probe.requests[0].tokens) + 60
    await check(engine, PYTHON, "! line 2: does not parse: `return a +`")


async def test_cancelling_stops_the_decode() -> None:
    engine = ScriptedChat([SAME], gate=asyncio.Event())
    doc, start, end = doc_between(PYTHON)
    task = asyncio.create_task(rewrite(engine, doc, Job("Do it.", Rules(start, end))))
    await engine.asked.wait()
    task.cancel()
    await asyncio.wait([task])
    assert (task.cancelled(), engine.n_cancelled) == (True, 1)
