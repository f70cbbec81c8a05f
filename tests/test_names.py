"""Names that a suggestion uses and that stand nowhere."""

import pytest
from marks import doc_at

from lsp_local.names import unknown


def check(language: str, marked: str, said: str, want: list[str]) -> None:
    doc, offset = doc_at(marked, language)
    assert unknown(doc, offset, said, elsewhere="def elsewhere(): ...") == want


@pytest.mark.parametrize(
    ("language", "marked", "said", "want"),
    [
        pytest.param("python", "a = 1\nx = <CURSOR>\n", "a + b", ["b"], id="python: a variable"),
        pytest.param("python", "x = <CURSOR>\n", "len(elsewhere(x))", [], id="python: known ones"),
        pytest.param("python", "x = <CURSOR>\n", "x.b(c=1)", [], id="python: parts of others"),
        pytest.param("python", "<CURSOR>\n", "for a in b:", ["b"], id="python: a loop"),
        pytest.param("python", "x = <CURSOR>\n", "[a for a in x]", [], id="python: a generator"),
        pytest.param("python", "<CURSOR>\n", "def f(a, b=1, *c):", [], id="python: a function"),
        pytest.param("python", "x = <CURSOR>\n", "'a' # b", [], id="python: a string, a comment"),
        pytest.param("python", "x = val<CURSOR>\n", "ue_of(x)", ["value_of"], id="python: half"),
        pytest.param(
            "typescript", "const x = <CURSOR>;\n", "y.map((z) => z.a)", ["y"], id="ts: an arrow"
        ),
        pytest.param("typescript", "<CURSOR>\n", "const a = JSON.parse(b)", ["b"], id="ts: const"),
        pytest.param("typescript", "const x = <CURSOR>;\n", "{ x, y }", ["y"], id="ts: shorthand"),
        pytest.param(
            "go", "package a\nfunc f() {\n\t<CURSOR>\n}\n", "x, err := g(1)", ["g"], id="go: :="
        ),
        pytest.param(
            "go",
            "package a\nfunc f() {\n\t<CURSOR>\n}\n",
            "for i := range xs {",
            ["xs"],
            id="go: range",
        ),
        pytest.param(
            "rust", "fn f() {\n    <CURSOR>\n}\n", "let x = y.len();", ["y"], id="rust: let"
        ),
        pytest.param("cobol", "<CURSOR>", "a b c", [], id="no grammar, no doubt"),
    ],
)
def test_unknown_names(language: str, marked: str, said: str, want: list[str]) -> None:
    check(language, marked, said, want)
