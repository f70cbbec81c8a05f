"""R8: big and odd texts are skipped with one notice, or served like any other."""

from collections.abc import Callable

import pytest
from wired import Editor

MEGABYTE = 2**20
DEEP = 10_000
TEXTS = [
    pytest.param("a.py", "python", lambda: "x = 1\n" * MEGABYTE, 1, id="6 MB"),
    pytest.param("a.js", "javascript", lambda: "x" * (5 * MEGABYTE), 1, id="a line of 5 MB"),
    pytest.param("a.bin", "plaintext", lambda: "\0\ufffd\x01" * 99_999, 0, id="binary"),
    pytest.param("b.py", "python", lambda: "\0\ufffd\x01" * 99_999, 0, id="binary code"),
    pytest.param("d.py", "python", lambda: "[" * DEEP + "]" * DEEP, 0, id="deep in Python"),
    pytest.param("e.py", "python", lambda: "f(" * DEEP, 0, id="deep and open in Python"),
    pytest.param("d.json", "json", lambda: "[" * DEEP + "]" * DEEP, 0, id="deep in JSON"),
    pytest.param("d.js", "javascript", lambda: "{" * DEEP + "}" * DEEP, 0, id="deep in JavaScript"),
    pytest.param("d.ts", "typescript", lambda: "(a:" * DEEP, 0, id="deep in TypeScript"),
    pytest.param(
        "d.go", "go", lambda: "package a\nfunc f() {" + "if a {" * DEEP, 0, id="deep in Go"
    ),
    pytest.param("d.rs", "rust", lambda: "fn f() {" + "Some(" * DEEP, 0, id="deep in Rust"),
    pytest.param("l.py", "python", lambda: "if a:\n " * DEEP, 0, id="ten thousand blocks"),
]


async def asked(editor: Editor, uri: str) -> None:
    """Ask for all that can be asked of a place; none of it may be an error."""
    where = {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 40}}
    inline = {**where, "context": {"triggerKind": 1}}
    for method, params in (
        ("textDocument/inlineCompletion", inline),
        ("textDocument/hover", where),
        ("textDocument/documentHighlight", where),
    ):
        found = await editor.request(method, params)
        assert not (isinstance(found, dict) and "code" in found), found
    assert isinstance(await editor.actions((0, 40), uri=uri), dict)


@pytest.mark.parametrize(("name", "language", "made", "n_notices"), TEXTS)
async def test_a_text_is_skipped_or_served(
    name: str,
    language: str,
    made: Callable[[], str],
    n_notices: int,
    reached: Callable[[str, str], None],
) -> None:
    editor, uri, text = Editor(None), f"file:///shop/{name}", made()
    await editor.begin({}, "a = 1\n")
    for version in (1, 2):
        editor.open(uri, text, language, version)
        await asked(editor, uri)
    assert sum("too long" in one for one in editor.said()) == n_notices
    reached("R8", f"{name} of {len(text):,} characters: {n_notices} notices, no error")


async def test_a_text_that_grows_too_long_is_forgotten_with_one_notice() -> None:
    editor, uri = Editor(None), "file:///shop/grows.py"
    await editor.begin({}, "a = 1\n")
    editor.open(uri, "b = 2\n")
    for _ in range(2):
        editor.change("x" * (5 * MEGABYTE), uri)
        await asked(editor, uri)
    assert editor.server.session.documents.get(uri) is None
    assert sum("too long" in one for one in editor.said()) == 1
