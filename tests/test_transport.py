import json
from collections.abc import Iterator
from typing import Any

import pytest
from raw_server import RawServer, answer, framed, framed_bytes, outcomes, serving

PARSE_ERROR, INVALID_REQUEST, NO_METHOD, INVALID_PARAMS = -32700, -32600, -32601, -32602
NOT_INITIALIZED = -32002

INLINE = "textDocument/inlineCompletion"
NOT_OPEN = {
    "textDocument": {"uri": "file:///etc/passwd"},
    "position": {"line": 0, "character": 0},
    "context": {"triggerKind": 1},
}


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
