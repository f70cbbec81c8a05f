"""Inline completion: what the user is about to type, or silence with a named reason."""

import time
from dataclasses import dataclass

from lsp_local import judge, prompt, syntax
from lsp_local.cache import Suggestions
from lsp_local.context import Windows
from lsp_local.engine.base import (
    Engine,
    EngineDied,
    EngineError,
    Generated,
    GenerateRequest,
    ModelInfo,
)
from lsp_local.options import Options, is_excluded
from lsp_local.stops import Kind, Stops
from lsp_local.text import Document, Outcome, Reason, Stats, Suggestion


@dataclass(frozen=True, slots=True)
class Reading:
    """What the model is to read for one cursor, and when it is to stop.

    Invariant: the tokens to read and those to decode fit into the model's context together.
    """

    tokens: list[int]
    n_predict: int
    stops: Stops


async def complete(
    engine: Engine, options: Options, windows: Windows, doc: Document, offset: int
) -> Outcome:
    """Suggest what follows `offset`. Cancelling the task stops the decode within milliseconds.

    Pass the same `windows` for all requests of a session.
    """
    started = time.perf_counter()
    if not doc.text[:offset].strip():
        return Outcome(None, Reason.NOTHING_TO_READ)
    if is_in_word(doc.text, offset):
        return Outcome(None, Reason.MIDDLE_OF_WORD)
    try:
        info = await engine.info()
        reading = await read_around(engine, options, info, windows, doc, offset)
        if reading is None:
            return Outcome(None, Reason.NOTHING_TO_READ)
        before_decode = time.perf_counter()
        answer = await engine.generate(_request(reading))
    except EngineDied:
        return Outcome(None, Reason.ENGINE_DIED)
    except EngineError:
        return Outcome(None, Reason.NO_MODEL)

    stats = _stats(info, answer, started, before_decode)
    text, reason = judge.judge(answer.text, answer.stop, reading.stops)
    suggestion = Suggestion(offset, text) if reason is Reason.SHOWN else None
    return Outcome(suggestion, reason, stats)


def recall(suggestions: Suggestions, doc: Document, offset: int) -> Outcome | None:
    """Return the rest of a suggestion that the user types into, without the model.

    It is judged again: what surrounds the cursor is not what it was.
    """
    started = time.perf_counter()
    known = suggestions.recall(doc, offset)
    if known is None:
        return None
    stops = syntax.stops_at(doc.text[:offset], doc.text[offset:], doc.language)
    text, reason = judge.judge(known.text, "", stops)
    if reason is not Reason.SHOWN:
        return None
    total_ms = round((time.perf_counter() - started) * 1000, 1)
    return Outcome(Suggestion(offset, text), reason, Stats(total_ms=total_ms))


def is_disabled(options: Options, doc: Document, full_path: str) -> bool:
    """Whether the user wants silence in this file, wherever the cursor is.

    Outside of a workspace `doc.path` is a bare name, and `.ssh/**` must still be found.
    """
    if not options.enabled or doc.language in options.disabled_languages:
        return True
    return any(is_excluded(options.exclude, path) for path in (doc.path, full_path))


def is_in_word(text: str, offset: int) -> bool:
    """Whether the text goes on with a name or number, which nothing fits in front of."""
    right = text[offset : offset + 1]
    return right.isalnum() or right == "_"


async def read_around(
    engine: Engine,
    options: Options,
    info: ModelInfo,
    windows: Windows,
    doc: Document,
    offset: int,
) -> Reading | None:
    """Choose and tokenise what the model reads around `offset`; None if not even a line fits."""
    speed = await engine.speed()
    n_ctx = min(options.n_ctx, info.n_ctx)
    stops = syntax.stops_at(doc.text[:offset], doc.text[offset:], doc.language)
    n_predict = min(_n_predict(options, stops), n_ctx // 2)
    wanted = prompt.budget(speed.prefill, options.cold_ms, n_ctx)
    n_tokens = windows.n_tokens(doc, offset, wanted)
    while n_tokens:
        prefix, suffix = prompt.window(doc.text, offset, n_tokens)
        tokens = await _tokens(engine, info, doc, prefix, suffix)
        if len(tokens) + n_predict < n_ctx:
            return Reading(tokens, n_predict, stops)
        n_tokens //= 2  # dense text: far more tokens to the character than code has
    return None


def _n_predict(options: Options, stops: Stops) -> int:
    return options.n_predict_block if stops.kind is Kind.BLOCK else options.n_predict_line


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


def _request(reading: Reading) -> GenerateRequest:
    return GenerateRequest(reading.tokens, reading.n_predict, heal=True, stops=reading.stops)


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
