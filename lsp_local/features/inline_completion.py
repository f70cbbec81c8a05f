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
    OnText,
    Priority,
)
from lsp_local.options import Options, is_excluded
from lsp_local.stops import Kind, Stops, cut
from lsp_local.text import Document, Outcome, Reason, Stats, Suggestion

INVOKED = 6  # times as long may it take when asked for by hand
NORMAL_ANSWER = 8  # tokens: what an answer has in the middle
BLOCK = 2.0  # times the deadline may the decode of a whole block take


@dataclass(frozen=True, slots=True)
class Reading:
    """What the model is to read for one cursor, and when it is to stop.

    Invariant: the tokens to read and those to decode fit into the model's context together.
    """

    tokens: list[int]
    n_predict: int
    stops: Stops


@dataclass(frozen=True, slots=True)
class Reader:
    """What readings depend on beside the place. `windows` is the same for a whole session."""

    engine: Engine
    options: Options
    windows: Windows

    def wish(self, is_automatic: bool, priority: Priority = Priority.INLINE) -> "Wish":
        """Return what an answer should be like; who asks by hand waits longer and sees all."""
        seconds = self.options.deadline_ms / 1000
        if is_automatic:
            return Wish(seconds, self.options.least_probability / 100, priority)
        return Wish(seconds * INVOKED, 0.0, priority)


@dataclass(frozen=True, slots=True)
class Wish:
    """How long an answer may take, how probable it must be (0 to 1), and who waits for it."""

    seconds: float
    least_probability: float = 0.0
    priority: Priority = Priority.INLINE


async def complete(
    reader: Reader,
    doc: Document,
    offset: int,
    wish: Wish,
    on_text: OnText = lambda _text: None,
) -> Outcome:
    """Suggest what follows `offset`; what is read fits into the time where possible.

    Cancelling the task stops the decode within milliseconds.
    """
    started = time.perf_counter()
    if not doc.text[:offset].strip():
        return Outcome(None, Reason.NOTHING_TO_READ)
    if is_in_word(doc.text, offset):
        return Outcome(None, Reason.MIDDLE_OF_WORD)
    try:
        info = await reader.engine.info()
        reading = await read_around(reader, doc, offset, wish.seconds)
        if reading is None:
            return Outcome(None, Reason.NOTHING_TO_READ)
        before_decode = time.perf_counter()
        request = GenerateRequest(
            reading.tokens,
            reading.n_predict,
            heal=True,
            stops=reading.stops,
            least_probability=wish.least_probability,
            priority=wish.priority,
        )
        answer = await reader.engine.generate(request, on_text)
    except EngineDied:
        return Outcome(None, Reason.ENGINE_DIED)
    except EngineError:
        return Outcome(None, Reason.NO_MODEL)

    stats = _stats(info, answer, started, before_decode)
    text, reason = judge.judge(answer.text, answer.stop, reading.stops)
    suggestion = Suggestion(offset, text) if reason is Reason.SHOWN else None
    return Outcome(suggestion, reason, stats, answer.stop)


async def warm(reader: Reader, doc: Document, offset: int, n_tokens: int) -> None:
    """Read about `n_tokens` around `offset`, so that the next request need not.

    Others go first. Raises EngineError. The windows are fresh ones, and in force when all is read.
    """
    fresh = Reader(reader.engine, reader.options, Windows())
    info = await reader.engine.info()
    reading = await _reading(fresh, info, doc, offset, min(n_tokens, _most(reader.options, info)))
    if reading is None:
        return
    request = GenerateRequest(reading.tokens, 0, heal=True, priority=Priority.PREFETCH)
    await reader.engine.generate(request)
    reader.windows.adopt(fresh.windows)


def recall(
    suggestions: Suggestions, doc: Document, offset: int, is_automatic: bool = True
) -> Outcome | None:
    """Return what is known of a place without the model.

    It is judged again: what surrounds the cursor is not what it was. That the model is not sure
    does not count for who asks by hand.
    """
    started = time.perf_counter()
    known = suggestions.recall(doc, offset)
    if known is None or (known.reason is Reason.UNSURE and not is_automatic):
        return None
    text, reason = known.text, known.reason
    if reason is Reason.SHOWN:
        stops = syntax.stops_at(doc.text[:offset], doc.text[offset:], doc.language)
        # What the editor has closed since is not to be closed again.
        found = None if "\n" in text else cut(stops, text)
        text, reason = judge.judge(found.text if found else text, "", stops)
        if reason is not Reason.SHOWN:
            return None
    total_ms = round((time.perf_counter() - started) * 1000, 1)
    suggestion = Suggestion(offset, text) if reason is Reason.SHOWN else None
    return Outcome(suggestion, reason, Stats(source="cache", total_ms=total_ms))


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


async def read_around(reader: Reader, doc: Document, offset: int, seconds: float) -> Reading | None:
    """Choose and tokenise what the model reads around `offset`; None if not even a line fits.

    That is all that the options allow if no more than `seconds` go by until it is read, and else a
    smaller window; the full one is read when nobody waits (`warm`).
    """
    engine = reader.engine
    info, speed = await engine.info(), await engine.speed()
    most = _most(reader.options, info)
    full = await _reading(reader, info, doc, offset, most)
    for_reading = seconds - NORMAL_ANSWER / max(speed.decode, 1.0)
    n_quick = prompt.budget(speed.prefill, for_reading, most)
    if full is None or n_quick >= most:
        return full
    n_missing = await engine.n_missing(full.tokens)
    if n_missing <= speed.prefill * for_reading:
        return full
    quick = await _reading(reader, info, doc, offset, n_quick)
    if quick is None or n_missing <= await engine.n_missing(quick.tokens):
        return full
    return quick


def _most(options: Options, info: ModelInfo) -> int:
    return min(options.n_context, options.n_ctx * 3 // 4, info.n_ctx * 3 // 4)


async def _reading(
    reader: Reader, info: ModelInfo, doc: Document, offset: int, n_tokens: int
) -> Reading | None:
    """Tokenise a window of about `n_tokens`, or of less where the text is dense."""
    stops = syntax.stops_at(doc.text[:offset], doc.text[offset:], doc.language)
    n_ctx = min(reader.options.n_ctx, info.n_ctx)
    n_predict = min(await _n_predict(reader, stops), n_ctx // 2)
    while n_tokens:
        window = reader.windows.at(doc, offset, n_tokens)
        tokens = await _tokens(reader.engine, info, doc, window.prefix, window.suffix)
        if len(tokens) + n_predict < n_ctx:
            return Reading(tokens, n_predict, stops)
        n_tokens //= 2  # far more tokens to the character than code has
    return None


async def _n_predict(reader: Reader, stops: Stops) -> int:
    """Return how many tokens to decode: a line is always finished, of a block what time allows."""
    options = reader.options
    if stops.kind is not Kind.BLOCK:
        return options.n_predict_line
    seconds = BLOCK * options.deadline_ms / 1000
    n_in_time = int((await reader.engine.speed()).decode * seconds)
    return min(options.n_predict_block, max(options.n_predict_line, n_in_time))


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


def _stats(info: ModelInfo, answer: Generated, started: float, before_decode: float) -> Stats:
    """Count times from the request on: `ttft_ms` includes what went before the decode."""
    waited_ms = (before_decode - started) * 1000
    return Stats(
        source="model",
        model=info.name,
        n_prompt=answer.n_prompt,
        n_reused=answer.n_reused,
        n_evaluated=answer.n_evaluated,
        n_predicted=answer.n_predicted,
        ttft_ms=round(answer.ttft_ms + waited_ms, 1),
        total_ms=round((time.perf_counter() - started) * 1000, 1),
    )
