"""What an edit is worth: which of them are told, and which only a model would prefer."""

import pytest

from lsp_local.lint.finding import LEAST_CONFIDENCE
from lsp_local.lint.kinds import Kind
from lsp_local.lint.weighing import confidence, doubt, score

MET = frozenset({"total", "price", "result", "append", "items", "is_open", "and"})
KNOWN = MET | {"later"}


def check(rule: str, old: str, new: str, n_old: int, n_new: int, is_told: bool) -> None:
    """The code becomes likelier by 9 nats; some such edits are told, others are not."""
    kind = Kind(rule, 0, len(old), old, new, n_old, n_new)
    assert (confidence(score(9.0, kind, MET, KNOWN)) >= LEAST_CONFIDENCE) == is_told


@pytest.mark.parametrize(
    ("rule", "old", "new", "n_old", "n_new", "is_told"),
    [
        pytest.param("wrong-operator", "-", "+", 1, 1, True, id="an operator"),
        pytest.param("missing-not", "", "not ", 0, 1, True, id="a negation"),
        pytest.param("off-by-one", "", " - 1", 0, 2, True, id="a step"),
        pytest.param("wrong-variable", "total", "price", 1, 1, True, id="names that were met"),
        pytest.param("wrong-variable", "load", "price", 1, 1, False, id="one that was not met"),
        pytest.param("wrong-variable", "total", "later", 1, 1, True, id="by one that comes later"),
        pytest.param("wrong-attribute", "append", "appendx", 1, 1, False, id="by one that is none"),
        pytest.param("suspicious-token", "total", "a, b, c", 1, 5, False, id="by more"),
        pytest.param("suspicious-token", '"(>0)."', '"(positive)"', 1, 1, False, id="a wording"),
        pytest.param("suspicious-token", '"("', '"["', 1, 1, True, id="a value"),
        pytest.param("suspicious-token", "", ".items", 0, 2, True, id="a member less"),
        pytest.param("suspicious-token", "[:40]", "", 5, 0, False, id="a slice more"),
        pytest.param("suspicious-token", "total", "", 1, 0, False, id="a call more"),
        pytest.param("suspicious-token", "total and ", "", 2, 0, False, id="a condition more"),
    ],
)
def test_what_is_told(rule: str, old: str, new: str, n_old: int, n_new: int, is_told: bool) -> None:
    check(rule, old, new, n_old, n_new, is_told)


@pytest.mark.parametrize("gap", [-5.0, 0.0, 9.0, 12.0, 99.0])
def test_a_mere_doubt_is_never_told(gap: float) -> None:
    assert confidence(doubt(gap)) < LEAST_CONFIDENCE


def test_a_greater_gain_says_more_up_to_a_bound() -> None:
    kind = Kind("wrong-operator", 0, 1, "-", "+", 1, 1)
    found = [score(gain, kind, MET, KNOWN) for gain in (-9.0, 0.0, 9.0, 15.0, 99.0)]
    assert found == sorted(found)
    assert found[-1] == found[-2] > found[-3]
