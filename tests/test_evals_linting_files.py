"""What is counted of one mistake in a file, and of what is told for nothing."""

import dataclasses
from collections.abc import Sequence

import pytest
from linted import doc_of
from scripted_chat import ScriptedChat

from lsp_local.actions.functions import Function
from lsp_local.cli.eval_lint_cases import said_of_file
from lsp_local.evals import linting_figures, linting_files
from lsp_local.evals.linting_files import Judged
from lsp_local.evals.mistakes import Subject, mistake
from lsp_local.evals.suspecting import Suspect, looked_at
from lsp_local.text import Document

RIGHT = """\
def total(prices):
    result = 0
    for price in prices:
        result += price
    return result


def mean(prices):
    summed = total(prices)
    return summed / len(prices)


def spread(prices):
    low, high = min(prices), max(prices)
    return high - low
"""
WRONG = RIGHT.replace("+=", "-=")
DOC = doc_of(RIGHT)


class Scripted:
    """Suspects what stands in `script`: old and new text and how sure, in the order that is said.

    Counts the functions that it was asked about.
    """

    def __init__(self, *script: tuple[str, str, float]) -> None:
        self.script = script
        self.asked: list[str] = []

    async def suspects(self, doc: Document, function: Function) -> Sequence[Suspect]:
        self.asked.append(function.name)
        found = []
        for old, new, sure in self.script:
            at = doc.text.find(old, function.start, function.end)
            if at >= 0:
                text = doc.text[:at] + new + doc.text[at + len(old) :]
                found.append(Suspect(at, old, new, sure, sure * 10, text))
        return found


def subject(wrong: str = WRONG, functions: slice = slice(None)) -> Subject:
    every = looked_at(DOC)
    made = mistake("operator", DOC, dataclasses.replace(DOC, text=wrong))
    assert made is not None
    chosen = tuple(every[functions])
    return Subject(DOC, chosen, every.index(chosen[0]), len(every), (made,))


async def judged(
    *script: tuple[str, str, float], review: str = "", n_ctx: int = 100_000, one: Subject | None
) -> Judged:
    chat = ScriptedChat([review], n_ctx=n_ctx)
    one = one or subject()
    steps: list[None] = []
    finder = Scripted(*script)
    (found,) = [
        each async for each in linting_files.run(chat, finder, [one], lambda: steps.append(None))
    ]
    assert len(steps) == len(finder.asked) == linting_files.n_looks([one])
    return found


@pytest.mark.parametrize(
    ("script", "lines", "repairs", "is_told", "n_alarms"),
    [
        pytest.param([], [], [], False, 0, id="nothing is suspected"),
        pytest.param([("-=", "+=", 0.9)], [3], [True], True, 0, id="the mistake, repaired"),
        pytest.param([("-=", "+= ", 0.9)], [3], [True], True, 0, id="repaired up to white space"),
        pytest.param([("-=", "*=", 0.9)], [3], [False], True, 0, id="found, not repaired"),
        pytest.param([("-=", "+=", 0.4)], [3], [True], False, 0, id="found, but not told"),
        pytest.param(
            [("/", "*", 0.9), ("-=", "+=", 0.6)], [9, 3], [False, True], True, 1, id="second"
        ),
        pytest.param(
            [("result -", "x -", 0.8), ("-=", "+=", 0.6)],
            [3],
            [False],
            True,
            0,
            id="of one line, the first suspect counts",
        ),
        pytest.param(
            [("= 0", "= 1", 0.8), ("-=", "+=", 0.7)],
            [1, 3],
            [False, True],
            False,
            1,
            id="lint tells one thing of a function",
        ),
        pytest.param([("+=", "-=", 0.9)], [], [], False, 1, id="the right line is suspected"),
    ],
)
async def test_what_is_found(
    script: list[tuple[str, str, float]],
    lines: list[int],
    repairs: list[bool],
    is_told: bool,
    n_alarms: int,
) -> None:
    one = await judged(*script, one=None)
    (found,) = one.found
    assert found.lines == lines
    assert [place.repairs for place in found.places] == repairs
    assert found.is_told is is_told
    assert len(one.alarms) == n_alarms
    assert one.n_lines == 11


@pytest.mark.parametrize(
    ("review", "n_ctx", "want", "saw"),
    [
        pytest.param("`result -= price`\nreturn result", 100_000, (3, 4), "all", id="quoted"),
        pytest.param("There is none.", 100_000, (), "all", id="no line of it"),
        pytest.param("result -= price", 520, (3,), "function", id="too long as a whole"),
        pytest.param("result -= price", 300, (), "nothing", id="too long at all"),
    ],
)
async def test_the_plain_review(review: str, n_ctx: int, want: tuple[int, ...], saw: str) -> None:
    (found,) = (await judged(review=review, n_ctx=n_ctx, one=None)).found
    assert (found.reviewed, found.review_saw) == (want, saw)


async def test_only_what_is_looked_at_counts() -> None:
    one = subject(RIGHT.replace("high - low", "high + low"), slice(1, 3))
    found = await judged(("/", "*", 0.9), ("+", "-", 0.7), review="return high + low", one=one)
    assert found.found[0].lines == [9, 14]
    assert found.found[0].reviewed == (14,)
    assert found.n_lines == 6


async def test_the_figures_count_files_lines_and_kinds() -> None:
    script = ("/", "*", 0.9), ("-=", "+=", 0.6)
    whole = await judged(*script, review="result -= price", one=None)
    part = await judged(*script, one=subject(functions=slice(0, 1)))
    found = linting_figures.figures([whole, part], seed=1)
    shares = {name: one for name, one in found.items() if isinstance(one, dict)}
    plain = {name: one["value"] for name, one in shares.items() if "value" in one}
    assert plain == {
        "recall_at_1": 0.5,
        "recall_at_3": 1.0,
        "recall_at_5": 1.0,
        "repaired": 0.5,
        "repaired_in_3": 1.0,
        "right_and_reported": 1.0,
        "review_recall_at_1": 0.5,
        "review_recall_at_3": 0.5,
        "review_recall_at_5": 0.5,
        "recall_at_3_to_review": 2.0,
    }
    counts = ("n_files", "n_files_looked_at_whole", "n_functions_looked_at")
    assert [found[name] for name in counts] == [2, 1, 4]
    assert found["operator"]["recall_at_3"]["n"] == 2
    assert found["whole_files"]["recall_at_3"]["n"] == 1
    assert found["false_alarms"]["n"] == 1
    assert found["false_alarms"]["for_1000_lines"] == {
        "value": 62.5,
        "ci95": [0.0, 90.9091],
        "n": 16,
    }


async def test_no_alarm_in_few_lines_is_no_proof() -> None:
    found = linting_figures.figures([await judged(one=None)], seed=1)
    assert found["false_alarms"] == {
        "n": 0,
        "for_1000_lines": {"value": 0.0, "ci95": [0.0, 272.7273], "n": 11},
    }
    assert linting_figures.figures([], seed=1)["recall_at_1"]["value"] is None


async def test_a_case_can_be_read() -> None:
    one = await judged(("/", "*", 0.9), ("-=", "+=", 0.6), review="result -= price", one=None)
    assert list(said_of_file(one)) == [
        "operator shop/cart.py:4: line 2 of 2, repair 2, told; review 1",
        "  right result += price",
        "  wrong result -= price",
        "  first shop/cart.py:10: `/` to `*`, 0.90 sure",
        "false alarm shop/cart.py:10: `/` to `*`, 0.90 sure",
        "  line  return summed / len(prices)",
    ]
