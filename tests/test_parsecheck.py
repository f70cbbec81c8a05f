"""No suggestion breaks the syntax of a file that parsed before."""

import pytest
from marks import doc_at

from lsp_local.parsecheck import is_worse, longest_valid, standing
from lsp_local.trees import parse


def check(language: str, marked: str, said: str, want: str) -> None:
    doc, offset = doc_at(marked, language)
    assert longest_valid(doc, offset, said) == want


@pytest.mark.parametrize(
    ("language", "marked", "said"),
    [
        pytest.param("python", "x = <CURSOR>\n", "f(a)", id="python: the rest of a line"),
        pytest.param("python", "x = <CURSOR>\n", "f(", id="python: a bracket to be closed"),
        pytest.param("python", "<CURSOR>\n", "if a:", id="python: a header"),
        pytest.param("python", "def f(:\n\nx = <CURSOR>\n", "1", id="python: broken elsewhere"),
        pytest.param("typescript", "const x = <CURSOR>\n", "f(a);", id="typescript: a statement"),
        pytest.param("typescript", "f(<CURSOR>);\n", "(a) => a.b", id="typescript: an argument"),
        pytest.param("typescript", "xs.map(<CURSOR>\n", "(x) => {", id="typescript: two to close"),
        pytest.param("go", "package a\nfunc f() {\n\t<CURSOR>\n}\n", "if a {", id="go: a header"),
        pytest.param("go", "package a\nfunc f() {\n\tx := <CURSOR>\n}\n", "g()", id="go: a call"),
        pytest.param("cobol", "<CURSOR>", ")))", id="no grammar, no complaint"),
    ],
)
def test_what_fits_is_kept(language: str, marked: str, said: str) -> None:
    check(language, marked, said, said)


@pytest.mark.parametrize(
    ("language", "marked", "said", "want"),
    [
        pytest.param("python", "x = <CURSOR>\n", "f(a))", "f(a)", id="python: closed twice"),
        pytest.param("python", "x = <CURSOR>\n", "a b", "", id="python: no expression"),
        pytest.param("python", "f(<CURSOR>)\n", "a, else", "", id="python: a keyword"),
        pytest.param(
            "python",
            "def f():\n    <CURSOR>\n",
            "a = 1\n    b = = 2",
            "a = 1",
            id="python: the lines before the wrong one",
        ),
        pytest.param(
            "typescript", "const x = <CURSOR>\n", "f(a));", "f(a)", id="typescript: closed twice"
        ),
        pytest.param("typescript", "const x = <CURSOR>\n", "a b c", "", id="typescript: words"),
        pytest.param(
            "go", "package a\nfunc f() {\n\t<CURSOR>\n}\n", "x := ) 1", "", id="go: a stray bracket"
        ),
        pytest.param(
            "go",
            "package a\nfunc f() {\n\t<CURSOR>\n}\n",
            "x := 1\n\treturn a b",
            "x := 1",
            id="go: the lines before the wrong one",
        ),
    ],
)
def test_what_breaks_is_cut_off(language: str, marked: str, said: str, want: str) -> None:
    check(language, marked, said, want)


@pytest.mark.parametrize(
    ("language", "marked", "said", "want"),
    [
        pytest.param("python", "<CURSOR>\n", "x = f(a)", "x = f(a)", id="python: a statement"),
        pytest.param("python", "<CURSOR>\n", "x = f(a", "x = f", id="python: a call not closed"),
        pytest.param("python", "<CURSOR>\n", "x =", "x", id="python: nothing assigned"),
        pytest.param("python", "<CURSOR>\n", "for a in", "", id="python: half a header"),
        pytest.param("python", "x = <CURSOR>\n", "f(a", "f(a", id="python: half a line already"),
        pytest.param("python", "f(<CURSOR>)\n", "a, b", "a, b", id="python: closed by the rest"),
        pytest.param(
            "python",
            "def f():\n    <CURSOR>\n",
            "x = (\n    1,",
            "",
            id="python: a block not closed",
        ),
        pytest.param("typescript", "<CURSOR>\n", "f(a, b);", "f(a, b);", id="typescript: a call"),
        pytest.param("typescript", "<CURSOR>\n", "x.map((a", "x.map", id="typescript: two open"),
        pytest.param(
            "typescript", "<CURSOR>\n", "if (a) {", "", id="typescript: a block not closed"
        ),
        pytest.param(
            "typescript",
            "<CURSOR>\n  f();\n}\n",
            "if (a) {",
            "if (a) {",
            id="typescript: closed below",
        ),
        pytest.param(
            "go",
            "package a\nfunc f() {\n\t<CURSOR>\n}\n",
            "a.b(c, d",
            "a.b",
            id="go: a call not closed",
        ),
        pytest.param(
            "go", "package a\nfunc f() {\n\t<CURSOR>\n}\n", "a.b(c)", "a.b(c)", id="go: a call"
        ),
        pytest.param("cobol", "<CURSOR>", "(((", "(((", id="no grammar, no complaint"),
    ],
)
def test_what_can_stand_without_more(language: str, marked: str, said: str, want: str) -> None:
    doc, offset = doc_at(marked, language)
    assert standing(doc, offset, said) == want


@pytest.mark.parametrize(
    ("language", "before", "after", "want"),
    [
        pytest.param("python", "x = 1\n", "x = 2\n", False, id="another value"),
        pytest.param("python", "x = 1\n", "x = (2\n", True, id="what the grammar refuses"),
        pytest.param("python", "if x:\n    y = 1\n", "if x:\n", True, id="what Python refuses"),
        pytest.param("python", "x = (\n", "x = (\nif y:\n", False, id="it was no Python before"),
        pytest.param("go", "package a\n", "package a\nfunc f( {\n", True, id="another language"),
    ],
)
def test_is_worse(language: str, before: str, after: str, want: bool) -> None:
    trees = parse(before, language), parse(after, language)
    assert trees[0] is not None
    assert trees[1] is not None
    assert is_worse(trees[0], trees[1]) is want
