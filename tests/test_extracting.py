"""A function is extracted under the name that a scripted model finds, or under a plain one."""

import pytest
from marks import range_at
from scripted_chat import ScriptedChat

from lsp_local.actions.catalogue import ACTIONS, Offer
from lsp_local.features.code_action import Wanted, resolve
from lsp_local.features.resolved import Resolved
from lsp_local.text import Document
from lsp_local.verify.minimal import applied

KEY = "AKIAIOSFODNN7EXAMPLF"


async def extracted(engine: ScriptedChat, doc: Document, start: int, end: int) -> Resolved:
    """Do it as an editor asks, whether or not it would be offered."""
    offer = Offer("extract", "Extract a function", ACTIONS["extract"].kind, start, end)
    return await resolve(engine, doc, Wanted(offer))


async def check(language: str, marked: str, answer: str, want: str) -> None:
    """`want` is the whole file, or `! ` and the problem."""
    doc, start, end = range_at(marked, language)
    engine = ScriptedChat([answer])
    found = await extracted(engine, doc, start, end)
    after = applied(doc.text, found.edits)
    assert (f"! {found.problem}" if found.problem else after) == want
    assert all(KEY not in prompt for prompt in engine.prompts)


MARKED = "def f(a):\n<START>    b = a + 1\n    c = b * 2\n<END>    return c\n"


def named(name: str) -> str:
    return (
        f"def {name}(a):\n    b = a + 1\n    c = b * 2\n    return c\n\n\n"
        f"def f(a):\n    c = {name}(a)\n    return c\n"
    )


@pytest.mark.parametrize(
    ("answer", "want"),
    [
        pytest.param("`double_next`", "double_next", id="a good name"),
        pytest.param("`doubleNext`", "double_next", id="in another style"),
        pytest.param("`double_next(a)`", "double_next", id="a call"),
        pytest.param("`parseHTML`", "parse_html", id="an abbreviation"),
        pytest.param("`HTTPHeader`", "http_header", id="an abbreviation first"),
        pytest.param("`f`", "f_c", id="one word and its result"),
        pytest.param("`return`", "return_c", id="a keyword"),
        pytest.param("`print`", "print_c", id="a builtin"),
        pytest.param("", "get_c", id="nothing"),
        pytest.param("`2 be`", "get_c", id="a digit first"),
        pytest.param("`größe`", "gr_e", id="letters of other languages"),
        pytest.param("So: a b c d e f", "so_a_b_c_d", id="chatter is short"),
    ],
)
async def test_names(answer: str, want: str) -> None:
    await check("python", MARKED, answer, named(want))


async def test_one_word_without_a_result_is_asked_for_another() -> None:
    doc, start, end = range_at("def f(a):\n<START>    b = a + 1\n    print(b)\n<END>    return 1\n")
    engine = ScriptedChat(["print`", "next`"])
    found = await extracted(engine, doc, start, end)
    assert applied(doc.text, found.edits) == (
        "def print_next(a):\n    b = a + 1\n    print(b)\n\n\n"
        "def f(a):\n    print_next(a)\n    return 1\n"
    )
    first, second = engine.prompts
    assert second == f"{first}print_"


async def test_a_plain_name_that_is_taken_gets_a_number() -> None:
    taken = "f_c = get_c = extracted = extracted_2 = 0\n\n\n"
    await check("python", taken + MARKED, "`f`", taken + named("extracted_3"))


@pytest.mark.parametrize(
    ("language", "marked", "want"),
    [
        pytest.param(
            "typescript",
            "function f(a: number) {\n<START>  const b = a + 1;\n  const c = b * 2;\n<END>"
            "  return c;\n}\n",
            "function f(a: number) {\n  const c = doubleNext(a);\n  return c;\n}\n\n"
            "function doubleNext(a: number) {\n  const b = a + 1;\n  const c = b * 2;\n"
            "  return c;\n}\n",
            id="in TypeScript",
        ),
        pytest.param(
            "go",
            "package a\n\nfunc f(a int) int {\n<START>"
            "\tb := a + 1\n\tprint(b)\n<END>\treturn a\n}\n",
            "package a\n\nfunc f(a int) int {\n\tdoubleNext(a)\n\treturn a\n}\n\n"
            "func doubleNext(a int) {\n\tb := a + 1\n\tprint(b)\n}\n",
            id="in Go, with tabs",
        ),
        pytest.param(
            "python",
            MARKED.replace("\n", "\r\n"),
            named("double_next").replace("\n", "\r\n"),
            id="line ends of Windows",
        ),
        pytest.param(
            "python",
            f'def f():\n<START>    key = "{KEY}"\n    print(key)\n<END>    return 1\n',
            f'def double_next():\n    key = "{KEY}"\n    print(key)\n\n\n'
            "def f():\n    double_next()\n    return 1\n",
            id="a secret moves along, unread",
        ),
    ],
)
async def test_languages(language: str, marked: str, want: str) -> None:
    await check(language, marked, "`double_next`", want)


@pytest.mark.parametrize(
    ("language", "marked"),
    [
        pytest.param("python", "<START>x = 1<END>\n", id="outside of functions"),
        pytest.param("yaml", "a: <START>1<END>\n", id="a language without a grammar"),
        pytest.param(
            "python", "def f():\n    for a in b:\n<START>        break<END>\n", id="half a loop"
        ),
    ],
)
async def test_refusals(language: str, marked: str) -> None:
    doc, start, end = range_at(marked, language)
    engine = ScriptedChat()
    found = await extracted(engine, doc, start, end)
    assert found.problem.startswith("no safe edit found: ")
    assert (found.edits, engine.requests) == ((), [])
