"""What two engines' answers are made of, without an engine."""

from lsp_local.evals.agreement import Compared, Timed, in_all

QUICK, SLOW = Timed(5.0, 10.0, 20.0), Timed(10.0, 20.0, 30.0)


def test_figures_are_shares_of_all_tokens_and_medians_of_times() -> None:
    found = [
        Compared(32, n_forced=32, n_free=32, gaps=[], first=QUICK, second=SLOW),
        Compared(32, n_forced=30, n_free=8, gaps=[0.5, 0.25], first=QUICK, second=QUICK),
        Compared(0, n_forced=0, n_free=0, gaps=[], first=SLOW, second=SLOW),
    ]
    assert in_all(found) == {
        "n_prompts": 3,
        "n_tokens": 64,
        "agree_teacher_forced": 0.9688,
        "agree_free_running": 0.625,
        "same_answers": 2,
        "worst_gap_nats": 0.5,
        "first_prefill_tokens_per_s": 200.0,
        "first_decode_tokens_per_s": 100.0,
        "first_one_more_token_ms": 20.0,
        "second_prefill_tokens_per_s": 100.0,
        "second_decode_tokens_per_s": 50.0,
        "second_one_more_token_ms": 30.0,
    }


def test_no_answers_are_no_figures_but_no_error() -> None:
    assert in_all([Compared(0, 0, 0, [], QUICK, SLOW)])["agree_teacher_forced"] == 0.0
