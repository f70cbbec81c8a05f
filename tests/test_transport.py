import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from raw_server import Message, RawServer, framed, framed_bytes

PARSE_ERROR, INVALID_REQUEST, NO_METHOD, INVALID_PARAMS = -32700, -32600, -32601, -32602
NOT_INITIALIZED = -32002

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


@pytest.fixture(scope="module")
def greeted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RawServer]:
    """One server for many bad messages: none of them may harm it."""
    for server in serving(tmp_path_factory.mktemp("greeted")):
        server.initialize()
        yield server
        server.request("bye", "shutdown")
        assert server.answers_until("bye") == [answer("bye", None)]
        server.notify("exit")
        assert server.unread() == []
        assert server.process.returncode == 0


def serving(folder: Path) -> Iterator[RawServer]:
    (folder / "models").mkdir()
    server = RawServer(folder, {"LSP_LOCAL_MODELS_DIR": str(folder / "models")})
    try:
        yield server
        assert "Traceback" not in server.log()
    finally:
        server.close()


def answer(msg_id: int | str, result: object) -> Message:
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


def check(server: RawServer, raw: bytes, want: list[tuple[Any, Any]]) -> None:
    """Send bytes, then a request that marks the end; `want` is all that comes before."""
    server.send_bytes(raw)
    server.request("mark", "lspLocal/why")
    assert outcomes(server.answers_until("mark")) == [*want, ("mark", [])]


def rpc(**fields: object) -> bytes:
    return framed({"jsonrpc": "2.0", **fields})


@pytest.mark.parametrize(
    ("body", "want"),
    [
        pytest.param(b"{", (None, PARSE_ERROR), id="half an object"),
        pytest.param(b"\xff\xfe", (None, PARSE_ERROR), id="no UTF-8"),
        pytest.param(b"[" * 100_000, (None, PARSE_ERROR), id="nested too deep"),
        pytest.param(b"9" * 5000, (None, PARSE_ERROR), id="a number too long"),
        pytest.param(b"[]", (None, INVALID_REQUEST), id="a batch, which LSP does not have"),
        pytest.param(b"7", (None, INVALID_REQUEST), id="a number"),
        pytest.param(b"{}", (None, INVALID_REQUEST), id="an empty object"),
        pytest.param(
            b'{"id": 7, "method": "shutdown"}', (7, INVALID_REQUEST), id="no protocol version"
        ),
        pytest.param(
            b'{"jsonrpc": "1.0", "id": 7, "method": "shutdown"}',
            (7, INVALID_REQUEST),
            id="another protocol version",
        ),
    ],
)
def test_bad_bodies_are_answered(greeted: RawServer, body: bytes, want: tuple[Any, Any]) -> None:
    check(greeted, framed_bytes(body), [want])


@pytest.mark.parametrize(
    ("raw", "want"),
    [
        pytest.param(rpc(id=None, method="x"), (None, INVALID_REQUEST), id="a null id"),
        pytest.param(rpc(id=True, method="x"), (None, INVALID_REQUEST), id="a boolean id"),
        pytest.param(rpc(id=[1], method="x"), (None, INVALID_REQUEST), id="a list as id"),
        pytest.param(rpc(id=1, method=7), (1, INVALID_REQUEST), id="a number as method"),
        pytest.param(rpc(id=1, method="no/such"), (1, NO_METHOD), id="an unknown method"),
        pytest.param(rpc(id="a", method="$/x"), ("a", NO_METHOD), id="an optional method"),
        pytest.param(
            rpc(id=1, method="initialize", params={}), (1, INVALID_REQUEST), id="initialize again"
        ),
        pytest.param(rpc(id=1, method=INLINE), (1, INVALID_PARAMS), id="no params"),
        pytest.param(rpc(id=1, method=INLINE, params=[]), (1, INVALID_PARAMS), id="a list"),
        pytest.param(rpc(id=1, method=INLINE, params={"a": 1}), (1, INVALID_PARAMS), id="foreign"),
        pytest.param(
            rpc(id=1, method=INLINE, params={**NOT_OPEN, "position": {"line": -1, "character": 0}}),
            (1, INVALID_PARAMS),
            id="a negative line",
        ),
        pytest.param(
            rpc(id=1, method=INLINE, params={**NOT_OPEN, "context": {"triggerKind": 9}}),
            (1, INVALID_PARAMS),
            id="an unknown trigger",
        ),
        pytest.param(
            rpc(id=1, method="workspace/executeCommand", params={"command": "rm"}),
            (1, INVALID_PARAMS),
            id="an unknown command",
        ),
        pytest.param(rpc(id=1, method=INLINE, params=NOT_OPEN), (1, []), id="nothing is read"),
        pytest.param(rpc(id=1, method="lspLocal/why", params=[3]), (1, []), id="odd, but ours"),
    ],
)
def test_odd_requests_are_answered_once(
    greeted: RawServer, raw: bytes, want: tuple[Any, Any]
) -> None:
    check(greeted, raw, [want])


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(rpc(method="no/such"), id="an unknown notification"),
        pytest.param(rpc(method=["x"]), id="a list as method"),
        pytest.param(rpc(method="textDocument/didOpen", params=7), id="bad params"),
        pytest.param(
            rpc(
                method="textDocument/didChange",
                params={
                    "textDocument": {"uri": "file:///etc/passwd", "version": 1},
                    "contentChanges": [{"text": ""}],
                },
            ),
            id="a change of what is not open",
        ),
        pytest.param(
            rpc(
                method="textDocument/didClose",
                params={"textDocument": {"uri": "file:///etc/passwd"}},
            ),
            id="the end of what is not open",
        ),
        pytest.param(rpc(method="$/cancelRequest", params={"id": 99}), id="cancel of nothing"),
        pytest.param(rpc(method="$/cancelRequest", params={"id": {}}), id="cancel of no id"),
        pytest.param(rpc(id=99, result=None), id="an answer to nothing"),
        pytest.param(rpc(id=99, error={"code": 1, "message": "x"}), id="a refusal of nothing"),
        pytest.param(rpc(id={}, result=None), id="an answer without a usable id"),
    ],
)
def test_what_is_no_request_has_no_answer(greeted: RawServer, raw: bytes) -> None:
    check(greeted, raw, [])


BODY = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "no/such"}).encode()


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(b"content-length: %d\r\n\r\n", id="lower case"),
        pytest.param(b"CONTENT-LENGTH:%d\r\n\r\n", id="upper case, no space"),
        pytest.param(b"Content-Length: %d\n\n", id="bare newlines"),
        pytest.param(
            b"Content-Type: x; charset=utf8\r\nContent-Length: %d\r\n\r\n", id="type first"
        ),
        pytest.param(b"Content-Length: %d\r\nX-Other: y\r\n\r\n", id="another header last"),
        pytest.param(b"\r\n\r\nContent-Length: %d\r\n\r\n", id="empty lines before"),
    ],
)
def test_headers_may_vary(greeted: RawServer, head: bytes) -> None:
    check(greeted, head % len(BODY) + BODY, [(1, NO_METHOD)])


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"Content-Length: 99999999999\r\n\r\n", id="100 GB"),
        pytest.param(b"Content-Length: " + b"9" * 4000 + b"\r\n\r\n", id="more than a number"),
        pytest.param(b"Content-Length: -1\r\n\r\n", id="less than nothing"),
        pytest.param(b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n", id="two lengths"),
        pytest.param(b"GET / HTTP/1.1\r\n\r\n", id="another protocol"),
        pytest.param(b"X: " + b"y" * 5000, id="an endless header"),
        pytest.param(b"X: y\r\n" * 40, id="endless headers"),
    ],
)
def test_a_bad_frame_is_answered_and_ends_the_server(server: RawServer, raw: bytes) -> None:
    server.send_bytes(raw)
    assert outcomes(server.unread()) == [(None, PARSE_ERROR)]
    assert server.process.returncode == 1


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


def test_a_client_from_the_future_is_served(server: RawServer) -> None:
    capabilities = {
        "general": {"positionEncodings": ["utf-64", "utf-8"]},
        "textDocument": {"documentSymbol": {"symbolKind": {"valueSet": [1, 999]}}},
    }
    greeting = server.initialize({"capabilities": capabilities, "trace": "everything"})
    assert greeting["result"]["capabilities"]["positionEncoding"] == "utf-8"
    assert greeting["result"]["capabilities"]["inlineCompletionProvider"] == {}
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
