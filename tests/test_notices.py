"""What the person at the editor is told, by a client that takes its time."""

import asyncio
from concurrent.futures import Future
from typing import Any

from lsprotocol import types

from lsp_local.lsp.notices import Notices


class SlowClient:
    """A server's client that shows progress, and answers only when it is let."""

    def __init__(self) -> None:
        window = types.WindowClientCapabilities(work_done_progress=True)
        self.client_capabilities = types.ClientCapabilities(window=window)
        self.work_done_progress = self
        self.answers = asyncio.Event()
        self.tokens: dict[str, Future[Any]] = {}
        self.told: list[str] = []

    async def create_async(self, token: str) -> None:
        await self.answers.wait()
        self.tokens[token] = Future()

    def begin(self, token: str, value: types.WorkDoneProgressBegin) -> None:
        assert token in self.tokens
        self.told.append(value.title)

    def end(self, token: str, value: types.WorkDoneProgressEnd) -> None:
        assert token in self.tokens
        self.told.append(value.kind)


async def test_what_was_quicker_than_the_client_is_told_all_the_same() -> None:
    client = SlowClient()
    async with Notices(client).progress("Loading a model"):  # type: ignore[arg-type]
        pass
    assert client.told == []
    client.answers.set()
    async with asyncio.timeout(5):
        while len(client.told) < 2:
            await asyncio.sleep(0)
    assert client.told == ["Loading a model", "end"]
    assert client.tokens == {}
