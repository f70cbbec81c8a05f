"""How sure the model must be depends on what is wanted."""

import pytest
from marks import doc_at

from lsp_local.asking import place_at
from lsp_local.gate import LEAST, MOST, Situation, least_probability, situation
from lsp_local.syntax import stops_at


@pytest.mark.parametrize(
    ("language", "marked", "want"),
    [
        pytest.param("python", "x = <CURSOR>", "rest", id="python: the rest of a line"),
        pytest.param("python", "x = 1\n<CURSOR>", "line", id="python: a new line"),
        pytest.param("python", "def f():\n    <CURSOR>", "block", id="python: a body"),
        pytest.param("python", "x = 1  # a <CURSOR>", "prose", id="python: a comment"),
        pytest.param("python", "x = 'a <CURSOR>", "prose", id="python: an open string"),
        pytest.param("python", "x = 'a <CURSOR>'", "prose", id="python: a string"),
        pytest.param("typescript", "const x = <CURSOR>", "rest", id="typescript: the rest"),
        pytest.param("typescript", "f();\n<CURSOR>", "line", id="typescript: a new line"),
        pytest.param("typescript", "if (a) {<CURSOR>}", "block", id="typescript: a body"),
        pytest.param("typescript", "// a <CURSOR>", "prose", id="typescript: a comment"),
        pytest.param("go", "x := <CURSOR>", "rest", id="go: the rest of a line"),
        pytest.param("go", "func f() {\n\t<CURSOR>\n}", "block", id="go: a body"),
        pytest.param("go", 'x := "a <CURSOR>"', "prose", id="go: a string"),
    ],
)
def test_situations(language: str, marked: str, want: str) -> None:
    doc, offset = doc_at(marked, language)
    stops = stops_at(doc.text[:offset], doc.text[offset:], language)
    assert situation(stops, place_at(doc, offset, stops)) == want


@pytest.mark.parametrize("wanted", list(Situation))
def test_strictness_moves_the_threshold(wanted: Situation) -> None:
    assert least_probability(wanted, 0.0) == 0.0
    assert least_probability(wanted, 1.0) == LEAST[wanted]
    assert least_probability(wanted, 99.0) == MOST
