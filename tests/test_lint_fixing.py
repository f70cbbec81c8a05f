"""Fixes that are put into a text."""

from pathlib import Path

import pytest
from linted import doc_of

from lsp_local.lint.finding import found
from lsp_local.lint.fixing import fixed, written
from lsp_local.lint.walking import Source


def check(
    text: str, fixes: list[tuple[str, str, bool]], want: str, path: str, is_unsafe: bool = False
) -> None:
    """Each fix is what is there, what is to be there, and whether that is safe."""
    doc = doc_of(text, path)
    findings = [
        found(
            "suspicious-token",
            doc,
            text.index(old),
            text.index(old) + len(old),
            "odd",
            replacement=new,
            is_safe=is_safe,
        )
        for old, new, is_safe in fixes
    ]
    assert fixed(doc, findings, is_unsafe).text == want


@pytest.mark.parametrize(
    ("text", "fixes", "want"),
    [
        pytest.param("a - b\n", [("-", "+", True)], "a + b\n", id="one"),
        pytest.param(
            "a - b * c\n", [("c", "d", True), ("-", "+", True)], "a + b * d\n", id="in any order"
        ),
        pytest.param("a - b\n", [("-", "+", False)], "a - b\n", id="not one that is not safe"),
        pytest.param(
            "a - b\n",
            [("a -", "c +", True), ("- b", "x", True)],
            "c + b\n",
            id="not two that touch",
        ),
        pytest.param(
            "f(a, b)\n", [("a", ")", True), ("b", "c", True)], "f(a, c)\n", id="not a syntax error"
        ),
        pytest.param(
            "def f():\n    a\n", [("f", "class", True)], "def f():\n    a\n", id="not a keyword"
        ),
        pytest.param("f(a\nb - c\n", [("-", "+", True)], "f(a\nb + c\n", id="an error was there"),
        pytest.param(
            "f(a,\r\n  b)\r\n",
            [("a,\r\n  b", "b,\n  a", True)],
            "f(b,\r\n  a)\r\n",
            id="line ends of the file",
        ),
        pytest.param("return a\n", [("return ", "", True)], "a\n", id="an error goes"),
        pytest.param("é🙂 = '-'\n", [("'-'", "'+'", True)], "é🙂 = '+'\n", id="beyond ASCII"),
    ],
)
def test_fixed(text: str, fixes: list[tuple[str, str, bool]], want: str) -> None:
    check(text, fixes, want, "a.py")


def test_others_when_they_are_wanted() -> None:
    check("a - b;\n", [("-", "+", False)], "a + b;\n", "a.ts", is_unsafe=True)
    check("a - b;\n", [("-", "} {", False)], "a - b;\n", "a.ts", is_unsafe=True)


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_byte_order_mark_stays(mark: bytes) -> None:
    source = Source(doc_of("a\n"), mark + b"a\n", Path("a.py"))
    assert written(source, "ü\n") == mark + b"\xc3\xbc\n"
