"""What is compared: the model through a plain prompt, and what a user of ours sees."""

import asyncio
from dataclasses import dataclass, replace
from typing import Literal

from lsp_local import prompt
from lsp_local.context import NOTHING, Surroundings
from lsp_local.engine.base import Engine, EngineError, GenerateRequest
from lsp_local.features.inline_completion import complete
from lsp_local.features.reading import Reader, Wish
from lsp_local.options import Options
from lsp_local.text import Document, Outcome, Reason
from lsp_local.windows import Windows

Wanted = Literal["line", "block"]
PATIENCE = 3600.0  # seconds: what is compared is what is said, not when
N_BLOCK = 128  # tokens of a plain answer of several lines
N_LINE = 48
FAILURES = (Reason.ENGINE_DIED, Reason.NO_MODEL)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a system said, and showed ("" for silence), and why it was silent."""

    text: str
    shown: str
    reason: str
    logprobs: tuple[float, ...] = ()
    confidence: float = 0.0


async def raw(
    engine: Engine, options: Options, doc: Document, offset: int, wanted: Wanted
) -> Answer:
    """Ask the model as its authors say: prefix, suffix, middle; greedy, without anything else.

    It reads as many tokens as we do. Of a line the first one that is not blank counts.
    """
    info = await engine.info()
    before, behind = await engine.tokenize([doc.text[:offset], doc.text[offset:]])
    n_prefix = int(options.n_context * prompt.PREFIX_SHARE)
    before, behind = before[-n_prefix:], behind[: options.n_context - n_prefix]
    if info.fim is None:
        tokens = before
    else:
        tokens = [info.fim.prefix, *before, info.fim.suffix, *behind, info.fim.middle]
    if wanted == "line":
        text = await _until_line_end(engine, tokens)
    else:
        text = (await engine.generate(GenerateRequest(tokens, N_BLOCK))).text
    return Answer(text, text, "shown" if text.strip() else "blank")


async def _until_line_end(engine: Engine, tokens: list[int]) -> str:
    """Decode the first line that is not blank; what would come after it is not waited for."""
    said: list[str] = []

    def hear(text: str) -> None:
        said.append(text)
        if "\n" in "".join(said).lstrip():
            decode.cancel()

    decode = asyncio.create_task(engine.generate(GenerateRequest(tokens, N_LINE), hear))
    try:
        await asyncio.wait([decode])  # unlike awaiting it, this tells our end from the caller's
    finally:
        decode.cancel()
    return first_line_of("".join(said) if decode.cancelled() else decode.result().text)


async def ours(
    engine: Engine,
    options: Options,
    doc: Document,
    offset: int,
    around: Surroundings = NOTHING,
    *,
    is_automatic: bool,
) -> Answer:
    """Ask as an editor does; by itself, or as a person who wants to see everything."""
    reader = Reader(engine, options, Windows(), around=around)
    wish = replace(reader.wish(is_automatic), seconds=PATIENCE)
    return _answer(await complete(reader, doc, offset, wish))


async def everything(
    engine: Engine, options: Options, doc: Document, offset: int, around: Surroundings
) -> Answer:
    """Ask as a key does, and let all of it through."""
    reader = Reader(engine, options, Windows(), around=around)
    return _answer(await complete(reader, doc, offset, Wish(PATIENCE)))


def _answer(outcome: Outcome) -> Answer:
    reason = str(outcome.reason)
    if outcome.reason in FAILURES:
        raise EngineError(f"the model does not answer: {reason}")
    return Answer(outcome.said, outcome.text, reason, outcome.logprobs, outcome.confidence)


def first_line_of(text: str) -> str:
    """Return the beginning of `text` up to the end of its first line that is not blank."""
    n_blank = len(text) - len(text.lstrip())
    end = text.find("\n", n_blank)
    return text if end < 0 else text[:end]
