"""Messages of a client, and what becomes of them on a bad way: strategies of hypothesis."""

import json
from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

Json = dict[str, Any]

URI = "file:///shop/cart.py"
TEXT = "def add(a, b):\n    return a\n\n\nadd(1, '😋')\n"
N_FILLER_BYTES = 100_000
# A length that has become larger takes what follows along, up to the end of this.
FILLER = (b" " * 999 + b"\n") * (N_FILLER_BYTES // 1000)

_DOCUMENT = {"uri": URI}
_AT = {"line": 1, "character": 12}
_RANGE = {"start": {"line": 1, "character": 4}, "end": _AT}
_PLACE = {"textDocument": _DOCUMENT, "position": _AT}
_OPENED = {"uri": URI, "languageId": "python", "version": 1, "text": TEXT}
_CHANGES = [{"range": _RANGE, "text": "x"}, {"text": TEXT}]
_ACTION = {"title": "x", "kind": "refactor.rewrite", "data": {"key": "1"}}

REQUESTS: list[tuple[str, object]] = [
    ("textDocument/inlineCompletion", {**_PLACE, "context": {"triggerKind": 1}}),
    ("textDocument/inlineCompletion", {**_PLACE, "context": {"triggerKind": 2}}),
    ("textDocument/completion", _PLACE),
    ("textDocument/hover", _PLACE),
    ("textDocument/documentHighlight", _PLACE),
    ("textDocument/diagnostic", {"textDocument": _DOCUMENT, "previousResultId": "x"}),
    (
        "textDocument/codeAction",
        {"textDocument": _DOCUMENT, "range": _RANGE, "context": {"diagnostics": []}},
    ),
    ("codeAction/resolve", _ACTION),
    ("workspace/executeCommand", {"command": "lspLocal.accepted", "arguments": ["1"]}),
    ("workspace/executeCommand", {"command": "lspLocal.rewrite", "arguments": [URI, _RANGE, "x"]}),
    ("lspLocal/rewrite", {"textDocument": _DOCUMENT, "range": _RANGE, "instruction": "mend it"}),
    ("lspLocal/why", {"textDocument": _DOCUMENT}),
    ("lspLocal/stats", None),
    ("no/such", {}),
]
NOTIFICATIONS: list[tuple[str, object]] = [
    ("textDocument/didOpen", {"textDocument": _OPENED}),
    (
        "textDocument/didChange",
        {"textDocument": {"uri": URI, "version": 2}, "contentChanges": _CHANGES},
    ),
    ("textDocument/didSave", {"textDocument": _DOCUMENT}),
    ("textDocument/didClose", {"textDocument": _DOCUMENT}),
    ("workspace/didChangeConfiguration", {"settings": {"lspLocal": {"lint": "static"}}}),
    (
        "workspace/didChangeWatchedFiles",
        {"changes": [{"uri": URI, "type": 2}]},
    ),
    (
        "workspace/didChangeWorkspaceFolders",
        {"event": {"added": [{"uri": "file:///shop", "name": "shop"}], "removed": []}},
    ),
    ("lspLocal/didMoveCursor", _PLACE),
    ("textDocument/didShowInlineCompletion", {"item": {"command": {"arguments": ["1"]}}}),
    ("window/workDoneProgress/cancel", {"token": "1"}),
    ("$/cancelRequest", {"id": 1}),
    ("$/setTrace", {"value": "verbose"}),
]
MESSAGES: list[Json] = [
    *({"jsonrpc": "2.0", "id": 1, "method": name, "params": told} for name, told in REQUESTS),
    *({"jsonrpc": "2.0", "method": name, "params": told} for name, told in NOTIFICATIONS),
    {"jsonrpc": "2.0", "id": 1, "result": {"applied": True}},
    {"jsonrpc": "2.0", "id": 1, "error": {"code": -1, "message": "no"}},
    {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"capabilities": {}}},
]

ODD_TEXTS = st.text(st.characters(), max_size=8) | st.sampled_from(
    [
        "\ud800",
        "a\0b",
        "../../etc/passwd",
        "file:///a%00b",
        "file://[",
        "file:///%ff%fe.py",
        "file:///\udc80",
        "untitled:",
        "x" * 5000,
        "<|fim_middle|>",
    ]
)
_LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([-1, 2**31 - 1, 2**31, 2**63, 10**300, 1e308])
    | st.floats()
    | ODD_TEXTS
)
ODD_VALUES = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ODD_TEXTS, inner, max_size=3),
    max_leaves=6,
)
ODD_LENGTHS = [b"", b"-1", b"0", b"1e3", b"0x10", b"99999999999", b"9" * 5000, "\u0661".encode()]


@st.composite
def odd_messages(draw: st.DrawFn) -> Json:
    """A message in which some values were replaced, left out or wrapped."""
    message = deepcopy(draw(st.sampled_from(MESSAGES)))
    for _ in range(draw(st.integers(1, 3))):
        if not message:
            break
        box, key = _place(draw, message)
        match draw(st.sampled_from(["replace", "leave out", "wrap", "rename"])):
            case "leave out":
                del box[key]
            case "wrap":
                box[key] = [box[key]]
            case "rename" if isinstance(box, dict):
                box[draw(ODD_TEXTS)] = box.pop(key)
            case _:
                box[key] = draw(ODD_VALUES)
    return message


def _place(draw: st.DrawFn, inside: Any) -> tuple[Any, Any]:
    """Return a container in a message, and a key or an index in it."""
    key = draw(st.sampled_from(sorted(inside) if isinstance(inside, dict) else range(len(inside))))
    if isinstance(inside[key], dict | list) and inside[key] and draw(st.integers(0, 3)):
        return _place(draw, inside[key])
    return inside, key


@st.composite
def odd_frames(draw: st.DrawFn) -> bytes:
    """A frame of an odd message, of which the header or the body may be odd, too."""
    body = json.dumps(draw(odd_messages())).encode()
    head = b"Content-Length: %d\r\n\r\n" % len(body)
    match draw(st.sampled_from(["message", "body", "header", "length"])):
        case "body":
            body = _struck(draw, body)
            head = b"Content-Length: %d\r\n\r\n" % len(body)
        case "header":
            head = _struck(draw, head)
        case "length":
            near = st.integers(-500, 500).map(lambda n: b"%d" % (len(body) + n))
            head = b"Content-Length: %b\r\n\r\n" % draw(near | st.sampled_from(ODD_LENGTHS))
    return b"" if b'"exit"' in body or b'"shutdown"' in body else head + body


def _struck(draw: st.DrawFn, raw: bytes) -> bytes:
    """Return bytes of which some were replaced, cut out or put in."""
    for _ in range(draw(st.integers(1, 2))):
        at = draw(st.integers(0, len(raw)))
        n_bytes = draw(st.integers(0, 4))
        raw = raw[:at] + draw(st.binary(max_size=2)) + raw[at + n_bytes :]
    return raw
