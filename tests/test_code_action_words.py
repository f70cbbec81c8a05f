"""Actions whose answer is words: docstrings and comments."""

import pytest
from acted import ADD, LOAD, NOT_SAFE, check

DOCUMENTED = (
    'def add(a, b):\n    """Add two numbers.\n\n    Args:\n        a: the first\n'
    "        b: the second\n\n    Returns:\n        the sum\n"
    '    """\n    return a - b\n\n\nprint(add(1, 2))\n'
)
SAID = "Add two numbers.\na: the first\nb: the second\nreturns: the sum"


@pytest.mark.parametrize(
    ("name", "language", "marked", "answer", "want"),
    [
        pytest.param("docstring", "python", ADD, SAID, DOCUMENTED, id="a docstring"),
        pytest.param(
            "docstring",
            "go",
            LOAD,
            "Reads a file.",
            LOAD.replace("<CURSOR>", "").replace("func", "// load reads a file.\nfunc"),
            id="a doc comment of Go",
        ),
        pytest.param(
            "docstring",
            "python",
            ADD,
            f'```python\ndef add(a, b):\n    """{SAID}"""\n    return a - b\n```',
            DOCUMENTED,
            id="a docstring in code",
        ),
        pytest.param(
            "docstring",
            "python",
            ADD,
            "```python\ndef add(a, b):\n    return a - b\n```",
            "! the model had nothing to say",
            id="nothing but the code again",
        ),
        pytest.param(
            "docstring",
            "python",
            'def f(a):<CURSOR>\n    """Say a.\n\n    Args:\n        a: (b).\n    """\n',
            "Say a twice.\n\na: (b).",
            'def f(a):\n    """Say a twice.\n\n    Args:\n        a: (b).\n    """\n',
            id="what an old docstring said may be said again",
        ),
        pytest.param(
            "comment",
            "python",
            ADD,
            "```python\ndef add(a, b):\n    return a - b\n```\nIt subtracts.",
            ADD.replace("<CURSOR>", "").replace("def", "# It subtracts.\ndef", 1),
            id="a comment behind the code again",
        ),
        pytest.param(
            "docstring", "python", ADD, "", "! the model had nothing to say", id="no docstring"
        ),
        pytest.param(
            "docstring",
            "python",
            ADD,
            "Adds REDACTED_SECRET.",
            NOT_SAFE + "the answer holds a placeholder for a secret",
            id="a docstring about a secret",
        ),
        pytest.param(
            "comment",
            "python",
            "def f(x):\n<START>    y = x + 1\n    z = y * 2\n<END>    return z\n",
            "It doubles what follows `x`.",
            "def f(x):\n    # It doubles what follows `x`.\n    y = x + 1\n    z = y * 2\n"
            "    return z\n",
            id="a comment",
        ),
        pytest.param(
            "comment",
            "go",
            LOAD.replace("\n", "\r\n"),
            "Reads a file\nwhole.",
            LOAD.replace("<CURSOR>", "")
            .replace("func", "// Reads a file whole.\nfunc")
            .replace("\n", "\r\n"),
            id="a comment in a file of Windows",
        ),
        pytest.param(
            "comment",
            "python",
            "def f(x):\n    a = 1; <START>y = x + 1<END>\n    return y\n",
            "It counts.",
            "def f(x):\n    # It counts.\n    a = 1; y = x + 1\n    return y\n",
            id="a comment about the second statement of a line stands above the line",
        ),
        pytest.param(
            "comment",
            "python",
            "#!/usr/bin/env python3\n<START>x = 1\ny = 2\n<END>",
            "It says\x07 what is.",
            "#!/usr/bin/env python3\n# It says what is.\nx = 1\ny = 2\n",
            id="a comment behind the first line",
        ),
        pytest.param(
            "comment", "python", ADD, "```\n```", "! the model had nothing to say", id="only fences"
        ),
        pytest.param(
            "comment",
            "python",
            ADD,
            "The key is REDACTED_SECRET.",
            NOT_SAFE + "the answer holds a placeholder for a secret",
            id="a comment about a secret",
        ),
    ],
)
async def test_words(name: str, language: str, marked: str, answer: str, want: str) -> None:
    await check(name, language, marked, [answer], want)


async def test_a_docstring_is_asked_for_with_all_that_belongs_into_it() -> None:
    engine = await check("docstring", "python", ADD, [SAID], DOCUMENTED)
    assert engine.question == (
        "```python\ndef add(a, b):\n    return a - b\n```\n\nWrite the documentation of `add` "
        "without code: one short sentence, then one line for each of `a`, `b` and for what it "
        "returns."
        "<|end|><|assistant|>"
    )
