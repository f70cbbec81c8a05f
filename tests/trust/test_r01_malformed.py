"""R1: malformed protocol never kills the server."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from frames import FILLER, odd_frames
from hypothesis import given
from hypothesis import strategies as st
from raw_server import RawServer, framed, framed_bytes, outcomes, serving
from trying import tried

PARSE_ERROR, INVALID_REQUEST, NO_METHOD, INVALID_PARAMS = -32700, -32600, -32601, -32602
LOST = [(None, PARSE_ERROR)]

INLINE = "textDocument/inlineCompletion"
URI = "file:///shop/cart.py"
OPEN = {"textDocument": {"uri": URI, "languageId": "python", "version": 1, "text": "a = 1\n"}}


def rpc(msg_id: object, method: object, params: object) -> bytes:
    return framed({"jsonrpc": "2.0", "id": msg_id, "method": method, "params": params})


def told(method: str, params: object) -> bytes:
    return framed({"jsonrpc": "2.0", "method": method, "params": params})


def asked(line: object, character: object, uri: str = URI) -> dict[str, Any]:
    position = {"line": line, "character": character}
    return {
        "textDocument": {"uri": uri},
        "position": position,
        "context": {"triggerKind": 1},
    }


def change(start: tuple[int, int], end: tuple[int, int], text: str) -> bytes:
    places = [{"line": line, "character": character} for line, character in (start, end)]
    span = dict(zip(("start", "end"), places, strict=True))
    document = {"uri": URI, "version": 2}
    params = {"textDocument": document, "contentChanges": [{"range": span, "text": text}]}
    return told("textDocument/didChange", params)


PROPER = json.dumps({"jsonrpc": "2.0", "id": "lost", "method": "no/such"}).encode()

KINDS = [
    pytest.param(b"no header at all\r\n\r\n", LOST, id="a header without a colon"),
    pytest.param(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", LOST, id="another protocol"),
    pytest.param(b"\x16\x03\x01\x02\x00\x01\xfc\n" * 40, LOST, id="binary in place of headers"),
    pytest.param(b"X: " + b"y" * 100_000 + b"\r\n\r\n", LOST, id="a header without end"),
    pytest.param(b"X: y\r\n" * 1000 + b"\r\n", LOST, id="headers without end"),
    pytest.param(b"Content-Length: 99999999999\r\n\r\n" + PROPER, LOST, id="a huge length"),
    pytest.param(b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n", LOST, id="an endless length"),
    pytest.param(b"Content-Length: -1\r\n\r\n" + PROPER, LOST, id="a negative length"),
    pytest.param(b"Content-Length: ten\r\n\r\n" + PROPER, LOST, id="a length in words"),
    pytest.param(
        b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n" + PROPER, LOST, id="two lengths"
    ),
    pytest.param(
        b"Content-Length: %d\r\n\r\n%b" % (len(PROPER) - 9, PROPER),
        LOST * 2,
        id="a length too small",
    ),
    pytest.param(
        b"Content-Length: %d\r\n\r\n%b" % (len(PROPER) + 9, PROPER),
        LOST * 2,
        id="a length too large",
    ),
    pytest.param(framed_bytes(b""), LOST, id="an empty body"),
    pytest.param(framed_bytes(b'{"jsonrpc": "\xff\xfe"}'), LOST, id="bad UTF-8"),
    pytest.param(framed_bytes(b'{"jsonrpc": '), LOST, id="bad JSON"),
    pytest.param(
        framed_bytes(b"\xef\xbb\xbf{}"), [(None, INVALID_REQUEST)], id="a byte order mark"
    ),
    pytest.param(framed(None), [(None, INVALID_REQUEST)], id="null"),
    pytest.param(framed([]), [(None, INVALID_REQUEST)], id="an array"),
    pytest.param(framed(7), [(None, INVALID_REQUEST)], id="an int"),
    pytest.param(framed_bytes(b"[" * 100_000), LOST, id="deep nesting"),
    pytest.param(
        rpc("d", "lspLocal/why", json.loads("[" * 900 + "]" * 900)), [("d", [])], id="less deep"
    ),
    pytest.param(
        told("textDocument/didOpen", {"textDocument": {**OPEN["textDocument"], "uri": "\ud800"}})
        + change((0, 0), (0, 0), "\udfff")
        + rpc("\ud800", "\udc00", None),
        [("\ud800", NO_METHOD)],
        id="lone surrogates",
    ),
    pytest.param(framed({"jsonrpc": "2.0", "id": 1}), [], id="a missing method"),
    pytest.param(change((0, 5), (0, 1), "x"), [], id="a reversed range"),
    pytest.param(change((-1, 0), (0, -1), "x"), [], id="a negative range"),
    pytest.param(change((2**31 - 1, 2**31 - 1), (2**31 - 1, 0), "x"), [], id="a range far outside"),
    pytest.param(rpc(1, INLINE, asked(10**30, 1)), [(1, INVALID_PARAMS)], id="a huge position"),
    pytest.param(rpc(1, "no/such", {}), [(1, NO_METHOD)], id="an unknown method"),
    pytest.param(rpc(1, ["x"], {}), [(1, INVALID_REQUEST)], id="a method that is a list"),
    pytest.param(rpc({}, INLINE, {}), [(None, INVALID_REQUEST)], id="an id that is an object"),
    pytest.param(rpc(1, INLINE, {"uri": 1}), [(1, INVALID_PARAMS)], id="wrong params"),
    pytest.param(rpc(1, INLINE, asked(0, 1, "file:///\0")), [(1, [])], id="a NUL in a path"),
]


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[RawServer]:
    """One server for all: no message may harm it for the next."""
    seconds = 1800 if request.config.getoption("--long") else 180
    for server in serving(tmp_path_factory.mktemp("greeted"), seconds):
        server.initialize()
        server.notify("textDocument/didOpen", OPEN)
        yield server
        server.request("bye", "shutdown")
        server.answers_until("bye")
        server.notify("exit")
        server.unread()
        assert server.process.returncode == 0


@pytest.mark.parametrize(("raw", "want"), KINDS)
def test_a_kind(server: RawServer, raw: bytes, want: list[tuple[Any, Any]]) -> None:
    # A length that is too large takes the next message along, so that two are sent.
    server.send_bytes(raw)
    server.request("next", "lspLocal/why")
    server.request("mark", "lspLocal/why")
    found = outcomes(server.answers_until("mark"))
    assert [one for one in found if one[0] not in ("next", "mark")] == want


def test_all_kinds(reached: Callable[[str, str], None]) -> None:
    reached("R1", f"{len(KINDS)} of {len(KINDS)} kinds")


def test_mutated_frames(
    server: RawServer, many: Callable[..., int], reached: Callable[[str, str], None]
) -> None:
    n_frames = 0

    @tried(many(short=20, long=500))
    @given(st.lists(odd_frames(), min_size=20, max_size=20))
    def check(frames: list[bytes]) -> None:
        nonlocal n_frames
        n_frames += sum(frame != b"" for frame in frames)
        server.send_bytes(b"".join(frames) + FILLER)
        for name in ("next", "mark"):
            server.request(f"{name} {n_frames}", "lspLocal/why", 0)
        outcomes(server.answers_until(f"mark {n_frames}"))

    check()
    reached("R1", f"{n_frames:,} mutated frames")
