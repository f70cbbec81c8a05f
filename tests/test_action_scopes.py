"""What each code action may change, and that no text is too odd for it."""

import pytest
from marks import range_at

from lsp_local.actions.catalogue import ACTIONS, Offer, offer, offers
from lsp_local.text import Diagnostic


def scope(name: str, marked: str, language: str = "python", at: str = "") -> str | None:
    """Return what an action may change; `at` is what a diagnostic is about."""
    doc, start, end = range_at(marked, language, "app.x")
    where = doc.text.find(at) if at else -1
    found = [Diagnostic(where, where + len(at), "Bad")] if at else []
    one = offer(name, doc, start, end, found)
    return doc.text[one.start : one.end] if one is not None else None


@pytest.mark.parametrize(
    ("name", "marked", "language", "at", "want"),
    [
        pytest.param(
            "fix",
            "class A:\n    @so\n    def f(self):\n        return bad<CURSOR>\n\n    y = 1\n",
            "python",
            "bad",
            "    @so\n    def f(self):\n        return bad",
            id="a fix may change the function around",
        ),
        pytest.param(
            "fix",
            "x = 1\nif bad<CURSOR>:\n    y = 2\nz = 3\n",
            "python",
            "bad",
            "if bad:\n    y = 2",
            id="outside of functions the statement",
        ),
        pytest.param("fix", "a: 1\nb: bad<CURSOR>\n", "yaml", "bad", "b: bad", id="or the line"),
        pytest.param(
            "fix", "bad\n\n<CURSOR>x\n", "python", "bad", None, id="nothing is wrong here"
        ),
        pytest.param(
            "docstring",
            "// F is.\n//\n//go:noinline\nfunc F() {<CURSOR>}\n",
            "go",
            "",
            "// F is.\n//\n//go:noinline\nfunc F() {}",
            id="a doc comment is part of what a docstring may change",
        ),
        pytest.param(
            "simplify",
            "def f(a):\n    if <START>a:\n        b<END> = 1\n    return b\n",
            "python",
            "",
            "    if a:\n        b = 1",
            id="a selection is widened to whole statements",
        ),
        pytest.param(
            "simplify",
            "function f() {\r\n  <START>let a = g()\r\n  h(a);<END>\r\n}\r\n",
            "javascript",
            "",
            "  let a = g()\r\n  h(a);",
            id="lines may end as on Windows",
        ),
        pytest.param(
            "rewrite", "a <START>b\nc<END> d\ne", "plaintext", "", "a b\nc d", id="any text"
        ),
        pytest.param("rewrite", "äö\n<CURSOR>", "python", "", "", id="the empty end of a file"),
        pytest.param(
            "annotate",
            "def f(a):\n    return <CURSOR>a\n",
            "python",
            "",
            "def f(a):\n    return a",
            id="asked for by name, a place in the body does",
        ),
        pytest.param("annotate", "function f(a) {<CURSOR>}", "javascript", "", None, id="no types"),
        pytest.param("nonsense", "x<CURSOR>", "python", "", None, id="no such action"),
    ],
)
def test_scopes(name: str, marked: str, language: str, at: str, want: str | None) -> None:
    assert scope(name, marked, language, at) == want


def test_each_diagnostic_has_a_fix_of_its_own_up_to_five() -> None:
    doc, start, end = range_at("<START>a\n" + "b\n" * 20 + "<END>")
    found = [Diagnostic(2 * n, 2 * n + 1, f"Name  number {n}\nis unknown") for n in range(20)]
    fixes = offers(doc, start, end, [*found, found[0]])[:-2]
    assert fixes == [
        Offer("fix", f"Fix: Name number {n} is unknown", "quickfix", 2 * n, 2 * n + 1, (found[n],))
        for n in range(5)
    ]


def test_a_long_message_is_shortened() -> None:
    doc, start, end = range_at("x<CURSOR>\n")
    (one,) = offers(doc, start, end, [Diagnostic(0, 1, "word " * 30)])
    assert one.title == "Fix: word word word word word word word word word word word word…"


@pytest.mark.parametrize("language", ["python", "typescript", "go", "rust", "java", "cpp", "ruby"])
@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "(" * 3000,
        "def f(:\n\x00\ud800",
        "function f( {",
        "func f(",
        "@a\n",
        "// x",
        "🙂 ä",
    ],
)
def test_no_text_is_too_odd(text: str, language: str) -> None:
    doc, _, _ = range_at(text + "<CURSOR>", language)
    for start in range(0, len(text) + 1, max(1, len(text) // 9)):
        for end in (start, len(text), len(text) + 9):
            found = [Diagnostic(start, end, "")]
            assert all(one.start <= one.end for one in offers(doc, start, end, found, ("",)))
            for name in ACTIONS:
                offer(name, doc, start, end, found)
