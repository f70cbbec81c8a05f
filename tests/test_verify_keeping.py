"""Code that an action may not touch, comments that a model forgets, bodies that it leaves out."""

import pytest
from verdicts import check

PY = "<START>def f(a, b=1):\n    # Sum.\n    c = a + b  # both\n    return c<END>\n"


@pytest.mark.parametrize(
    ("language", "text", "answer", "want"),
    [
        pytest.param(
            "python",
            PY,
            'def f(a, b=1):\n    """Add."""\n    c = a + b\n    return c',
            'def f(a, b=1):\n    """Add."""\n    # Sum.\n    c = a + b  # both\n    return c',
            id="python: a docstring, comments come back",
        ),
        pytest.param(
            "python",
            '<START>def f(a):\n    """Old."""\n    return a<END>\n',
            'def f(a):\n    """New.\n\n    More.\n    """\n    return a',
            'def f(a):\n    """New.\n\n    More.\n    """\n    return a',
            id="python: another docstring",
        ),
        pytest.param(
            "python",
            '<START>def f(a):\n    """Old."""\n    return a<END>\n',
            "def f(a):\n    return a",
            "! nothing was changed",
            id="python: a docstring that is forgotten",
        ),
        pytest.param(
            "typescript",
            "f(ab<START>c());<END>\n",
            "// Call.\nc());",
            "! line 2: does not parse: `c());`",
            id="a range that begins in a word",
        ),
    ],
)
def test_notes(language: str, text: str, answer: str, want: str) -> None:
    check("rewrite", language, text, answer, want)


@pytest.mark.parametrize(
    ("language", "text", "answer", "want"),
    [
        pytest.param(
            "python",
            PY,
            "def f(a: int, b: int = 1) -> int:\n    c: int = a + b\n    return c",
            "def f(a: int, b: int = 1) -> int:\n"
            "    # Sum.\n    c: int = a + b  # both\n    return c",
            id="python: types",
        ),
        pytest.param(
            "python",
            PY,
            "def f(a: int, b: int = 1) -> int:\n    return a - b",
            "def f(a: int, b: int = 1) -> int:\n    # Sum.\n    c = a + b  # both\n    return c",
            id="python: types, and other code, which is left out",
        ),
        pytest.param(
            "python",
            PY,
            "def f(\n    a: int,\n    b: int = 1,\n) -> int:\n    c = a + b\n    return c",
            "def f(\n    a: int,\n    b: int = 1,\n) -> int:\n"
            "    # Sum.\n    c = a + b  # both\n    return c",
            id="python: types, a line each",
        ),
        pytest.param(
            "python",
            PY,
            "def f(x: int, b: int = 1) -> int:\n    # Sum.\n    c = a + b  # both\n    return c",
            "! only types may be added, and none were",
            id="python: a parameter is renamed",
        ),
        pytest.param(
            "python",
            PY,
            "def f(a: int, b: int | None = None) -> int:\n    c = a + b\n    return c",
            "! only types may be added, and none were",
            id="python: another default",
        ),
        pytest.param(
            "python",
            "<START>def f(a: str, b):\n    return a<END>\n",
            "def f(a: int, b: int):\n    return a",
            "! only types may be added, but `str` was changed",
            id="python: another type",
        ),
        pytest.param(
            "python",
            "<START>def f(a):\n    return a<END>\n",
            "def f(a: Thing):\n    return a",
            "! `Thing` is not defined anywhere",
            id="python: a type that nobody knows",
        ),
        pytest.param(
            "typescript",
            "<START>const f = a => a + 1;\nfunction g(a, b = 1) {\n  return a;\n}<END>\n",
            "const f = (a: number): number => a + 1;\n"
            "function g(a: number, b: number = 1): number {\n  return a;\n}",
            "const f = (a: number): number => a + 1;\n"
            "function g(a: number, b: number = 1): number {\n  return a;\n}",
            id="ts: types",
        ),
        pytest.param(
            "typescript",
            "<START>function g(a, b) {\n  return a;\n}<END>\n",
            "function g(a: number, b?: number) {\n  return a;\n}",
            "! only types may be added, and none were",
            id="ts: a parameter that may be left out",
        ),
        pytest.param(
            "rust",
            "<START>fn f() {\n    let a = 1;\n    g(a)\n}<END>\nfn g(a: u8) {}\n",
            "fn f() {\n    let a: u8 = 1;\n    g(a)\n}",
            "fn f() {\n    let a: u8 = 1;\n    g(a)\n}",
            id="rust: a type",
        ),
    ],
)
def test_only_types(language: str, text: str, answer: str, want: str) -> None:
    check("annotate", language, text, answer, want)
