"""The comment that has a finding ignored: its place and form in every language of lint."""

import pytest
from marks import range_at

from lsp_local.lint.finding import RULES, found
from lsp_local.lint.ignore_edits import ignoring
from lsp_local.lint.ignoring import unignored
from lsp_local.lint.walking import LANGUAGES
from lsp_local.text import Document
from lsp_local.trees import parse
from lsp_local.verify.minimal import applied


def check(marked: str, want: str | None, language: str, rule: str = "wrong-operator") -> None:
    """Ignore what is between the marks; None is no edit at all."""
    doc, start, end = range_at(marked, language)
    edit = ignoring(doc, found(rule, doc, start, end, "x"))
    assert (applied(doc.text, (edit,)) if edit else None) == want


@pytest.mark.parametrize(
    ("marked", "want", "language"),
    [
        pytest.param(
            "x = a <START>-<END> b\ny = 1\n",
            "x = a - b  # lsp-local: ignore[wrong-operator]\ny = 1\n",
            "python",
            id="behind the line",
        ),
        pytest.param(
            "x = a <START>-<END> b",
            "x = a - b  # lsp-local: ignore[wrong-operator]",
            "python",
            id="behind the last line",
        ),
        pytest.param(
            "x = a <START>-<END> b  \n",
            "x = a - b  # lsp-local: ignore[wrong-operator]\n",
            "python",
            id="blanks at the end go",
        ),
        pytest.param(
            "x = a <START>-<END> b  # why\n",
            "x = a - b  # why  # lsp-local: ignore[wrong-operator]\n",
            "python",
            id="behind a comment",
        ),
        pytest.param(
            "x = a <START>-<END> b  # lsp-local: ignore[secret] as agreed\n",
            "x = a - b  # lsp-local: ignore[secret, wrong-operator] as agreed\n",
            "python",
            id="an ignore takes the rule in",
        ),
        pytest.param(
            "x = a <START>-<END> b\r\ny = 1\r\n",
            "x = a - b  # lsp-local: ignore[wrong-operator]\r\ny = 1\r\n",
            "python",
            id="CRLF",
        ),
        pytest.param(
            "x = f(\n    a <START>-<END> b,\n)\n",
            "x = f(\n    a - b,  # lsp-local: ignore[wrong-operator]\n)\n",
            "python",
            id="within brackets",
        ),
        pytest.param(
            "x = 1 \\\n    <START>-<END> b\n",
            "x = 1 \\\n    - b  # lsp-local: ignore[wrong-operator]\n",
            "python",
            id="the last line of a continued one",
        ),
        pytest.param(
            "x = a <START>-<END> \\\n    b\n",
            "# lsp-local: ignore[wrong-operator]\nx = a - \\\n    b\n",
            "python",
            id="above a line that is continued",
        ),
        pytest.param(
            "x = a \\\n    <START>-<END> b \\\n    - c\n",
            None,
            "python",
            id="in the middle of a continued line there is no place",
        ),
        pytest.param(
            'x = """\na <START>-<END> b\n"""\ny = 1\n',
            'x = """\na - b\n"""  # lsp-local: ignore[wrong-operator]\ny = 1\n',
            "python",
            id="a string of several lines: at its end",
        ),
        pytest.param(
            "x = '🙂' <START>-<END> 'é'\n",
            "x = '🙂' - 'é'  # lsp-local: ignore[wrong-operator]\n",
            "python",
            id="beyond ASCII",
        ),
        pytest.param(
            "func f() {\n\tx := a <START>-<END> b\n}\n",
            "func f() {\n\tx := a - b // lsp-local: ignore[wrong-operator]\n}\n",
            "go",
            id="tabs",
        ),
        pytest.param(
            "/** @param <START>b<END> */\nfunction f(a) {\n}\n",
            "/** @param b */\nfunction f(a) { // lsp-local: ignore[wrong-operator]\n}\n",
            "javascript",
            id="a comment: at the code below it",
        ),
        pytest.param(
            "#define A(x) x <START>-<END> \\\n  1\nint y;\n",
            "// lsp-local: ignore[wrong-operator]\n#define A(x) x - \\\n  1\nint y;\n",
            "c",
            id="above what goes on in the next line",
        ),
        pytest.param(
            "const x = `\n${a <START>-<END> b}\n`;\n",
            "const x = `\n${a - b}\n`; // lsp-local: ignore[wrong-operator]\n",
            "typescript",
            id="a template of several lines",
        ),
        pytest.param(
            "const x = (\n  <p>\n    {a <START>-<END> b}\n  </p>\n);\n",
            None,
            "typescriptreact",
            id="between elements there is no place",
        ),
        pytest.param(
            "x = <START>(<END>\n",
            "x = (  # lsp-local: ignore[wrong-operator]\n",
            "python",
            id="broken code",
        ),
        pytest.param("x <START>-<END> y", None, "markdown", id="a language without comments"),
    ],
)
def test_where_it_stands(marked: str, want: str | None, language: str) -> None:
    check(marked, want, language)


def test_what_is_stale_is_removed_not_ignored() -> None:
    check("x = 1  # <START>lsp-local: ignore[secret]<END>\n", None, "python", "stale-ignore")


CALLS = {
    "python": "def f(a, b):\n    return a <START>-<END> b\n",
    "javascript": "function f(a, b) {\n  return a <START>-<END> b;\n}\n",
    "typescript": "function f(a: number, b: number) {\n  return a <START>-<END> b;\n}\n",
    "go": "func f(a, b int) int {\n\treturn a <START>-<END> b\n}\n",
    "rust": "fn f(a: i32, b: i32) -> i32 {\n    a <START>-<END> b\n}\n",
    "java": "class A {\n  int f(int a, int b) {\n    return a <START>-<END> b;\n  }\n}\n",
    "c": "int f(int a, int b) {\n  return a <START>-<END> b;\n}\n",
    "javascriptreact": "const f = (a, b) => <p x={\n  a <START>-<END> b\n} />;\n",
}
CALLS |= {"cpp": CALLS["c"], "typescriptreact": CALLS["javascriptreact"]}


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_language_has_a_place_at_the_line_end(language: str) -> None:
    doc, start, end = range_at(CALLS[language], language)
    finding = found("wrong-operator", doc, start, end, "x")
    edit = ignoring(doc, finding)
    assert edit is not None
    text = applied(doc.text, (edit,))
    changed = Document(doc.uri, doc.path, doc.project, language, text)
    assert text.split("\n")[finding.line - 1].endswith("lsp-local: ignore[wrong-operator]")
    again = found("wrong-operator", changed, start, end, "x")
    assert unignored(changed, parse(text, language), [again], RULES, None) == []
