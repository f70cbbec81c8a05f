"""Ghost text on the screen of a real Emacs; UPDATE=1 draws it into docs/images/emacs.svg."""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import emacs
import pytest
import terminal_svg

PICTURE = emacs.ROOT / "docs" / "images" / "emacs.svg"
TEXT = '''\
"""What a customer is about to buy."""

from dataclasses import dataclass, field


@dataclass
class Item:
    name: str
    price: float
    count: int = 1


@dataclass
class Basket:
    items: list[Item] = field(default_factory=list)

    def add(self, name: str, price: float, count: int = 1) -> None:
        self.items.append(Item(name, price, count))

    def total(self) -> float:
        retur
'''
TYPED = "        return "
GHOST = "sum(item.price * item.count for item in self.items)"

pytestmark = pytest.mark.skipif(
    not (emacs.PROGRAM and emacs.TMUX),
    reason="there is no Emacs or no tmux; tests/editors/install-emacs.sh",
)


@pytest.fixture
def screen(qwen: Path, tmp_path: Path) -> Iterator[emacs.Screen]:
    path = tmp_path / "basket.py"
    path.write_text(TEXT)
    shown = emacs.Screen(
        tmp_path,
        *("-l", str(emacs.HERE / "lsp-local-screen.el"), str(path)),
        environment=emacs.environment(tmp_path, qwen),
    )
    yield shown
    shown.end()


def has(line: str) -> Callable[[list[str]], bool]:
    return lambda lines: line in lines


def test_ghost_text_is_on_the_screen(screen: emacs.Screen, tmp_path: Path) -> None:
    screen.until(lambda lines: any(re.search(r"Local\b[^:]", line) for line in lines))
    screen.keys("M->", "Left")
    screen.type("n ")
    screen.until(has(TYPED + GHOST))
    row = screen.lines.index(TYPED + GHOST)
    assert screen.cursor == (len(TYPED), row)
    if os.environ.get("UPDATE"):
        PICTURE.parent.mkdir(exist_ok=True)
        PICTURE.write_text(terminal_svg.draw(screen.coloured, screen.cursor))

    screen.keys("Tab")
    screen.until(lambda _: screen.cursor == (len(TYPED + GHOST), row))
    screen.keys("C-x", "C-s")
    screen.until(lambda lines: any(line.startswith("Wrote ") for line in lines))
    assert (tmp_path / "basket.py").read_text() == TEXT.replace("        retur", TYPED + GHOST)


def test_the_picture_shows_it() -> None:
    assert GHOST in PICTURE.read_text()
