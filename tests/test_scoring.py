"""How answers are scored, and how sure a share is."""

import pytest

from lsp_local.evals import scoring


def test_first_lines_are_what_is_not_blank() -> None:
    assert scoring.first_line("\n   x = 1  \ny") == "x = 1"
    assert scoring.first_line(" \n\n") == ""


@pytest.mark.parametrize(
    ("answer", "truth", "want"),
    [("abc", "abc", 1.0), ("", "", 1.0), ("abc", "", 0.0), ("xyz", "abc", 0.0), ("a b", "ab", 1.0)],
)
def test_chrf_of_the_simple_cases(answer: str, truth: str, want: float) -> None:
    assert scoring.chrf(answer, truth) == pytest.approx(want)


@pytest.mark.parametrize(
    ("answer", "want"),
    [
        pytest.param("return", True, id="whole words"),
        pytest.param("return values[", True, id="up to a bracket"),
        pytest.param("return values[0]", True, id="all of it"),
        pytest.param("ret", False, id="a word cut in two"),
        pytest.param("", False, id="nothing"),
        pytest.param("return items", False, id="something else"),
    ],
)
def test_right_beginnings_end_with_a_word(answer: str, want: bool) -> None:
    assert scoring.begins(answer, "  return values[0]\n") is want


def test_a_beginning_of_two_characters_is_none() -> None:
    assert not scoring.begins("if", "if x:")


def test_chrf_as_its_paper_counts_it() -> None:
    # One of two unigrams and none of the bigrams: F2 of (1/2, 1/2), and of (0, 0).
    assert scoring.chrf("ab", "ac") == pytest.approx((0.5 + 0.0) / 2)


def test_an_interval_holds_the_mean_and_shrinks_with_the_problems() -> None:
    few = [[1.0, 0.0]] * 5 + [[0.0, 0.0]] * 5
    many = few * 20
    wide = scoring.interval([few], scoring.mean, seed=1)
    narrow = scoring.interval([many], scoring.mean, seed=1)
    assert wide is not None
    assert narrow is not None
    assert wide[0] < narrow[0] < 0.25 < narrow[1] < wide[1]
    assert scoring.share(many, seed=1)["value"] == 0.25


def test_differences_are_paired() -> None:
    raw = [[0.0], [1.0]] * 20
    better = [[0.5], [1.5]] * 20
    assert scoring.difference(better, raw, seed=1) == {"value": 0.5, "ci95": [0.5, 0.5]}
    assert scoring.ratio(better, better, seed=1)["value"] == 1.0


def test_nothing_has_no_mean() -> None:
    assert scoring.share([], seed=1) == {"value": None, "ci95": None, "n": 0}
    assert scoring.ratio([[1.0]], [[0.0]], seed=1) == {"value": None, "ci95": None}
