import re

import pytest
import terminal_svg


@pytest.mark.parametrize(
    ("screen", "want"),
    [
        pytest.param("a b  c\n", [("16.0", "a b"), ("58.0", "c")], id="words keep their columns"),
        pytest.param("日本 x", [("16.0", "日本 x")], id="wide characters"),
        pytest.param("\x1b(B\x1b[0;1mif\x1b[m (", [("16.0", "if"), ("41.2", "(")], id="a style"),
        pytest.param("<&>", [("16.0", "&lt;&amp;&gt;")], id="what XML has its own way of saying"),
    ],
)
def test_texts(screen: str, want: list[tuple[str, str]]) -> None:
    assert re.findall(r'<text x="([\d.]+)".*>(.*)</text>', terminal_svg.draw(screen)) == want


@pytest.mark.parametrize(
    ("codes", "want"),
    [
        pytest.param("31", 'fill="#e06c75"', id="one of eight"),
        pytest.param("38;5;202", 'fill="#ff5f00"', id="one of 256"),
        pytest.param("38;5;244", 'fill="#808080"', id="a grey"),
        pytest.param("38;2;1;2;3", 'fill="#010203"', id="any"),
        pytest.param("1;31;39;22", f'fill="{terminal_svg.INK}"', id="taken back"),
        pytest.param("7", f'fill="{terminal_svg.PAPER}"', id="reversed"),
        pytest.param("38", f'fill="{terminal_svg.INK}"', id="cut off"),
        pytest.param("1;4", 'font-weight="bold" text-decoration="underline"', id="looks"),
    ],
)
def test_styles(codes: str, want: str) -> None:
    (text,) = re.findall("<text.*>", terminal_svg.draw(f"\x1b[{codes}mx"))
    assert text.endswith(f"{want}>x</text>")
