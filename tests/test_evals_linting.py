"""What `eval lint` makes of a detector's suspects."""

import pytest
from linted import doc_of
from scripted_chat import ScriptedChat

from lsp_local.evals import linting
from lsp_local.evals.edits import Task
from lsp_local.evals.suspecting import ModelFinder
from lsp_local.lint.detector import ModelDetector

BUGGY = """\
def total(prices):
    result = 0
    for price in prices:
        result -= price
    return result
"""
RIGHT = BUGGY.replace("-=", "+=")
TEST = "\nassert total([1, 2]) == 3\n"


def task(right: str = RIGHT) -> Task:
    return Task("Python/0", 0, doc_of(BUGGY), "total", right, TEST)


@pytest.mark.parametrize(
    ("right", "want"),
    [
        pytest.param(RIGHT, 3, id="one line"),
        pytest.param(RIGHT.replace("= 0", "= 1"), None, id="two lines"),
        pytest.param(RIGHT + "x = 1\n", None, id="a line more"),
        pytest.param(BUGGY, None, id="none"),
    ],
)
def test_the_line_of_a_bug(right: str, want: int | None) -> None:
    assert linting.bug_line(task(right)) == want


async def test_a_pair_is_looked_at_and_reviewed() -> None:
    review = "result = 0\n`result -= price`"
    engine = ScriptedChat(["= price", review], natural=["result +="], wishes=[("result -", "+")])
    finder = ModelFinder(ModelDetector(engine))
    (one,) = [one async for one in linting.run(engine, finder, [task(), task(BUGGY)])]
    assert (one.line, one.lines, one.reviewed) == (3, (3,), (1, 3))
    assert one.is_repaired
    assert one.sure > one.sure_of_right == 0.0
    shares = linting.figures([one], seed=1)
    assert {name: share["value"] for name, share in shares.items()} == {
        "line_first": 1.0,
        "line_in_3": 1.0,
        "repaired": 1.0,
        "reported": 0.0,
        "right_and_reported": 0.0,
        "silent_on_right_code": 1.0,
        "review_line_first": 0.0,
        "review_line_in_3": 1.0,
    }
