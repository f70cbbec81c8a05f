"""Whether two engines say the same with the same weights, and how fast each is."""

from dataclasses import dataclass
from math import inf
from statistics import median

from lsp_local.engine.base import Generated, GenerateRequest
from lsp_local.engine.kv import n_common
from lsp_local.engine.opening import LiveEngine

# Tokens. 32 at once are read wrongly by the default engine's build where the weights are Q4_1.
N_PROMPT = 31
N_ANSWER = 32


@dataclass(frozen=True, slots=True)
class Timed:
    """One engine's times a token at one prompt; `one_more_ms` is that of one more behind it."""

    read_ms: float
    write_ms: float
    one_more_ms: float


@dataclass(frozen=True, slots=True)
class Compared:
    """Two engines at one prompt.

    `n_forced` tokens of the first one's answer are what the second one would have said there, too
    (teacher forced); `n_free` tokens pass before their own answers part. Both of `n_tokens`.
    `gaps` has, for those that it would not have said, how much likelier in nats it finds its own
    choice; infinity where it finds more than one likelier.
    """

    n_tokens: int
    n_forced: int
    n_free: int
    gaps: list[float]
    first: Timed
    second: Timed


async def compare(first: LiveEngine, second: LiveEngine, prompt: list[int]) -> Compared:
    """Ask one engine after the other for what follows `prompt`. Raises EngineError."""
    said, first_time = await _timed(first, prompt)
    theirs, second_time = await _timed(second, prompt)
    asked = [await _gap(second, [*prompt, *said[:n]], token) for n, token in enumerate(said)]
    gaps = [gap for gap in asked if gap]
    return Compared(
        n_tokens=len(said),
        n_forced=len(said) - len(gaps),
        n_free=n_common(said, theirs),
        gaps=gaps,
        first=first_time,
        second=second_time,
    )


def in_all(found: list[Compared]) -> dict[str, float]:
    """Return the shares over all prompts, and the median of every time."""
    n_tokens = max(1, sum(one.n_tokens for one in found))
    figures = {
        "n_prompts": len(found),
        "n_tokens": n_tokens,
        "agree_teacher_forced": round(sum(one.n_forced for one in found) / n_tokens, 4),
        "agree_free_running": round(sum(one.n_free for one in found) / n_tokens, 4),
        "same_answers": sum(one.n_free == one.n_tokens for one in found),
        "worst_gap_nats": round(max((gap for one in found for gap in one.gaps), default=0.0), 4),
    }
    for name, times in (("first", [o.first for o in found]), ("second", [o.second for o in found])):
        figures |= {
            f"{name}_prefill_tokens_per_s": _rate([time.read_ms for time in times]),
            f"{name}_decode_tokens_per_s": _rate([time.write_ms for time in times]),
            f"{name}_one_more_token_ms": round(median(time.one_more_ms for time in times), 1),
        }
    return figures


async def _gap(engine: LiveEngine, tokens: list[int], wanted: int) -> float:
    """Return how much less likely than its own choice an engine finds `wanted` behind `tokens`."""
    found = await engine.generate(GenerateRequest(tokens, 1, n_seconds=1))
    if found.tokens[len(tokens) :] == [wanted]:
        return 0.0
    return next((one.gap for one in found.seconds if one.token == wanted), inf)


async def _timed(engine: LiveEngine, prompt: list[int]) -> tuple[list[int], Timed]:
    """Return the answer's tokens; the prompt must share little with what was read before."""
    # With `n_seconds` the tokens come along, which the text would not always give back.
    found = await engine.generate(GenerateRequest(prompt, N_ANSWER, n_seconds=1))
    said = found.tokens[len(prompt) :]
    await engine.generate(GenerateRequest(prompt, 0))
    more = await engine.generate(GenerateRequest([*prompt, prompt[0]], 1))
    return said, Timed(found.ttft_ms / max(1, found.n_evaluated), _write_ms(found), more.ttft_ms)


def _write_ms(found: Generated) -> float:
    return (found.total_ms - found.ttft_ms) / max(1, found.n_predicted - 1)


def _rate(ms: list[float]) -> float:
    return round(1000 / max(median(ms), 1e-6), 1)
