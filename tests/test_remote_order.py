import asyncio

import pytest
from remote_server import Asked, Write, answers, head, remote, streamed

from lsp_local.engine.base import GenerateRequest, Priority


async def test_what_nobody_waits_for_makes_way() -> None:
    begun = asyncio.Event()

    async def script(asked: Asked, write: Write) -> None:
        assert asked.body is not None
        if asked.body["prompt"] == "later" and not begun.is_set():
            begun.set()
            await asyncio.sleep(3600)
        await streamed(asked.body["prompt"])(asked, write)

    async with remote(script) as (engine, server):
        later, now = await engine.tokenize(["later", "now"])
        texts: list[str] = []
        request = GenerateRequest(later, 5, priority=Priority.PREFETCH)
        waiting = asyncio.create_task(engine.generate(request, texts.append))
        await asyncio.wait_for(begun.wait(), 5)
        assert (await engine.generate(GenerateRequest(now, 5))).text == "now"
        assert (await waiting).text == "later"
        assert texts == ["later"]
        assert [one["prompt"] for one in server.questions] == ["later", "now", "later"]


async def test_what_makes_way_can_be_cancelled() -> None:
    async with remote(answers([head()])) as (engine, _):
        await engine.info()
        request = GenerateRequest([300], 5, priority=Priority.LINT)
        waiting = asyncio.create_task(engine.generate(request))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
