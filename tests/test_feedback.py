"""What the user made of suggestions moves the gate, within bounds; old things count less."""

from datetime import date, timedelta

import pytest

from lsp_local.feedback import Count, Feedback, language_name, ledger_name, share_kept, weight

TODAY = date(2026, 11, 24)


def feedback_of(language: str, **counts: float) -> Feedback:
    feedback = Feedback()
    for name, number in counts.items():
        feedback.add(language, Count(name), number)
    return feedback


@pytest.mark.parametrize(
    ("counts", "want"),
    [
        pytest.param({}, 1.0, id="nothing is known"),
        pytest.param({"dismissed": 29}, 1.0, id="29 suggestions are too few"),
        pytest.param({"dismissed": 30}, 1.3, id="30 that nobody took make it strict"),
        pytest.param({"dismissed": 3000}, 1.3, id="and no stricter"),
        pytest.param({"accepted": 30}, 0.8, id="30 that were taken make it generous"),
        pytest.param({"accepted": 30, "dismissed": 70}, 1.0, id="the target share moves nothing"),
        pytest.param({"accepted": 15, "dismissed": 85}, 1.15, id="half of it is half way up"),
        pytest.param({"accepted": 45, "dismissed": 55}, 0.9, id="half more is half way down"),
        pytest.param({"accepted": 60, "dismissed": 40}, 0.8, id="twice as much is the end"),
        pytest.param({"partly": 60, "dismissed": 40}, 1.0, id="a part counts half"),
        pytest.param({"typed": 500, "accepted": 9, "dismissed": 20}, 1.0, id="typed is neither"),
        pytest.param(
            {"accepted": 60, "dismissed": 40, "checked": 50, "kept": 2500},
            1.0,
            id="what is half undone is half taken",
        ),
        pytest.param(
            {"accepted": 60, "dismissed": 40, "checked": 9, "kept": 0},
            0.8,
            id="nine looks tell nothing",
        ),
    ],
)
def test_adjustment(counts: dict[str, float], want: float) -> None:
    assert feedback_of("python", **counts).adjustment("Python") == want
    assert feedback_of("python", **counts).adjustment("go") == 1.0


def test_the_more_is_taken_the_lower_the_threshold() -> None:
    found = [feedback_of("go", accepted=n, dismissed=100 - n).adjustment("go") for n in range(101)]
    assert found == sorted(found, reverse=True)
    assert (found[0], found[-1]) == (1.3, 0.8)


def test_figures_by_language() -> None:
    feedback = feedback_of("python", accepted=30, partly=5, dismissed=60, typed=5)
    feedback.add("python", Count.CHECKED, 4)
    feedback.add("python", Count.KEPT, 300)
    feedback.add("go", Count.DISMISSED)
    feedback.add("go", Count.DISMISSED, -1)
    feedback.add("go", Count.ACCEPTED)
    assert feedback.as_json() == {
        "go": {
            "n_seen": 1,
            "n_accepted": 1,
            "n_partly": 0,
            "n_dismissed": 0,
            "n_typed": 0,
            "accepted": 1.0,
            "kept": None,
            "adjustment": 1.0,
        },
        "python": {
            "n_seen": 100,
            "n_accepted": 30,
            "n_partly": 5,
            "n_dismissed": 60,
            "n_typed": 5,
            "accepted": 0.3,
            "kept": 0.75,
            "adjustment": feedback.adjustment("python"),
        },
    }


def test_what_a_ledger_has_counts_by_age_and_model() -> None:
    counts = {
        (TODAY.isoformat(), "qwen", ledger_name("python", Count.ACCEPTED)): 10,
        ((TODAY - timedelta(days=14)).isoformat(), "qwen", "feedback.accepted.python"): 10,
        ("someday", "qwen", "feedback.accepted.python"): 10,
        (TODAY.isoformat(), "smollm", "feedback.accepted.python"): 10,
        (TODAY.isoformat(), "qwen", "feedback.praised.python"): 10,
        (TODAY.isoformat(), "qwen", "accepted"): 10,
    }
    feedback = Feedback()
    feedback.take_over(counts, "qwen", TODAY)
    assert feedback.as_json()["python"]["n_accepted"] == 15
    assert weight("2026-10-27", TODAY) == 0.25
    assert weight("2027-01-01", TODAY) == 1.0  # a clock was wrong


@pytest.mark.parametrize(
    ("language", "want"),
    [
        pytest.param("C++", "c++", id="a language"),
        pytest.param("", "plain", id="none"),
        pytest.param("password = 'x'\n", "passwordx", id="some text"),
        pytest.param("x" * 999, "x" * 32, id="a long one"),
    ],
)
def test_a_language_is_a_short_word(language: str, want: str) -> None:
    assert language_name(language) == want


@pytest.mark.parametrize(
    ("accepted", "now", "want"),
    [
        pytest.param("a + b", "a + b", 1.0, id="all of it"),
        pytest.param("a + b", "", 0.0, id="nothing"),
        pytest.param("a + b", "a - b", 0.8, id="one of five characters is another"),
        pytest.param("a + b", "a + b + c", 1.0, id="more than it"),
        pytest.param("x" * 10**6, "y" * 10**6, 0.0, id="long texts take no time"),
    ],
)
def test_share_kept(accepted: str, now: str, want: float) -> None:
    assert share_kept(accepted, now) == want
