"""What the model reads for one cursor, and the rules that end its answer."""

from dataclasses import dataclass, replace

from lsp_local import gate, privacy, prompt, syntax
from lsp_local.context import NOTHING, Piece, Surroundings
from lsp_local.engine.base import Engine, GenerateRequest, ModelInfo, Priority
from lsp_local.options import Options
from lsp_local.stops import Kind, Stops
from lsp_local.text import Document
from lsp_local.windows import Windows

INVOKED = 6  # times as long may it take when asked for by hand
NORMAL_ANSWER = 8  # tokens: what an answer has in the middle
N_TAIL = 200  # characters of what was read that are shown to a person
BLOCK = 2.0  # times the deadline may the decode of a whole block take


@dataclass(frozen=True, slots=True)
class Reading:
    """What the model is to read for one cursor, and when it is to stop.

    Invariant: the tokens to read and those to decode fit into the model's context together.
    """

    tokens: list[int]
    n_predict: int
    stops: Stops
    pieces: tuple[Piece, ...] = ()
    tail: str = ""  # the end of the text read, for `lsp-local why`


@dataclass(frozen=True, slots=True)
class Reader:
    """What readings depend on beside the place. `windows` is the same for a whole session."""

    engine: Engine
    options: Options
    windows: Windows
    adjustment: float = 1.0  # of the gate, by what the user made of earlier suggestions
    around: Surroundings = NOTHING

    def wish(self, is_automatic: bool, priority: Priority = Priority.INLINE) -> "Wish":
        """Return what an answer should be like; who asks by hand waits longer and sees all."""
        seconds = self.options.deadline_ms / 1000
        if not is_automatic:
            return Wish(seconds * INVOKED, 0.0, priority, is_automatic=False)
        strictness = self.options.least_probability / gate.NORMAL
        return Wish(seconds, strictness * self.adjustment, priority)


@dataclass(frozen=True, slots=True)
class Wish:
    """How long an answer may take, how sure the model must be, and who waits for it.

    `strictness` is 1 for what the gate finds right for the place, 0 shows everything.
    """

    seconds: float
    strictness: float = 0.0
    priority: Priority = Priority.INLINE
    is_automatic: bool = True


async def warm(reader: Reader, doc: Document, offset: int, n_tokens: int) -> None:
    """Read about `n_tokens` around `offset`, so that the next request need not.

    Others go first. Raises EngineError. The windows are fresh ones, and in force when all is read.
    """
    doc = reader.windows.seen(doc, reader.around)
    fresh = replace(reader, windows=reader.windows.renewed(doc, offset))
    info = await reader.engine.info()
    n_tokens = min(n_tokens, _most(reader.options, info))
    pieces = _pieces(fresh, info, doc, offset)
    reading = await _reading(fresh, info, doc, offset, n_tokens, pieces)
    if reading is None:
        return
    request = GenerateRequest(reading.tokens, 0, heal=True, priority=Priority.PREFETCH)
    await reader.engine.generate(request)
    reader.windows.adopt(fresh.windows)


async def read_around(reader: Reader, doc: Document, offset: int, seconds: float) -> Reading | None:
    """Choose and tokenise what the model reads around `offset`; None if not even a line fits.

    That is all that the options allow if no more than `seconds` go by until it is read. Else it is
    a smaller window, with the other places if they were read before; all is read when nobody waits
    (`warm`).
    """
    engine = reader.engine
    info, speed = await engine.info(), await engine.speed()
    most = _most(reader.options, info)
    pieces = _pieces(reader, info, doc, offset)
    for_reading = seconds - NORMAL_ANSWER / max(speed.decode, 1.0)
    full = await _reading(reader, info, doc, offset, most, pieces)
    if full is None:
        return None
    n_missing = await engine.n_missing(full.tokens)
    n_quick = prompt.budget(speed.prefill, for_reading, most)
    best = full
    for chosen in (pieces, ()) if pieces else ((),):
        if n_missing <= speed.prefill * for_reading or (n_quick >= most and not chosen):
            break
        quick = await _reading(reader, info, doc, offset, n_quick, chosen)
        n_quicker = await engine.n_missing(quick.tokens) if quick else n_missing
        if quick is not None and n_quicker < n_missing:
            best, n_missing = quick, n_quicker
    return best


def _most(options: Options, info: ModelInfo) -> int:
    return min(options.n_context, options.n_ctx * 3 // 4, info.n_ctx * 3 // 4)


def _pieces(reader: Reader, info: ModelInfo, doc: Document, offset: int) -> tuple[Piece, ...]:
    """Return the other places to read; none where the model knows no format for them."""
    if info.fim is None or info.fim.file_sep is None:
        return ()
    n_free = min(reader.options.n_ctx, info.n_ctx) * 3 // 4 - _most(reader.options, info)
    n_tokens = min(reader.options.n_repository, n_free)
    return reader.windows.pieces(doc, offset, n_tokens, reader.around) if n_tokens > 0 else ()


async def _reading(
    reader: Reader,
    info: ModelInfo,
    doc: Document,
    offset: int,
    n_tokens: int,
    pieces: tuple[Piece, ...],
) -> Reading | None:
    """Tokenise a window of about `n_tokens`, or of less where the text is dense."""
    stops = syntax.stops_at(doc.text[:offset], doc.text[offset:], doc.language)
    n_ctx = min(reader.options.n_ctx, info.n_ctx)
    n_predict = min(await _n_predict(reader, stops), n_ctx // 2)
    while n_tokens:
        window = reader.windows.at(doc, offset, n_tokens)
        # Without secrets: the model reads it, and a log may hold its end.
        before, behind = privacy.redact_around(window.head + window.prefix, window.suffix)
        tokens = await _tokens(reader.engine, info, doc, (before, behind), pieces)
        if len(tokens) + n_predict < n_ctx:
            return Reading(tokens, n_predict, stops, pieces, before[-N_TAIL:])
        n_tokens, pieces = n_tokens // 2, ()  # far more tokens to the character than code has
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
    engine: Engine,
    info: ModelInfo,
    doc: Document,
    around: tuple[str, str],
    pieces: tuple[Piece, ...],
) -> list[int]:
    texts = [doc.project, doc.path, "\n", *around]
    for piece in pieces:
        texts += [piece.path, piece.text]
    repo_name, path, newline, before, after, *others = await engine.tokenize(texts)
    if info.fim is None:  # it cannot fill in, so it sees what stands before the cursor
        return before
    places = list(zip(others[::2], others[1::2], strict=True))
    opening = prompt.header(info.fim, repo_name, path, newline, places)
    return prompt.suffix_first(info.fim, opening, before, after)
