import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from raw_server import RawServer, answer, outcomes, serving

INVALID_REQUEST, INVALID_PARAMS, NOT_INITIALIZED = -32600, -32602, -32002

INLINE = "textDocument/inlineCompletion"
NOT_OPEN = {
    "textDocument": {"uri": "file:///etc/passwd"},
    "position": {"line": 0, "character": 0},
    "context": {"triggerKind": 1},
}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RawServer]:
    """A server of its own that has not been greeted yet, without any model."""
    yield from serving(tmp_path)


def test_before_initialize_every_request_is_refused(server: RawServer) -> None:
    server.notify("textDocument/didClose", {"textDocument": {"uri": "file:///a"}})
    server.request(1, INLINE, NOT_OPEN)
    server.request(2, "no/such")
    server.request(3, "shutdown")
    server.request(4, "initialize", {"processId": "x"})
    assert outcomes(server.answers_until(4)) == [
        (1, NOT_INITIALIZED),
        (2, NOT_INITIALIZED),
        (3, NOT_INITIALIZED),
        (4, INVALID_PARAMS),
    ]
    server.initialize()
    server.notify("exit")
    server.unread()
    assert server.process.returncode == 1


@pytest.mark.parametrize(
    "uri",
    [
        pytest.param("file://[", id="no URI"),
        pytest.param("file:///a%00b", id="a NUL in it"),
        pytest.param("file:///\ud800", id="half a character in it"),
        pytest.param("file:///" + "x" * 5000, id="longer than a path may be"),
    ],
)
def test_an_odd_folder_is_no_reason_not_to_serve(server: RawServer, uri: str) -> None:
    server.initialize({"rootUri": uri})
    opened = {"uri": f"{uri}/a.py", "languageId": "python", "version": 1, "text": "x = 1\n"}
    server.notify("textDocument/didOpen", {"textDocument": opened})
    server.notify("textDocument/didSave", {"textDocument": opened})
    server.request(1, INLINE, {**NOT_OPEN, "textDocument": opened})
    assert outcomes(server.answers_until(1)) == [(1, [])]
    server.notify("exit")
    server.unread()


def test_after_shutdown_every_request_is_refused(server: RawServer) -> None:
    server.initialize()
    server.request(1, "shutdown")
    server.request(2, INLINE, NOT_OPEN)
    server.request(3, "initialize", {})
    server.request(4, "shutdown")
    assert outcomes(server.answers_until(4)) == [
        (1, None),
        (2, INVALID_REQUEST),
        (3, INVALID_REQUEST),
        (4, INVALID_REQUEST),
    ]
    server.notify("exit")
    assert outcomes(server.unread()) == []
    assert server.process.returncode == 0


def test_nothing_is_told_after_shutdown(server: RawServer) -> None:
    server.initialize()
    server.request(1, "shutdown")
    server.answers_until(1)
    time.sleep(0.5)  # meanwhile loading has found that there is no model
    server.notify("exit")
    assert server.unread() == []


@pytest.mark.parametrize(
    ("inline", "has_menu"),
    [
        pytest.param({"inlineCompletion": {"as": "never before"}}, False, id="with ghost text"),
        pytest.param({}, True, id="without"),
    ],
)
def test_a_client_from_the_future_is_served(
    server: RawServer, inline: dict[str, object], has_menu: bool
) -> None:
    capabilities = {
        "general": {"positionEncodings": ["utf-64", "utf-8"]},
        "textDocument": {"documentSymbol": {"symbolKind": {"valueSet": [1, 999]}}, **inline},
    }
    greeting = server.initialize({"capabilities": capabilities, "trace": "everything"})
    assert greeting["result"]["capabilities"]["positionEncoding"] == "utf-8"
    assert greeting["result"]["capabilities"]["inlineCompletionProvider"] == {}
    assert ("completionProvider" in greeting["result"]["capabilities"]) == has_menu
    server.notify("exit")
    server.unread()


@pytest.mark.parametrize(
    ("is_greeted", "is_shut_down"),
    [
        pytest.param(False, False, id="a client that never spoke"),
        pytest.param(True, False, id="a client that died"),
        pytest.param(True, True, id="a client that forgot to say exit"),
    ],
)
def test_the_end_of_input_is_the_end(
    server: RawServer, is_greeted: bool, is_shut_down: bool
) -> None:
    if is_greeted:
        server.initialize()
    if is_shut_down:
        server.request(1, "shutdown")
        server.answers_until(1)
    server.end_input()
    server.unread()
    assert server.process.returncode == (0 if is_shut_down else 1)


def test_half_a_message_and_the_end(server: RawServer) -> None:
    server.send_bytes(b"Content-Length: 100\r\n\r\n{")
    server.end_input()
    assert server.unread() == []
    assert server.process.returncode == 1


def test_exit_does_not_wait_for_a_client_that_reads_nothing(server: RawServer) -> None:
    server.initialize()
    # The answers, over 64 KiB of them, fill the pipe: no more can be written.
    for msg_id in range(1000):
        server.request(msg_id, "no/such" + "x" * 200)
    server.notify("exit")
    server.process.wait()
    assert server.process.returncode == 1


def test_a_closed_output_ends_the_server_quietly(server: RawServer) -> None:
    server.initialize()
    assert server.process.stdout is not None
    server.process.stdout.close()
    server.request(1, "no/such")
    server.process.wait()
    assert server.process.returncode == 1
    assert "Error" not in server.log()


def test_a_missing_model_is_said_once(server: RawServer) -> None:
    server.initialize()
    notice = server.receive()
    assert notice is not None
    assert notice["method"] == "window/showMessage"
    assert "lsp-local model pull" in notice["params"]["message"]
    opened = {"uri": "file:///a.py", "languageId": "python", "version": 1, "text": "x = "}
    server.notify("textDocument/didOpen", {"textDocument": opened})
    for msg_id in (1, 2):
        asked = {"textDocument": opened, "position": {"line": 0, "character": 4}}
        server.request(msg_id, INLINE, {**asked, "context": {"triggerKind": msg_id}})
        assert server.receive() == answer(msg_id, [])
    server.request(3, "lspLocal/why", {"textDocument": opened})
    (newest, oldest) = server.answers_until(3)[0]["result"]
    assert newest["reason"] == oldest["reason"] == "no-model"
    assert (newest["uri"], newest["line"], newest["character"]) == ("file:///a.py", 0, 4)
    server.notify("exit")
    assert server.unread() == []


def test_bad_settings_are_one_warning(server: RawServer) -> None:
    server.initialize({"initializationOptions": {"debounceMs": "soon", "colour": "red"}})
    notices = [server.receive(), server.receive()]
    warnings = [one["params"] for one in notices if one and one["params"]["type"] == 2]
    assert len(warnings) == 1
    assert "debounce_ms" in warnings[0]["message"]
    assert "colour" in warnings[0]["message"]
    server.notify("workspace/didChangeConfiguration", {"settings": {"lspLocal": {"colour": "red"}}})
    server.request(1, "shutdown")
    assert server.receive() == answer(1, None)
    server.notify("exit")
    assert server.unread() == []


def test_a_cursor_where_none_can_be_is_no_fault(server: RawServer) -> None:
    server.initialize()
    item = {"uri": "file:///a.py", "languageId": "python", "version": 1, "text": "x = 1\n"}
    server.notify("textDocument/didOpen", {"textDocument": item})
    nowhere = {"line": 2**31, "character": 0}
    server.notify("lspLocal/didMoveCursor", {"textDocument": item, "position": nowhere})
    server.request(1, "lspLocal/stats")
    server.answers_until(1)
    assert "Position" not in server.log()
    server.notify("exit")
    server.unread()
