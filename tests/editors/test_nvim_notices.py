"""What Neovim tells its user: the first run without a model, a download, and long messages."""

import shutil
from collections.abc import Iterator

import pytest

pytest.importorskip("pynvim", reason="pynvim is not installed: pip install '.[test]'")

from nvim_canned import Canned, canned
from nvim_screen import MARK, SHIM, VARIANTS, until

QUESTION = {
    "type": 3,
    "message": "qwen2.5-coder-0.5b is not on this computer yet. Download it (491 MB)?",
    "actions": [{"title": "Download"}, {"title": "Not now"}],
}
ADVICE = "lsp-local: no model yet; `:LspLocal pull` downloads it (491 MB)"


@pytest.fixture(scope="module", params=VARIANTS, ids=" ".join)
def editor(request: pytest.FixtureRequest) -> Iterator[Canned]:
    with canned(*request.param) as editor:
        yield editor


@pytest.fixture
def nvim(editor: Canned) -> Iterator[Canned]:
    editor.says("return a + b")
    editor.vim.command("messages clear")
    editor.open("a.py", f"def add(a, b):\n    {MARK}\n\nx = 1\n")
    yield editor
    assert "Error" not in editor.messages
    editor.close()


def test_without_a_model_a_line_names_the_command_and_typing_goes_on(nvim: Canned) -> None:
    assert nvim.server_asks("window/showMessageRequest", QUESTION) is None
    nvim.keys("re")
    nvim.until_ghost("turn a + b")
    assert nvim.messages == ADVICE
    assert nvim.statusline == "lsp-local: no model"
    for value in ({"kind": "begin", "title": "Loading it"}, {"kind": "end"}):
        nvim.server_says("$/progress", {"token": "l", "value": value})
    assert nvim.statusline == "lsp-local"


def test_pull_has_the_server_download_and_shows_how_far_it_is(nvim: Canned) -> None:
    nvim.vim.command("LspLocal pull")
    nvim.vim.command("LspLocal pull smollm2-135m")
    until(lambda: len(nvim.messages_of("workspace/executeCommand")) == 2)
    assert nvim.messages_of("workspace/executeCommand") == [
        {"command": "lspLocal.pullModel", "arguments": []},
        {"command": "lspLocal.pullModel", "arguments": ["smollm2-135m"]},
    ]
    nvim.keys("<Esc>")
    for value in (
        {"kind": "begin", "title": "Downloading smollm2-135m", "percentage": 0},
        {"kind": "report", "message": "40 % of 100 MB, fetching", "percentage": 40},
    ):
        nvim.server_says("$/progress", {"token": "t", "value": value})
    assert nvim.statusline == "lsp-local: loading"
    assert nvim.bottom == "Downloading smollm2-135m: 40 % of 100 MB, fetching"
    nvim.server_says("$/progress", {"token": "t", "value": {"kind": "end"}})
    nvim.server_says("window/showMessage", {"type": 3, "message": "lsp-local: it is here"})
    assert nvim.statusline == "lsp-local"
    assert nvim.messages == "lsp-local: it is here"  # of the way there nothing is left


def test_a_long_message_takes_one_line_and_is_whole_in_a_window(nvim: Canned) -> None:
    nvim.vim.ui_attach(80, 24, rgb=True)
    said = "lsp-local: " + "a word and " * 20 + "é😋 the end"
    nvim.server_says("window/showMessage", {"type": 2, "message": said})
    assert nvim.vim.api.get_mode() == {"mode": "i", "blocking": False}  # no "Press ENTER"
    nvim.vim.ui_detach()
    assert nvim.messages.startswith("lsp-local: a word and ")
    assert nvim.messages.endswith("… (:LspLocal messages)")
    assert nvim.vim.funcs.strdisplaywidth(nvim.messages) == nvim.vim.vvars["echospace"]
    nvim.keys("re")
    nvim.until_ghost("turn a + b")
    nvim.keys("<Esc>")
    nvim.vim.command("LspLocal messages")
    assert nvim.lines[-1] == said


def test_other_questions_of_the_server_are_said_and_not_answered(nvim: Canned) -> None:
    question = {"type": 3, "message": "which?", "actions": [{"title": "one"}]}
    assert nvim.server_asks("window/showMessageRequest", question) is None
    assert nvim.messages == "lsp-local: which?"


def test_checkhealth(nvim: Canned) -> None:
    nvim.keys("<Esc>")
    nvim.vim.command("checkhealth lsp_local")
    by = "vim.lsp.inline_completion" if nvim.is_builtin else "this plugin"
    assert f"ghost text by {by}" in nvim.text
    assert "version 0 runs, positions in utf-16" in nvim.text
    assert "ERROR" not in nvim.text
    assert "mapped by something else" not in nvim.text


def test_the_help_has_its_tags(nvim: Canned) -> None:
    folder = nvim.folder / "doc"
    shutil.copytree(SHIM / "doc", folder)
    nvim.vim.command(f"helptags {folder}")
    assert (folder / "tags").read_text() == (SHIM / "doc" / "tags").read_text()
    nvim.keys("<Esc>")
    nvim.vim.command("help lsp-local-options")
    assert nvim.vim.current.line.endswith("*lsp-local-options*")
