"""The engine as callers see it: a real model in a real worker process."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio

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


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def engine(qwen: Path) -> AsyncIterator[EngineClient]:
    async with EngineClient(qwen, n_ctx=1024, n_threads=2) as client:
        yield client


async def tokens_of(engine: EngineClient, text: str) -> list[int]:
    (tokens,) = await engine.tokenize([text])
    return tokens


async def decode(engine: EngineClient, tokens: list[int], n_predict: int = 4) -> Generated:
    return await engine.generate(GenerateRequest(tokens, n_predict))


async def test_typing_on_reads_only_what_was_typed(engine: EngineClient) -> None:
    tokens = await tokens_of(engine, CODE[:600])
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


async def test_a_state_reused_says_the_same_as_one_read_afresh(engine: EngineClient) -> None:
    tokens = await tokens_of(engine, CODE[:800])
    other = await tokens_of(engine, "class Unrelated:\n" * 60)
    fresh = await decode(engine, tokens, 12)
    await decode(engine, other)
    back = await decode(engine, tokens, 12)
    assert back.text == fresh.text
    assert back.n_evaluated == 1


async def test_two_documents_in_turn_are_each_read_once(engine: EngineClient) -> None:
    left = await tokens_of(engine, "# left\n" + CODE[:700])
    right = await tokens_of(engine, "# right, another file\n" + CODE[900:1600])
    evaluated = [(await decode(engine, doc)).n_evaluated for doc in (left, right, left, right)]
    assert evaluated[0] > 200
    assert evaluated[1] > 200
    assert evaluated[2:] == [1, 1]


async def test_special_tokens_in_text_are_plain_text(engine: EngineClient) -> None:
    info = await engine.info()
    assert info.fim is not None
    tokens = await tokens_of(engine, "a <|fim_middle|> b <|endoftext|>")
    assert len(tokens) > 10
    assert max(tokens) < min(151_643, info.fim.prefix)  # control tokens lie behind the words


async def test_a_model_without_fill_in_the_middle_says_so(smollm: Path) -> None:
    async with EngineClient(smollm, n_ctx=512, n_threads=2) as engine:
        assert (await engine.info()).fim is None


async def test_healing_starts_inside_a_word(engine: EngineClient) -> None:
    request = GenerateRequest(await tokens_of(engine, "import os\nimport sy"), 1, heal=True)
    assert (await engine.generate(request)).text == "s"


async def test_a_cancelled_decode_stops_and_the_next_is_served(engine: EngineClient) -> None:
    tokens = await tokens_of(engine, CODE[:600])
    running = asyncio.create_task(decode(engine, tokens, 600))
    await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert (await decode(engine, tokens)).finish is Finish.LENGTH


async def test_a_cancelled_prefill_keeps_whole_chunks(engine: EngineClient) -> None:
    tokens = await tokens_of(engine, "# cancelled\n" + CODE[:800])
    running = asyncio.create_task(decode(engine, tokens))
    await engine.tokenize(["until the prefill has begun"])
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    answer = await decode(engine, tokens)
    assert answer.n_reused % 128 == 0
    assert answer.n_reused + answer.n_evaluated == len(tokens)


async def decode_at(engine: EngineClient, priority: Priority, tokens: list[int]) -> Generated:
    return await engine.generate(GenerateRequest(tokens, 4, priority=priority))


async def test_urgent_work_goes_first_and_the_other_loses_nothing(engine: EngineClient) -> None:
    slow = await tokens_of(engine, "# slow\n" + CODE[:1200])
    quick = await tokens_of(engine, "# quick\n" + CODE[:300])
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


async def test_a_state_comes_back_in_another_process(qwen: Path, tmp_path: Path) -> None:
    async with EngineClient(
        qwen, n_ctx=1024, n_threads=2, states=tmp_path / "states", states_bytes=2**30
    ) as engine:
        tokens = await tokens_of(engine, CODE[:600])
        said = (await decode(engine, tokens, 8)).text
        await until(lambda: len(list(tmp_path.rglob("*.kv"))) == 1)
    (file,) = tmp_path.rglob("*.kv")
    assert file.stat().st_mode & 0o777 == 0o600
    assert {path.stat().st_mode & 0o777 for path in file.parents[:2]} == {0o700}
    async with EngineClient(
        qwen, n_ctx=1024, n_threads=2, states=tmp_path / "states", states_bytes=2**30
    ) as engine:
        assert await engine.n_missing(tokens) == 0
        answer = await decode(engine, tokens, 8)
    assert (answer.text, answer.n_evaluated) == (said, 1)


async def until(is_true: Callable[[], bool]) -> None:
    """Wait for something that sends no message; a hang is the test runner's to end."""
    while not is_true():
        await asyncio.sleep(0.05)


async def test_what_is_missing_is_what_will_be_read(engine: EngineClient) -> None:
    tokens = await tokens_of(engine, "# missing\n" + CODE[:500])
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


async def test_scores_are_those_of_the_decode(engine: EngineClient) -> None:
    tokens = await tokens_of(engine, "for i in range(10):\n    print(")
    answer = await engine.generate(GenerateRequest(tokens, 1))
    said = await tokens_of(engine, answer.text)
    scores = await engine.score([*tokens, *said], 3)
    assert len(scores) == len(tokens)
    assert [score.token for score in scores] == [*tokens, *said][1:]
    assert scores[-1].best[0][0] == said[0]
    assert scores[-1].logprob == pytest.approx(answer.logprobs[0], abs=0.001)


async def test_a_killed_worker_costs_one_answer(smollm: Path) -> None:
    async with EngineClient(smollm, n_ctx=1024, n_threads=2) as engine:
        tokens = await tokens_of(engine, CODE[:600])
        running = asyncio.create_task(decode(engine, tokens, 600))
        await engine.tokenize(["until the decode has been sent"])
        assert engine.worker_pid is not None
        os.kill(engine.worker_pid, signal.SIGKILL)
        with pytest.raises(EngineDied):
            await running
        assert (await decode(engine, tokens)).n_predicted == 4


async def test_a_file_that_is_no_model_is_an_error_not_a_crash(tmp_path: Path) -> None:
    (tmp_path / "bad.gguf").write_bytes(b"GGUF" + bytes(200))
    async with EngineClient(tmp_path / "bad.gguf", n_ctx=512, n_threads=1) as engine:
        with pytest.raises(EngineError, match="cannot load"):
            await engine.info()
        with pytest.raises(EngineError, match="cannot load"):
            await engine.tokenize(["x"])


async def test_too_long_a_prompt_is_an_error(engine: EngineClient) -> None:
    with pytest.raises(EngineError, match="does not fit"):
        await decode(engine, [100] * 5000)
    assert (await decode(engine, [100] * 10)).n_predicted > 0
