"""Diagnostics of a real server without a model, over its pipes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from linted import KEY
from raw_server import Message, RawServer, serving

URI = "file:///shop/cart.py"
SECRET = f'key = "{KEY}"\n'
PULL = "textDocument/diagnostic"
PULLS: Message = {"textDocument": {"diagnostic": {}}}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RawServer]:
    """A server that nobody has greeted."""
    yield from serving(tmp_path)


def opened(server: RawServer, capabilities: Message, **options: object) -> Message:
    """Greet the server and open a file with a secret; return the server's capabilities."""
    params = {"capabilities": capabilities, "initializationOptions": options}
    greeting = server.initialize(params)
    item = {"uri": URI, "languageId": "python", "version": 1, "text": SECRET}
    server.notify("textDocument/didOpen", {"textDocument": item})
    found: Message = greeting["result"]["capabilities"]
    return found


def heard(server: RawServer, method: str) -> Message:
    """Return the next message of a method."""
    while (message := server.receive()) is not None:
        if message.get("method") == method:
            return message
    raise AssertionError("the server ended")


def test_who_does_not_pull_is_told_what_is_certain(server: RawServer) -> None:
    provider = opened(server, {})["diagnosticProvider"]
    assert provider == {
        "identifier": "lsp-local",
        "interFileDependencies": False,
        "workspaceDiagnostics": False,
    }
    pushed = heard(server, "textDocument/publishDiagnostics")["params"]
    assert (pushed["uri"], pushed["version"]) == (URI, 1)
    assert [one["code"] for one in pushed["diagnostics"]] == ["secret"]


def test_who_pulls_waits_for_what_is_certain(server: RawServer) -> None:
    opened(server, PULLS)
    server.request(1, PULL, {"textDocument": {"uri": URI}})
    report = server.answers_until(1)[-1]["result"]
    assert [one["code"] for one in report["items"]] == ["secret"]
    known = {"textDocument": {"uri": URI}, "previousResultId": report["resultId"]}
    server.request(2, PULL, known)
    unchanged = {"kind": "unchanged", "resultId": report["resultId"]}
    assert server.answers_until(2)[-1]["result"] == unchanged


def test_without_a_model_the_rest_is_silence(server: RawServer) -> None:
    opened(server, PULLS, lint="on")
    server.request(1, PULL, {"textDocument": {"uri": URI}})
    report = server.answers_until(1)[-1]["result"]
    assert [one["code"] for one in report["items"]] == ["secret"]


def test_turned_off_it_answers_at_once(server: RawServer) -> None:
    opened(server, PULLS, lint="off")
    server.request(1, PULL, {"textDocument": {"uri": URI}})
    assert server.answers_until(1)[-1]["result"]["items"] == []


def test_the_end_does_not_wait_for_a_look(server: RawServer) -> None:
    opened(server, PULLS)
    server.request(1, PULL, {"textDocument": {"uri": URI}})
    server.request(2, "shutdown")
    server.notify("exit")
    server.unread()
    assert server.process.returncode == 0
