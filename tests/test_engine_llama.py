"""What only llama.cpp can: states that come back from disk, and the model that fills in."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from lsp_local.engine.base import Generated, GenerateRequest
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


async def test_special_tokens_in_text_are_plain_text(engine: EngineClient) -> None:
    info = await engine.info()
    assert info.fim is not None
    tokens = await tokens_of(engine, "a <|fim_middle|> b <|endoftext|>")
    assert len(tokens) > 10
    assert max(tokens) < min(151_643, info.fim.prefix)  # control tokens lie behind the words


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
