"""R2: every request gets exactly one reply."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from frames import NOTIFICATIONS, REQUESTS, TEXT, URI
from raw_server import Message, RawServer, serving

N_BATCH = 20  # sequences that are sent before an answer is read
URIS = [URI, "file:///shop/till.py", "untitled:1", "file:///shop/not_open.py"]
# Those ask the model for many words: nearly all of them are taken back.
COSTLY = {"textDocument/hover", "codeAction/resolve", "lspLocal/rewrite"}
ODD_IDS: list[Any] = [None, True, -1, 0, 2**53, "", "unknown", [1], {}, 1.5]


class Client:
    """Sends at random, and counts: what was asked and what was answered, by id."""

    def __init__(self, server: RawServer, seed: int) -> None:
        self.server = server
        self.chance = random.Random(seed)
        self.asked: Counter[int | str] = Counter()
        self.answered: Counter[int | str] = Counter()
        self._n_ids = 0
        self._n_versions = 1

    def sequence(self) -> None:
        """Some requests, edits and cancels, one after the other."""
        for _ in range(self.chance.randint(3, 8)):
            self.chance.choices(
                [self.ask, self.edit, self.tell, self.cancel, self.close], [10, 6, 1, 5, 0.3]
            )[0]()

    def ask(self) -> None:
        method, params = self.chance.choice(REQUESTS)
        if method in COSTLY and self.chance.random() < 0.8:
            return
        msg_id = self.some_id() if self.chance.random() < 0.05 else self.new_id()
        self.asked[msg_id] += 1
        self.server.request(msg_id, method, self.moved(params))
        if method in COSTLY:
            self.cancel_one(msg_id)

    def edit(self) -> None:
        self._n_versions += 1
        line, character, more = (self.chance.choice([0, 1, 4, 12, 99]) for _ in range(3))
        start = {"line": line % 6, "character": character}
        span = {"start": start, "end": {"line": line % 6, "character": character + more % 5}}
        text = self.chance.choice(["", "a", "\n", "if x:\n    ", "😋", ".", TEXT])
        self.server.notify(
            "textDocument/didChange",
            {
                "textDocument": {"uri": self.uri(), "version": self._n_versions},
                "contentChanges": [{"range": span, "text": text}],
            },
        )

    def tell(self) -> None:
        method, params = self.chance.choice(NOTIFICATIONS)
        self.server.notify(method, self.moved(params))

    def close(self) -> None:
        uri = self.uri()
        self.server.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
        self.open(uri)

    def open(self, uri: str) -> None:
        document = {"uri": uri, "languageId": "python", "version": 1, "text": TEXT}
        self.server.notify("textDocument/didOpen", {"textDocument": document})

    def cancel(self) -> None:
        is_odd = self.chance.random() < 0.1
        self.cancel_one(self.chance.choice(ODD_IDS) if is_odd else self.some_id())

    def cancel_one(self, msg_id: object) -> None:
        self.server.notify("$/cancelRequest", {"id": msg_id})

    def uri(self) -> str:
        return self.chance.choices(URIS, [6, 4, 2, 1])[0]

    def moved(self, params: object) -> object:
        """The same at another place of another document."""
        told: Any = deepcopy(params)
        if isinstance(told, dict) and "uri" in told.get("textDocument", {}):
            told["textDocument"]["uri"] = self.uri()
        if isinstance(told, dict) and "position" in told:
            at = {"line": self.chance.randint(0, 6), "character": self.chance.randint(0, 14)}
            told["position"] = at
        return told

    def new_id(self) -> int | str:
        self._n_ids += 1
        return self._n_ids if self._n_ids % 3 else str(self._n_ids)

    def some_id(self) -> int | str:
        """An id of the last ones, answered or not."""
        return self.chance.choice(list(self.asked)[-20:]) if self.asked else self.new_id()

    def read_until(self, is_enough: Callable[[Message], bool]) -> None:
        """Take what the server says, and answer what it asks."""
        while True:
            message = self.server.receive()
            assert message is not None, "the server has ended"
            if "method" not in message:
                assert ("result" in message) != ("error" in message)
                self.answered[message["id"]] += 1
            elif "id" in message:
                self.server.send({"jsonrpc": "2.0", "id": message["id"], "result": None})
            if is_enough(message):
                return

    def until_loaded(self) -> None:
        """Have something completed."""
        params = {"textDocument": {"uri": URI}, "position": {"line": 1, "character": 12}}
        self.asked["first"] += 1
        method = "textDocument/inlineCompletion"
        self.server.request("first", method, {**params, "context": {"triggerKind": 1}})
        self.read_until(lambda message: message.get("id") == "first")

    def mark(self) -> None:
        """Read until what was sent has been taken in."""
        name = f"mark {self._n_versions} {self._n_ids}"
        self.asked[name] += 1
        self.server.request(name, "lspLocal/why")
        self.read_until(lambda message: message.get("id") == name)

    def finish(self) -> None:
        """End all, and read what is left."""
        for uri in URIS:
            self.server.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
        self.mark()
        if self.asked.total() > self.answered.total():
            self.read_until(lambda _: self.asked.total() == self.answered.total())
        self.server.request("bye", "shutdown")
        self.asked["bye"] += 1
        self.server.notify("exit")
        self.answered.update(one["id"] for one in self.server.unread() if "method" not in one)


@pytest.fixture
def server(tmp_path: Path, smollm: Path, request: pytest.FixtureRequest) -> Iterator[RawServer]:
    seconds = 3600 if request.config.getoption("--long") else 180
    for server in serving(tmp_path, seconds):
        server.initialize({"initializationOptions": {"model": str(smollm), "lint": "on"}})
        yield server


def test_random_sequences(
    server: RawServer, many: Callable[..., int], reached: Callable[[str, str], None]
) -> None:
    client = Client(server, seed=2)
    for uri in URIS[:3]:
        client.open(uri)
    client.until_loaded()
    n_sequences = many(short=100, long=10_000)
    for n in range(n_sequences):
        client.sequence()
        if n % N_BATCH == N_BATCH - 1:
            client.mark()
    client.finish()
    unanswered, double = client.asked - client.answered, client.answered - client.asked
    assert (unanswered, double) == (Counter(), Counter())
    reached(
        "R2",
        f"{n_sequences:,} sequences with {client.asked.total():,} requests: 0 unanswered, 0 double",
    )
