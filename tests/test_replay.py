"""A user at a scripted system, in a time that does not pass: what is measured and accepted."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from lsp_local.cli.bench_typing import bench_typing
from lsp_local.cli.typing_table import show
from lsp_local.evals.figures import figures, key_to_text, percentile, ratios
from lsp_local.evals.measure import OURS, Conditions, Measured, replays, summary
from lsp_local.evals.replay import Match, Replay, Run, head
from lsp_local.evals.system import Act, Shown, Spent
from lsp_local.evals.traces import Step, Trace
from lsp_local.text import Document, UserError

ROOT = Path("/src/shop")
LINE = "total = price"


@dataclass
class FakeClock:
    """Time that goes on only when somebody waits; what was planned happens on its way."""

    time: float = 0.0
    planned: list[tuple[float, Callable[[], None]]] = field(default_factory=list)

    def now(self) -> float:
        return self.time

    def plan(self, seconds: float, call: Callable[[], None]) -> None:
        self.planned.append((self.time + seconds, call))
        self.planned.sort(key=lambda one: one[0])

    async def wait(self, until: float, woken: asyncio.Event) -> None:
        while self.planned and self.planned[0][0] <= until and not woken.is_set():
            self.time, call = self.planned.pop(0)
            call()
        if not woken.is_set():
            self.time = until


class Scripted:
    """Answers `answers[text before the cursor]` = (seconds, text) until the next act."""

    description = "what a test says"

    def __init__(
        self, clock: FakeClock, answers: dict[str, tuple[float, str]], name: str = OURS
    ) -> None:
        self.name = name
        self.on_shown: Callable[[Shown], None] = lambda _: None
        self.on_silent: Callable[[str, int], None] = lambda _uri, _version: None
        self.acts: list[tuple[str, str]] = []
        self._clock = clock
        self._answers = answers
        self._spent = Spent()

    async def start(self, root: Path, model: Path, n_threads: int) -> None: ...

    def act(self, act: Act, doc: Document, offset: int) -> None:
        self._clock.planned.clear()
        before = doc.text[:offset]
        self.acts.append((str(act), before))
        if before in self._answers:
            seconds, text = self._answers[before]
            shown = Shown(doc.uri, doc.version, offset, text)
            self._clock.plan(seconds, lambda: self.on_shown(shown))

    def spent(self) -> Spent:
        return self._spent

    async def stop(self) -> None: ...


def trace_of(text: str, gap: float = 0.2) -> Trace:
    """Type `text` evenly into an empty document."""
    docs = [Document("file:///a", "a", "shop", "", text[:n], n) for n in range(len(text) + 1)]
    steps = [Step(gap, Act.TYPED if n else Act.OPENED, doc, n) for n, doc in enumerate(docs)]
    return Trace("a", ROOT, tuple(steps))


async def replayed(
    answers: dict[str, tuple[float, str]], text: str = LINE, gap: float = 0.2, accepts: bool = True
) -> tuple[Run, Scripted]:
    clock = FakeClock()
    system = Scripted(clock, answers)
    return await Replay(system, trace_of(text, gap), clock, accepts=accepts).run(), system


def typed_into(start: int, seconds: float, text: str = LINE) -> dict[str, tuple[float, str]]:
    """Answer at `start` after `seconds`, and from then on the rest of the same at once."""
    first = {text[:start]: (seconds, text[start:])}
    return first | {text[:n]: (0.001, text[n:]) for n in range(start + 1, len(text))}


async def test_nothing_is_shown_and_everything_is_typed() -> None:
    run, system = await replayed({})
    assert [before for _, before in system.acts] == [LINE[:n] for n in range(len(LINE) + 1)]
    assert run.seconds == pytest.approx(0.2 * (len(LINE) + 1))
    assert (run.n_saved, run.n_accepted) == (0, 0)


async def test_what_is_right_is_accepted_once_it_was_there_long_enough() -> None:
    # Shown 50 ms after `tot`, seen for 150 ms; 1 ms after `tota` for 99 ms more: that is enough.
    run, system = await replayed(typed_into(3, 0.05))
    assert system.acts[-2:] == [("typed", "tota"), ("edited", LINE)]
    assert (run.n_accepted, run.n_saved) == (1, len(LINE) - 4)
    assert run.seconds == pytest.approx(0.2 * 5 + 0.101)


async def test_a_user_who_types_faster_than_it_comes_accepts_nothing() -> None:
    run, _ = await replayed({LINE[:n]: (0.05, LINE[n:]) for n in range(3, 9)}, gap=0.06)
    assert run.n_accepted == 0
    assert [seen.is_again for m in run.moments for seen in m.seen] == [False] + [True] * 5


@pytest.mark.parametrize(
    ("answer", "match"),
    [
        pytest.param("al = price", Match.RIGHT, id="to the end of the line"),
        pytest.param("al = price\nmore = 1", Match.RIGHT, id="only the first line counts"),
        pytest.param("al = pr", Match.PARTLY, id="the beginning of it"),
        pytest.param("al = prices", Match.WRONG, id="more than is typed"),
        pytest.param("ally", Match.WRONG, id="something else"),
    ],
)
async def test_how_a_suggestion_compares_with_what_is_typed(answer: str, match: Match) -> None:
    run, _ = await replayed({"tot": (0.01, answer)}, accepts=False)
    assert [seen.match for m in run.moments for seen in m.seen] == [match]


async def test_only_the_first_line_is_inserted_and_the_rest_goes_on() -> None:
    run, system = await replayed({"if a": (0.01, ":  # so\n  b")}, "if a:  # so\n  c", gap=0.5)
    assert ("edited", "if a:  # so") in system.acts
    assert system.acts[-1] == ("typed", "if a:  # so\n  c")
    assert run.n_saved == len(":  # so")


async def test_three_characters_are_not_worth_a_key() -> None:
    run, _ = await replayed({LINE[:-3]: (0.001, LINE[-3:])}, gap=1.0)
    assert run.n_accepted == 0


async def test_an_answer_for_an_older_text_is_stale() -> None:
    clock = FakeClock()
    system = Scripted(clock, {})
    old = Shown("file:///a", 1, 1, LINE[1:])
    system.act = lambda act, doc, offset: (  # type: ignore[method-assign]
        clock.plan(0.01, lambda: system.on_shown(old)) if offset == 3 else None
    )
    found = figures([await Replay(system, trace_of(LINE), clock).run()])
    assert (found["stale"], found["wrong_shown"], found["accepted"]) == (1, 1, 0)


async def test_figures_of_a_replay() -> None:
    run, _ = await replayed(typed_into(3, 0.15) | {"t": (0.05, "his is wrong")}, accepts=False)
    run.spent = Spent(
        n_requests=13,
        n_cached=9,
        n_decoded=24,
        n_evaluated=[1, 1, 1, 30],
        cached=[seen.shown for m in run.moments for seen in m.seen if seen.ms < 2],
        cpu_s=1.4,
    )
    found: dict[str, Any] = figures([run])
    assert found["keys"] == found["keys_typed"] == len(LINE)
    assert (found["shown"], found["right_shown"], found["wrong_shown"]) == (2, 1, 1)
    # After the second key nothing comes until the third has been answered.
    assert found["key_to_text_ms"]["n"] == 3
    assert found["key_to_text_ms"]["p95"] == pytest.approx(350)
    assert found["same_key_to_text_ms"]["n"] == 2
    assert found["same_key_to_text_ms"]["p95"] == pytest.approx(150)
    assert found["cached_ms"]["n"] == len(LINE) - 4
    assert found["n_decoded_per_shown"] == 12
    assert found["n_evaluated_per_key"] == {"median": 1, "p95": 30}
    assert found["answered_without_model"] == pytest.approx(9 / 13, abs=1e-4)
    # Twelve of the keys have more of the line before them; nine show it at once, one later.
    assert found["visible_within"] == {"100": 0.75, "200": 0.8333, "500": 0.8333}
    assert found["cpu_s_per_typed_minute"] == pytest.approx(1.4 / (0.2 * 14 / 60), abs=1e-3)


async def test_a_wait_ends_with_text_with_silence_or_with_the_trace() -> None:
    clock = FakeClock()
    system = Scripted(clock, {"t": (0.05, "x"), "tota": (0.1, "y")})
    act = system.act

    def act_or_say_nothing(what: Act, doc: Document, offset: int) -> None:
        act(what, doc, offset)
        if offset == 6:
            clock.plan(0.02, lambda: system.on_silent(doc.uri, doc.version))

    system.act = act_or_say_nothing  # type: ignore[assignment, method-assign]
    run = await Replay(system, trace_of("total = "), clock, accepts=False).run()
    model, cached = key_to_text([run])
    # t 50; o, t wait for the fourth key; l, blank and = end in silence; the blank has no answer.
    assert [round(ms) for ms in model] == [50, 500, 300, 100, 200]
    assert cached == []


async def test_pauses_count_where_the_user_goes_on_in_the_line() -> None:
    run, _ = await replayed(typed_into(3, 0.3), gap=0.4, accepts=False)
    found: dict[str, Any] = figures([run])
    assert found["pauses"] == {"n": 12, "share_right": 0.8333, "median_ms": 1.0}


def test_ours_is_compared_with_the_best_setting_of_the_peer() -> None:
    def one(p50: float, p95: float, saved: float) -> dict[str, object]:
        per_key = {"median": 2.0, "p95": 9.0}
        spread = {"p50": p50, "p95": p95}
        return {
            "key_to_text_ms": spread,
            "keystrokes_saved": saved,
            "n_evaluated_per_key": per_key,
        }

    assert ratios(one(50, 90, 0.3), [one(100, 300, 0.1), one(200, 200, 0.2)]) == {
        "p50_ratio": 0.5,
        "p95_ratio": 0.45,
        "keystrokes_saved_ratio": 1.5,
        "n_evaluated_per_keystroke_median": 2.0,
    }
    assert ratios(one(50, 90, 0.3), [])["p50_ratio"] is None


async def test_systems_take_turns_and_are_pooled(capsys: pytest.CaptureFixture[str]) -> None:
    traces, clock, measured = [trace_of(LINE), trace_of("total = p")], FakeClock(), Measured()

    def systems() -> list[Scripted]:
        return [Scripted(clock, typed_into(3, 0.01)), Scripted(clock, {}, "rival")]

    turns = []
    async for system, run in replays(systems, traces, Conditions(Path("m"), 2), clock):
        turns.append((system.name, run.trace.n_keys))
        measured.add(system, run)
    measured.runs[OURS][0].spent.endings["shown"] = 1  # a word that the other does not have
    assert turns == [(OURS, 13), ("rival", 13), ("rival", 9), (OURS, 9)]

    found: dict[str, Any] = summary(measured, traces)
    assert list(found["systems"]) == [OURS, "rival"]
    assert found["systems"]["rival"]["description"] == "what a test says"
    assert found["systems"][OURS]["keys"] == 22
    assert [one["systems"][OURS]["keys"] for one in found["traces"]] == [13, 9]
    show(found)
    assert "keystrokes_saved" in capsys.readouterr().out


def test_percentiles_are_values_that_occur() -> None:
    assert percentile([], 0.5) is None
    assert [percentile([4, 1, 3, 2], share) for share in (0.5, 0.9, 0.95)] == [2, 4, 4]


@pytest.mark.parametrize(
    ("text", "want"),
    [("a b", "a b"), ("a\n b", "a"), ("\n  a\n b", "\n  a"), (" a\r\nb", " a"), ("\n", "\n")],
)
def test_head_ends_with_the_first_line_that_is_not_blank(text: str, want: str) -> None:
    assert head(text) == want


def test_a_rival_that_nobody_knows_is_refused_at_once() -> None:
    with pytest.raises(UserError, match="can be run: llama-vim"):
        bench_typing(peer="nobody")
