"""The code in what a chat model says."""

import pytest

from lsp_local.verify.answers import blocks, code_in


def check(language: str, answer: str, want: str) -> None:
    assert code_in(answer, language) == want


@pytest.mark.parametrize(
    ("language", "answer", "want"),
    [
        pytest.param("python", "x = 1", "x = 1", id="bare code"),
        pytest.param("python", "```python\nx = 1\n```", "x = 1", id="a fence"),
        pytest.param("python", "```\nx = 1\n```", "x = 1", id="a fence without a language"),
        pytest.param("python", "~~~py\nx = 1\n~~~", "x = 1", id="tildes and a short name"),
        pytest.param("python", "````python\n```\n````", "```", id="a longer fence"),
        pytest.param("python", "```python\nx = 1\n", "x = 1\n", id="a fence left open"),
        pytest.param("python", "x = 1\n```\nDone.", "Done.", id="only the end of a fence"),
        pytest.param("python", "```python\r\nx = 1\r\n```", "x = 1", id="CRLF"),
        pytest.param(
            "python",
            "Here is the fixed code:\n\n```python\nx = 1\n```\n\nI changed `x`.",
            "x = 1",
            id="chatter around a fence",
        ),
        pytest.param(
            "python",
            "Sure! Here's the fixed code:\n\nx = f(1)\ny = 2\n\nThe function `f` now returns 1.",
            "x = f(1)\ny = 2\n",
            id="chatter around bare code",
        ),
        pytest.param(
            "go",
            "Here is it:\nfunc f() int {\n\treturn 1\n}\n\n- Returned 1\n- It isn't 2",
            "func f() int {\n\treturn 1\n}\n",
            id="a list behind bare code",
        ),
        pytest.param(
            "python",
            '"""Text.\n\nThis is a docstring, which stays.\n"""\nx = 1',
            '"""Text.\n\nThis is a docstring, which stays.\n"""\nx = 1',
            id="sentences in a docstring",
        ),
        pytest.param("markdown", "The text is fine.", "The text is fine.", id="prose is text"),
        pytest.param("python", "I cannot do that.", "", id="a refusal has no code"),
        pytest.param("python", "", "", id="nothing"),
        pytest.param(
            "python", "<think>x = 2\n```py\n1\n```</think>\nx = 1", "x = 1", id="thoughts"
        ),
        pytest.param(
            "python", "Hm, no.\n</think>\n\n```py\nx = 1\n```", "x = 1", id="half thoughts"
        ),
        pytest.param("python", "<think>x = 2 or", "", id="thoughts without an end"),
        pytest.param("python", "x = 1<|im_end|>\n", "x = 1", id="tokens of the template"),
        pytest.param("python", "python\nx = 1", "x = 1", id="the name of the language"),
        pytest.param("python", "`x = 1`", "x = 1", id="inline code"),
        pytest.param(
            "python",
            '```python\ndef f():\n    """Do it.\n\n    ```\n    f()\n    ```\n    """\n```',
            'def f():\n    """Do it.\n\n    ```\n    f()\n    ```\n    """',
            id="a fence in a docstring",
        ),
        pytest.param(
            "python",
            "```bash\npip install a-very-long-name\n```\n```python\nx = 1\n```",
            "x = 1",
            id="the fence of the right language",
        ),
        pytest.param(
            "python",
            "```python\nx\n```\nUse it:\n```python\nx = 1\n```",
            "x = 1",
            id="the longest of several",
        ),
        pytest.param(
            "go", "1. Do it:\n   ```go\n   f()\n     g()\n   ```", "f()\n  g()", id="in a list"
        ),
    ],
)
def test_code_in_an_answer(language: str, answer: str, want: str) -> None:
    check(language, answer, want)


def test_whether_an_answer_has_an_end() -> None:
    assert [block.is_open for block in blocks("```\nx\n```\n```\ny", "python")] == [False, True]
