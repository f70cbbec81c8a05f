"""A server that speaks OpenAI's protocol as a test scripts it, well or badly."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from lsp_local.engine.remote.engine import RemoteEngine
from lsp_local.options import Options

Write = Callable[[bytes], Awaitable[None]]
Script = Callable[["Asked", Write], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came in; `body` is None for a GET."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any] | None


@dataclass(slots=True)
class Remote:
    """Answers `/v1/models` and the first question about "x", and everything else by `script`."""

    script: Script
    model: str = "qwen2.5-coder-7b"
    owner: str = "vllm"
    has_logprobs: bool = True
    listed: object = None  # in place of a list of that model
    n_probe: int = 1  # tokens that the server makes of "x"
    asked: list[Asked] = field(default_factory=list)
    n_gone: int = 0  # connections that the other side closed in the middle of an answer
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    port: int = 0
    serving: set["asyncio.Task[None]"] = field(default_factory=set)

    @property
    def questions(self) -> list[dict[str, Any]]:
        """Return the bodies of what was asked of the script."""
        return [one.body for one in self.asked if one.body and one.body.get("prompt") != "x"]

    def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the one request of a connection."""
        self.serving.add(asyncio.create_task(self._serve(reader, writer)))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:

        async def write(content: bytes) -> None:
            writer.write(content)
            await writer.drain()

        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            try:
                asked = await _read(reader)
                self.asked.append(asked)
                await self._answer_or_leave(asked, reader, write)
            finally:
                writer.close()

    async def _answer_or_leave(
        self, asked: Asked, reader: asyncio.StreamReader, write: Write
    ) -> None:
        answering = asyncio.create_task(self._answer(asked, write))
        leaving = asyncio.create_task(reader.read(1))
        try:
            await asyncio.wait([answering, leaving], return_when=asyncio.FIRST_COMPLETED)
            if not answering.done() or answering.exception():
                self.n_gone += 1
                self.gone.set()
        finally:
            for task in (answering, leaving):
                task.cancel()
            await asyncio.gather(answering, leaving, return_exceptions=True)

    async def _answer(self, asked: Asked, write: Write) -> None:
        if asked.path.endswith("/models"):
            listed = {"data": [{"id": self.model, "owned_by": self.owner}]}
            await write(ok(listed if self.listed is None else self.listed))
        elif asked.body and asked.body.get("prompt") == "x":
            await write(ok(said("y", -0.5 if self.has_logprobs else None, self.n_probe)))
        else:
            await self.script(asked, write)


@asynccontextmanager
async def remote(script: Script, **chosen: Any) -> AsyncIterator[tuple[RemoteEngine, Remote]]:
    """Give an engine and the server that it asks."""
    options = {name: chosen.pop(name) for name in list(chosen) if name.startswith("remote_")}
    server = Remote(script, **chosen)
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.port = listening.sockets[0].getsockname()[1]
    url = f"http://127.0.0.1:{server.port}"
    engine = RemoteEngine(replace(Options(), **{"remote_url": url, **options}))
    try:
        yield engine, server
    finally:
        await engine.close()
        listening.close()
        for task in server.serving:
            task.cancel()
        await asyncio.gather(*server.serving, return_exceptions=True)


def streamed(*texts: str, end: str = "stop") -> Script:
    """Return a script that says `texts` one by one, in the old format with probabilities."""

    async def script(asked: Asked, write: Write) -> None:
        await write(head())
        for text in texts:
            await write(event(said(text, -0.1)))
        await write(event({"choices": [{"text": "", "finish_reason": end}]}))
        await write(b"data: [DONE]\n\n")

    return script


def answers(*replies: bytes | Sequence[bytes]) -> Script:
    """Return a script that gives one reply after the other, the last for ever.

    Of several blocks each comes by itself.
    """
    left = [[one] if isinstance(one, bytes) else list(one) for one in replies]

    async def script(asked: Asked, write: Write) -> None:
        for block in left.pop(0) if len(left) > 1 else left[0]:
            await write(block)
            await asyncio.sleep(0)

    return script


def head(status: str = "200 OK", kind: str = "text/event-stream", more: str = "") -> bytes:
    """Return the head of an answer whose end is the connection's."""
    return f"HTTP/1.1 {status}\r\ncontent-type: {kind}\r\nconnection: close\r\n{more}\r\n".encode()


def ok(answer: object, status: str = "200 OK", more: str = "") -> bytes:
    """Return a whole answer in JSON."""
    return head(status, "application/json", more) + json.dumps(answer).encode()


def event(answer: object) -> bytes:
    """Return a server-sent event."""
    return b"data: " + json.dumps(answer).encode() + b"\n\n"


def said(
    text: str,
    logprob: float | None = None,
    n_prompt: int | None = None,
    others: dict[str, float] | None = None,
) -> dict[str, Any]:
    """Return a piece of a completion in the old format."""
    choice: dict[str, Any] = {"text": text, "finish_reason": None}
    if logprob is not None:
        best = others or {text: logprob}
        choice["logprobs"] = {"tokens": [text], "token_logprobs": [logprob], "top_logprobs": [best]}
    usage = {} if n_prompt is None else {"usage": {"prompt_tokens": n_prompt}}
    return {"choices": [choice], **usage}


async def _read(reader: asyncio.StreamReader) -> Asked:
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
    headers = {k.lower(): v for k, v in (line.split(": ", 1) for line in lines)}
    n_bytes = int(headers.get("content-length", "0"))
    body = json.loads(await reader.readexactly(n_bytes)) if n_bytes else None
    return Asked(first.split()[1], headers, body)
