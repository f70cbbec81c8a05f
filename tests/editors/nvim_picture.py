"""What stands on Neovim's screen, with its colours, as an SVG."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from typing import Any

import pynvim

CELL, LINE, MARGIN, TITLE = 8.4, 20, 16, 34  # pixels
FONT = "ui-monospace, SFMono-Regular, Menlo, Consolas, DejaVu Sans Mono, Liberation Mono, monospace"
FRAME, DOTS, WORDS = "#2b2f38", ("#ff5f57", "#febc2e", "#28c840"), "#9b9ea4"


@dataclass(slots=True)
class Grid:
    """A screen as `ext_linegrid` tells of it: texts and highlights by row, from 0."""

    texts: list[list[str]] = field(default_factory=list)
    highlights: list[list[int]] = field(default_factory=list)
    styles: dict[int, dict[str, Any]] = field(default_factory=dict)
    colours: tuple[int, int] = (0, 0)
    cursor: tuple[int, int] = (0, 0)

    def hear(self, name: str, given: list[Any]) -> None:
        """Follow one event."""
        if name == "grid_resize":
            _, width, height = given
            self.texts = [[" "] * width for _ in range(height)]
            self.highlights = [[0] * width for _ in range(height)]
        elif name == "default_colors_set":
            self.colours = (given[0], given[1])
        elif name == "hl_attr_define":
            self.styles[given[0]] = given[1]
        elif name == "grid_cursor_goto":
            self.cursor = (given[1], given[2])
        elif name == "grid_line":
            self._draw(*given[1:4])

    def _draw(self, row: int, column: int, cells: list[list[Any]]) -> None:
        highlight = 0
        for text, *more in cells:
            highlight = more[0] if more else highlight
            for _ in range(more[1] if len(more) > 1 else 1):
                self.texts[row][column], self.highlights[row][column] = text, highlight
                column += 1

    def style(self, highlight: int) -> tuple[str, str, str]:
        """Return the colours of text and ground, and what else the font is."""
        style = self.styles.get(highlight, {})
        text = style.get("foreground", self.colours[0])
        ground = style.get("background", self.colours[1])
        if style.get("reverse"):
            text, ground = ground, text
        more = ' font-weight="bold"' * style.get("bold", False)
        more += ' font-style="italic"' * style.get("italic", False)
        return f"#{text:06x}", f"#{ground:06x}", more


def look(vim: pynvim.Nvim, width: int, height: int) -> Grid:
    """Return the screen as a terminal of this size sees it."""
    grid = Grid()
    vim.ui_attach(width, height, rgb=True, ext_linegrid=True)
    vim.command("redraw!")
    vim.funcs.rpcnotify(vim.channel_id, "drawn")
    while (heard := vim.next_message())[1] != "drawn":
        for name, *calls in heard[2]:
            for given in calls:
                grid.hear(name, given)
    vim.ui_detach()
    return grid


def draw(grid: Grid, title: str) -> str:
    """Return an SVG with the screen in a window."""
    n_rows, n_columns = len(grid.texts), len(grid.texts[0])
    width, height = n_columns * CELL + 2 * MARGIN, n_rows * LINE + TITLE + MARGIN
    text, ground, _ = grid.style(0)
    size = f'viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}"'
    at_title = f'x="{width / 2:g}" y="22" text-anchor="middle"'
    row, column = grid.cursor
    at_cursor = f'x="{MARGIN + column * CELL:g}" y="{TITLE + row * LINE}" height="{LINE}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-size="14" font-family="{FONT}">',
        f'<rect x=".5" y=".5" width="{width - 1:g}" height="{height - 1:g}" rx="8" '
        f'fill="{ground}" stroke="{FRAME}"/>',
        *(f'<circle cx="{20 + 20 * n}" cy="17" r="6" fill="{dot}"/>' for n, dot in enumerate(DOTS)),
        f'<text {at_title} fill="{WORDS}">{escape(title)}</text>',
        *(part for row in range(n_rows) for part in _row(grid, row)),
        f'<rect {at_cursor} width="2" fill="{text}"/>',
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _row(grid: Grid, row: int) -> Iterator[str]:
    """Yield the ground and the texts of each run of cells with one highlight."""
    cells, highlights, start = grid.texts[row], grid.highlights[row], 0
    for end in range(1, len(cells) + 1):
        if end < len(cells) and highlights[end] == highlights[start]:
            continue
        colour, ground, more = grid.style(highlights[start])
        if ground != grid.style(0)[1]:
            place = _place(start, end, "width", TITLE + row * LINE)
            yield f'<rect {place} height="{LINE}" fill="{ground}"/>'
        for first, last in _words(cells, start, end):
            place = _place(first, last, "textLength", TITLE + row * LINE + 15)
            text = escape("".join(cells[first:last]), quote=False)
            yield f'<text {place} fill="{colour}"{more}>{text}</text>'
        start = end


def _place(start: int, end: int, width: str, y: int) -> str:
    return f'x="{MARGIN + start * CELL:g}" y="{y}" {width}="{(end - start) * CELL:g}"'


def _words(cells: list[str], start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield what stands between gaps: of several spaces browsers draw one."""
    is_blank = [cell == " " for cell in cells[start:end]] + [True, True]
    first = None
    for n, cell_is_blank in enumerate(is_blank):
        if first is None and not cell_is_blank:
            first = n
        elif first is not None and all(is_blank[n : n + 2]):
            yield start + first, start + n
            first = None
