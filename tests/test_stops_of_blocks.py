import pytest
from marks import decode, split_at

from lsp_local.stops import Cut
from lsp_local.syntax import stops_at


def check(language: str, marked: str, answer: str, want: tuple[str, str]) -> None:
    """Say `answer` token by token; want the text that is kept and the rule, at `<STOP>`."""
    assert decode(stops_at(*split_at(marked), language), answer) == Cut(*want)


@pytest.mark.parametrize(
    ("language", "marked", "answer", "want"),
    [
        pytest.param(
            "python",
            "def f(a):<CURSOR>\n\nx = 1",
            "\n    b = a\n    return b\n\n<STOP>\n",
            ("\n    b = a\n    return b", "blank-line"),
            id="Python, at a blank line",
        ),
        pytest.param(
            "python",
            "if a:\n    <CURSOR>\nelse:\n    c()",
            "b()\nelse<STOP>:",
            ("b()", "dedent"),
            id="Python, before the else that follows",
        ),
        pytest.param(
            "python",
            "    def f(self,\n          a):\n        <CURSOR>",
            "x = [\n            1,\n\n            2,\n        ]\n    def<STOP> g",
            ("x = [\n            1,\n\n            2,\n        ]", "dedent"),
            id="Python, not at a blank line in brackets",
        ),
        pytest.param(
            "python",
            "def f():<CURSOR>",
            '\n    """Do.\n\nAnd more.\n    """\n    x\ny<STOP>',
            ('\n    """Do.\n\nAnd more.\n    """\n    x', "dedent"),
            id="Python, not within a docstring",
        ),
        pytest.param(
            "javascript",
            "function f(a) {<CURSOR>",
            "\n  if (a) {\n    b();\n  }\n}\n<STOP>",
            ("\n  if (a) {\n    b();\n  }\n}", "block-end"),
            id="JavaScript, behind the closing brace",
        ),
        pytest.param(
            "javascript",
            "function f(a) {<CURSOR>\n}",
            "\n  return a;\n}<STOP>",
            ("\n  return a;", "dedent"),
            id="JavaScript, before a brace that is there",
        ),
        pytest.param(
            "javascript",
            "function f(a) {<CURSOR>}",
            "\n  return a;\n}<STOP>",
            ("\n  return a;", "dedent"),
            id="JavaScript, before a brace that the editor has closed",
        ),
        pytest.param(
            "javascript",
            "const f = {<CURSOR>};",
            " a: 1 }<STOP>;",
            (" a: 1 ", "rest-of-line"),
            id="JavaScript, on one line within closed braces",
        ),
        pytest.param(
            "javascript",
            "a.on('b', () => {<CURSOR>",
            "\n  c();\n});\n<STOP>",
            ("\n  c();\n});", "block-end"),
            id="JavaScript, with the bracket and semicolon behind the brace",
        ),
        pytest.param(
            "typescript",
            "  if (a) {<CURSOR>\n}",
            "\n    b();\n  } <STOP>else {",
            ("\n    b();\n  }", "block-end"),
            id="TypeScript, before an else; the brace below is another block's",
        ),
        pytest.param(
            "go",
            "func f() error {\n\t<CURSOR>\n}",
            "if err := g(); err != nil {\n\t\treturn err\n\t}\n\treturn nil\n}<STOP>",
            ("if err := g(); err != nil {\n\t\treturn err\n\t}\n\treturn nil", "dedent"),
            id="Go, with a block in the block",
        ),
        pytest.param(
            "go",
            "func f() error {<CURSOR>\n}\n",
            " return nil }<STOP>",
            (" return nil ", "rest-of-line"),
            id="Go, on the opening line, with a brace below",
        ),
        pytest.param(
            "go",
            "\tswitch a {<CURSOR>",
            "\n\tcase 1:\n\t\tb()\n\tdefault:\n\t\tc()\n\t}\n<STOP>",
            ("\n\tcase 1:\n\t\tb()\n\tdefault:\n\t\tc()\n\t}", "block-end"),
            id="Go, cases as far left as the switch",
        ),
        pytest.param(
            "c",
            "int f(int a)\n{\n    <CURSOR>",
            "g();\n#ifdef B\n    h();\n#endif\n}\n<STOP>",
            ("g();\n#ifdef B\n    h();\n#endif\n}", "block-end"),
            id="C, conditions of the preprocessor at the margin",
        ),
        pytest.param(
            "rust",
            "fn f<'a>(a: &'a str) {<CURSOR>",
            " a }\n<STOP>",
            (" a }", "block-end"),
            id="Rust, all on the opening line",
        ),
        pytest.param(
            "ruby",
            "def f(a)\n  <CURSOR>",
            "a + 1\nend\n<STOP>",
            ("a + 1\nend", "block-end"),
            id="Ruby, behind the end",
        ),
        pytest.param(
            "lua",
            "foo(function(a)<CURSOR>",
            "\n  return a\nend)\n<STOP>",
            ("\n  return a\nend)", "block-end"),
            id="Lua, with the bracket behind the end",
        ),
        pytest.param(
            "shellscript",
            "for a in *; do<CURSOR>",
            "\n  b\ndone\n<STOP>",
            ("\n  b\ndone", "block-end"),
            id="a shell script, behind done",
        ),
        pytest.param(
            "python",
            "class A:<CURSOR>",
            "\n\n    x = 1\n\n<STOP>\n",
            ("\n\n    x = 1", "blank-line"),
            id="one blank line may come first",
        ),
        pytest.param(
            "python", "class A:<CURSOR>", "\n\n\n<STOP>", ("", "blank-line"), id="two may not"
        ),
        pytest.param(
            "python", "def f():\n<CURSOR>", "x<STOP>", ("", "dedent"), id="no body at the margin"
        ),
        pytest.param(
            "go",
            "func f() {\n\t<CURSOR>\ng()",
            "a()\n\tb()\n\t}<STOP>",
            ("a()\n\tb()", "dedent"),
            id="a brace too many",
        ),
        pytest.param(
            "python",
            "def f():\n    <CURSOR>\nprint(x)",
            "x = 1\n    print(x)\n<STOP>",
            ("x = 1", "next-line"),
            id="the line below the block in the block",
        ),
        pytest.param(
            "python",
            "def f():\n    <CURSOR>",
            "a()\n    b()\n    c()\n    b()\n    c()\n    b()\n    c()\n<STOP>",
            ("a()\n    b()\n    c()", "repetition"),
            id="two lines over and over",
        ),
        pytest.param(
            "go",
            "\tif a {\n\t\t<CURSOR>",
            "return false\n\t}\n<STOP>",
            ("return false\n\t}", "block-end"),
            id="the brace of an inner block",
        ),
    ],
)
def test_a_block_ends(language: str, marked: str, answer: str, want: tuple[str, str]) -> None:
    check(language, marked, answer, want)
