"""Every filter of the judge, in three languages: what it silences, and what it leaves whole."""

from dataclasses import replace

import pytest
from marks import doc_at
from test_complete import ScriptedEngine

from lsp_local.engine.base import Generated, GenerateRequest, OnText
from lsp_local.features.inline_completion import complete
from lsp_local.features.reading import Reader
from lsp_local.options import Options
from lsp_local.windows import Windows

PY, TS, GO = "python", "typescript", "go"


class Unsure(ScriptedEngine):
    """Is not sure of what would come behind its answer."""

    async def generate(
        self, request: GenerateRequest, on_text: OnText = lambda _text: None
    ) -> Generated:
        return replace(
            await super().generate(request, on_text),
            text=self.answer,
            stop="unsure",
            confidence=0.9,
        )


async def check(
    language: str,
    marked: str,
    said: str,
    want: str,
    engine: type[ScriptedEngine] = ScriptedEngine,
) -> None:
    """Say what the model said; want what somebody sees who types, or the reason for silence."""
    doc, offset = doc_at(marked, language)
    reader = Reader(engine(said), Options(), Windows())
    outcome = await complete(reader, doc, offset, reader.wish(is_automatic=True))
    assert (outcome.text or f"[{outcome.reason}]") == want


@pytest.mark.parametrize(
    ("language", "marked", "said", "want"),
    [
        (PY, "def f():\n    <CURSOR>\n    send(order)\n", "send(order)\n", "[repeats-suffix]"),
        (
            TS,
            "function f() {\n  <CURSOR>\n  send(order);\n}\n",
            "send(order);\n",
            "[repeats-suffix]",
        ),
        (GO, "package a\nfunc f() {\n\t<CURSOR>\n\tg(abc)\n}\n", "g(abc)\n", "[repeats-suffix]"),
    ],
    ids=[PY, TS, GO],
)
async def test_the_following_line(language: str, marked: str, said: str, want: str) -> None:
    await check(language, marked, said, want)


@pytest.mark.parametrize(
    ("language", "marked", "said", "want"),
    [
        (PY, "send(order)\n<CURSOR>\n", "send(order)\n", "[repeats-itself]"),
        (TS, "send(order);\n<CURSOR>\n", "send(order);\n", "[repeats-itself]"),
        (GO, "package a\nfunc f() {\n\tg(abc)\n\t<CURSOR>\n}\n", "g(abc)\n", "[repeats-itself]"),
    ],
    ids=[PY, TS, GO],
)
async def test_the_line_above(language: str, marked: str, said: str, want: str) -> None:
    await check(language, marked, said, want)


@pytest.mark.parametrize(
    ("language", "marked", "said", "want"),
    [
        (PY, "x = f(a, <CURSOR>)\n", "a)\n", "a"),
        (TS, "const x = f(a, <CURSOR>);\n", "a);\n", "a"),
        (GO, "package a\nvar x = f(a, <CURSOR>)\n", "a)\n", "a"),
    ],
    ids=[PY, TS, GO],
)
async def test_what_is_closed_already(language: str, marked: str, said: str, want: str) -> None:
    await check(language, marked, said, want)


@pytest.mark.parametrize(
    ("language", "marked", "said", "want"),
    [
        (PY, "a = 1\n<CURSOR>\n", "    a = 2\n", "[wrong-indentation]"),
        (TS, "load()\n<CURSOR>\n", "  .then(load)\n", "  .then(load)"),
        (TS, "const a = b\n<CURSOR>\n", "  ?? b\n", "  ?? b"),
        ("java", "x.add(1)\n<CURSOR>\n", "    .add(2);\n", "    .add(2);"),
        ("yaml", "- name: test\n<CURSOR>\n", "  run: make\n", "  run: make"),
        (TS, "f();\n<CURSOR>\n", "    f(1);\n", "[wrong-indentation]"),
        (GO, "package a\nvar x = 1\n<CURSOR>\n", "\t\tx = 2\n", "[wrong-indentation]"),
    ],
    ids=[PY, "a chain", "an operator", "java", "yaml", TS, GO],
)
async def test_the_indentation(language: str, marked: str, said: str, want: str) -> None:
    await check(language, marked, said, want)


@pytest.mark.parametrize(
    ("language", "marked", "said", "want"),
    [
        (PY, "x = 1\n<CURSOR>\n", "# set x\n", "[comment-only]"),
        (TS, "const x = 1;\n<CURSOR>\n", "// set x\n", "[comment-only]"),
        (GO, "package a\nvar x = 1\n<CURSOR>\n", "// set x\n", "[comment-only]"),
    ],
    ids=[PY, TS, GO],
)
async def test_an_echo_as_a_comment(language: str, marked: str, said: str, want: str) -> None:
    await check(language, marked, said, want)


@pytest.mark.parametrize(
    ("language", "marked", "said", "want"),
    [
        (PY, "x = <CURSOR>\n", "ab cd ab cd ab cd ab cd ab cd\n", "[repeats-itself]"),
        (TS, "const x = <CURSOR>;\n", "ab cd ab cd ab cd ab cd ab cd\n", "[repeats-itself]"),
        (
            GO,
            "package a\nvar x = <CURSOR>\n",
            "ab cd ab cd ab cd ab cd ab cd\n",
            "[repeats-itself]",
        ),
    ],
    ids=[PY, TS, GO],
)
async def test_a_loop(language: str, marked: str, said: str, want: str) -> None:
    await check(language, marked, said, want)


@pytest.mark.parametrize(
    ("language", "marked", "said", "want"),
    [
        (PY, "x = [1, 2]\ny = <CURSOR>\n", "x) + 1\n", "[breaks-syntax]"),
        (TS, "const x = 1;\nconst y = <CURSOR>;\n", "x) + 1\n", "[breaks-syntax]"),
        (GO, "package a\nvar x = 1\nvar y = <CURSOR>\n", "x x\n", "[breaks-syntax]"),
    ],
    ids=[PY, TS, GO],
)
async def test_an_error_of_syntax(language: str, marked: str, said: str, want: str) -> None:
    await check(language, marked, said, want)


@pytest.mark.parametrize(
    ("language", "marked", "said", "want"),
    [
        (PY, "price = 1\ntotal = <CURSOR>\n", "price_of_all\n", "[unknown-name]"),
        (TS, "const price = 1;\nconst total = <CURSOR>;\n", "priceOfAll\n", "[unknown-name]"),
        (GO, "package a\nvar price = 1\nvar total = <CURSOR>\n", "priceOfAll\n", "[unknown-name]"),
    ],
    ids=[PY, TS, GO],
)
async def test_an_invented_name(language: str, marked: str, said: str, want: str) -> None:
    await check(language, marked, said, want)


@pytest.mark.parametrize(
    ("language", "marked", "said", "want"),
    [
        (PY, "price = 1\ntotal = <CURSOR>\n", "price * 2  # doubled\n", "price * 2"),
        (TS, "const price = 1;\nconst total = <CURSOR>;\n", "price * 2\n", "price * 2"),
        (GO, "package a\nvar price = 1\nvar total = <CURSOR>\n", "price * 2\n", "price * 2"),
    ],
    ids=[PY, TS, GO],
)
async def test_what_is_right_is_shown(language: str, marked: str, said: str, want: str) -> None:
    await check(language, marked, said, want)


@pytest.mark.parametrize(
    ("language", "marked", "said", "want"),
    [
        (PY, "x = 1  # the refer<CURSOR>\n", "ences that are", "ences"),
        (TS, "// the refer<CURSOR>\n", "ences that are", "ences"),
        (GO, "package a\n\n// the refer<CURSOR>\n", "ences that are", "ences"),
        (PY, "x = 1  # the <CURSOR>\n", "references that", "[unsure]"),
        (TS, "// the refer<CURSOR>\n", " to the", "[unsure]"),
        (GO, 'package a\n\nvar x = "refer<CURSOR>"\n', "ences to", "ences"),
    ],
)
async def test_half_a_phrase(language: str, marked: str, said: str, want: str) -> None:
    await check(language, marked, said, want, Unsure)


@pytest.mark.parametrize(
    ("language", "marked", "said", "want"),
    [
        (PY, "def is_child_of_func<CURSOR>\n", "tion", "tion"),
        (TS, "function isChildOfFunc<CURSOR>\n", "tion", "tion"),
        (GO, "package a\n\nfunc isChildOfFunc<CURSOR>\n", "tion", "tion"),
        (TS, "  func<CURSOR>\n", "tion", "[unsure]"),
    ],
    ids=[PY, TS, GO, "a keyword that cannot stand alone"],
)
async def test_the_rest_of_a_word_on_a_line_that_is_half_written(
    language: str, marked: str, said: str, want: str
) -> None:
    await check(language, marked, said, want, Unsure)
