"""What is told of a free review: the form of an answer, and what of it is so."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from linted import KEY, doc_of
from scripted_chat import ScriptedChat

from lsp_local.engine.base import Finish, Generated, GenerateRequest, OnText, Second
from lsp_local.lint import review
from lsp_local.lint.changes import offsets
from lsp_local.lint.finding import RULES, Level
from lsp_local.lint.hunks import hunks
from lsp_local.lint.model import lazy_model
from lsp_local.lint.review import LazyReviewer, Reviewer
from lsp_local.options import Options
from lsp_local.text import UserError

TOTAL = """\
import os

def total(prices):
    result = 0
    for n in range(1, len(prices)):
        result += prices[n]

    return result
"""
GOOD = "`range(1, len(prices))` leaves out the first price"


@dataclass
class Sure(ScriptedChat):
    """Every character has a log-probability, that of a digit is `of_digits`."""

    of_digits: float = math.log(0.8)

    async def generate(
        self, request: GenerateRequest, on_text: OnText = lambda _text: None
    ) -> Generated:
        said = await ScriptedChat.generate(self, request, on_text)
        n = len(request.tokens)
        seconds = [Second(n + at, at, 0, "", 1.0) for at in range(len(said.text))]
        logprobs = [self.of_digits if char.isdigit() else -0.01 for char in said.text]
        is_cut = len(said.text) == request.n_predict
        finish = Finish.LENGTH if is_cut else said.finish
        seconds = seconds[: request.n_seconds]
        return replace(said, logprobs=logprobs, seconds=seconds, finish=finish)


@pytest.fixture(autouse=True)
def room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let an answer be long: here, every character is a token."""
    monkeypatch.setattr(review, "N_PREDICT", 1000)


async def check(
    answer: str | Sequence[str],
    want: list[str],
    text: str = TOTAL,
    lines: Sequence[tuple[int, int]] | None = None,
    path: str = "shop/cart.py",
) -> Sure:
    """Review a text whose `lines` have changed, all of it for None; return whom was asked."""
    engine = Sure([answer] if isinstance(answer, str) else [*answer])
    doc = doc_of(text, path)
    spans = offsets(text, lines) if lines is not None else None
    found = await Reviewer(engine).find(doc, spans, explain=False)
    for one in found:
        assert (one.rule, one.level, one.replacement, one.line) == (
            "review",
            Level.NOTE,
            None,
            one.end_line,
        )
    assert [f"{one.line}:{one.column}-{one.end_column} {one.message}" for one in found] == want
    assert engine.answers == []
    return engine


@pytest.mark.parametrize(
    ("answer", "want"),
    [
        pytest.param(f"5: {GOOD}.", [f"5:5-36 {GOOD}."], id="a remark"),
        pytest.param(f"5: {GOOD}", [f"5:5-36 {GOOD}."], id="without an end"),
        pytest.param(f"5:\t{GOOD}!  \r\n", [f"5:5-36 {GOOD}!"], id="blanks around it"),
        pytest.param(
            f"5: {GOOD}.\n6: a price may be no number here.",
            [f"5:5-36 {GOOD}.", "6:9-28 a price may be no number here."],
            id="two",
        ),
        pytest.param(f"Sure!\n\n5: {GOOD}.\nBye", [f"5:5-36 {GOOD}."], id="chatter around it"),
        pytest.param(f"5: {GOOD}.\n5: it is wrong again, I say.", [f"5:5-36 {GOOD}."], id="twice"),
        pytest.param("none", [], id="nothing"),
        pytest.param("", [], id="silence"),
        pytest.param(f"Line 5: {GOOD}.", [], id="another form"),
        pytest.param(f"5 {GOOD}.", [], id="no colon"),
        pytest.param(f"LINE: {GOOD}.", [], id="no number"),
        pytest.param(f"-5: {GOOD}.", [], id="a negative number"),
        pytest.param(f"99: {GOOD}.", [], id="no line of the file"),
        pytest.param(f"1: {GOOD}.", [], id="a line that was not shown"),
        pytest.param(f"7: {GOOD}.", [], id="a blank line"),
        pytest.param(f"0: {GOOD}.", [], id="line 0"),
        pytest.param(f"99999999999: {GOOD}.", [], id="a very long number"),
        pytest.param("5: `range(2, prices)` leaves out the first two.", [], id="an invented quote"),
        pytest.param("5: `range(1, leaves out the first one", [], id="a quote without an end"),
        pytest.param("5: for n in range(1, len(prices)):", [], id="it only repeats the line"),
        pytest.param("5: `n`", [], id="it says nothing"),
        pytest.param("5: wrong.", [], id="one word"),
        pytest.param("5: This line is correct and clear.", [], id="it is right, it says"),
        pytest.param("5: There are no bugs in this line.", [], id="no bug, it says"),
        pytest.param(f"5: {'this goes on and on ' * 20}", [], id="too long"),
        pytest.param("5: a \x1b[31mred\x1b[0m word is here", [], id="what a terminal would obey"),
        pytest.param("5: it leaks REDACTED_SECRET to others.", [], id="what stands for a secret"),
        pytest.param(
            "\n".join(f"{n}: this is remark number {'x' * n} of many." for n in (3, 4, 5, 6, 8)),
            [f"{n}:{at} this is remark number {'x' * n} of many." for n, at in
             ((3, "1-19"), (4, "5-15"), (5, "5-36"))],
            id="three at most",
        ),
    ],
)  # fmt: skip
async def test_what_is_told_of_an_answer(answer: str, want: list[str]) -> None:
    await check(answer, want)


async def test_an_answer_that_was_cut_off_ends_before_its_last_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(review, "N_PREDICT", 120)
    await check(f"5: {GOOD}.\n6: " + "this never ends " * 20, [f"5:5-36 {GOOD}."])


@pytest.mark.parametrize(
    ("of_digits", "want"), [(math.log(0.8), 0.8), (-50.0, 0.0), (0.0, 1.0)]
)  # fmt: skip
async def test_confidence_is_the_probability_of_the_line(of_digits: float, want: float) -> None:
    engine = Sure([f"5: {GOOD} 111."], of_digits=of_digits)
    (found,) = await Reviewer(engine).find(doc_of(TOTAL), None, explain=False)
    assert found.confidence == want


async def test_without_probabilities_nothing_is_sure() -> None:
    (found,) = await Reviewer(ScriptedChat([f"5: {GOOD}."])).find(doc_of(TOTAL), None, False)
    assert found.confidence == 0.0


async def test_only_changed_lines_are_told() -> None:
    engine = await check(
        f"5: {GOOD}.\n6: a price may be no number here.", [f"5:5-36 {GOOD}."], lines=[(5, 5)]
    )
    assert engine.question == (
        "```python\n3 | def total(prices):\n4 |     result = 0\n"
        "5+|     for n in range(1, len(prices)):\n6 |         result += prices[n]\n7 |\n"
        "8 |     return result\n```\nReview the lines marked with + for bugs. For each line with a"
        " bug, answer with its number and one sentence: `LINE: what goes wrong`. If there is no"
        " bug, answer `none`.<|end|><|assistant|>"
    )


async def test_no_model_reads_a_secret() -> None:
    text = f"def key():\n    return '{KEY}'\n\n\ndef other():\n    return 1\n"
    engine = await check(["none", "none"], [], text)
    assert KEY not in "".join(engine.prompts)
    assert "REDACTED_SECRET" in engine.prompts[0]


@pytest.mark.parametrize(
    ("text", "lines", "want"),
    [
        pytest.param(TOTAL, None, [(3, 8, {3, 4, 5, 6, 8})], id="every function"),
        pytest.param(TOTAL, [(5, 5)], [(3, 8, {5})], id="a changed function"),
        pytest.param(TOTAL, [(1, 1)], [(1, 4, {1})], id="a line outside of functions"),
        pytest.param(TOTAL, [(1, 5)], [(1, 4, {1}), (3, 8, {3, 4, 5})], id="both"),
        pytest.param(TOTAL, [(7, 7)], [], id="a blank line"),
        pytest.param(TOTAL, [], [], id="nothing has changed"),
        pytest.param("", None, [], id="an empty file"),
        pytest.param("", [(1, 1)], [], id="an empty file that has changed"),
        pytest.param("x = 1\n", None, [], id="no function"),
        pytest.param("x = 1", [(1, 1)], [(1, 1, {1})], id="no line end at the end"),
        pytest.param("\ufeffx = 1\r\n\r\ny = 2\r\n", [(1, 3)], [(1, 4, {1, 3})], id="Windows"),
        pytest.param("def f(:\n  (\n", [(1, 2)], [(1, 3, {1, 2})], id="broken"),
        pytest.param(
            "a = 1\n" * 130,
            [(1, 130)],
            [(1, 63, {*range(1, 61)}), (58, 123, {*range(61, 121)}),
             (118, 131, {*range(121, 131)})],
            id="a long change is several",
        ),
        pytest.param(
            "class A:\n    def f(self):\n        return 1\n\n    def g(self):\n        return 2\n",
            None,
            [(2, 3, {2, 3}), (5, 6, {5, 6})],
            id="methods",
        ),
        pytest.param(
            "def f():\n" + "    x = 'long'\n" * 2000,
            [(900, 900)],
            [(897, 903, {900})],
            id="a function that is too long",
        ),
    ],
)  # fmt: skip
def test_hunks(
    text: str, lines: list[tuple[int, int]] | None, want: list[tuple[int, int, set[int]]]
) -> None:
    spans = offsets(text, lines) if lines is not None else None
    found = [(one.first, one.last, set(one.changed)) for one in hunks(doc_of(text), spans)]
    assert found == want


@pytest.mark.parametrize("path", ["a.ts", "a.go", "a.rs", "a.java", "a.c", "a.cpp", "a.js"])
async def test_every_language_is_reviewed(path: str) -> None:
    text = "int f(int a) {\n  return a - 1;\n}\n"
    await check("2: it should add one to it.", ["2:3-16 it should add one to it."], text, [(2, 2)],
                path)  # fmt: skip


async def test_too_much_code_is_left_out() -> None:
    engine = ScriptedChat([], n_ctx=40)
    assert await Reviewer(engine).find(doc_of(TOTAL), None, explain=False) == []


async def test_what_has_nothing_to_review_loads_no_model(tmp_path: Path) -> None:
    (tmp_path / "m.gguf").write_bytes(b"GGUF" + bytes(100))
    async with lazy_model(Options(model=str(tmp_path / "m.gguf"))) as model:
        found = LazyReviewer(model)
        assert await found.find(doc_of("x = 1\n"), None, explain=False) == []
        assert found.describe().startswith("review ")


async def test_a_missing_model_is_an_error() -> None:
    async with lazy_model(Options(model="gone.gguf")) as model:
        with pytest.raises(UserError, match="no file gone"):
            LazyReviewer(model)


def test_a_remark_is_never_more_than_a_note() -> None:
    assert (RULES["review"].level, RULES["review"].is_static) == (Level.NOTE, False)
