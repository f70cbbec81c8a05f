"""A file in short: what its definitions are called, and in what they stand."""

import pytest

from lsp_local.outline import symbols
from lsp_local.trees import parse


def check(language: str, text: str, want: list[tuple[str, str]]) -> None:
    tree = parse(text, language)
    assert tree is not None
    assert [(one.text, one.parent) for one in symbols(tree, "a")] == want


@pytest.mark.parametrize(
    ("language", "text", "want"),
    [
        pytest.param(
            "python",
            '@app.get(\n    "/tax",\n)\ndef tax(net: int) -> int:\n    return net\n',
            [("def tax(net: int) -> int:", "")],
            id="python: a decorator over several lines is left out",
        ),
        pytest.param(
            "python",
            "class A:\n    @property\n    def size(self) -> int:\n        return 1\n",
            [
                ("class A:\n    @property\n    def size(self) -> int:", ""),
                ("@property\n    def size(self) -> int:", "A"),
            ],
            id="python: what makes a property stays",
        ),
        pytest.param(
            "cpp",
            "namespace { namespace { namespace { int a; int b; } } }",
            [("int a;", ""), ("int b;", "")],
            id="c++: what has no name is no parent",
        ),
    ],
)
def test_symbols(language: str, text: str, want: list[tuple[str, str]]) -> None:
    check(language, text, want)
