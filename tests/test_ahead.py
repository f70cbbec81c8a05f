"""Where the cursor will be next: behind what is accepted, and at the start of the line below."""

import pytest
from marks import doc_at

from lsp_local.features.ahead import next_places
from lsp_local.text import Outcome, Reason, Suggestion

MARK = "<CURSOR>"


def check(marked: str, said: str, reason: Reason, want: list[str], language: str) -> None:
    """Want the documents as they may be, marked where the cursor would be."""
    doc, offset = doc_at(marked, language)
    suggestion = Suggestion(offset, said) if said else None
    places = next_places(doc, offset, Outcome(suggestion, reason))
    assert [p.doc.text[: p.offset] + MARK + p.doc.text[p.offset :] for p in places] == want


@pytest.mark.parametrize(
    ("language", "marked", "said", "reason", "want"),
    [
        pytest.param(
            "python",
            "if x:\n    y = <CURSOR>\nz",
            "1",
            Reason.SHOWN,
            ["if x:\n    y = 1<CURSOR>\nz", "if x:\n    y = 1\n    <CURSOR>\nz"],
            id="behind the suggestion, and the next line",
        ),
        pytest.param(
            "python",
            "y = f(<CURSOR>)\nz",
            "1",
            Reason.SHOWN,
            ["y = f(1<CURSOR>)\nz"],
            id="no next line from the middle of a line",
        ),
        pytest.param(
            "python",
            "  y = 1<CURSOR>\nz",
            "",
            Reason.STATEMENT_COMPLETE,
            ["  y = 1\n  <CURSOR>\nz"],
            id="a complete line goes on below",
        ),
        pytest.param(
            "python",
            "def f():\n    if <CURSOR>",
            "x:",
            Reason.SHOWN,
            ["def f():\n    if x:<CURSOR>", "def f():\n    if x:\n        <CURSOR>"],
            id="a block is indented as the file does it",
        ),
        pytest.param(
            "typescript",
            "a = {\n  b: 1 }\nif (x) {<CURSOR>",
            "",
            Reason.STATEMENT_COMPLETE,
            ["a = {\n  b: 1 }\nif (x) {\n  <CURSOR>"],
            id="by two spaces where two are used",
        ),
        pytest.param(
            "go",
            "func f() {<CURSOR>",
            "",
            Reason.STATEMENT_COMPLETE,
            ["func f() {\n\t<CURSOR>"],
            id="by a tab in Go",
        ),
        pytest.param("python", "x = <CURSOR>", "", Reason.BLANK, [], id="nothing after nothing"),
        pytest.param("python", "x = <CURSOR>", "", Reason.STALE_VERSION, [], id="or what is old"),
    ],
)
def test_next_places(
    language: str, marked: str, said: str, reason: Reason, want: list[str]
) -> None:
    check(marked, said, reason, want, language)
