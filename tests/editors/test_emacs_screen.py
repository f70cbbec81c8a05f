"""Ghost text on the screen of a real Emacs; UPDATE=1 draws it into docs/images/emacs.svg."""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import emacs
import pytest
import terminal_svg
from tiny_models import Files, serve

from lsp_local.models import CATALOGUE, HubFile

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
    reason="there is no Emacs or no tmux; tests/editors/install_emacs.sh",
)


FIRST = CATALOGUE["smollm2-135m"]


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


@pytest.fixture
def first(smollm: Path, tmp_path: Path) -> Iterator[emacs.Screen]:
    """An Emacs whose server has no model, on a machine with a hub."""
    path = tmp_path / "add.py"
    path.write_text("def add(a, b):\n    return a + b\n")
    source = FIRST.sources[0]
    assert isinstance(source, HubFile)
    file = f"/{source.repo}/resolve/{source.revision}/{FIRST.file_name}"
    with serve(Files({file: smollm.read_bytes()})) as hub:
        told = {
            **emacs.environment(tmp_path, FIRST.name),
            "LSP_LOCAL_MODELS_DIR": str(tmp_path / "models"),
            "LSP_LOCAL_CONFIG": os.devnull,
            "HF_ENDPOINT": hub.url.rstrip("/"),
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_NO_INDEX": "1",
        }
        lisp = ("-l", str(emacs.HERE / "lsp-local-screen.el"))
        shown = emacs.Screen(tmp_path, *lisp, str(path), environment=told)
        yield shown
        shown.end()


def has(line: str) -> Callable[[list[str]], bool]:
    return lambda lines: line in lines


def is_idle(lines: list[str]) -> bool:
    return any(re.search(r"\bLocal\b[^:]", line) for line in lines)


def test_ghost_text_is_on_the_screen(screen: emacs.Screen, tmp_path: Path) -> None:
    screen.until(is_idle)
    screen.keys("M->", "Left")
    screen.type("n ")
    screen.until(has(TYPED + GHOST))
    row = screen.lines.index(TYPED + GHOST)
    # Before the suggestion, not behind it.
    assert screen.cursor == (len(TYPED), row)
    if os.environ.get("UPDATE"):
        PICTURE.parent.mkdir(exist_ok=True)
        PICTURE.write_text(terminal_svg.draw(screen.coloured, screen.cursor))

    screen.keys("M-f")
    screen.until(lambda _: screen.cursor == (len(TYPED + "sum"), row))
    assert screen.lines[row] == TYPED + GHOST
    screen.keys("C-g")
    screen.until(has(TYPED + "sum"))
    screen.type("(")
    screen.until(has(TYPED + GHOST))
    screen.keys("Tab")
    screen.until(lambda _: screen.cursor == (len(TYPED + GHOST), row))
    screen.keys("C-x", "C-s")
    screen.until(lambda lines: any(line.startswith("Wrote ") for line in lines))
    assert (tmp_path / "basket.py").read_text() == TEXT.replace("        retur", TYPED + GHOST)


def test_the_picture_shows_it() -> None:
    assert GHOST in PICTURE.read_text()


def test_the_first_run_asks_nothing_and_has_a_command(first: emacs.Screen) -> None:
    first.until(has("lsp-local: smollm2-135m is not here yet; M-x lsp-local-pull-model gets it"))
    # Whoever types meanwhile goes on typing.
    first.type("# ")
    first.until(lambda lines: lines[0] == "# def add(a, b):")
    assert any("Local:no model" in line for line in first.lines)
    assert not any("smollm2" in line for line in first.lines)

    first.keys("M-x")
    first.type("lsp-local-pull-model")
    first.keys("Enter")
    first.until(has("lsp-local: smollm2-135m is here"))
    first.until(is_idle)
