import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import vscode
from vscode import Window

pytestmark = pytest.mark.skipif(bool(vscode.missing()), reason=vscode.missing())

ADD = "def add(a, b):\n    return a<CURSOR>\n"


@pytest.fixture(scope="module")
def built() -> None:
    """The extension of this tree."""
    vscode.npm("run", "package")


@pytest.fixture(scope="module")
def window(built: None, qwen: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Window]:
    folder = tmp_path_factory.mktemp("vscode")
    options = {"model": str(qwen), "whyLog": str(folder / "why.jsonl")}
    with vscode.window(folder, options) as opened:
        yield opened


def test_ghost_text_is_seen_and_taken(window: Window) -> None:
    path = window.open("add.py", ADD)
    window.type(" ")
    window.press("Alt+\\")
    window.until_ghost("+ b")
    window.press("Tab")
    window.until_ghost("")
    assert window.save(path) == "def add(a, b):\n    return a + b\n"
