"""R5: a cancel is real: nothing stale comes, and the worker stops."""

import random
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from raw_server import Message, RawServer, serving

from lsp_local.engine.client import EngineClient
from lsp_local.evals.latency import cancel_to_silence

URI = "file:///shop/cart.py"
INLINE, CANCELLED = "textDocument/inlineCompletion", -32800
LONGEST = 0.3  # seconds from a request to its cancel: some are over by then, some still read
MOST_MS = 100.0
CODE = "".join(f"def double_{n}(x):\n    return {n} * x\n\n\n" for n in range(150))


@pytest.fixture
def server(tmp_path: Path, smollm: Path, request: pytest.FixtureRequest) -> Iterator[RawServer]:
    seconds = 3600 if request.config.getoption("--long") else 180
    for server in serving(tmp_path, seconds):
        server.initialize({"initializationOptions": {"model": str(smollm)}})
        yield server


class Client:
    """Asks for what takes long, and takes it back by a cancel, by a key or by another request."""

    def __init__(self, server: RawServer) -> None:
        self.server = server
        self.chance = random.Random(5)
        self.text = ""
        self.version = 0

    def open(self) -> None:
        document = {"uri": URI, "languageId": "python", "version": 0, "text": ""}
        self.server.notify("textDocument/didOpen", {"textDocument": document})

    def type(self, text: str) -> None:
        """Let the whole text be another."""
        self.version += 1
        self.text = text
        document = {"uri": URI, "version": self.version}
        params = {"textDocument": document, "contentChanges": [{"text": text}]}
        self.server.notify("textDocument/didChange", params)

    def ask(self, msg_id: str) -> None:
        """Ask, by hand, at the end of the text."""
        line, character = self.text.count("\n"), len(self.text.rpartition("\n")[2])
        params = {
            "textDocument": {"uri": URI},
            "position": {"line": line, "character": character},
            "context": {"triggerKind": 1},
        }
        self.server.request(msg_id, INLINE, params)

    def take_back(self, n: int) -> tuple[Message, str]:
        """Return the answer to what was taken back, and why it ended, of its own view.

        A prompt that begins anew each time is read for long, a short one is continued for long.
        """
        code = CODE if n % 2 else CODE[:300]
        self.type(f"# {n}\n{code}def triple_{n}(x):\n    ")
        self.ask(f"old {n}")
        # The moment is the only thing that this test is about: there is no event to wait for.
        threading.Event().wait(self.chance.random() * LONGEST)
        match n % 3:
            case 0:
                self.server.notify("$/cancelRequest", {"id": f"old {n}"})
            case 1:
                self.type(self.text + "#")
            case _:
                self.ask(f"new {n}")
                self.server.notify("$/cancelRequest", {"id": f"new {n}"})
        self.server.request(f"mark {n}", "lspLocal/why", {"textDocument": {"uri": URI}})
        answers = {one["id"]: one for one in self.server.answers_until(f"mark {n}")}
        old = answers.get(f"old {n}") or self.server.answers_until(f"old {n}")[-1]
        is_late = f"old {n}" not in answers
        return old, "late" if is_late else "in time"


def test_nothing_stale_is_shown(
    server: RawServer, many: Callable[..., int], reached: Callable[[str, str], None]
) -> None:
    client = Client(server)
    client.open()
    client.type("def add(a, b):\n    return ")
    client.ask("first")  # which waits for the model
    server.answers_until("first")
    n_cancels = many(short=12, long=1000)
    n_stopped = 0
    for n in range(n_cancels):
        found, when = client.take_back(n)
        is_shown = bool(found.get("result"))
        if "error" in found:
            assert found["error"]["code"] == CANCELLED
        # What was answered before the server read that it was taken back was no mistake.
        assert not (is_shown and when == "late")
        n_stopped += not is_shown
    assert n_stopped
    reached("R5", f"{n_cancels:,} cancels, {n_stopped:,} in time: 0 stale results")


async def test_the_worker_stops(
    smollm: Path, many: Callable[..., int], reached: Callable[[str, str], None]
) -> None:
    n_cancels = many(short=2, long=100)
    async with EngineClient(smollm, n_ctx=2304, n_threads=2) as engine:
        silence = await cancel_to_silence(engine, CODE, n_cancels)
    slowest = []
    for name, figures in (("decode", silence.decode_ms), ("prefill", silence.prefill_ms)):
        ranked = sorted(figures)
        median, p99 = ranked[len(ranked) // 2], ranked[int(0.99 * (len(ranked) - 1))]
        reached("R5", f"{name} stopped after {median:.0f} ms (median), {p99:.0f} ms (p99)")
        slowest.append(p99)
    assert max(slowest) <= many(short=10, long=1) * MOST_MS
