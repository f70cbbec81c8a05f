import os
import time
from collections.abc import Iterator
from pathlib import Path

import code_server
import pytest
from vscode import Window

pytestmark = pytest.mark.skipif(bool(code_server.missing()), reason=code_server.missing())

PICTURE = code_server.ROOT / "docs" / "images" / "vscode.png"
SHAPES = """import math
from dataclasses import dataclass


@dataclass
class Circle:
    radius: float

    def area(self) -> float:
        return math.pi * self.radius**2

    def circumference(self) -> float:<CURSOR>
"""
ADD = "def add(a, b):\n    return a<CURSOR>\n"


@pytest.fixture(scope="module")
def built() -> None:
    """The extension of this tree."""
    code_server.npm("run", "package")


@pytest.fixture(scope="module")
def window(built: None, qwen: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Window]:
    """One window for all tests, whose model is loaded; each test opens a file of its own."""
    with code_server.window(tmp_path_factory.mktemp("vscode"), {"model": str(qwen)}) as opened:
        opened.open("warm.py", "def add(a, b):\n    return <CURSOR>\n")
        opened.until(lambda: opened.is_shown_by_hand())
        opened.press("Escape")
        yield opened


def test_taken_whole_and_undone_in_one_step(window: Window) -> None:
    path = window.open("taken.py", ADD)
    window.type(" ")
    window.until_ghost("+ b")
    window.press("Tab")
    window.until_ghost("")
    assert window.save(path) == "def add(a, b):\n    return a + b\n"
    window.press("Control+z")
    assert window.save(path) == "def add(a, b):\n    return a \n"


def test_typed_through(window: Window) -> None:
    path = window.open("typed.py", ADD)
    window.type(" ")
    window.until_ghost("+ b")
    window.type("+")
    window.until_ghost(" b")
    window.type(" ")
    window.until_ghost("b")
    window.type("b")
    window.until_ghost("")
    assert window.save(path) == "def add(a, b):\n    return a + b\n"


def test_a_word_is_taken_and_the_rest_stays(window: Window) -> None:
    path = window.open("word.py", ADD)
    window.type(" ")
    window.until_ghost("+ b")
    window.press("Control+ArrowRight")
    window.until_ghost(" b")
    assert window.save(path) == "def add(a, b):\n    return a +\n"


def test_dismissed(window: Window) -> None:
    path = window.open("dismissed.py", ADD)
    window.type(" ")
    window.until_ghost("+ b")
    window.press("Escape")
    window.until_ghost("")
    window.press("Tab")
    assert window.save(path).startswith("def add(a, b):\n    return a  ")


def test_behind_an_emoji(window: Window) -> None:
    path = window.open("emoji.py", 'smile = "😋😋é"\nprint("😋", smi<CURSOR>\n')
    window.type("l")
    window.until_ghost("e)")
    window.press("Tab")
    assert window.save(path) == 'smile = "😋😋é"\nprint("😋", smile)\n'


def test_of_two_quick_edits_only_the_newest_shows(window: Window) -> None:
    path = window.open("quick.py", "def add(a, b):\n    return<CURSOR>\n")
    window.type(" a", delay=5)
    window.type(" ")
    window.until_ghost("+ b")
    window.press("Tab")
    assert window.save(path) == "def add(a, b):\n    return a + b\n"


def test_paused_it_is_silent(window: Window) -> None:
    window.open("paused.py", ADD)
    window.command("lsp-local: Pause")
    window.until(lambda: "paused" in window.status())
    window.type(" ")
    window.press("Alt+\\")
    time.sleep(1)
    assert window.ghost() == ""
    window.command("lsp-local: Resume")
    window.until(lambda: "idle" in window.status())
    window.until(lambda: window.is_shown_by_hand())


@pytest.mark.parametrize("script", ["check", "lint"])
def test_the_extension_has_no_complaint_from(script: str) -> None:
    code_server.npm("run", script)


def test_several_lines_and_their_picture(window: Window) -> None:
    window.open("shapes.py", SHAPES)
    window.type("\n    ")
    window.until(lambda: len(window.ghost()) > 10)
    if os.environ.get("UPDATE"):
        window.shot(PICTURE)
