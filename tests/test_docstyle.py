"""Which docstrings a file has, and where they stand."""

import pytest
from marks import range_at

from lsp_local.actions.docstyle import Convention, convention, docstring_span
from lsp_local.actions.functions import function_at
from lsp_local.trees import parse


@pytest.mark.parametrize(
    ("text", "language", "usual", "want"),
    [
        pytest.param(
            '"""A.\n\n    Args:\n        x: y\n"""', "python", None, "google", id="google"
        ),
        pytest.param('"""A.\n\nParameters\n------\n"""', "python", None, "numpy", id="numpy"),
        pytest.param('"""A.\n\n:param int x: y\n"""', "python", None, "rest", id="rest"),
        pytest.param(
            'def f(x):\n    """A."""\n\n\ndef g(x):\n    """B."""\n',
            "python",
            None,
            "plain",
            id="two docstrings without parameters",
        ),
        pytest.param("x = 1", "python", Convention.REST, "rest", id="the user's own"),
        pytest.param("", "python", None, "google", id="the usual one of python"),
        pytest.param("/** A. */\n/** B. */", "typescript", None, "plain", id="jsdoc without tags"),
        pytest.param("/** A.\n * @param x y\n */", "typescript", None, "tags", id="jsdoc"),
        pytest.param("/// \\return x\n", "cpp", None, "tags", id="doxygen"),
        pytest.param("", "java", None, "tags", id="the usual one of java"),
        pytest.param("// F @param\n", "go", None, "plain", id="go has no tags"),
        pytest.param("# @param x [A] y\n", "ruby", None, "tags", id="yard"),
        pytest.param("", "cobol", None, "plain", id="any other language"),
    ],
)
def test_conventions(text: str, language: str, usual: Convention | None, want: str) -> None:
    assert convention(text, language, usual) == want


def check(marked: str, language: str, want: str | None) -> None:
    doc, start, end = range_at(marked, language)
    tree = parse(doc.text, language)
    function = function_at(tree, start, end) if tree is not None else None
    assert tree is not None
    assert function is not None
    span = docstring_span(tree, function)
    assert (doc.text[slice(*span)] if span else None) == want


@pytest.mark.parametrize(
    ("marked", "language", "want"),
    [
        pytest.param('def f():\n    # a\n    r"""A."""<CURSOR>', "python", 'r"""A."""', id="raw"),
        pytest.param('def f():\n    f"""A."""<CURSOR>', "python", None, id="an f-string is none"),
        pytest.param(
            'def f():\n    "a".b()<CURSOR>', "python", None, id="a string in code is none"
        ),
        pytest.param("// A\n// b\nfunc f() {<CURSOR>}", "go", "// A\n// b", id="go: lines"),
        pytest.param("/* A */\nfunc f() {<CURSOR>}", "go", "/* A */", id="go: a block"),
        pytest.param("// A\n\nfunc f() {<CURSOR>}", "go", None, id="go: a blank line parts them"),
        pytest.param(
            "// A\n//\n//go:x\nfunc f() {<CURSOR>}",
            "go",
            "// A",
            id="go: orders are not part of it",
        ),
        pytest.param("  /** A */\n  function f() {<CURSOR>}", "javascript", "/** A */", id="jsdoc"),
        pytest.param("/* A */\nfunction f() {<CURSOR>}", "javascript", None, id="a mere comment"),
        pytest.param("/// A\r\n#[x]\r\nfn f() {<CURSOR>}", "rust", "/// A", id="rust, on Windows"),
        pytest.param("//// A\nfn f() {<CURSOR>}", "rust", None, id="rust: four are a comment"),
        pytest.param("#!/bin/sh\n# A\nf() {\n:<CURSOR>\n}", "shellscript", "# A", id="shell"),
    ],
)
def test_spans(marked: str, language: str, want: str | None) -> None:
    check(marked, language, want)
