"""Signatures and names stay, whatever a model answers."""

import pytest
from verdicts import check

from lsp_local.text import Document
from lsp_local.verify.minimal import applied
from lsp_local.verify.verdict import Rules, verified

PY = "<START>def f(a, b=1, *c: int):\n    return a + b<END>\n"
GO = "package p\n\n<START>func f(a int, b int) int {\n\treturn a - b\n}<END>\n"
TS = "<START>function f(a: number, b = 1): number {\n  return a - b;\n}<END>\n"


@pytest.mark.parametrize(
    ("language", "text", "answer", "want"),
    [
        pytest.param(
            "python",
            PY,
            "def f(x, b=1, *c: int):\n    return x - b",
            "! the signature of `f` must stay `def f(a, b=1, *c: int):`",
            id="python: a parameter is renamed",
        ),
        pytest.param(
            "python",
            PY,
            "def f(a, b=2, *c: int):\n    return a - b",
            "! the signature of `f` must stay `def f(a, b=1, *c: int):`",
            id="python: another default",
        ),
        pytest.param(
            "python",
            PY,
            "async def f(a, b=1, *c: int):\n    return a - b",
            "! the signature of `f` must stay `def f(a, b=1, *c: int):`",
            id="python: async",
        ),
        pytest.param(
            "python",
            PY,
            "def f(\n    a, b=1, *c: int\n):\n    return a - b",
            "def f(a, b=1, *c: int):\n    return a - b",
            id="python: white space",
        ),
        pytest.param(
            "python",
            "class A:\n<START>    @property\n    def f(self):\n        return 1<END>\n",
            "@cache\ndef f(self):\n    return 2",
            "! the signature of `f` must stay `@property def f(self):`",
            id="python: another decorator",
        ),
        pytest.param(
            "typescript",
            TS,
            "function f(a: number, b = 1): number | null {\n  return a + b;\n}",
            "! the signature of `f` must stay `function f(a: number, b = 1): number`",
            id="ts: another type of result",
        ),
        pytest.param(
            "typescript",
            "<START>const f = (a: number) => {\n  return a;\n};<END>\n",
            "const f = (a: string) => {\n  return a;\n};",
            "! the signature of `f` must stay `const f = (a: number) =>`",
            id="ts: an arrow",
        ),
        pytest.param(
            "go",
            GO,
            "func f(b int, a int) int {\n\treturn a + b\n}",
            "! the signature of `f` must stay `func f(a int, b int) int`",
            id="go: another order",
        ),
        pytest.param(
            "rust",
            "<START>fn f(a: &str) -> usize {\n    a.len()\n}<END>\n",
            "fn f(a: &String) -> usize {\n    a.len()\n}",
            "! the signature of `f` must stay `fn f(a: &str) -> usize`",
            id="rust: another type",
        ),
    ],
)
def test_signatures_stay(language: str, text: str, answer: str, want: str) -> None:
    check("rewrite", language, text, answer, want)


CLASS = """<START>class A:
    def one(self):
        return _help(1)

    def _two(self):
        return 2


def _help(x):
    return x<END>


A().one()
A()._two()
"""


@pytest.mark.parametrize(
    ("language", "text", "answer", "want"),
    [
        pytest.param(
            "python",
            PY,
            "def g(a, b=1, *c: int):\n    return a",
            "! `f` is no longer defined",
            id="python: renamed",
        ),
        pytest.param(
            "python",
            CLASS,
            "class A:\n    def _two(self):\n        return 2\n\n\ndef _help(x):\n    return x",
            "! `one` is no longer defined",
            id="python: a public method",
        ),
        pytest.param(
            "python",
            CLASS,
            "class A:\n    def one(self):\n        return 3\n\n\ndef _help(x):\n    return x",
            "! `_two` is no longer defined",
            id="python: a private method that is used",
        ),
        pytest.param(
            "python",
            "<START>def _f():\n    return 1\n\n\ndef g():\n    return _f()<END>\n",
            "def g():\n    return 1",
            "! the answer does not define `_f`",
            id="python: a private function",
        ),
        pytest.param(
            "python",
            "def f(a):\n<START>    b = a\n    c = b\n<END>    return b + c\n",
            "c = a\n",
            "! `b` is no longer defined",
            id="python: a variable that is used below",
        ),
        pytest.param(
            "python",
            "def f(a):\n<START>    b = a\n    c = b\n<END>    return c\n",
            "c = a\n",
            "    c = a\n",
            id="python: a variable that nobody needs",
        ),
        pytest.param(
            "python",
            "def f(a):\n    return a\n\n\n<START>LIMIT = 1\nRATE = 2<END>\n",
            "RATE = 3",
            "! `LIMIT` is no longer defined",
            id="python: a constant",
        ),
        pytest.param(
            "typescript",
            "<START>class A {\n  f() {\n    return 1;\n  }\n  g() {\n    return 2;\n  }\n}<END>\n",
            "class A {\n  f() {\n    return 3;\n  }\n}",
            "! `g` is no longer defined",
            id="ts: a method",
        ),
        pytest.param(
            "typescript",
            "function f() {\n  <START>const a = 1;\n  const b = 2;<END>\n  return a;\n}\n",
            "const b = 2;",
            "! `a` is no longer defined",
            id="ts: a variable that is used below",
        ),
        pytest.param(
            "go",
            "package p\n\n<START>func f() int { return 1 }\n\nfunc G() int { return f() }<END>\n",
            "func f() int { return 1 }\n\nfunc H() int { return f() }",
            "! the answer does not define `G`",
            id="go: renamed",
        ),
    ],
)
def test_names_stay(language: str, text: str, answer: str, want: str) -> None:
    check("rewrite", language, text, answer, want)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param("x = 1\n" * 6000, id="long"),
        pytest.param("x = " + "(" * 14000 + ")" * 14000, id="deep"),
        pytest.param("x = " + "-" * 28000 + "1", id="deep for Python only"),
    ],
)
def test_an_answer_without_measure_is_refused(answer: str) -> None:
    doc = Document("file:///shop/a", "a", "shop", "python", "x = 1\n")
    verdict = verified(doc, answer, Rules(0, 5))
    assert verdict.problem
    assert not verdict.edits


@pytest.mark.parametrize(("start", "end"), [(5, 2), (-9, 99), (99, 100), (0, 0)])
def test_any_range_will_do(start: int, end: int) -> None:
    doc = Document("file:///shop/a", "a", "shop", "python", "x = 1\n")
    assert applied(doc.text, verified(doc, "x = 2", Rules(start, end)).edits)


@pytest.mark.parametrize(
    ("language", "text", "answer", "want"),
    [
        pytest.param(
            "python",
            "<START>def f(a):\n    return a.b or a.c<END>\n",
            "def f(a):\n    if a.b or a.c:\n        return True\n    raise ValueError(a)",
            "! `return a.b or a.c` must stay as it is; only add to it",
            id="python: something else is returned",
        ),
        pytest.param(
            "python",
            "<START>def f(a):\n    return int(a)<END>\n",
            "def f(a):\n    try:\n        return int(a)\n    except ValueError:\n        return 0",
            "def f(a):\n    try:\n        return int(a)\n    except ValueError:\n        return 0",
            id="python: a handler around it",
        ),
        pytest.param(
            "typescript",
            "<START>function f(a: string) {\n  const b = JSON.parse(a);\n  return b;\n}<END>\n",
            "function f(a: string) {\n  let b;\n  try {\n    b = JSON.parse(a);\n  } catch {\n"
            "    b = null;\n  }\n  return b;\n}",
            "function f(a: string) {\n  let b;\n  try {\n    b = JSON.parse(a);\n  } catch {\n"
            "    b = null;\n  }\n  return b;\n}",
            id="ts: a variable that is declared before",
        ),
        pytest.param(
            "go",
            "package p\n\n<START>func f(a string) (int, error) {\n\treturn g(a)\n}<END>\n",
            "func f(a string) (int, error) {\n\tb, err := g(a)\n\tif err != nil {\n"
            "\t\treturn 0, err\n\t}\n\treturn b, nil\n}",
            "func f(a string) (int, error) {\n\tb, err := g(a)\n\tif err != nil {\n"
            "\t\treturn 0, err\n\t}\n\treturn b, nil\n}",
            id="go: what is returned is had first",
        ),
        pytest.param(
            "typescript",
            "function f(a: A) {\n<START>  const b = g(a);<END>\n  return { a, b };\n}\n",
            "  try {\n    const b = g(a);\n  } catch (e) {\n    throw e;\n  }",
            "! `b` is used below, where it can no longer be seen",
            id="ts: a variable that the code below no longer sees",
        ),
        pytest.param(
            "javascript",
            "function f(a) {\n<START>  var b = g(a);<END>\n  return b;\n}\n",
            "  try {\n    var b = g(a);\n  } catch (e) {\n    throw e;\n  }",
            "  try {\n    var b = g(a);\n  } catch (e) {\n    throw e;\n  }",
            id="js: var is seen in the whole function",
        ),
        pytest.param(
            "go",
            "package p\n\nfunc f(a int) int {\n<START>\tb := g(a)<END>\n\treturn b\n}\n",
            "\tif b := g(a); b == 0 {\n\t\tpanic(a)\n\t}",
            "! `b` is used below, where it can no longer be seen",
            id="go: only seen in its if",
        ),
        pytest.param(
            "rust",
            "fn f(a: u8) -> u8 {\n<START>    let b = g(a);<END>\n    b\n}\n",
            "    if a > 0 {\n        let b = g(a);\n    }",
            "! `b` is used below, where it can no longer be seen",
            id="rust: only seen in a block",
        ),
    ],
)
def test_error_handling_only_adds(language: str, text: str, answer: str, want: str) -> None:
    check("guard", language, text, answer, want)
