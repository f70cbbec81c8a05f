"""Whose job is next: the most urgent one, and among windows that wait alike, by turns."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from lsp_local.engine.base import Priority
from lsp_local.engine.wire import Message

# Two documents in turn cost 20 to 30 ms a change (one KV state is copied out, another in), so a
# turn is much longer than that, and shorter than what somebody who types notices as a halt.
TURN_SECONDS = 0.25


@dataclass(slots=True, eq=False)
class Job:
    """A request under way. `steps` does one bounded piece of work per `next`.

    Of one window, the job with the lowest key is the oldest.
    """

    window: int
    key: int
    priority: Priority
    steps: Iterator[Message | None]
    write: Callable[[bytes], None]
    is_cancelled: bool = field(default=False)


@dataclass(slots=True)
class _Turn:
    job: Job
    left: float  # seconds


class Turns:
    """Invariant: a job waits for others of its priority one turn of each window at most."""

    def __init__(self) -> None:
        self._turns: dict[Priority, _Turn] = {}
        self._last: dict[int, int] = {}  # by window: the number of its last turn
        self._n_turns = 0

    def next(self, jobs: list[Job]) -> Job:
        """Return the job to go on with; there must be one."""
        urgent = min(job.priority for job in jobs)
        waiting = [job for job in jobs if job.priority is urgent]
        turn = self._turns.get(urgent)
        if turn is not None and turn.job in waiting:
            is_alone = all(job.window == turn.job.window for job in waiting)
            if is_alone or turn.left > 0:
                return turn.job
        window = min((job.window for job in waiting), key=lambda one: self._last.get(one, 0))
        chosen = min((job for job in waiting if job.window == window), key=lambda job: job.key)
        self._n_turns += 1
        self._last[window] = self._n_turns
        self._turns[urgent] = _Turn(chosen, TURN_SECONDS)
        return chosen

    def spent(self, job: Job, seconds: float) -> None:
        """Count the time of one step against the turn."""
        turn = self._turns.get(job.priority)
        if turn is not None and turn.job is job:
            turn.left -= seconds

    def left(self, window: int) -> None:
        """Forget a window."""
        self._last.pop(window, None)
