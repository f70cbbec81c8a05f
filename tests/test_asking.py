"""Where the model is not even asked."""

import pytest
from marks import doc_at

from lsp_local.asking import silence
from lsp_local.options import Options


def check(language: str, marked: str, want: str | None, is_automatic: bool = True) -> None:
    doc, offset = doc_at(marked, language)
    options = Options(in_comments=False, in_strings=False)
    found = silence(options, doc, offset, is_automatic)
    assert (str(found) if found else None) == want


@pytest.mark.parametrize(
    ("language", "marked", "want"),
    [
        pytest.param("python", " \n<CURSOR>", "nothing-to-read", id="an empty file"),
        pytest.param("python", "x = a<CURSOR>b", "middle-of-word", id="python: in a word"),
        pytest.param("typescript", "f(<CURSOR>a)", "middle-of-word", id="typescript: in a word"),
        pytest.param("go", "x := <CURSOR>1", "middle-of-word", id="go: before a number"),
        pytest.param("python", "f(<CURSOR>, b)", "code-follows", id="python: an argument follows"),
        pytest.param("typescript", "a<CURSOR> = b;", "code-follows", id="typescript: code follows"),
        pytest.param("go", "x<CURSOR> := f()", "code-follows", id="go: code follows"),
        pytest.param("python", "# a<CURSOR>", "in-comment", id="python: a comment"),
        pytest.param("typescript", "// a <CURSOR>", "in-comment", id="typescript: a comment"),
        pytest.param("go", "/* a <CURSOR> */", "in-comment", id="go: a comment"),
        pytest.param("python", "x = 'a <CURSOR>'", "in-string", id="python: a string"),
        pytest.param("typescript", "x = `a <CURSOR>`", "in-string", id="typescript: a string"),
        pytest.param("go", 'x := "a <CURSOR>"', "in-string", id="go: a string"),
    ],
)
def test_silence(language: str, marked: str, want: str) -> None:
    check(language, marked, want)


@pytest.mark.parametrize(
    ("language", "marked"),
    [
        pytest.param("python", "f(<CURSOR>)", id="a bracket that closes"),
        pytest.param("python", "if x<CURSOR>:", id="a colon"),
        pytest.param("go", "if x<CURSOR> {", id="an opening brace"),
        pytest.param("typescript", "f(() => <CURSOR>);", id="a closed call"),
        pytest.param("python", "x = <CURSOR>  # note", id="a comment behind"),
        pytest.param("python", "x = <CURSOR>\ny = 1", id="the end of a line"),
    ],
)
def test_worth_asking(language: str, marked: str) -> None:
    check(language, marked, None)


def test_asked_by_hand_only_what_cannot_work_is_silent() -> None:
    check("python", "f(<CURSOR>, b)", None, is_automatic=False)
    check("python", "# a <CURSOR>", None, is_automatic=False)
    check("python", "f(<CURSOR>b)", "middle-of-word", is_automatic=False)


@pytest.mark.parametrize(
    "marked",
    [
        pytest.param("x = 1  # lsp-local: private<CURSOR>", id="the line itself"),
        pytest.param("# lsp-local: private\nx = <CURSOR>", id="below"),
    ],
)
def test_nothing_is_asked_in_a_private_region(marked: str) -> None:
    check("python", marked, "private", is_automatic=False)


def test_behind_a_private_region_everything_is_as_ever() -> None:
    check("python", "# lsp-local: private\nx\n# lsp-local: public\ny = <CURSOR>", None)
