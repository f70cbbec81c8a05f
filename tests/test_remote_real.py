"""Real servers: llama.cpp's (xllamacpp), and any that LSP_LOCAL_TEST_REMOTE_URL names."""

import asyncio
import importlib.util
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from marks import doc_at

from lsp_local.engine.base import CannotScoreError, Finish, GenerateRequest
from lsp_local.engine.remote.engine import RemoteEngine
from lsp_local.evals.llama_server import LlamaServer, ServerOptions
from lsp_local.features.inline_completion import complete
from lsp_local.features.instruct import tokens_of
from lsp_local.features.reading import Reader
from lsp_local.options import Options
from lsp_local.windows import Windows

ELSEWHERE = os.environ.get("LSP_LOCAL_TEST_REMOTE_URL", "")
needs_xllamacpp = pytest.mark.skipif(
    importlib.util.find_spec("xllamacpp") is None, reason="xllamacpp is in the extra `bench`"
)
needs_server = pytest.mark.skipif(
    not ELSEWHERE,
    reason="LSP_LOCAL_TEST_REMOTE_URL names no server, such as vLLM with smollm2-135m",
)


@pytest.fixture
async def filler(qwen: Path) -> AsyncIterator[RemoteEngine]:
    """Qwen, served by llama.cpp."""
    server = LlamaServer()
    await server.start(qwen, ServerOptions(ctx_size=2048), 1)
    url = f"http://127.0.0.1:{server.port}"
    async with RemoteEngine(replace(Options(), remote_url=url, deadline_ms=20_000)) as engine:
        yield engine
    await server.stop()


@needs_xllamacpp
async def test_llama_server_does_all_that_is_asked_of_it(filler: RemoteEngine) -> None:
    info = await filler.info()
    assert (info.n_ctx, info.fim is not None, info.name) == (2048, True, info.name)
    doc, offset = doc_at("def add(a, b):\n    ret<CURSOR>\n\n\nprint(add(1, 2))\n")
    reader = Reader(filler, Options(), Windows())
    outcome = await complete(reader, doc, offset, reader.wish(is_automatic=False))
    assert outcome.text == "urn a + b"
    assert 0.5 < outcome.confidence < 1
    await _talks(filler)
    await _stops(filler)
    with pytest.raises(CannotScoreError):
        await filler.score([300, 301])


@needs_server
async def test_another_server_does_too() -> None:
    async with RemoteEngine(replace(Options(), remote_url=ELSEWHERE)) as engine:
        (tokens,) = await engine.tokenize(["def add(a, b):\n    ret"])
        found = await engine.generate(GenerateRequest(tokens, 8, heal=True))
        assert found.text.startswith("urn a + b")
        assert all(-20 < one <= 0 for one in found.logprobs)
        await _talks(engine)
        await _stops(engine)
        scores = await engine.score(tokens, n_best=3)
        assert len(scores) == len(tokens) - 1
        assert all(one.logprob <= 0 for one in scores)
        assert any(one.best for one in scores)


async def _talks(engine: RemoteEngine) -> None:
    """Ask for a block of code that has begun."""
    from lsp_local.chat import Message

    messages = [Message("user", "Write a Python function that adds two numbers.")]
    tokens = await tokens_of(engine, (await engine.info()).chat_template, messages, "```python\n")
    found = await engine.generate(GenerateRequest(tokens, 40, heal=True, until="\n```"))
    assert found.text.startswith("def ")


async def _stops(engine: RemoteEngine) -> None:
    """Cancel in the middle of an answer, and ask again at once."""
    (tokens,) = await engine.tokenize(["1, 2, 3, 4,"])
    said = asyncio.Event()
    request = GenerateRequest(tokens, 500)
    asking = asyncio.create_task(engine.generate(request, lambda _text: said.set()))
    await asyncio.wait_for(said.wait(), 60)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    found = await engine.generate(replace(request, n_predict=4))
    assert (found.n_predicted, found.finish) == (4, Finish.LENGTH)
