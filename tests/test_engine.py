"""What every engine promises its callers: a real model in a real worker process."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from engines import KINDS, Kind

from lsp_local.engine.base import (
    EngineDied,
    EngineError,
    Finish,
    Generated,
    GenerateRequest,
    Priority,
)
from lsp_local.engine.client import EngineClient

pytestmark = pytest.mark.asyncio(loop_scope="module")

CODE = "".join(f"def f{n}(x):\n    return x * {n} + {n * n}\n\n" for n in range(120))


@pytest.fixture(scope="module", params=KINDS, ids=lambda kind: kind.backend)
def kind(request: pytest.FixtureRequest, smollm: Path) -> Kind:
    kind: Kind = request.param
    kind.prepare(smollm)
    return kind


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def engine(kind: Kind, smollm: Path) -> AsyncIterator[EngineClient]:
    async with client_of(kind, smollm) as client:
        yield client


def client_of(kind: Kind, model: Path) -> EngineClient:
    # One thread: what is promised does not depend on it, and other tests may be running.
    return EngineClient(model, n_ctx=1024, n_threads=1, backend=kind.backend)


def code(kind: Kind, n_chars: int) -> str:
    """Return the beginning of the code, as much as the engine reads in the time of others."""
    return CODE[: int(n_chars * kind.share)]


async def tokens_of(engine: EngineClient, text: str) -> list[int]:
    (tokens,) = await engine.tokenize([text])
    return tokens


async def decode(engine: EngineClient, tokens: list[int], n_predict: int = 4) -> Generated:
    return await engine.generate(GenerateRequest(tokens, n_predict))


async def test_typing_on_reads_only_what_was_typed(engine: EngineClient) -> None:
    tokens = await tokens_of(engine, CODE[:300])
    cold = await decode(engine, tokens)
    warm = await decode(engine, [*tokens, 1000, 2000, 3000])  # not what it would have said
    assert (cold.n_reused, cold.n_evaluated) == (0, len(tokens))
    assert (warm.n_reused, warm.n_evaluated) == (len(tokens), 3)


async def test_decoded_tokens_that_the_user_accepts_are_not_read_again(
    engine: EngineClient,
) -> None:
    tokens = await tokens_of(engine, "import os\nimport sys\nimport")
    first = await decode(engine, tokens, 6)
    accepted = tokens + await tokens_of(engine, first.text)
    assert accepted[: len(tokens)] == tokens
    again = await decode(engine, accepted)
    assert again.n_evaluated <= 1


async def test_a_state_reused_says_the_same_as_one_read_afresh(
    kind: Kind, engine: EngineClient
) -> None:
    # Where the next words are certain: a near thing may go another way in calls of other sizes.
    tokens = await tokens_of(engine, CODE[: CODE.index("def f9(")])
    other = await tokens_of(engine, "class Unrelated:\n" * 20)
    fresh = await decode(engine, tokens, 5)
    await decode(engine, other)
    back = await decode(engine, tokens, 5)
    assert back.text == fresh.text
    assert back.n_evaluated == (1 if kind.keeps_states else len(tokens))


async def test_two_documents_in_turn_are_each_read_once(kind: Kind, engine: EngineClient) -> None:
    left = await tokens_of(engine, "# left\n" + code(kind, 300))
    right = await tokens_of(engine, "# right, another file\n" + code(kind, 290))
    evaluated = [(await decode(engine, doc)).n_evaluated for doc in (left, right, left, right)]
    n_least = 90 * kind.share
    assert min(evaluated[:2]) > n_least
    assert evaluated[2:] == [1, 1] if kind.keeps_states else min(evaluated[2:]) > n_least


async def test_special_tokens_in_text_are_plain_text(engine: EngineClient) -> None:
    text = "a <|im_start|> b <|endoftext|>"
    tokens = await tokens_of(engine, text)
    assert b"".join(await engine.pieces(tokens)).decode() == text  # a control token has no text
    (special,) = await engine.tokenize_template(["<|im_start|>"])
    assert (await engine.pieces(special)) == [b""]


async def test_a_model_says_what_it_is(engine: EngineClient, smollm: Path) -> None:
    info = await engine.info()
    assert (info.path, info.name) == (str(smollm), "SmolLM2-135M-Instruct.Q4_1")
    assert (info.n_vocab, info.n_ctx, info.n_ctx_train) == (49_152, 1024, 8192)
    assert info.fim is None
    assert "<|im_start|>" in (info.chat_template or "")


async def test_healing_starts_inside_a_word(engine: EngineClient) -> None:
    request = GenerateRequest(await tokens_of(engine, "import os\nimport sy"), 1, heal=True)
    assert (await engine.generate(request)).text == "s"


async def test_a_cancelled_decode_stops_and_the_next_is_served(
    kind: Kind, engine: EngineClient
) -> None:
    tokens = await tokens_of(engine, code(kind, 600))
    running = asyncio.create_task(decode(engine, tokens, 600))
    await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert (await decode(engine, tokens)).finish is Finish.LENGTH


async def test_a_cancelled_prefill_keeps_whole_chunks(kind: Kind, engine: EngineClient) -> None:
    tokens = await tokens_of(engine, "# cancelled\n" + code(kind, 800))
    running = asyncio.create_task(decode(engine, tokens))
    await engine.tokenize(["until the prefill has begun"])
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    answer = await decode(engine, tokens)
    assert answer.n_reused % kind.n_chunk == 0
    assert answer.n_reused + answer.n_evaluated == len(tokens)


async def decode_at(engine: EngineClient, priority: Priority, tokens: list[int]) -> Generated:
    return await engine.generate(GenerateRequest(tokens, 4, priority=priority))


async def test_urgent_work_goes_first_and_the_other_loses_nothing(
    kind: Kind, engine: EngineClient
) -> None:
    slow = await tokens_of(engine, "# slow\n" + code(kind, 1200))
    quick = await tokens_of(engine, "# quick\n" + code(kind, 300))
    order: list[str] = []

    async def note(name: str, priority: Priority, tokens: list[int]) -> Generated:
        answer = await decode_at(engine, priority, tokens)
        order.append(name)
        return answer

    background = asyncio.create_task(note("background", Priority.PREFETCH, slow))
    await asyncio.sleep(0)
    urgent = asyncio.create_task(note("urgent", Priority.INLINE, quick))
    answer, _ = await asyncio.gather(background, urgent)
    assert order == ["urgent", "background"]
    assert answer.text == (await decode_at(engine, Priority.INLINE, slow)).text


async def test_what_is_missing_is_what_will_be_read(kind: Kind, engine: EngineClient) -> None:
    tokens = await tokens_of(engine, "# missing\n" + code(kind, 500))
    await decode(engine, tokens)
    longer = [*tokens, 1000, 2000, 3000]
    assert await engine.n_missing(longer) == 3 == (await decode(engine, longer)).n_evaluated


async def test_a_prompt_that_is_only_read_costs_the_next_request_nothing(
    engine: EngineClient,
) -> None:
    tokens = await tokens_of(engine, "import only_read\n" + CODE[:500])
    read = await decode(engine, tokens, 0)
    assert (read.text, read.n_predicted, read.n_prompt) == ("", 0, len(tokens))
    assert (await decode(engine, tokens)).n_evaluated == 1


async def test_scores_are_those_of_the_decode(kind: Kind, engine: EngineClient) -> None:
    tokens = await tokens_of(engine, "for i in range(10):\n    print(")
    answer = await engine.generate(GenerateRequest(tokens, 1))
    said = await tokens_of(engine, answer.text)
    scores = await engine.score([*tokens, *said], 3)
    assert len(scores) == len(tokens)
    assert [score.token for score in scores] == [*tokens, *said][1:]
    assert scores[-1].best[0][0] == said[0]
    assert scores[-1].logprob == pytest.approx(answer.logprobs[0], abs=kind.tolerance)


async def test_a_killed_worker_costs_one_answer(kind: Kind, smollm: Path) -> None:
    async with client_of(kind, smollm) as engine:
        tokens = await tokens_of(engine, code(kind, 600))
        running = asyncio.create_task(decode(engine, tokens, 600))
        await engine.tokenize(["until the decode has been sent"])
        assert engine.worker_pid is not None
        os.kill(engine.worker_pid, signal.SIGKILL)
        with pytest.raises(EngineDied):
            await running
        assert (await decode(engine, tokens)).n_predicted == 4


async def test_a_file_that_is_no_model_is_an_error_not_a_crash(kind: Kind, tmp_path: Path) -> None:
    (tmp_path / "bad.gguf").write_bytes(b"GGUF" + bytes(200))
    async with client_of(kind, tmp_path / "bad.gguf") as engine:
        with pytest.raises(EngineError, match="cannot load"):
            await engine.info()
        with pytest.raises(EngineError, match="cannot load"):
            await engine.tokenize(["x"])


async def test_too_long_a_prompt_is_an_error(engine: EngineClient) -> None:
    with pytest.raises(EngineError, match="does not fit"):
        await decode(engine, [100] * 5000)
    assert (await decode(engine, [100] * 10)).n_predicted > 0
