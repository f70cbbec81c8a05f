"""Words of a model become a docstring that is well formed and in its place."""

import pytest
from marks import range_at

from lsp_local.actions.docwriting import place_docstring
from lsp_local.trees import parse

SAID = """\
Computes the price with tax.

net: the price before tax
rate: the rate
  of the tax
colour: not a parameter
returns: the price to pay
raises ValueError: if the rate is negative
"""
NARROW = "x = f(\n        1)\n\n\ndef a():\n  return 1\n\n\ndef b():\n  return 2\n\n\n"


def check(marked: str, language: str, said: str, want: str) -> None:
    doc, start, end = range_at(marked, language)
    edits = place_docstring(doc, start, end, said)
    text = doc.text
    for edit in edits:
        text = text[: edit.start] + edit.text + text[edit.end :]
    assert text == want


@pytest.mark.parametrize(
    ("marked", "language", "said", "want"),
    [
        pytest.param(
            "def gross(net, rate):<CURSOR>\n    return net * rate\n",
            "python",
            SAID,
            'def gross(net, rate):\n    """Computes the price with tax.\n\n    Args:\n'
            "        net: the price before tax\n        rate: the rate of the tax\n\n"
            "    Returns:\n        the price to pay\n\n    Raises:\n"
            '        ValueError: if the rate is negative\n    """\n    return net * rate\n',
            id="python: what is no parameter is dropped",
        ),
        pytest.param(
            'def f():\n    """Do.\n\n    Parameters\n    ----------\n    """\n\n\n'
            "def gross(net, rate): <CURSOR>return net\n",
            "python",
            SAID,
            'def f():\n    """Do.\n\n    Parameters\n    ----------\n    """\n\n\n'
            'def gross(net, rate):\n    """Computes the price with tax.\n\n    Parameters\n'
            "    ----------\n    net\n        the price before tax\n    rate\n"
            "        the rate of the tax\n\n    Returns\n    -------\n        the price to pay\n"
            "\n    Raises\n    ------\n    ValueError\n        if the rate is negative\n"
            '    """\n    return net\n',
            id="python: numpy, and a function of one line",
        ),
        pytest.param(
            NARROW + "def g(c): <CURSOR>return c\n",
            "python",
            "Give it.",
            NARROW + 'def g(c):\n  """Give it."""\n  return c\n',
            id="python: two columns, whatever stands under a bracket",
        ),
        pytest.param(
            'def f(a):\n    """Do.\n\n    :param a: It.\n    """\n\n\nclass A:\n'
            "\tdef g(self, b):<CURSOR>\n\t\t# first\n\t\treturn\n",
            "python",
            'Do """it"""\n\n:param b: "x\\n"',
            'def f(a):\n    """Do.\n\n    :param a: It.\n    """\n\n\nclass A:\n\tdef g(self, b):\n'
            '\t\tr"""Do "it".\n\n\t\t:param b: "x\\n"\n\t\t"""\n\t\t# first\n\t\treturn\n',
            id="python: rest, tabs, quotes and backslashes",
        ),
        pytest.param(
            'def f(a):\n    """Old.\n\n    Args:\n        a: kept\n        b: gone\n\n'
            '    Example:\n        >>> f(1)\n        1\n    """<CURSOR>\n    return a\n',
            "python",
            "Return it.",
            'def f(a):\n    """Return it.\n\n    Args:\n        a: kept\n\n    Example:\n'
            '        >>> f(1)\n        1\n    """\n    return a\n',
            id="python: what the old docstring says of a parameter, and its example, stay",
        ),
        pytest.param(
            "def f():<CURSOR>\r\n    pass\r\n",
            "python",
            "Here is the docstring:\n\n```python\ndef f():\n    '''This function does it.'''\n```",
            'def f():\r\n    """Does it."""\r\n    pass\r\n',
            id="python: chatter and fences go, line ends stay",
        ),
        pytest.param(
            "def f():<CURSOR>  # note",
            "python",
            "Do it",
            'def f():  # note\n    """Do it."""',
            id="python: a header and nothing more",
        ),
        pytest.param(
            "class A {\n  @so()\n  async gross(net: number, rate = 1): Promise<number> {<CURSOR>\n"
            "    return net;\n  }\n}\n",
            "typescript",
            SAID + "\nIt ends here: */ x",
            "class A {\n  /**\n   * Computes the price with tax.\n   *\n"
            "   * It ends here: * / x\n   *\n   * @param net - the price before tax\n"
            "   * @param rate - the rate of the tax\n"
            "   * @returns the price to pay\n   * @throws ValueError if the rate is negative\n"
            "   */\n  @so()\n  async gross(net: number, rate = 1): Promise<number> {\n"
            "    return net;\n  }\n}\n",
            id="typescript: above the decorators, and nothing ends the comment",
        ),
        pytest.param(
            "/** Old. */\nexport const f = <CURSOR>(a) => a;\n",
            "javascript",
            "/**\n * New.\n * @param {string} a the name\n */",
            "/**\n * New.\n *\n * @param a - the name\n */\nexport const f = (a) => a;\n",
            id="javascript: in place of the old one",
        ),
        pytest.param(
            "package a\n\n//go:noinline\n"
            "func (s *S) Gross(net int) int {<CURSOR>\n\treturn net\n}\n",
            "go",
            SAID,
            "package a\n\n// Gross computes the price with tax.\n//go:noinline\n"
            "func (s *S) Gross(net int) int {\n\treturn net\n}\n",
            id="go: the comment begins with the name",
        ),
        pytest.param(
            "func addTax(net int) {<CURSOR>}\n",
            "go",
            "AddTax adds the tax.",
            "// addTax adds the tax.\nfunc addTax(net int) {}\n",
            id="go: the name is said already, in another case",
        ),
        pytest.param(
            "// Old is\n// old.\nfunc F() {<CURSOR>}\n",
            "go",
            "Apply the rules. Then go home, and then come back again, because it is so very nice.",
            "// F applies the rules.\n//\n"
            "// Then go home, and then come back again, because it is so very nice.\n"
            "func F() {}\n",
            id="go: a long paragraph is cut behind its first sentence",
        ),
        pytest.param(
            "impl A {\n    #[inline]\n    fn f(&self, a: u8) {<CURSOR>}\n}\n",
            "rust",
            "Does it.\n\na: what",
            "impl A {\n    /// Does it.\n    #[inline]\n    fn f(&self, a: u8) {}\n}\n",
            id="rust: above the attributes, without a list of parameters",
        ),
        pytest.param(
            "class A {\n    @Override\n    public int f(int a) {<CURSOR> return a; }\n}\n",
            "java",
            "Does it.\n\n- `a`: what\nReturns: int: the same",
            "class A {\n    /**\n     * Does it.\n     *\n     * @param a what\n"
            "     * @return the same\n     */\n"
            "    @Override\n    public int f(int a) { return a; }\n}\n",
            id="java",
        ),
        pytest.param(
            "/// Old.\nint f(int a) {<CURSOR> return a; }\n",
            "cpp",
            "Does it.\n@param a what",
            "/// Does it.\n///\n/// @param a what\nint f(int a) { return a; }\n",
            id="c++: with the marks of the old one",
        ),
        pytest.param(
            "def f(a)<CURSOR>\n  a\nend\n",
            "ruby",
            "Does it.",
            "# Does it.\ndef f(a)\n  a\nend\n",
            id="ruby",
        ),
        pytest.param(
            "class A { f() {<CURSOR>} g() {} }\n",
            "javascript",
            "Does it.\n\nMore.",
            "class A { /** Does it. */ f() {} g() {} }\n",
            id="a function that does not begin its line",
        ),
        pytest.param("x = 1<CURSOR>", "python", "Does it.", "x = 1", id="no function"),
        pytest.param("def f():<CURSOR> pass", "python", " \n```\n", "def f(): pass", id="no words"),
    ],
)
def test_place_docstring(marked: str, language: str, said: str, want: str) -> None:
    check(marked, language, said, want)


@pytest.mark.parametrize(
    "said",
    [
        *(
            '"',
            "\\",
            '"""',
            "'''x",
            'x"',
            "x\\",
            "*/",
            "/* */",
            "// x",
            "\x00\ud800\u2028x",
            "🙂" * 200,
        ),
        *(
            "Args:",
            "Args:\n  a",
            "Returns:\n---\n",
            ">>> f('''",
            "#",
            "x\r\ry",
            ":param",
            "@param",
            "@",
        ),
        *("Raises:\n\n\nx", "a:\nb:\n", "{x}", "%s" * 90, "-" * 300, "```", "x\n" * 500),
    ],
)
@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("python", "class A:\n    def f(self, a, b):\n        return 1\n"),
        ("python", "def f(a): return 1"),
        ("typescript", "class A {\n  f(a: number) { return 1; }\n}\n"),
        ("go", "package a\n\nfunc f(a int) int { return 1 }\n"),
        ("rust", "fn f(a: u8) -> u8 { 1 }\n"),
        ("c", "int f(int a) { return 1; }\n"),
    ],
)
def test_no_words_break_the_code(language: str, text: str, said: str) -> None:
    doc, start, end = range_at(
        text.replace("return", "<CURSOR>return").replace("{ 1", "{ <CURSOR>1"), language
    )
    for edit in place_docstring(doc, start, end, said):
        after = text[: edit.start] + edit.text + text[edit.end :]
        tree = parse(after, language)
        assert tree is not None
        assert tree.n_errors == 0
        if language == "python":
            compile(after, "app.py", "exec", dont_inherit=True)
