"""What a file is indented by, told by its lines."""

import pytest

from lsp_local.indents import unit_of


@pytest.mark.parametrize(
    ("language", "text", "want"),
    [
        pytest.param("python", "if a:\n  b\nif c:\n  d\n", "  ", id="two columns"),
        pytest.param("go", "func f() {\n\ta()\n}\n", "\t", id="a tab"),
        pytest.param("python", "a(\n        b)\nif c:\n  d\nif e:\n  f\n", "  ", id="a bracket"),
        pytest.param("java", "/**\n * A.\n */\nclass A {\n   int a;\n}\n", "   ", id="a comment"),
        pytest.param("python", "if a:\r\n  b\r\n\r\n", "  ", id="line ends of Windows"),
        pytest.param("go", "package a\n", "\t", id="nothing is indented: a tab in Go"),
        pytest.param("rust", "", " " * 4, id="nothing is indented: four columns"),
    ],
)
def test_units(language: str, text: str, want: str) -> None:
    assert unit_of(text, language) == want
