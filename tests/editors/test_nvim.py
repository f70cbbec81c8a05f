"""The shim in two real Neovims, with the real server and the real model."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("pynvim", reason="pynvim is not installed: pip install '.[test]'")

from nvim_screen import Neovim, binary, until

ADD = "def add(a, b):\n    return <CURSOR>\n\n\ndef sub(a, b):\n    return a - b\n"


@pytest.fixture(scope="module", params=["0.12", "0.11", "0.12 with our own ghost text"])
def editor(request: pytest.FixtureRequest, qwen: Path) -> Iterator[Neovim]:
    """One Neovim and one server for all tests of a version."""
    version, _, is_own = request.param.partition(" ")
    program = binary(version)
    if program is None:
        pytest.skip(f"Neovim {version} is not installed: pip install '.[test]'")
    with tempfile.TemporaryDirectory(prefix="nvim") as folder:
        options = {"ghost": "own"} if is_own else {}
        editor = Neovim(program, Path(folder), qwen, **options)
        yield editor
        editor.end()


@pytest.fixture
def nvim(editor: Neovim) -> Iterator[Neovim]:
    yield editor
    editor.close()


def test_ghost_text_on_the_screen(nvim: Neovim) -> None:
    nvim.open("screen.py", ADD)
    nvim.until_ghost("a + b")
    assert nvim.screen(2) == "    return a + b"
    assert nvim.lines[1] == "    return "


def test_accept_all(nvim: Neovim) -> None:
    nvim.open("all.py", ADD)
    nvim.until_ghost("a + b")
    nvim.keys("<Tab>")
    until(lambda: nvim.lines[1] == "    return a + b", lambda: nvim.lines)
    assert nvim.messages == ""
