"""Which code actions a place is offered: few, and those that can be done there."""

import pytest
from marks import range_at

from lsp_local.actions.catalogue import ACTIONS, offers

ENDINGS = {"python": "py", "typescript": "ts", "javascript": "js", "go": "go", "rust": "rs"}


def titles(marked: str, language: str = "python", only: tuple[str, ...] = ()) -> list[str]:
    path = f"app.{ENDINGS.get(language, language)}"
    doc, start, end = range_at(marked, language, path)
    found = offers(doc, start, end, (), only)
    assert all(ACTIONS[one.name].kind == one.kind for one in found)
    assert all(0 <= one.start <= one.end <= len(doc.text) for one in found)
    return [one.title for one in found]


def check(marked: str, language: str, want: list[str]) -> None:
    assert titles(marked, language) == want


TYPED = "def total(net: int) -> int:\n    rate = 0.19\n    return net + rate\n"


@pytest.mark.parametrize(
    ("marked", "language", "want"),
    [
        pytest.param(
            f"<CURSOR>{TYPED}",
            "python",
            ["Write the docstring of `total`", "Write tests for `total`"],
            id="the header of a function",
        ),
        pytest.param(
            "@cached\n@so(\n    a=<CURSOR>1\n)\ndef f(a): return a\n",
            "python",
            ["Write the docstring of `f`", "Add types to `f`", "Write tests for `f`"],
            id="a decorator belongs to the header",
        ),
        pytest.param(
            "def f(a: int):<CURSOR>\n    pass\n",
            "python",
            ["Write the body of `f`", "Write the docstring of `f`", "Add types to `f`"],
            id="nothing is tested that is not written yet",
        ),
        pytest.param(
            TYPED.replace("rate =", "rate<CURSOR> ="), "python", [], id="a line of a body: nothing"
        ),
        pytest.param(
            "def f(a: int) -> int:\n    '''Do it.'''\n    # TODO: all of it<CURSOR>\n\n\nx = 1\n",
            "python",
            ["Write the body of `f`"],
            id="a body of a docstring and a comment is still to be written",
        ),
        pytest.param(
            "class A(Protocol):\n    def f(self) -> int:<CURSOR> ...\n",
            "python",
            ["Write the docstring of `f`"],
            id="what a protocol asks for has no body",
        ),
        pytest.param(
            '<CURSOR>def f(a: int) -> int:\n    """Do it."""\n    return a\n',
            "python",
            ["Write tests for `f`"],
            id="a docstring that is there is left alone",
        ),
        pytest.param(
            'def f(a: int) -> int:\n    """Do<CURSOR> it."""\n    return a\n',
            "python",
            ["Update the docstring of `f`", "Write tests for `f`"],
            id="a docstring with the cursor in it can be updated",
        ),
        pytest.param(
            '<CURSOR>def f(a: int) -> int:\n    """Do.\n\n    Args:\n        b: It.\n    """\n'
            "    return a\n",
            "python",
            ["Update the docstring of `f`", "Write tests for `f`"],
            id="a docstring that names another parameter is outdated",
        ),
        pytest.param(
            '<CURSOR>def f(a: int) -> int:\n    """Do.\n\n    Parameters\n    ----------\n'
            '    b : int\n        It.\n    """\n    return a\n',
            "python",
            ["Update the docstring of `f`", "Write tests for `f`"],
            id="in the convention of NumPy, too",
        ),
        pytest.param(
            '<CURSOR>def f(a: int, **rest: int) -> int:\n    """Do.\n\n    Args:\n        a: It.\n'
            '        b: A key.\n    """\n    return a\n',
            "python",
            ["Write tests for `f`"],
            id="a docstring that names a key of what takes any key is not",
        ),
        pytest.param(
            "# Do.\n# @param [Array<String>] a It.\ndef f(a)<CURSOR>\n  a\nend\n",
            "ruby",
            ["Write tests for `f`"],
            id="ruby: a type is no parameter",
        ),
        pytest.param(
            "# Do.\n# @param b [String] It.\ndef f(a)<CURSOR>\n  a\nend\n",
            "ruby",
            ["Update the doc comment of `f`", "Write tests for `f`"],
            id="ruby: a parameter that is gone",
        ),
        pytest.param(
            "def test_f(a):<CURSOR>\n    assert f(a)\n", "python", [], id="a test is left in peace"
        ),
        pytest.param(
            "def f():\n    def g(a: int) -> int:<CURSOR>\n        return a\n",
            "python",
            [],
            id="an inner function needs no docstring and cannot be tested",
        ),
        pytest.param(
            "<START>def f(a):\n    b = open(a)\n    return b.read()\n<END>",
            "python",
            [
                "Write the docstring of `f`",
                "Add types to `f`",
                "Simplify `f`",
                "Handle errors in `f`",
                "Explain `f` in a comment",
                "Write tests for `f`",
            ],
            id="a whole function is selected",
        ),
        pytest.param(
            "def f(a):\n    <START>b = open(a)\n    return b.re<END>ad()\n",
            "python",
            [
                "Extract a function",
                "Simplify this",
                "Handle errors here",
                "Explain this in a comment",
            ],
            id="lines of a body are selected",
        ),
        pytest.param("x = <START>1<END>\n", "python", [], id="a number is selected"),
        pytest.param(
            "try:\n    <START>x = f()\n    y = g()<END>\nexcept E:\n    pass\n",
            "python",
            ["Simplify this", "Explain this in a comment"],
            id="errors are handled already",
        ),
        pytest.param(
            "export function f(a: number, b) {<CURSOR>\n  return a;\n}\n",
            "typescript",
            ["Write the doc comment of `f`", "Add types to `f`", "Write tests for `f`"],
            id="typescript: a parameter has no type",
        ),
        pytest.param(
            "/** Do it. */\nexport const f = <CURSOR>async (a: number) => {\n  throw new Error("
            '"Not implemented yet");\n};\n',
            "typescript",
            ["Write the body of `f`"],
            id="typescript: an arrow function that is still to be written",
        ),
        pytest.param(
            "export const f<CURSOR> = (a: number) => a;\n",
            "typescript",
            ["Write the doc comment of `f`", "Write tests for `f`"],
            id="typescript: the name of an arrow function is in its header",
        ),
        pytest.param(
            "const f: Handler = (req, res) => {<CURSOR> res.end(); };\n",
            "typescript",
            ["Write the doc comment of `f`"],
            id="typescript: parameters that the context gives their types",
        ),
        pytest.param(
            "function f(a) {<CURSOR>\n  return a;\n}\n",
            "javascript",
            ["Write the doc comment of `f`"],
            id="javascript: what is not exported cannot be tested",
        ),
        pytest.param(
            "function f(a) {<CURSOR>\n  return a;\n}\nmodule.exports = { f };\n",
            "javascript",
            ["Write the doc comment of `f`", "Write tests for `f`"],
            id="javascript: exported at the end",
        ),
        pytest.param(
            'package a\n\nfunc F(a int) int {<CURSOR>\n\tpanic("not implemented")\n}\n',
            "go",
            ["Write the body of `F`", "Write the doc comment of `F`"],
            id="go: a body that only panics",
        ),
        pytest.param(
            "package a\n\nfunc F(a int) int {\n<START>\tx, _ := g(a)\n<END>\treturn x\n}\n",
            "go",
            ["Handle errors here", "Explain this in a comment"],
            id="go: an error is dropped",
        ),
        pytest.param(
            "impl A {\n    pub fn f(&self) -> u8 {<CURSOR>\n        todo!()\n    }\n}\n",
            "rust",
            ["Write the body of `f`", "Write the doc comment of `f`"],
            id="rust: a method with todo!()",
        ),
        pytest.param(
            "#[cfg(test)]\nmod tests {\n    #[test]\n    fn f() {<CURSOR> g(); }\n}\n",
            "rust",
            [],
            id="rust: a test",
        ),
        pytest.param("a: <CURSOR>1\n", "yaml", [], id="no grammar, no offers"),
        pytest.param('{"a": <START>1,\n"b": 2<END>}', "json", [], id="no functions"),
        pytest.param("<CURSOR>", "python", [], id="an empty file"),
        pytest.param("def <CURSOR>", "python", [], id="the beginning of a function"),
        pytest.param(
            "# lsp-local: private\ndef f(a):<CURSOR>\n    pass\n", "python", [], id="private"
        ),
    ],
)
def test_offers(marked: str, language: str, want: list[str]) -> None:
    check(marked, language, want)


@pytest.mark.parametrize(
    ("only", "want"),
    [
        pytest.param(("quickfix",), [], id="another kind"),
        pytest.param(("source",), ["Write tests for `f`"], id="one kind"),
        pytest.param(("source.organizeImports",), [], id="a kind below ours"),
        pytest.param(
            ("refactor",),
            [
                "Write the docstring of `f`",
                "Add types to `f`",
                "Simplify `f`",
                "Handle errors in `f`",
                "Explain `f` in a comment",
            ],
            id="a kind with all below it",
        ),
    ],
)
def test_whoever_asks_for_a_kind_gets_all_of_it(only: tuple[str, ...], want: list[str]) -> None:
    assert titles("def f(a):\n    b = g(<CURSOR>a)\n    return b\n", only=only) == want
