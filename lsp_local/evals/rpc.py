"""JSON-RPC with a language server on pipes, as little of it as a replay needs."""

import asyncio
import itertools
import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

Answered = Callable[[Any], None]
Environment = Mapping[str, str]


class Connection:
    """A server process. Answers and notifications are handed over in the event loop at once."""

    def __init__(self, on_notification: Callable[[str, Any], None]) -> None:
        self._on_notification = on_notification
        self._ids = itertools.count(1)
        self._waiting: dict[int, Answered] = {}
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None

    @property
    def process(self) -> asyncio.subprocess.Process:
        """Return the server's process; it has been started."""
        assert self._process is not None
        return self._process

    async def start(self, command: Sequence[str], folder: Path, environment: Environment) -> None:
        """Start the server in `folder`; `environment` is added to ours.

        Its model process is its own: it must not work for others, nor have read what they read.
        """
        alone = {"LSP_LOCAL_SHARE_WORKER": "0"}
        self._process = await asyncio.create_subprocess_exec(
            *command,
            cwd=folder,
            env={**os.environ, **alone, **environment},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        self._reader = asyncio.create_task(self._read())

    def notify(self, method: str, params: object) -> None:
        """Send a notification."""
        self._send({"method": method, "params": params})

    def request(self, method: str, params: object, on_answer: Answered) -> int:
        """Send a request; `on_answer` gets the result, or None for an error."""
        msg_id = next(self._ids)
        self._waiting[msg_id] = on_answer
        self._send({"id": msg_id, "method": method, "params": params})
        return msg_id

    async def ask(self, method: str, params: object) -> Any:
        """Send a request and wait for its result; None if the server ends first."""
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.request(method, params, answer.set_result)
        assert self._reader is not None
        await asyncio.wait([answer, self._reader], return_when="FIRST_COMPLETED")
        return answer.result() if answer.done() else None

    async def stop(self) -> None:
        """End the server, by force if it does not want to; what it was asked is not answered."""
        if self._process is None or self._reader is None:
            return
        self._waiting.clear()
        self.notify("exit", None)
        try:
            await asyncio.wait_for(self._process.wait(), 2)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        await self._reader

    def _send(self, message: dict[str, object]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))

    async def _read(self) -> None:
        stream = self.process.stdout
        assert stream is not None
        n_bytes = 0
        while header := await stream.readline():
            name, _, value = header.partition(b":")
            if name.lower() == b"content-length":
                n_bytes = int(value)
            if not header.strip():
                self._receive(json.loads(await stream.readexactly(n_bytes)))

    def _receive(self, message: dict[str, Any]) -> None:
        if "method" not in message:
            self._waiting.pop(message["id"], lambda _: None)(message.get("result"))
        elif "id" in message:
            self._send({"id": message["id"], "result": None})
        else:
            self._on_notification(message["method"], message.get("params"))
