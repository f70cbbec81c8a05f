"""Inline completion: what the user is about to type, or silence with a named reason."""

import time
from dataclasses import replace

from lsp_local import asking, gate, judge, names, syntax
from lsp_local.cache import Suggestions
from lsp_local.engine.base import (
    EngineDied,
    EngineError,
    Generated,
    GenerateRequest,
    ModelInfo,
    OnText,
)
from lsp_local.features.reading import Reader, Reading, Wish, read_around
from lsp_local.options import Options, is_off_limits
from lsp_local.parsecheck import rest_of_word
from lsp_local.stops import cut
from lsp_local.text import Document, Outcome, Reason, Stats, Suggestion

# Silences that are none for who asks by hand: that one wants to see more.
FOR_KEYS_ONLY = (
    Reason.UNSURE,
    Reason.UNKNOWN_NAME,
    Reason.COMMENT_ONLY,
    Reason.STATEMENT_COMPLETE,
    Reason.BREAKS_SYNTAX,  # what opens a block does, as long as nobody closes it
)


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
    silent = asking.silence(reader.options, doc, offset, wish.is_automatic)
    if silent is not None:
        return Outcome(None, silent)
    doc = reader.windows.seen(doc, reader.around)
    try:
        info = await reader.engine.info()
        reading = await read_around(reader, doc, offset, wish.seconds)
        if reading is None:
            return Outcome(None, Reason.NOTHING_TO_READ)
        if not wish.is_automatic and not reading.stops.rest.strip():
            stops = replace(reading.stops, may_begin_below=True)
            reading = replace(reading, stops=stops)
        before_decode = time.perf_counter()
        answer = await reader.engine.generate(_request(doc, offset, reading, wish), on_text)
    except EngineDied:
        return Outcome(None, Reason.ENGINE_DIED)
    except EngineError:
        return Outcome(None, Reason.NO_MODEL)

    stats = _stats(info, answer, started, before_decode)
    return _outcome(doc, offset, reading, wish, answer, stats)


def _outcome(
    doc: Document, offset: int, reading: Reading, wish: Wish, answer: Generated, stats: Stats
) -> Outcome:
    said, is_prose = answer.text, _wanted(doc, offset, reading) is gate.Situation.PROSE
    if is_prose and answer.stop == "unsure" and wish.is_automatic:
        said = rest_of_word(doc.text[:offset], said)  # half a phrase says nothing
    text, reason = judge.judge(said, answer.stop, reading.stops, doc, offset)
    if reason is Reason.SHOWN and wish.is_automatic:
        text, reason = judge.as_it_stands(text, answer.stop, doc, offset)
    if reason is Reason.SHOWN and wish.is_automatic:
        reason = _second_look(doc, offset, text, reading, wish, answer)
    return Outcome(
        Suggestion(offset, text) if reason is Reason.SHOWN else None,
        reason,
        stats,
        rule=answer.stop,
        said=answer.text,
        logprobs=tuple(answer.logprobs),
        prompt_tail=reading.tail,
        confidence=answer.confidence,
        pieces=tuple(f"{piece.path}: {piece.reason}" for piece in reading.pieces),
    )


def _second_look(
    doc: Document, offset: int, text: str, reading: Reading, wish: Wish, answer: Generated
) -> Reason:
    """Judge what nobody has asked for: worth a look, and sure enough for its names."""
    if judge.is_only_comment(text, reading.stops):
        return Reason.COMMENT_ONLY
    wanted = _wanted(doc, offset, reading)
    elsewhere = " ".join(piece.text for piece in reading.pieces)
    n_unknown = len(names.unknown(doc, offset, text, elsewhere))
    if not n_unknown:
        return Reason.SHOWN
    is_sure = answer.confidence >= gate.least_probability(wanted, wish.strictness, n_unknown)
    return Reason.SHOWN if is_sure else Reason.UNKNOWN_NAME


def _request(doc: Document, offset: int, reading: Reading, wish: Wish) -> GenerateRequest:
    wanted = _wanted(doc, offset, reading)
    return GenerateRequest(
        reading.tokens,
        reading.n_predict,
        heal=True,
        stops=reading.stops,
        least_probability=gate.least_probability(wanted, wish.strictness),
        priority=wish.priority,
        on_this_line=_is_blank_line(reading),
    )


def _wanted(doc: Document, offset: int, reading: Reading) -> gate.Situation:
    return gate.situation(reading.stops, asking.place_at(doc, offset, reading.stops))


def _is_blank_line(reading: Reading) -> bool:
    """Whether the cursor is on a line of its own, where somebody wants to see something."""
    return not reading.stops.before.strip() and not reading.stops.rest.strip()


def recall(
    suggestions: Suggestions, doc: Document, offset: int, is_automatic: bool = True
) -> Outcome | None:
    """Return what is known of a place without the model.

    It is judged again: what surrounds the cursor is not what it was. That the model is not sure
    does not count for who asks by hand.
    """
    started = time.perf_counter()
    known = suggestions.recall(doc, offset)
    if known is None or (known.reason in FOR_KEYS_ONLY and not is_automatic):
        return None
    text, reason = known.text, known.reason
    if reason is Reason.SHOWN:
        stops = syntax.stops_at(doc.text[:offset], doc.text[offset:], doc.language)
        # What the editor has closed since is not to be closed again.
        found = None if "\n" in text else cut(stops, text)
        text, reason = judge.by_line(found.text if found else text, "", stops)
        if reason is not Reason.SHOWN:
            return None
    total_ms = round((time.perf_counter() - started) * 1000, 1)
    suggestion = Suggestion(offset, text) if reason is Reason.SHOWN else None
    return Outcome(suggestion, reason, Stats(source="cache", total_ms=total_ms))


def is_disabled(options: Options, doc: Document, full_path: str) -> bool:
    """Whether the user wants silence in this file, wherever the cursor is."""
    if not options.enabled or doc.language in options.disabled_languages:
        return True
    return is_off_limits(options, doc.path, full_path)


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
