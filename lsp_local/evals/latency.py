"""How soon the engine answers the next key, and how soon it is silent when it is told to stop."""

import asyncio
import math
import statistics
import time
from dataclasses import dataclass, replace

from lsp_local.engine.base import GenerateRequest
from lsp_local.engine.opening import LiveEngine
from lsp_local.features.inline_completion import complete
from lsp_local.features.reading import Reader, Wish
from lsp_local.options import Options
from lsp_local.text import Document, Outcome
from lsp_local.windows import Windows

N_PREFILL = 2000  # tokens of the prompt whose prefill is cancelled
N_DECODE = 200  # tokens of a decode that is cancelled before its end


@dataclass(frozen=True, slots=True)
class Silence:
    """Milliseconds from cancel to an idle worker, one figure for each cancel."""

    decode_ms: list[float]
    prefill_ms: list[float]


@dataclass(frozen=True, slots=True)
class Keys:
    """One cold completion, then one for every further key at the end of the same line."""

    cold: Outcome
    warm: list[Outcome]


async def cancel_to_silence(engine: LiveEngine, text: str, n_cancels: int) -> Silence:
    """Cancel `n_cancels` decodes and as many prefills at moments spread over their time."""
    (tokens,) = await engine.tokenize([text])
    tokens = (tokens * (N_PREFILL // len(tokens) + 1))[:N_PREFILL]
    decode = [await _cancel_decode(engine, tokens[:200], n) for n in range(n_cancels)]
    prefill = []
    for n in range(n_cancels):
        # A prompt that begins anew each time: nothing of it may come from the KV cache.
        prompt = [tokens[n + 1], *tokens[n : N_PREFILL - 1]]
        prefill.append(await _cancel_prefill(engine, prompt, 0.02 + 0.9 * n / n_cancels))
    return Silence(decode, prefill)


async def _cancel_decode(engine: LiveEngine, tokens: list[int], n: int) -> float:
    n_wanted = 2 + n % 9
    is_decoding = asyncio.Event()
    n_seen = 0

    def count(_text: str) -> None:
        nonlocal n_seen
        n_seen += 1
        if n_seen == n_wanted:
            is_decoding.set()

    running = asyncio.create_task(engine.generate(GenerateRequest(tokens, N_DECODE), count))
    await asyncio.wait(
        [running, asyncio.create_task(is_decoding.wait())], return_when="FIRST_COMPLETED"
    )
    await asyncio.sleep(0.001 * (n % 17))
    return await _time_of_cancel(engine, running)


async def _cancel_prefill(engine: LiveEngine, tokens: list[int], seconds: float) -> float:
    running = asyncio.create_task(engine.generate(GenerateRequest(tokens, N_DECODE)))
    await asyncio.sleep(seconds)
    return await _time_of_cancel(engine, running)


async def _time_of_cancel(engine: LiveEngine, running: "asyncio.Task[object]") -> float:
    started = time.perf_counter()
    running.cancel()
    await asyncio.wait([running])
    await engine.settle()
    return round((time.perf_counter() - started) * 1000, 2)


async def one_key_later(
    engine: LiveEngine, options: Options, doc: Document, offset: int, keys: str
) -> Keys:
    """Ask at `offset` of a document never read before, then once after each of `keys`."""
    outcomes: list[Outcome] = []
    reader = Reader(engine, options, Windows())
    wish = Wish(seconds=math.inf)  # however long it takes: the context that the options allow
    for n in range(len(keys) + 1):
        text = doc.text[:offset] + keys[:n] + doc.text[offset:]
        outcomes.append(await complete(reader, replace(doc, text=text), offset + n, wish))
    return Keys(outcomes[0], outcomes[1:])


def spread(values: list[float]) -> dict[str, float]:
    """Return median, 95th percentile and worst of some figures."""
    ranked = sorted(values)
    p95 = ranked[min(len(ranked) - 1, int(len(ranked) * 0.95))]
    return {"median": round(statistics.median(ranked), 2), "p95": p95, "worst": ranked[-1]}
