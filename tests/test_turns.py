"""Whose job is next, as the worker asks before each of its steps."""

import pytest

from lsp_local.engine.base import Priority
from lsp_local.engine.turns import TURN_SECONDS, Job, Turns

LONG, SHORT = TURN_SECONDS * 0.6, TURN_SECONDS * 0.1


def job(name: str, priority: Priority, n_steps: int) -> Job:
    """Return a job of a window; a name is the window's number and the job's key, `1a`."""
    return Job(int(name[0]), ord(name[1]), priority, iter([None] * n_steps), lambda _: None)


def check(jobs: dict[str, tuple[int, int]], seconds: float, want: str) -> None:
    """`jobs` are priority and number of steps by name; `want` is whose step comes when."""
    waiting = {name: job(name, Priority(p), n) for name, (p, n) in jobs.items()}
    left = {name: n for name, (_, n) in jobs.items()}
    turns, said = Turns(), []
    while waiting:
        chosen = turns.next(list(waiting.values()))
        name = next(name for name, one in waiting.items() if one is chosen)
        turns.spent(chosen, seconds)
        said.append(name)
        left[name] -= 1
        if not left[name]:
            del waiting[name]
    assert " ".join(said) == want


@pytest.mark.parametrize(
    ("jobs", "seconds", "want"),
    [
        pytest.param({"1b": (0, 2), "1a": (0, 2)}, LONG, "1a 1a 1b 1b", id="one window: in order"),
        pytest.param(
            {"1a": (4, 2), "2a": (0, 1), "1b": (3, 1)}, SHORT, "2a 1b 1a 1a", id="urgent ones first"
        ),
        pytest.param(
            {"1a": (0, 5), "2a": (0, 3)},
            LONG,
            "1a 1a 2a 2a 1a 1a 2a 1a",
            id="a long job gives way when its turn is over",
        ),
        pytest.param(
            {"1a": (0, 2), "2a": (0, 2)}, SHORT, "1a 1a 2a 2a", id="a short one is not interrupted"
        ),
        pytest.param(
            {"1a": (0, 1), "1b": (0, 1), "1c": (0, 1), "2a": (0, 1)},
            SHORT,
            "1a 2a 1b 1c",
            id="who asks for much at once waits for those who ask for little",
        ),
        pytest.param(
            {"1a": (0, 4), "2a": (0, 4), "3a": (0, 4)},
            LONG,
            "1a 1a 2a 2a 3a 3a 1a 1a 2a 2a 3a 3a",
            id="three by turns",
        ),
    ],
)
def test_turns(jobs: dict[str, tuple[int, int]], seconds: float, want: str) -> None:
    check(jobs, seconds, want)


def test_a_turn_goes_on_after_more_urgent_work() -> None:
    turns = Turns()
    mine, theirs = job("1a", Priority.LINT, 9), job("2a", Priority.LINT, 9)
    urgent = job("2b", Priority.INLINE, 1)
    assert turns.next([mine, theirs]) is mine
    assert turns.next([mine, theirs, urgent]) is urgent
    turns.spent(urgent, 10 * TURN_SECONDS)
    assert turns.next([mine, theirs]) is mine
