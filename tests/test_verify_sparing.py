"""What a model leaves out or only writes otherwise stays as it was."""

import pytest
from verdicts import check

PY = "<START>def f(a, b=1):\n    # Sum.\n    c = a + b  # both\n    return c<END>\n"
TS = "<START>function f(a, b = 1) {\n  // Sum.\n  const c = a + b;\n  return c;\n}<END>\n"


@pytest.mark.parametrize(
    ("language", "text", "answer", "want"),
    [
        pytest.param(
            "python",
            PY,
            "def f(a, b=1):\n    c = a + b\n    return -c",
            "def f(a, b=1):\n    # Sum.\n    c = a + b  # both\n    return -c",
            id="comments come back",
        ),
        pytest.param(
            "python",
            PY,
            "def f(a, b=1):\n    c = a - b\n    return c",
            "def f(a, b=1):\n    # Sum.\n    c = a - b\n    return c",
            id="a comment above the change comes back",
        ),
        pytest.param(
            "python",
            PY,
            "def f(a, b=1):\n    # The sum.\n    c = a + b  # of two\n    return -c",
            "def f(a, b=1):\n    # The sum.\n    c = a + b  # of two\n    return -c",
            id="comments change",
        ),
        pytest.param(
            "python",
            "<START>def f(a):\n    b = g('x', a)\n    return b[0]<END>\ndef g(*a): ...\n",
            'def f(a):\n\n    b = g(\n        "x",\n        a\n    )\n\n    return b[1]',
            "def f(a):\n    b = g('x', a)\n    return b[1]<END>".removesuffix("<END>"),
            id="quotes, line ends and blank lines stay",
        ),
        pytest.param(
            "typescript",
            TS,
            "function f(a, b = 1)\n{\n    const c = a + b\n    return -c\n}",
            "function f(a, b = 1) {\n  // Sum.\n  const c = a + b;\n  return -c\n}",
            id="ts: semicolons and braces stay",
        ),
        pytest.param(
            "typescript",
            "<START>function f(a) {\n  return\n  a;\n}<END>\n",
            "function f(a) {\n  return a;\n}",
            "function f(a) {\n  return a;\n}",
            id="ts: a line end that matters",
        ),
        pytest.param(
            "python",
            "<START>def f(a):\n    for b in a:\n        c = b\n        return c<END>\n",
            "def f(a):\n    for b in a:\n        c = b\n    return c",
            "def f(a):\n    for b in a:\n        c = b\n    return c",
            id="white space that matters",
        ),
        pytest.param(
            "python",
            "<START>def f(a):\n    return f'{a} {a}'<END>\n",
            "def f(a):\n    return f'{a}{a}'",
            "def f(a):\n    return f'{a}{a}'",
            id="white space in a string",
        ),
        pytest.param(
            "go",
            "package p\n\n<START>func f() string {\n\treturn `a\n\n b`\n}<END>\n",
            "func f() string {\n\treturn `a\n b`\n}",
            "func f() string {\n\treturn `a\n b`\n}",
            id="a blank line in a string",
        ),
        pytest.param(
            "python",
            PY,
            "def f(a,b=1):\n  c = a+b\n  return c",
            "! nothing was changed",
            id="nothing but the looks",
        ),
    ],
)
def test_what_is_spared(language: str, text: str, answer: str, want: str) -> None:
    check("rewrite", language, text, answer, want)


LONG = "<START>def f(a):\n    b = a + 1\n    c = b * 2\n    print(b, c)\n    return c - a<END>\n"


@pytest.mark.parametrize(
    ("language", "text", "answer", "want"),
    [
        pytest.param(
            "python", LONG, "def f(a):\n    pass", "the body of `f` was left out", id="pass"
        ),
        pytest.param(
            "python", LONG, "def f(a):\n    ...", "the body of `f` was left out", id="dots"
        ),
        pytest.param(
            "python",
            LONG,
            'def f(a):\n    """Do."""\n    raise NotImplementedError("later")',
            "the body of `f` was left out",
            id="not implemented",
        ),
        pytest.param(
            "python",
            LONG,
            "def f(a):\n    b = a - 1\n    # ... rest of the code ...\n    return c - a\n",
            "line 3: leaves code out: `# ... rest of the code ...`",
            id="the rest",
        ),
        pytest.param(
            "python",
            LONG,
            "def f(a):\n    b = a - 1\n    ...\n    return b - a\n",
            "line 3: leaves code out: `...`",
            id="dots in the middle",
        ),
        pytest.param(
            "python",
            LONG,
            "```python\ndef f(a):\n    b = a + 2\n    c = b * 2\n",
            "the answer ends too early, at `c = b * 2`",
            id="cut off at the end of a line",
        ),
        pytest.param(
            "typescript",
            TS,
            "function f(a, b = 1) {\n  // existing code here\n  return 1;\n}",
            "line 2: leaves code out: `// existing code here`",
            id="ts: existing code",
        ),
        pytest.param(
            "typescript",
            TS,
            'function f(a, b = 1) {\n  throw new Error("Not implemented");\n}',
            "the body of `f` was left out",
            id="ts: not implemented",
        ),
        pytest.param(
            "go",
            "package p\n\n<START>func f(a int) int {\n\tb := a + 1\n\treturn b\n}<END>\n",
            'func f(a int) int {\n\tpanic("not implemented")\n}',
            "the body of `f` was left out",
            id="go: panic",
        ),
        pytest.param(
            "rust",
            "<START>fn f(a: u8) -> u8 {\n    a + 1\n}<END>\n",
            "fn f(a: u8) -> u8 {\n    todo!()\n}",
            "the body of `f` was left out",
            id="rust: todo",
        ),
    ],
)
def test_lazy_answers(language: str, text: str, answer: str, want: str) -> None:
    check("rewrite", language, text, answer, f"! {want}")


def test_a_comment_may_speak_of_the_rest() -> None:
    answer = LONG[7:-6].replace("    print", "    # Show the rest of the code's values.\n    print")
    check("rewrite", "python", LONG, answer, answer)
