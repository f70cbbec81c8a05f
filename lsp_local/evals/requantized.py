"""A model beside itself in another type of weights: how fast both are, and what they answer."""

import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from lsp_local.engine.base import ChatEngine, GenerateRequest, Priority
from lsp_local.evals import scoring
from lsp_local.evals.infilling import Task
from lsp_local.evals.sandbox import passes
from lsp_local.evals.systems import Answer, first_line_of, ours
from lsp_local.options import Options

N_PREFILL, N_DECODE, N_ROUNDS = 512, 48, 5
LEAST_CASES = 200  # fewer say too little
MOST_LOST = 0.03  # of the answers, at the lower end of the interval
LEAST_GAIN = 1.05  # times as fast; less is the weather
LINES = "".join(f"def step_{n}(value):\n    return value * {n} + {n * n}\n\n" for n in range(400))


@dataclass(frozen=True, slots=True)
class Rate:
    """One round's speed in tokens a second."""

    prefill: float
    decode: float


@dataclass(frozen=True, slots=True)
class Pair:
    """What the source and the other type made of a task: whether each was right."""

    task: Task
    source: bool
    other: bool
    is_same: bool


async def rates(source: ChatEngine, other: ChatEngine) -> list[tuple[Rate, Rate]]:
    """Measure both in turn, the one that goes first changing, so that both share the weather."""
    engines, found = (source, other), []
    for n in range(N_ROUNDS):
        order = (0, 1) if n % 2 == 0 else (1, 0)
        pair = {at: await _rate(engines[at], n) for at in order}
        found.append((pair[0], pair[1]))
    return found


async def _rate(engine: ChatEngine, n: int) -> Rate:
    # Another first line each time: nothing of the prompt is in a KV state.
    (tokens,) = await engine.tokenize([f"# {n} of {N_ROUNDS}\n{LINES}"])
    tokens = tokens[:N_PREFILL]
    before = time.perf_counter()
    await engine.generate(GenerateRequest(tokens, 0, priority=Priority.LINT))
    read = time.perf_counter()
    said = await engine.generate(GenerateRequest(tokens, N_DECODE, priority=Priority.LINT))
    seconds = (said.total_ms - said.ttft_ms) / 1000
    return Rate(len(tokens) / (read - before), max(said.n_predicted - 1, 1) / max(seconds, 1e-3))


async def answers(
    source: ChatEngine, other: ChatEngine, options: Options, tasks: Sequence[Task]
) -> AsyncIterator[Pair]:
    """Have every task answered by both, as one asks by hand."""
    for task in tasks:
        said = [await _shown(engine, options, task) for engine in (source, other)]
        right = [_is_right(text, task) for text in said]
        yield Pair(task, right[0], right[1], said[0] == said[1])


async def _shown(engine: ChatEngine, options: Options, task: Task) -> str:
    answer: Answer = await ours(engine, options, task.doc, task.offset, is_automatic=False)
    return first_line_of(answer.shown) if task.wanted == "line" else answer.shown


def _is_right(text: str, task: Task) -> bool:
    if scoring.first_line(text) == scoring.first_line(task.solution) and task.wanted == "line":
        return True
    if not task.test or not text.strip():
        return scoring.first_line(text) == scoring.first_line(task.solution)
    ends = "\n" * (task.solution.endswith("\n") and not text.endswith("\n"))
    return passes(task.filled(text + ends))


def figures(
    speeds: Sequence[tuple[Rate, Rate]], pairs: Sequence[Pair], seed: int
) -> dict[str, Any]:
    """Return medians of speed, shares of right answers, and the paired difference of these."""
    by_problem: dict[int, list[Pair]] = {}
    for pair in pairs:
        by_problem.setdefault(pair.task.problem, []).append(pair)
    cases = list(by_problem.values())
    source = [[float(pair.source) for pair in of] for of in cases]
    other = [[float(pair.other) for pair in of] for of in cases]
    return {
        "prefill": _speeds([(one.prefill, two.prefill) for one, two in speeds]),
        "decode": _speeds([(one.decode, two.decode) for one, two in speeds]),
        "right": {
            "source": scoring.share(source, seed),
            "other": scoring.share(other, seed),
            "difference": scoring.difference(other, source, seed),
        },
        "same_answers": sum(pair.is_same for pair in pairs),
        "n": len(pairs),
    }


def _speeds(pairs: Sequence[tuple[float, float]]) -> dict[str, float]:
    """Return medians, and the median of how many times as fast the other is."""
    return {
        "source": round(median(one for one, _ in pairs), 1),
        "other": round(median(two for _, two in pairs), 1),
        "ratio": round(median(two / one for one, two in pairs), 3),
    }


def objections(found: dict[str, Any]) -> list[str]:
    """Return why a switch is not proposed; nothing where it is."""
    difference, n = found["right"]["difference"], found["n"]
    reasons = []
    if n < LEAST_CASES:
        reasons.append(f"{n} cases say too little; at least {LEAST_CASES} are needed")
    if n and (difference["value"] < 0 or difference["ci95"][0] < -MOST_LOST):
        low, high = difference["ci95"]
        reasons.append(
            f"it may lose answers: {difference['value']:+.3f} of all, 95 % interval {low:+.3f} to "
            f"{high:+.3f}"
        )
    ratios = [found[what]["ratio"] for what in ("prefill", "decode")]
    if max(ratios) < LEAST_GAIN or min(ratios) < 1 / LEAST_GAIN:
        reasons.append(
            f"it is not faster: {ratios[0]:.2f} times the speed in reading, {ratios[1]:.2f} in "
            "writing"
        )
    return reasons
