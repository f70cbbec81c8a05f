"""A real server process, spoken to in bytes."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

COMMAND = [sys.executable, "-m", "lsp_local", "serve"]
HUNG_SECONDS = 60.0

Message = dict[str, Any]


class RawServer:
    """Sends any bytes; reads messages, and whatever is not one fails the test."""

    def __init__(
        self, folder: Path, environment: dict[str, str], hung_seconds: float = HUNG_SECONDS
    ) -> None:
        self._log = folder / "stderr.txt"
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                COMMAND,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env={**os.environ, **environment},
                cwd=folder,
            )
        self._hung_seconds = hung_seconds
        self._watchdog = self._watching()

    def _watching(self) -> threading.Timer:
        # Not an assertion about time: without it a hung server would hang the tests.
        watchdog = threading.Timer(self._hung_seconds, self.process.kill)
        watchdog.daemon = True
        watchdog.start()
        return watchdog

    def keep_alive(self) -> None:
        """Give a server that answers its time anew."""
        self._watchdog.cancel()
        self._watchdog = self._watching()

    def send(self, message: object) -> None:
        self.send_bytes(framed(message))

    def send_bytes(self, raw: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(raw)
        self.process.stdin.flush()

    def request(self, msg_id: int | str, method: str, params: object = None) -> None:
        message = {"jsonrpc": "2.0", "id": msg_id, "method": method}
        self.send(message if params is None else {**message, "params": params})

    def notify(self, method: str, params: object = None) -> None:
        message = {"jsonrpc": "2.0", "method": method}
        self.send(message if params is None else {**message, "params": params})

    def receive(self) -> Message | None:
        assert self.process.stdout is not None
        return read_message(self.process.stdout)

    def answers_until(self, msg_id: int | str) -> list[Message]:
        """Return the answers up to and with the one to `msg_id`, without notifications."""
        answers: list[Message] = []
        while not answers or answers[-1]["id"] != msg_id:
            message = self.receive()
            assert message is not None, f"the server ended before it answered {msg_id!r}"
            if "method" not in message:
                answers.append(message)
        return answers

    def initialize(self, params: Message | None = None) -> Message:
        least: Message = {"processId": None, "rootUri": None, "capabilities": {}}
        self.request("initialize", "initialize", {**least, **(params or {})})
        answer = self.answers_until("initialize")[0]
        self.notify("initialized", {})
        return answer

    def end_input(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()

    def unread(self) -> list[Message]:
        """Wait for the end and return the messages that nobody has read."""
        rest = []
        while (message := self.receive()) is not None:
            rest.append(message)
        self.process.wait()
        return rest

    def log(self) -> str:
        """Return what the server wrote to standard error."""
        return self._log.read_text()

    def close(self) -> None:
        self._watchdog.cancel()
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            with suppress(BrokenPipeError):  # what it still holds has no reader any more
                pipe.close()


def serving(folder: Path, hung_seconds: float = HUNG_SECONDS) -> Iterator[RawServer]:
    """Start a server without any model that nobody has greeted; faults in its log are failures."""
    (folder / "models").mkdir()
    server = RawServer(folder, {"LSP_LOCAL_MODELS_DIR": str(folder / "models")}, hung_seconds)
    try:
        yield server
        assert "Traceback" not in server.log()
    finally:
        server.close()


def answer(msg_id: int | str, result: object) -> Message:
    """Return the whole of a good answer."""
    return {"jsonrpc": "2.0", "id": msg_id, "result": result}


def outcomes(answers: list[Message]) -> list[tuple[Any, Any]]:
    """Reduce every answer to its id and its error code or result."""
    for one in answers:
        assert ("result" in one) != ("error" in one)
        assert "Traceback" not in json.dumps(one)
        assert "data" not in one.get("error", {})
    return [
        (one["id"], one["error"]["code"] if "error" in one else one["result"]) for one in answers
    ]


def framed(message: object) -> bytes:
    return framed_bytes(json.dumps(message).encode())


def framed_bytes(body: bytes) -> bytes:
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


def read_message(stream: IO[bytes]) -> Message | None:
    n_bytes = 0
    while (line := stream.readline()).strip():
        name, _, value = line.partition(b": ")
        assert name in (b"Content-Length", b"Content-Type"), f"no message: {line!r}"
        n_bytes = int(value) if name == b"Content-Length" else n_bytes
    if not line:
        return None
    message: Message = json.loads(stream.read(n_bytes))
    return message
