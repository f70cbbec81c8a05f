"""What belongs to a function, what it is called, takes and returns."""

import pytest
from marks import range_at

from lsp_local.actions.functions import parameters, returns_something
from lsp_local.actions.statements import function_meant, statements_at, whole_scope
from lsp_local.trees import parse

Known = tuple[str, str, tuple[str, ...], bool]  # its name, its text, what it takes, if it returns


def check(marked: str, language: str, want: Known | None) -> None:
    doc, start, end = range_at(marked, language)
    tree = parse(doc.text, language)
    assert tree is not None
    one = function_meant(tree, start, end)
    if one is None:
        assert want is None
        return
    assert one.start <= one.head <= one.body <= one.body_end <= one.end
    known = one.name, doc.text[one.start : one.end], parameters(tree, one)
    assert (*known, returns_something(tree, one)) == want


PYTHON = "@d\nasync def f(a, /, b: int, *args, c=1, d: str = '', **kw) -> None: pass"
SCRIPT = "export const f = async ({ a }, b?: T, c = 1, ...d: A[]): Promise<void> => {};"
CLASS = "@d()\n  static m(this: A, a: B<C>) { return 1 }"
GO = "func (s *S) f(a, b int, c ...string) (int, error) { return 1, nil }"
RUST = "#[x]\npub fn f<T>(&self, mut a: u8, (b, c): (u8, u8)) -> Option<T> { None }"
JAVA = "@Override public int f(int a, String... b) throws E { return 1; }"
CPP = "template <class T> T *A::f(int *a, T &b, int c = 1) const { return 0; }"


@pytest.mark.parametrize(
    ("marked", "language", "want"),
    [
        pytest.param(
            PYTHON + "<CURSOR>\n",
            "python",
            ("f", PYTHON, ("a", "b", "args", "c", "d", "kw"), False),
            id="python",
        ),
        pytest.param(
            "def f():\n    def g():\n        yield 1\n    <CURSOR>x = lambda: 1\n",
            "python",
            ("f", "def f():\n    def g():\n        yield 1\n    x = lambda: 1", (), False),
            id="python: what an inner function returns does not count",
        ),
        pytest.param(
            "class A:\n    def f(self):\n        pass\n\n    # next<CURSOR>\n",
            "python",
            None,
            id="python: a comment below a method is not in it",
        ),
        pytest.param(
            f"<CURSOR>{SCRIPT}\n",
            "typescript",
            ("f", SCRIPT, ("b", "c", "d"), False),
            id="typescript: an arrow function with all that declares it",
        ),
        pytest.param(
            "class A {\n  // about m<CURSOR>\n  " + CLASS + "\n}\n",
            "typescript",
            ("m", CLASS, ("a",), True),
            id="typescript: the comment above a method means the method",
        ),
        pytest.param(
            "xs.map(x => {<CURSOR> return x })", "typescript", None, id="a callback has no name"
        ),
        pytest.param(
            "module.exports.f = function (a) {<CURSOR>}",
            "javascript",
            ("f", "module.exports.f = function (a) {}", ("a",), False),
            id="javascript: assigned",
        ),
        pytest.param(
            "const a = { f: x => <CURSOR>x, b: 1 }",
            "javascript",
            ("f", "f: x => x", ("x",), True),
            id="javascript: in an object",
        ),
        pytest.param(f"{GO}<CURSOR>", "go", ("f", GO, ("a", "b", "c"), True), id="go"),
        pytest.param(
            "func f(int) {<CURSOR>}", "go", ("f", "func f(int) {}", (), False), id="no names"
        ),
        pytest.param(
            f"impl A {{\n<CURSOR>{RUST}\n}}", "rust", ("f", RUST, ("a",), True), id="rust"
        ),
        pytest.param(
            f"class A {{ {JAVA}<CURSOR> }}", "java", ("f", JAVA, ("a", "b"), True), id="java"
        ),
        pytest.param(f"{CPP}<CURSOR>", "cpp", ("f", CPP, ("a", "b", "c"), True), id="c++"),
        pytest.param(
            "def f(a, b = 1, *c, d:, **e, &g)<CURSOR>\n a\nend",
            "ruby",
            ("f", "def f(a, b = 1, *c, d:, **e, &g)\n a\nend", tuple("abcdeg"), True),
            id="ruby",
        ),
        pytest.param(
            "f() {<CURSOR>\n:\n}", "shellscript", ("f", "f() {\n:\n}", (), False), id="shell"
        ),
        pytest.param("x = 1<CURSOR>", "python", None, id="no function"),
    ],
)
def test_functions(marked: str, language: str, want: Known | None) -> None:
    check(marked, language, want)


@pytest.mark.parametrize(
    ("marked", "language", "want"),
    [
        pytest.param("a = 1\nb<START> = 2\nc =<END> 3\n", "python", "b = 2\nc = 3", id="two"),
        pytest.param(
            "if a:\n    b = 1\n    c<START> = 2\nd<END> = 3\n",
            "python",
            "if a:\n    b = 1\n    c = 2\nd = 3",
            id="over the end of a block: the block",
        ),
        pytest.param("f() {\n  <START>a()\n  b();<END> }", "javascript", "  a()\n  b();", id="js"),
        pytest.param(
            "switch (a) { case 1:\n  <START>b(); c();<END>\n  break }",
            "javascript",
            "  b(); c();",
            id="in a case",
        ),
        pytest.param("x {<START>\n\n<END>}", "go", "x {\n", id="blank lines"),
        pytest.param("fn f() {\n  // a<START>\n  b();<END>\n}", "rust", "  b();", id="comment"),
    ],
)
def test_a_selection_means_whole_statements(marked: str, language: str, want: str) -> None:
    doc, start, end = range_at(marked, language)
    tree = parse(doc.text, language)
    assert tree is not None
    first, last = whole_scope(tree, doc.text, start, end)
    assert doc.text[first:last] == want
    found = statements_at(tree, start, end)
    assert found is None or found.nodes
