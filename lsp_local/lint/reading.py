"""How likely a model finds every token of a function, and what it would rather have written.

Source: "On the naturalness of buggy code" (Ray et al. 2016): mistakes are less natural than what
they are mended to.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from lsp_local.engine.base import ChatEngine, GenerateRequest, Priority
from lsp_local.engine.kv import n_common

N_BEST = 16  # tokens that are known at every place
# Characters: what is read of the file before a function, and how much is read in one go. The next
# function that fits into it begins where the last one did, so that what is before is read once.
N_BEFORE = 750
N_WINDOW = 3000
N_REST = 24  # tokens of the rest of a line
N_BEHIND = 48  # tokens behind a change that say whether it fits; more of them say no more


@dataclass(frozen=True, slots=True)
class Spot:
    """A token that was read: `start` and `end` are offsets in the file, white space included.

    `rather` is what the model finds likelier, or nearly as likely: text, and by how many nats.
    """

    at: int  # in the tokens of the reading
    start: int
    end: int
    rather: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """What stands between two offsets of a file, as the model reads it.

    `logprobs` are those of the tokens from `first` on, `spots` these tokens.
    """

    begin: int
    end: int
    tokens: list[int]
    first: int
    logprobs: list[float]
    spots: list[Spot]


def begins(text: str, spans: Sequence[tuple[int, int]]) -> dict[int, int]:
    """Return where to begin to read for the function that starts at an offset.

    `spans` are all functions of the file, in order: what is looked at has no say in it.
    """
    found: dict[int, int] = {}
    begin, is_first = 0, True
    for start, end in spans:
        if is_first or end - begin > N_WINDOW:
            begin = text.find("\n", max(0, start - N_BEFORE - 1)) + 1 if start > N_BEFORE else 0
            begin = min(begin, start)
        found[start] = begin
        is_first = False
    return found


async def read(
    engine: ChatEngine, text: str, begin: int, start: int, end: int, farthest: float
) -> Reading | None:
    """Read `text[begin:end]`; only what is behind `start` is judged. Raises EngineError.

    None for what leaves no room in the context. What is more than `farthest` nats less likely than
    what stands there is left out.
    """
    before, tokens = await engine.tokenize([text[begin:start], text[begin:end]])
    if len(tokens) + N_REST > (await engine.info()).n_ctx:
        return None
    first = max(1, n_common(before, tokens))
    scores = await engine.score(tokens, N_BEST, first)
    wanted = {token for score in scores for token, _ in score.best}
    known = sorted({*wanted, *tokens})
    pieces = dict(zip(known, await engine.pieces(known), strict=True))
    spots = []
    places = _offsets(text[begin:end], [len(pieces[token]) for token in tokens])
    spans = list(pairwise(begin + place for place in places))[first:]
    for n, (score, (a, b)) in enumerate(zip(scores, spans, strict=True)):
        gaps = [
            (pieces[token].decode(errors="ignore"), logprob - score.logprob)
            for token, logprob in score.best
            if token != score.token and logprob - score.logprob >= farthest
        ]
        spots.append(Spot(first + n, a, b, tuple(gaps)))
    return Reading(begin, end, tokens, first, [one.logprob for one in scores], spots)


async def gain(engine: ChatEngine, reading: Reading, text: str) -> float | None:
    """Return by how many nats `text` is likelier than what was read, as far as it matters.

    None for a text that does not fit into the context. Of what stands behind the change `N_BEHIND`
    tokens count. Raises EngineError.
    """
    (tokens,) = await engine.tokenize([text])
    first = max(reading.first, n_common(reading.tokens, tokens))
    n_behind = n_common(reading.tokens[first:][::-1], tokens[first:][::-1])
    n_left_out = max(0, n_behind - N_BEHIND)
    tokens = tokens[: len(tokens) - n_left_out]
    if len(tokens) > (await engine.info()).n_ctx:
        return None
    scores = await engine.score(tokens, 0, first)
    last = len(reading.tokens) - n_left_out
    before = reading.logprobs[first - reading.first : last - reading.first]
    return sum(one.logprob for one in scores) - sum(before)


async def rest_of_line(engine: ChatEngine, reading: Reading, spot: Spot, text: str) -> str:
    """Return what the model writes in place of a token and of the rest of its line.

    It begins with `text`, one of what the model would rather have written. Raises EngineError.
    """
    line, is_whole, _ = text.partition("\n")
    if is_whole:
        return line
    (begun,) = await engine.tokenize([text])
    tokens = [*reading.tokens[: spot.at], *begun]
    request = GenerateRequest(tokens, N_REST, priority=Priority.LINT, until="\n")
    return text + (await engine.generate(request)).text


def _offsets(text: str, sizes: Sequence[int]) -> list[int]:
    """Return where pieces of so many bytes start in a text, and where the last one ends.

    A piece that begins within a character starts behind it.
    """
    if text.isascii():
        return list(accumulate(sizes, initial=0))
    at_byte = [0]
    for n, character in enumerate(text):
        at_byte += [n + 1] * len(character.encode(errors="replace"))
    return [at_byte[min(at, len(at_byte) - 1)] for at in accumulate(sizes, initial=0)]
