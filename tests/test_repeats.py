"""Tests that a model wrote twice, or without end."""

import pytest

from lsp_local.actions.repeats import MOST_ASSERTS, without_repeats

ASSERTS = "".join(f"    assert f({n}) == {n}\n" for n in range(20))
FEWER = "".join(f"    assert f({n}) == {n}\n" for n in range(MOST_ASSERTS))


@pytest.mark.parametrize(
    ("language", "text", "want"),
    [
        pytest.param(
            "python",
            "def test_a():\n    assert f(1)\n\n\ndef test_a():\n    assert f(2)\n",
            "def test_a():\n    assert f(1)\n",
            id="a name twice",
        ),
        pytest.param(
            "typescript",
            "import x from 'x';\n\ntest('a', () => { f(); });\n\ntest('b', () => { f(); });\n\n"
            "test('a', () => { f(); });\n",
            "import x from 'x';\n\ntest('a', () => { f(); });\n\ntest('b', () => { f(); });\n",
            id="a title twice",
        ),
        pytest.param(
            "go",
            "package a\n\nfunc TestA(t *testing.T) {\n}\n\nfunc TestA(t *testing.T) {\n}\n",
            "package a\n\nfunc TestA(t *testing.T) {\n}\n",
            id="a name twice in Go",
        ),
        pytest.param(
            "python", f"def test_a():\n{ASSERTS}", f"def test_a():\n{FEWER}", id="no end of asserts"
        ),
        pytest.param("python", "def test_a(:\n", "def test_a(:\n", id="broken"),
        pytest.param("cobol", "TEST.", "TEST.", id="no grammar"),
    ],
)
def test_repeats(language: str, text: str, want: str) -> None:
    assert without_repeats(text, language) == want
