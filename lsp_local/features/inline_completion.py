"""Inline completion: what the user is about to type, or silence with a named reason."""

import time
from dataclasses import dataclass

from lsp_local import judge, prompt, syntax
from lsp_local.engine.base import (
    Engine,
    EngineDied,
    EngineError,
    Generated,
    GenerateRequest,
    ModelInfo,
)
from lsp_local.options import Options
from lsp_local.stops import Kind, Stops
from lsp_local.text import Document, Outcome, Reason, Stats, Suggestion


@dataclass(frozen=True, slots=True)
class Reading:
    """What the model is to read for one cursor, and when it is to stop."""

    tokens: list[int]
    stops: Stops


async def complete(engine: Engine, options: Options, doc: Document, offset: int) -> Outcome:
    """Suggest what follows `offset`. Cancelling the task stops the decode within milliseconds."""
    started = time.perf_counter()
    if not doc.text[:offset].strip():
        return Outcome(None, Reason.NOTHING_TO_READ)
    try:
        info = await engine.info()
        reading = await read_around(engine, options, info, doc, offset)
        before_decode = time.perf_counter()
        answer = await engine.generate(_request(options, reading))
    except EngineDied:
        return Outcome(None, Reason.ENGINE_DIED)
    except EngineError:
        return Outcome(None, Reason.NO_MODEL)

    stats = _stats(info, answer, started, before_decode)
    text, reason = judge.judge(answer.text, answer.stop, reading.stops)
    suggestion = Suggestion(offset, text) if reason is Reason.SHOWN else None
    return Outcome(suggestion, reason, stats)


async def read_around(
    engine: Engine, options: Options, info: ModelInfo, doc: Document, offset: int
) -> Reading:
    """Choose and tokenise what the model reads around `offset`."""
    speed = await engine.speed()
    n_tokens = prompt.budget(speed.prefill, options.cold_ms, min(options.n_ctx, info.n_ctx))
    stops = syntax.stops_at(doc.text[:offset], doc.text[offset:], doc.language)
    while True:
        prefix, suffix = prompt.window(doc.text, offset, n_tokens)
        tokens = await _tokens(engine, info, doc, prefix, suffix)
        if len(tokens) + options.n_predict_block < info.n_ctx:
            return Reading(tokens, stops)
        n_tokens //= 2  # dense text: far more tokens to the character than code has


async def _tokens(
    engine: Engine, info: ModelInfo, doc: Document, prefix: str, suffix: str
) -> list[int]:
    repo_name, path, newline, before, after = await engine.tokenize(
        [doc.project, doc.path, "\n", prefix, suffix]
    )
    if info.fim is None:
        return prompt.left_to_right([], before)
    opening = prompt.header(info.fim, repo_name, path, newline)
    return prompt.suffix_first(info.fim, opening, before, after)


def _request(options: Options, reading: Reading) -> GenerateRequest:
    is_block = reading.stops.kind is Kind.BLOCK
    n_predict = options.n_predict_block if is_block else options.n_predict_line
    return GenerateRequest(reading.tokens, n_predict, heal=True, stops=reading.stops)


def _stats(info: ModelInfo, answer: Generated, started: float, before_decode: float) -> Stats:
    """Count times from the request on: `ttft_ms` includes what went before the decode."""
    waited_ms = (before_decode - started) * 1000
    return Stats(
        model=info.name,
        n_prompt=answer.n_prompt,
        n_reused=answer.n_reused,
        n_evaluated=answer.n_evaluated,
        n_predicted=answer.n_predicted,
        ttft_ms=round(answer.ttft_ms + waited_ms, 1),
        total_ms=round((time.perf_counter() - started) * 1000, 1),
    )
