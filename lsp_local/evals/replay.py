"""Replays a trace against one system in real time, with a user who takes what is right."""

import asyncio
import math
from copy import deepcopy
from dataclasses import dataclass, field, replace
from enum import StrEnum

from lsp_local.evals.clock import Clock
from lsp_local.evals.system import Act, Shown, Spent, System
from lsp_local.evals.traces import Trace, ahead

# People react to something that appears after about a quarter of a second. What they type into a
# suggestion leaves the same rest on the screen, so the time is counted over those keys.
REACTION_S = 0.25
N_LEAST_CHARS = 4  # of a suggestion that is worth the accepting key
TAIL_S = 1.0  # after the last key


class Match(StrEnum):
    """How the first line of a suggestion compares with what the user types next."""

    RIGHT = "right"  # the same to the end of the line
    PARTLY = "partly"  # the user types it, and then more on the same line
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Seen:
    """Something shown, `ms` after the last act; `is_again` if the user saw its rest before."""

    ms: float
    shown: Shown
    match: Match
    is_again: bool
    is_stale: bool


@dataclass(slots=True)
class Moment:
    """One act and what appeared until the next, planned `pause` seconds later.

    `has_more`: the user goes on typing on this line. `is_silent`: the answer was to show nothing.
    """

    at: float
    act: Act
    pause: float
    has_more: bool
    is_silent: bool = False
    seen: list[Seen] = field(default_factory=list)


@dataclass(slots=True)
class Run:
    """What happened in one replay."""

    trace: Trace
    moments: list[Moment] = field(default_factory=list)
    n_saved: int = 0
    n_accepted: int = 0
    seconds: float = 0.0
    spent: Spent = field(default_factory=Spent)


def head(text: str) -> str:
    """Return a suggestion up to the end of its first line that is not blank."""
    n_blank = len(text) - len(text.lstrip())
    return text[:n_blank] + text[n_blank:].partition("\n")[0].rstrip("\r")


class Replay:
    """One user at one system. The system has been started."""

    def __init__(self, system: System, trace: Trace, clock: Clock, *, accepts: bool = True) -> None:
        self._system = system
        self._trace = trace
        self._clock = clock
        self._accepts = accepts
        self._run = Run(trace)
        self._n_done = 0
        self._last: Shown | None = None  # what was shown last, perhaps not any more
        self._appeared = math.inf  # when what is visible now became so
        self._seen_s = 0.0  # how long the user saw it before the last key
        self._accept_at = math.inf
        self._woken = asyncio.Event()

    async def run(self) -> Run:
        """Do all steps, or what accepting leaves of them."""
        self._system.on_shown = self._see
        self._system.on_silent = self._see_nothing
        spent = self._system.spent()
        before = deepcopy(spent)
        started = due = self._clock.now()
        while self._n_done < len(self._trace.steps):
            step = self._trace.steps[self._n_done]
            due += step.gap
            if await self._is_accepted_before(due):
                due = self._clock.now()
                continue
            self._n_done += 1
            self._do(step.act, step.cursor)
        self._run.seconds = self._clock.now() - started
        await self._wait_for_stragglers()
        self._run.spent = difference(before, self._system.spent())
        return self._run

    async def _is_accepted_before(self, due: float) -> bool:
        """Wait for the next step; whether the user accepted something meanwhile."""
        while self._clock.now() < due:
            if self._clock.now() >= self._accept_at:
                self._accept()
                return True
            self._woken.clear()
            await self._clock.wait(min(due, self._accept_at), self._woken)
        return False

    async def _wait_for_stragglers(self) -> None:
        until = self._clock.now() + TAIL_S
        while self._clock.now() < until:
            self._woken.clear()
            await self._clock.wait(until, self._woken)

    def _do(self, act: Act, cursor: int) -> None:
        """Do what leads to the state after the first `_n_done` steps."""
        now = self._clock.now()
        self._seen_s += max(0.0, now - self._appeared)
        self._appeared = self._accept_at = math.inf
        steps = self._trace.steps
        pause = steps[self._n_done].gap if self._n_done < len(steps) else TAIL_S
        has_more = bool(ahead(self._trace, self._n_done).text)
        self._run.moments.append(Moment(self._clock.now(), act, pause, has_more))
        self._system.act(act, steps[self._n_done - 1].doc, cursor)

    def _accept(self) -> None:
        """Insert the first line of what is visible; the steps that it replaces are skipped."""
        assert self._last is not None
        first = head(self._last.text)
        last = ahead(self._trace, self._n_done, first.count("\n"), len(first)).last
        skipped = self._trace.steps[self._n_done : last + 1]
        self._run.n_saved += sum(step.act is Act.TYPED for step in skipped)
        self._run.n_accepted += 1
        self._n_done = last + 1
        self._do(Act.EDITED, self._trace.steps[last].cursor)

    def _see(self, shown: Shown) -> None:
        """Take note of ghost text; called by the system."""
        now = self._clock.now()
        if not self._run.moments:
            return
        moment, step = self._run.moments[-1], self._trace.steps[self._n_done - 1]
        is_stale = (shown.uri, shown.version) != (step.doc.uri, step.doc.version)
        is_stale = is_stale or shown.offset != step.cursor
        is_again = not is_stale and self._is_rest_of_last(shown, step.doc.text)
        match = Match.WRONG if is_stale else self._match(shown)
        moment.seen.append(Seen((now - moment.at) * 1000, shown, match, is_again, is_stale))
        if not is_again:
            self._seen_s = 0.0
        self._last, self._appeared = shown, min(now, self._appeared) if is_again else now
        self._accept_at = math.inf
        is_long_enough = len(head(shown.text).strip()) >= N_LEAST_CHARS
        if self._accepts and is_long_enough and self._is_typed_next(shown):
            self._accept_at = self._appeared + REACTION_S - self._seen_s
        self._woken.set()

    def _see_nothing(self, uri: str, version: int) -> None:
        """Take note of an answer that shows nothing."""
        doc = self._trace.steps[self._n_done - 1].doc
        if self._run.moments and (uri, version) == (doc.uri, doc.version):
            self._run.moments[-1].is_silent = True

    def _is_typed_next(self, shown: Shown) -> bool:
        """Whether the first line is exactly what the next keys type, and ends with one of them."""
        first = head(shown.text)
        return ahead(self._trace, self._n_done, first.count("\n"), len(first)).text == first

    def _is_rest_of_last(self, shown: Shown, text: str) -> bool:
        """Whether the user has typed the beginning of what was shown last, and this is left."""
        last = self._last
        if last is None or last.uri != shown.uri or last.offset > shown.offset:
            return False
        typed = text[last.offset : shown.offset]
        return last.text == typed + shown.text

    def _match(self, shown: Shown) -> Match:
        first = head(shown.text)
        wanted = ahead(self._trace, self._n_done, first.count("\n"), by_keys=False).text
        if first == wanted:
            return Match.RIGHT
        return Match.PARTLY if wanted.startswith(first) else Match.WRONG


def difference(before: Spent, after: Spent) -> Spent:
    """Return what was spent between two moments."""
    return replace(
        after,
        n_requests=after.n_requests - before.n_requests,
        n_cached=after.n_cached - before.n_cached,
        n_decoded=after.n_decoded - before.n_decoded,
        n_in_all=after.n_in_all - before.n_in_all,
        n_dropped=after.n_dropped - before.n_dropped,
        n_evaluated=after.n_evaluated[len(before.n_evaluated) :],
        cached=after.cached[len(before.cached) :],
        endings={
            name: n - before.endings.get(name, 0) for name, n in sorted(after.endings.items())
        },
        cpu_s=after.cpu_s - before.cpu_s,
    )
