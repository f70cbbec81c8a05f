"""Typing into a suggestion brings back its rest; anything else asks anew."""

import pytest
from marks import doc_at

from lsp_local.cache import N_DOCUMENTS, Suggestions
from lsp_local.text import Suggestion


def check(shown_at: str, text: str, asked_at: str, want: str | None) -> None:
    suggestions = Suggestions()
    doc, offset = doc_at(shown_at)
    suggestions.remember(doc, Suggestion(offset, text))
    doc, offset = doc_at(asked_at)
    got = suggestions.recall(doc, offset)
    assert got == (Suggestion(offset, want) if want else None)


@pytest.mark.parametrize(
    ("shown_at", "text", "asked_at", "want"),
    [
        pytest.param("x = <CURSOR>\n", "f(1)", "x = <CURSOR>\n", "f(1)", id="asked again"),
        pytest.param("x = <CURSOR>\n", "f(1)", "x = f(<CURSOR>\n", "1)", id="typed into"),
        pytest.param("f(<CURSOR>)", "a, b", "f(a<CURSOR>)", ", b", id="typed into, mid-line"),
        pytest.param("x = <CURSOR>\n", "f(1)", "x = f(1)<CURSOR>\n", None, id="typed to its end"),
        pytest.param("x = <CURSOR>\n", "f(1)", "x = g<CURSOR>\n", None, id="typed something else"),
        pytest.param("x = f<CURSOR>\n", "(1)", "x = <CURSOR>\n", None, id="before its start"),
        pytest.param("x = <CURSOR>\n", "f(1)", "y = <CURSOR>\n", None, id="another text before"),
        pytest.param("x = <CURSOR>\n", "f(1)", "x = <CURSOR>\ny", None, id="another text behind"),
        pytest.param(
            "if x:<CURSOR>\n",
            "\n    y()\n    z()",
            "if x:\n    y()<CURSOR>\n",
            "\n    z()",
            id="lines",
        ),
        pytest.param("a<CURSOR>", "b \n  c", "ab<CURSOR>", " \n  c", id="white space is kept"),
        pytest.param("a<CURSOR>", "b  ", "ab<CURSOR>", None, id="only white space is left"),
    ],
)
def test_recall(shown_at: str, text: str, asked_at: str, want: str | None) -> None:
    check(shown_at, text, asked_at, want)


def test_backspace_brings_back_what_was_shown_there() -> None:
    suggestions = Suggestions()
    for marked, text in (("x = <CURSOR>", "foo()"), ("x = b<CURSOR>", "ar()")):
        doc, offset = doc_at(marked)
        suggestions.remember(doc, Suggestion(offset, text))
    doc, offset = doc_at("x = <CURSOR>")
    assert suggestions.recall(doc, offset) == Suggestion(offset, "foo()")


def test_the_newest_of_two_that_fit_is_recalled() -> None:
    suggestions = Suggestions()
    doc, offset = doc_at("x = f<CURSOR>")
    suggestions.remember(doc, Suggestion(offset - 1, "foo()"))
    suggestions.remember(doc, Suggestion(offset, "ilter()"))
    assert suggestions.recall(doc, offset) == Suggestion(offset, "ilter()")


def test_documents_do_not_mix_and_the_oldest_is_forgotten() -> None:
    suggestions = Suggestions()
    docs = [doc_at("x = <CURSOR>", path=f"{n}.py") for n in range(N_DOCUMENTS + 1)]
    for n, (doc, offset) in enumerate(docs):
        suggestions.remember(doc, Suggestion(offset, f"f({n})"))
    assert suggestions.recall(*docs[1]) == Suggestion(docs[1][1], "f(1)")
    assert suggestions.recall(*docs[0]) is None
