"""Which lines use a name: code, not what defines, imports or merely mentions it."""

import pytest

from lsp_local.index.uses import Use, uses
from lsp_local.outline import Chunk


def check(path: str, text: str, want: list[tuple[int, str]]) -> None:
    found = uses("with_tax", [Chunk(path, 100, text)], 9)
    assert found == [Use(path, 100 + line, line_text) for line, line_text in want]


@pytest.mark.parametrize(
    ("path", "text", "want"),
    [
        pytest.param(
            "a.py", "total = with_tax(net)\n", [(0, "total = with_tax(net)")], id="a call"
        ),
        pytest.param("a.py", "def with_tax(net): ...\n", [], id="not its definition"),
        pytest.param("a.py", "from tax import (\n    a,\n    with_tax,\n)\n", [], id="no import"),
        pytest.param("a.py", "# with_tax(net)\nx = 'with_tax'\n", [], id="no comment, no string"),
        pytest.param("a.py", "with_taxes(1)\nmy.with_tax_of(2)\n", [], id="no longer name"),
        pytest.param(
            "a.py",
            "def with_tax(n):\n    return with_tax(n - 1)\n",
            [(1, "return with_tax(n - 1)")],
            id="a use in its own definition",
        ),
        pytest.param(
            "a.py", "with_tax(with_tax(1))\n", [(0, "with_tax(with_tax(1))")], id="a line once"
        ),
        pytest.param(
            "a.ts",
            "import { with_tax } from './tax';\r\n\r\nconst ä = with_tax(1);\r\n",
            [(2, "const ä = with_tax(1);")],
            id="line ends of Windows, and letters",
        ),
        pytest.param("a.go", "x := with_tax(1)\n", [(0, "x := with_tax(1)")], id="half a file"),
        pytest.param("a.py", "with_tax(" + "1, " * 100 + ")\n", [], id="no line that is too long"),
        pytest.param("a.lua", "with_tax(1)\n", [], id="nothing without a grammar"),
        pytest.param("a.py", "", [], id="nothing in nothing"),
        pytest.param("a.py", "with_tax", [(0, "with_tax")], id="a name alone"),
    ],
)
def test_uses(path: str, text: str, want: list[tuple[int, str]]) -> None:
    check(path, text, want)


def test_each_part_has_its_turn() -> None:
    parts = [Chunk("a.py", 0, "f(1)\nf(2)\n"), Chunk("b.py", 0, "f(3)\n")]
    assert [one.text for one in uses("f", parts, 2)] == ["f(1)", "f(3)"]
    assert [one.text for one in uses("f", parts, 9)] == ["f(1)", "f(3)", "f(2)"]
    assert uses("f", [], 9) == []
