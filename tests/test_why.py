"""`lsp-local why` and its way into real servers, which here have no model."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from raw_server import RawServer, answer
from typer.testing import CliRunner, Result

from lsp_local.cli import reasons, why
from lsp_local.cli.app import app
from lsp_local.lsp import sockets
from lsp_local.text import Reason

INLINE = "textDocument/inlineCompletion"
DOC = {"uri": "file:///shop/a%20b.py", "languageId": "python", "version": 1, "text": "x = 😋"}


@pytest.fixture
def cache(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A cache folder with a short name: the path of a socket must be."""
    with tempfile.TemporaryDirectory(prefix="lsp") as folder:
        monkeypatch.setenv("LSP_LOCAL_CACHE_DIR", folder)
        yield Path(folder)


@pytest.fixture
def server(cache: Path, tmp_path: Path) -> Iterator[RawServer]:
    """A server that has been greeted, has one open document and can be asked."""
    yield from started(tmp_path, {})


def started(folder: Path, variables: dict[str, str]) -> Iterator[RawServer]:
    (folder / "models").mkdir(parents=True)
    models = {"LSP_LOCAL_MODELS_DIR": str(folder / "models")}
    server = RawServer(folder, {**models, **variables})
    try:
        server.initialize()
        assert "model" in json.dumps(server.receive())  # there is none
        server.notify("textDocument/didOpen", {"textDocument": DOC})
        yield server
        assert "Traceback" not in server.log()
    finally:
        server.close()


def ask(server: RawServer, msg_id: int, kind: int = 2) -> None:
    place = {"textDocument": DOC, "position": {"line": 0, "character": 4}}
    server.request(msg_id, INLINE, {**place, "context": {"triggerKind": kind}})
    assert server.receive() == answer(msg_id, [])


def path_of(server: RawServer, cache: Path) -> Path:
    path = cache / "run" / f"{server.process.pid}.sock"
    while path not in sockets.running(path.parent):  # it comes soon after `initialized`
        assert server.process.poll() is None, "the server has ended"
        time.sleep(0.01)
    return path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments])


def told(*arguments: str) -> list[dict[str, Any]]:
    ran = run("why", "--json", *arguments)
    assert ran.exit_code == 0, ran.output
    entries: list[dict[str, Any]] = json.loads(ran.stdout)
    return entries


def execute(server: RawServer, msg_id: int, command: str, *arguments: object) -> object:
    params = {"command": command, "arguments": list(arguments)}
    server.request(msg_id, "workspace/executeCommand", params)
    return server.answers_until(msg_id)[0]["result"]


def test_every_reason_has_its_sentence() -> None:
    assert set(reasons.SENTENCES) == set(Reason)
    assert all(text.endswith(".") for text in reasons.SENTENCES.values())
    assert reasons.sentence("out-of-coffee").endswith(".")


def test_silences_are_explained_newest_first(server: RawServer, cache: Path) -> None:
    path_of(server, cache)
    ask(server, 1)
    for number, (settings, wanted) in enumerate(
        [({"enabled": False}, "disabled"), ({"enabled": True}, "no-model")], start=2
    ):
        server.notify("workspace/didChangeConfiguration", {"settings": {"lspLocal": settings}})
        ask(server, number)
        assert told("1")[0]["reason"] in (wanted, "model-loading")
    assert execute(server, 8, "lspLocal.pause") is True
    ask(server, 9)
    entries = told()
    assert [entry["reason"] for entry in entries][:1] == ["paused"]
    assert [entry["reason"] for entry in entries][2:] == ["disabled", "no-model"]
    assert entries[0]["meaning"] == reasons.SENTENCES[Reason.PAUSED]
    assert entries[0]["server"] == server.process.pid
    assert (entries[0]["line"], entries[0]["character"]) == (0, 4)
    assert entries[0]["time"] > entries[-1]["time"] > time.time() - 60
    assert told("--file", "/shop/a b.py") == entries
    assert told("--file", "/shop/c.py") == []
    assert len(told("2")) == 2


def test_for_people(server: RawServer, cache: Path) -> None:
    path_of(server, cache)
    assert run("why").stdout.startswith("no request yet")
    ask(server, 1, kind=1)
    head, meaning, asked, source = run("why").stdout.rstrip("\n").split("\n")
    assert head.endswith("  /shop/a b.py:1:5  no-model")
    assert "lsp-local model pull" in meaning
    assert asked.split() == ["asked", "by", "hand"]
    assert "neither model nor cache" in source


def test_pause_and_resume_reach_every_server(server: RawServer, cache: Path) -> None:
    path_of(server, cache)
    assert run("pause").stdout.startswith("1 server is paused")
    ask(server, 1)
    assert run("resume").stdout == "1 server is suggesting again\n"
    ask(server, 2)
    assert [entry["reason"] for entry in told()] == ["no-model", "paused"]


def test_the_editors_commands(server: RawServer) -> None:
    assert execute(server, 1, "lspLocal.togglePause") is True
    assert execute(server, 2, "lspLocal.togglePause", "what", {"else": 1}) is False
    assert execute(server, 3, "lspLocal.resume") is False
    assert execute(server, 4, "lspLocal.forgetFeedback") is None
    assert execute(server, 5, "lspLocal.accepted") is None
    assert execute(server, 6, "lspLocal.accepted", "77", None) is None
    server.notify("textDocument/didShowCompletion", {"item": {"command": None}})
    server.notify("textDocument/didPartiallyAcceptCompletion", {"acceptedLength": "x"})
    server.request(7, "workspace/executeCommand", {"command": "lspLocal.explode"})
    assert server.answers_until(7)[0]["error"]["code"] == -32602


def test_nobody_else_can_ask_and_nothing_is_left(server: RawServer, cache: Path) -> None:
    path = path_of(server, cache)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    server.request(1, "shutdown")
    server.answers_until(1)
    server.notify("exit")
    server.process.wait()
    assert list(path.parent.iterdir()) == []


def test_a_killed_server_is_cleared_away_by_the_next_question(
    server: RawServer, cache: Path
) -> None:
    path = path_of(server, cache)
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait()
    assert path.exists()
    assert run("why").exit_code == 1
    assert not path.exists()


@pytest.mark.parametrize("command", ["why", "pause", "resume"])
def test_without_a_server_it_is_said_what_to_do(cache: Path, command: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "lsp_local", command], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 1
    assert ran.stderr.startswith("error: no server is running")
    assert "open a file in your editor" in ran.stderr


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"?\n", id="not JSON"),
        pytest.param(b"[" * 60_000 + b"\n", id="JSON too deep"),
        pytest.param(b"x" * 200_000 + b"\n", id="too long"),
        pytest.param(b'{"request": "explode"}\n', id="no such request"),
        pytest.param(b'{"request": "why", "n": "all"}\n', id="no number"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_a_bad_request_does_no_harm(server: RawServer, cache: Path, raw: bytes) -> None:
    path = path_of(server, cache)
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(path))
        try:
            connection.sendall(raw)
            connection.shutdown(socket.SHUT_WR)
            said = connection.makefile("rb").readline()
        except OSError:  # it did not wait for all of it
            said = b""
    assert said == b"" or "error" in json.loads(said)
    ask(server, 1)
    assert len(told()) == 1


def test_a_folder_that_cannot_be_made_costs_one_line(cache: Path, tmp_path: Path) -> None:
    (cache / "run").write_text("")
    for server in started(tmp_path / "work", {}):
        while "lsp-local why" not in server.log():
            time.sleep(0.01)
        ask(server, 1)
        assert server.log().count("\n") == 1


def test_a_path_that_is_too_long_costs_one_line(tmp_path: Path) -> None:
    long = {"LSP_LOCAL_CACHE_DIR": str(tmp_path / ("x" * 100))}
    for server in started(tmp_path / "work", long):
        while "too long" not in server.log():
            time.sleep(0.01)
        ask(server, 1)


def test_the_log_is_written_only_where_it_is_named(cache: Path, tmp_path: Path) -> None:
    log = tmp_path / "why.jsonl"
    for server in started(tmp_path / "work", {"LSP_LOCAL_WHY_LOG": str(log)}):
        ask(server, 1)
        ask(server, 2)
        server.notify("exit")
        server.process.wait()
    entries = [json.loads(line) for line in log.read_text().splitlines()]
    assert [entry["reason"] for entry in entries] == ["no-model", "no-model"]
    assert entries[0]["uri"] == DOC["uri"]
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_a_log_that_cannot_be_written_costs_one_line(cache: Path, tmp_path: Path) -> None:
    for server in started(tmp_path / "work", {"LSP_LOCAL_WHY_LOG": str(tmp_path)}):
        ask(server, 1)
        ask(server, 2)
        while "why_log" not in server.log():
            time.sleep(0.01)
        assert server.log().count("why_log") == 1


def test_damaged_feedback_is_set_aside(cache: Path, tmp_path: Path) -> None:
    figures = cache / "stats" / "figures.sqlite3"
    figures.parent.mkdir()
    figures.write_bytes(b"not a database" * 500)
    for server in started(tmp_path / "work", {"LSP_LOCAL_CACHE_MB": "16"}):
        ask(server, 1)
        server.notify("exit")
        server.process.wait()
        assert "was damaged" in server.log()
    assert figures.with_name("figures.sqlite3.damaged").read_bytes() == b"not a database" * 500
    assert json.loads(run("stats", "--json").stdout)["total"]["n_requests"] == 1


def test_somebodys_code_does_not_steer_the_terminal() -> None:
    entry: dict[str, Any] = {
        "time": 0.0,
        "uri": "untitled:1",
        "line": 0,
        "character": 0,
        "reason": "unsure",
        "is_automatic": True,
        "source": "model",
        "model": "qwen",
        "ttft_ms": 9.5,
        "total_ms": 20.0,
        "n_prompt": 1000,
        "n_evaluated": 3,
        "n_reused": 997,
        "n_predicted": 2,
        "confidence": 0.4,
        "logprobs": [-0.5, 0.0, -1.0],
        "pieces": ["b.py: imported"],
        "prompt_tail": "x\x1b[2J\ny = ",
        "said": "\x9b1m",
        "rule": "line-end",
        "text": "",
        "meaning": "It is so.",
    }
    assert why._described(entry).split("\n")[1:] == [
        "               It is so.",
        "  asked        while typing",
        "  from         model qwen, 20 ms, first token after 9.5",
        "  tokens       1,000 in the prompt: 3 read, 997 known; 2 decoded",
        "  probability  40% of the line; of the tokens 61% 100% 37%",
        "  context      b.py: imported",
        "  read last    x\\x1b[2J",
        "               y =",
        "  said         \\x9b1m",
        "  stopped by   line-end",
    ]
