"""Draws what a terminal shows, given with its escape sequences, as an SVG picture."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import escape

CELL, LINE, SIZE, MARGIN = 8.4, 18, 14, 16  # pixels
PAPER, INK, FRAME = "#16181d", "#d8dee9", "#2b2f38"
BASIC = [
    *("#2e3440", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#c8ccd4"),
    *("#5c6370", "#ff7b86", "#b5e890", "#ffd68a", "#82c4ff", "#df9bf2", "#7fdbe5", "#ffffff"),
]
LEVELS = (0, 95, 135, 175, 215, 255)
_WORDS = re.compile(r"\S+(?: \S+)*")  # viewers disagree on other spaces
_LOOKS = {
    1: 'font-weight="bold"',
    3: 'font-style="italic"',
    4: 'text-decoration="underline"',
    7: "reversed",
}
_SGR = re.compile(r"\x1b\[([\d;]*)m|\x1b[()].|\x1b\[[^m]*?[A-Za-ln-z]|[\x0e\x0f]")


@dataclass(frozen=True, slots=True)
class Style:
    """How a piece of text looks. None: as the terminal has it."""

    ink: str | None = None
    paper: str | None = None
    looks: frozenset[str] = frozenset()


def draw(screen: str, cursor: tuple[int, int] | None = None) -> str:
    """Return the picture of `screen`; `cursor` is a column and a row."""
    rows = screen.rstrip("\n").split("\n")
    n_columns = max(width_of(_SGR.sub("", row)) for row in rows)
    wide, high = n_columns * CELL + 2 * MARGIN, len(rows) * LINE + 2 * MARGIN
    body = list(_pieces(rows))
    if cursor is not None:
        x, y = MARGIN + cursor[0] * CELL, MARGIN + cursor[1] * LINE
        body.append(f'<rect x="{x:.1f}" y="{y}" width="2" height="{LINE}" fill="{INK}"/>')
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide:.0f} {high}" '
            f'width="{wide:.0f}" height="{high}" font-size="{SIZE}" '
            'font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, DejaVu Sans Mono, '
            'Liberation Mono, monospace">',
            f'<rect x=".5" y=".5" width="{wide - 1:.0f}" height="{high - 1}" rx="8" '
            f'fill="{PAPER}" stroke="{FRAME}"/>',
            *body,
            "</svg>\n",
        ]
    )


def width_of(text: str) -> int:
    """Return how many cells a text takes."""
    return sum(_width(char) for char in text)


def _width(char: str) -> int:
    if unicodedata.combining(char) or char == "\ufe0f":
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _pieces(rows: list[str]) -> Iterator[str]:
    style = Style()
    for n, row in enumerate(rows):
        column = end = 0
        for mark in [*_SGR.finditer(row), None]:
            text = row[end : mark.start() if mark else len(row)]
            yield from _piece(text, style, column, n)
            column += width_of(text)
            if mark is not None:
                end = mark.end()
                style = style if mark[1] is None else _restyled(style, mark[1])


def _piece(text: str, style: Style, column: int, row: int) -> Iterator[str]:
    ink, paper = style.ink or INK, style.paper
    if "reversed" in style.looks:
        ink, paper = paper or PAPER, ink
    looks = "".join(f" {look}" for look in sorted(style.looks - {"reversed"}))
    x, y = MARGIN + column * CELL, MARGIN + row * LINE
    if paper and text:
        yield f'<rect x="{x:.1f}" y="{y}" width="{_wide(text)}" height="{LINE}" fill="{paper}"/>'
    for words in _WORDS.finditer(text):
        start = x + width_of(text[: words.start()]) * CELL
        # Fonts differ in width: the length keeps columns in line.
        yield (
            f'<text x="{start:.1f}" y="{y + SIZE}" textLength="{_wide(words[0])}" '
            f'lengthAdjust="spacingAndGlyphs" fill="{ink}"{looks}>'
            f"{escape(words[0], quote=False)}</text>"
        )


def _wide(text: str) -> str:
    return f"{width_of(text) * CELL:.1f}"


def _restyled(style: Style, codes: str) -> Style:
    numbers = [int(code or 0) for code in codes.split(";")]
    while numbers:
        match numbers:
            case [(38 | 48) as what, 5, n, *numbers]:
                style = _coloured(style, what, _indexed(n))
            case [(38 | 48) as what, 2, red, green, blue, *numbers]:
                style = _coloured(style, what, f"#{red:02x}{green:02x}{blue:02x}")
            case [code, *numbers]:
                style = _simple(style, code)
    return style


def _simple(style: Style, code: int) -> Style:
    if 30 <= code <= 37 or 40 <= code <= 47:
        return _coloured(style, code // 10 * 10 + 8, BASIC[code % 10])
    if 90 <= code <= 97 or 100 <= code <= 107:
        return _coloured(style, 38 if code < 100 else 48, BASIC[code % 10 + 8])
    if code in (39, 49):
        return _coloured(style, code - 1, None)
    if code in _LOOKS:
        return replace(style, looks=style.looks | {_LOOKS[code]})
    if code == 22:
        code = 21  # bold's own end is another code
    if code - 20 in _LOOKS:
        return replace(style, looks=style.looks - {_LOOKS[code - 20]})
    return Style() if code == 0 else style


def _coloured(style: Style, what: int, colour: str | None) -> Style:
    return replace(style, ink=colour) if what == 38 else replace(style, paper=colour)


def _indexed(n: int) -> str:
    if n < 16:
        return BASIC[n]
    if n >= 232:
        return "#" + f"{8 + (n - 232) * 10:02x}" * 3
    n -= 16
    return "#" + "".join(f"{LEVELS[part]:02x}" for part in (n // 36, n // 6 % 6, n % 6))
