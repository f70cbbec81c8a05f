"""Answers become edits of a selection, and of nothing else."""

import pytest
from verdicts import check


@pytest.mark.parametrize(
    ("text", "answer", "want"),
    [
        pytest.param("x = 1\n<START>y = 2\n<END>z = 3\n", "y = 4", "y = 4\n", id="a statement"),
        pytest.param("x = 1\n<START>y = 2<END>\n", "x = 1\ny = 4", "y = 4", id="the line above"),
        pytest.param(
            "x = 1\n<START>y = 2<END>\nz = 3\n", "x = 1\ny = 4\nz = 3\n", "y = 4", id="both lines"
        ),
        pytest.param("f(<START>a<END>, b)\n", "len(b)", "len(b)", id="an expression"),
        pytest.param(
            "def f(a):\n<START>    b = 1\n    c = a\n<END>    return b + c\n",
            "b = 1\n    c = a * 2\n",
            "    b = 1\n    c = a * 2\n",
            id="only the first line at the edge",
        ),
        pytest.param(
            "def f(a):\n<START>    b = 1\n    c = a\n<END>    return b + c\n",
            "if a:\n    b = 1\nelse:\n    b = 2\nc = a\n",
            "    if a:\n        b = 1\n    else:\n        b = 2\n    c = a\n",
            id="a block at the edge",
        ),
        pytest.param(
            "def f(a):\n<START>    b = 1\n<END>    return b\n",
            "def f(a):\n    b = 2\n    return b\n",
            "    b = 2\n",
            id="the function around it",
        ),
        pytest.param(
            "def f(a):\n<START>    b = 1\n<END>    return b\n",
            "def f(a, c):\n    b = 2\n    return b\n",
            "! the answer holds more than the lines asked for, such as `f`",
            id="the function around it, changed",
        ),
        pytest.param("def f():\n    <START><END>\n", "return 1", "return 1", id="an empty range"),
        pytest.param("<START><END>", "x = 1", "x = 1", id="an empty file"),
        pytest.param(
            "x = 1\r\n<START>y = 2\r\n<END>", "y = 3\nz = y", "y = 3\r\nz = y\r\n", id="CRLF"
        ),
        pytest.param("ä = '🙂'\n<START>ö = 2<END>\n", "ö = '🙂'", "ö = '🙂'", id="beyond ASCII"),
        pytest.param("f(:\n<START>x = 1<END>\n", "x = 2", "x = 2", id="broken elsewhere"),
        pytest.param(
            '<START>def f():\n    return """\na\n  b\n"""<END>\n',
            'def f():\n    return """\na\n  c\n"""',
            'def f():\n    return """\na\n  c\n"""',
            id="a string keeps its white space",
        ),
        pytest.param(
            'class A:\n    <START>def f():\n        return """\na\n"""<END>\n',
            'def f():\n    return 1, """\na\n"""',
            'def f():\n        return 1, """\na\n"""',
            id="a string in a method",
        ),
        pytest.param(
            "class A:\n    <START>def f():\n        return 1<END>\n",
            'def f():\n    """Do.\n\n    It.\n    """\n    return 1',
            'def f():\n        """Do.\n\n        It.\n        """\n        return 1',
            id="a docstring moves",
        ),
        pytest.param(
            "x = (\n<START>def f():\n    return {1}<END>\n",
            "def f():\n    return 1}",
            "! line 2: does not parse: `return 1}`",
            id="broken elsewhere, and here",
        ),
        pytest.param("x = <START>1<END>  # One.\n", "x = 2", "2", id="the rest of the line"),
        pytest.param("f(<START>a<END>, b)\n", "f(b, b)", "b", id="the call around it"),
        pytest.param(
            "<START>@cache\ndef f(a):\n    return a<END>\n",
            "def f(a):\n    return -a",
            "@cache\ndef f(a):\n    return -a",
            id="a decorator that was forgotten",
        ),
        pytest.param(
            "x = 1  # lsp-local: private\n<START>y = 2<END>\n", "y = 3", "y = 3", id="public"
        ),
        pytest.param(
            "<START>x = 1  # lsp-local: private\ny = 2<END>\n",
            "y = 3",
            "! a part of this code is marked as private",
            id="private",
        ),
    ],
)
def test_pieces_of_python(text: str, answer: str, want: str) -> None:
    check("rewrite", "python", text, answer, want)
