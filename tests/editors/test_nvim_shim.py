"""The shim in real Neovims, with a server inside them that says what a test wants."""

from collections.abc import Iterator

import pytest

pytest.importorskip("pynvim", reason="pynvim is not installed: pip install '.[test]'")

from nvim_canned import Canned, canned
from nvim_screen import MARK, OWN, VARIANTS, until
from pynvim.api import NvimError

BLOCK = "if a:\n\treturn b\n\n    return 'é😋'"

# Neovim's own does not cancel, and trusts that nobody answers late: the server supersedes.
ours = pytest.mark.parametrize("editor", OWN, ids=" ".join, indirect=True)


@pytest.fixture(scope="module", params=VARIANTS, ids=" ".join)
def editor(request: pytest.FixtureRequest) -> Iterator[Canned]:
    with canned(*request.param) as editor:
        yield editor


@pytest.fixture
def nvim(editor: Canned) -> Iterator[Canned]:
    editor.says("return a + b")
    editor.open("a.py", f"def add(a, b):\n    {MARK}\n\nx = 1\n")
    yield editor
    assert "Error" not in editor.messages
    editor.close()


@pytest.mark.parametrize(
    ("text", "keys", "want", "rest"),
    [
        pytest.param(
            "return a + b", "re", "re", "turn a + b", id="ghost text stands behind the cursor"
        ),
        pytest.param("return a + b", "re<Tab>", "return a + b", "", id="accept takes all"),
        pytest.param("return a + b", "re<M-Right>", "return", " a + b", id="a word takes its end"),
        pytest.param("f(a)", "f<M-Right>", "f(", "a)", id="a sign is a word"),
        pytest.param("größe = 1", "gr<M-Right>", "größe", " = 1", id="letters beyond ASCII"),
        pytest.param("a 😋 b", "a<M-Right>", "a 😋", " b", id="an emoji is a word"),
        pytest.param("x😋 = 1", "x😋<Tab>", "x😋 = 1", "", id="behind an emoji"),
    ],
)
def test_taking(nvim: Canned, text: str, keys: str, want: str, rest: str) -> None:
    nvim.says(text)
    typed, _, key = keys.partition("<")
    nvim.keys(typed)
    until(lambda: nvim.ghost)
    if key:
        nvim.keys(f"<{key}")
    until(lambda: nvim.lines[1] == f"    {want}", lambda: nvim.lines)
    nvim.until_ghost(rest)


def test_several_lines_one_by_one(nvim: Canned) -> None:
    nvim.says(BLOCK)
    nvim.keys("if")
    tab = " " * nvim.vim.current.buffer.options["tabstop"]
    shown = " a:\n\treturn b\n\n    return 'é😋'"
    nvim.until_ghost(shown if nvim.is_builtin else shown.replace("\t", tab))
    for n_lines in (1, 2, 4):
        until(lambda: nvim.ghost)
        nvim.keys("<M-C-Right>")
        want = ["def add(a, b):", *f"    {BLOCK}".split("\n")[:n_lines], "", "x = 1"]
        until(lambda: nvim.lines == want, lambda: (nvim.lines, want))  # noqa: B023
    row, column = nvim.vim.current.window.cursor
    assert (row, column) == (5, len("    return 'é😋'".encode()))


def test_the_server_is_told(nvim: Canned) -> None:
    nvim.keys("re")
    nvim.until_ghost("turn a + b")
    n_seen = len(nvim.messages_of("textDocument/didShowCompletion"))
    nvim.keys("<M-Right>")
    nvim.until_ghost(" a + b")
    parts = nvim.messages_of("textDocument/didPartiallyAcceptCompletion")
    nvim.keys("<Tab>")
    nvim.until_lines("def add(a, b):", "    return a + b", "", "x = 1")
    until(lambda: nvim.messages_of("workspace/executeCommand"))
    (took,) = nvim.messages_of("workspace/executeCommand")
    assert took == {"command": "lspLocal.accepted", "arguments": [nvim.lua("return canned.id")]}
    # Neovim's own ghost text does not say when it is shown.
    assert n_seen == (0 if nvim.is_builtin else 1)
    assert [part["acceptedLength"] for part in parts] == ([] if nvim.is_builtin else [4])


def test_what_is_typed_otherwise_goes_away(nvim: Canned) -> None:
    nvim.keys("re")
    nvim.until_ghost("turn a + b")
    nvim.keys("x")
    nvim.until_ghost("")
    nvim.keys("<Tab>")
    assert "turn" not in nvim.text


@ours
def test_a_late_answer_is_not_shown(nvim: Canned) -> None:
    nvim.lua("canned.is_slow = true")
    nvim.keys("re")
    until(lambda: nvim.lua("return #canned.waiting") >= 1)
    nvim.keys("<Esc>")
    until(lambda: nvim.vim.api.get_mode()["mode"] == "n")
    nvim.lua("for _, reply in ipairs(canned.waiting) do reply() end canned.waiting = {}")
    assert nvim.ghost == ""


@ours
def test_a_newer_request_cancels_the_older(nvim: Canned) -> None:
    nvim.lua("canned.is_slow = true")
    nvim.keys("r")
    until(lambda: nvim.lua("return #canned.waiting") >= 1)
    nvim.keys("e")
    until(lambda: nvim.messages_of("$/cancelRequest"))
    nvim.lua("canned.is_slow = false; for _, reply in ipairs(canned.waiting) do reply() end")
    nvim.lua("canned.waiting = {}")


def test_the_next_of_several(nvim: Canned) -> None:
    nvim.lua("canned.items = { { insertText = 'one' }, { insertText = 'two' } }")
    nvim.keys("r")
    until(lambda: nvim.ghost.startswith("one"))
    nvim.keys("<M-]>")
    until(lambda: nvim.ghost.startswith("two"), lambda: nvim.ghost)


def test_a_key_with_nothing_to_do_does_what_it_did_before(nvim: Canned) -> None:
    before = nvim.lua("return before_us")
    nvim.keys("zz<C-]>")
    until(lambda: nvim.lua("return before_us") == before + 1)
    nvim.keys("<BS><BS>re")
    nvim.until_ghost("turn a + b")
    nvim.keys("<C-]>")
    nvim.until_ghost("")
    assert nvim.lua("return before_us") == before + 1


@pytest.mark.parametrize(
    ("opens", "closes"),
    [
        pytest.param(
            "vim.fn.complete(5, { 'retire', 'return' })",
            "vim.api.nvim_input('<C-e>')",
            id="Neovim's own",
        ),
        pytest.param(
            "package.loaded['blink.cmp'] = { is_menu_visible = function() return true end }"
            " vim.api.nvim_exec_autocmds('User', { pattern = 'BlinkCmpMenuOpen' })",
            "package.loaded['blink.cmp'] = nil"
            " vim.api.nvim_exec_autocmds('User', { pattern = 'BlinkCmpMenuClose' })",
            id="blink.cmp's",
        ),
        pytest.param("cmp_says('menu_opened')", "cmp_says('menu_closed')", id="nvim-cmp's"),
    ],
)
def test_it_hides_while_a_menu_is_open(nvim: Canned, opens: str, closes: str) -> None:
    nvim.lua("""
      local listeners = {}
      package.loaded['cmp'] = {
        event = { on = function(_, name, act) listeners[name] = act end },
      }
      function cmp_says(name) listeners[name]() end
    """)
    nvim.keys("<Esc>")
    nvim.keys("Are")
    nvim.until_ghost("turn a + b")
    nvim.lua(f"vim.schedule(function() {opens} end)")
    nvim.until_ghost("")
    nvim.lua(f"vim.schedule(function() {closes} end)")
    nvim.until_ghost("turn a + b")
    nvim.keys("t")
    nvim.until_ghost("urn a + b")
    nvim.lua("package.loaded['cmp'] = nil")


def test_commands(nvim: Canned) -> None:
    complete = nvim.vim.funcs.getcompletion
    assert complete("LspLocal p", "cmdline") == ["pause", "prompts", "pull"]
    assert complete("LspLocal prompts c", "cmdline") == ["check"]
    nvim.keys("<Esc>")
    nvim.vim.command("1,2LspLocal rewrite  say it shorter ")
    until(lambda: nvim.messages_of("workspace/executeCommand"))
    (rewrite,) = nvim.messages_of("workspace/executeCommand")
    _, span, instruction = rewrite["arguments"]
    assert (rewrite["command"], instruction) == ("lspLocal.rewrite", "say it shorter")
    assert span["start"] == {"line": 0, "character": 0}
    assert span["end"]["line"] == 1
    nvim.vim.command("LspLocal model other")
    (told,) = nvim.messages_of("workspace/didChangeConfiguration")
    assert told["settings"]["lspLocal"] == {"model": "other"}
    with pytest.raises(NvimError, match="there is no `nonsense`; "):
        nvim.vim.command("LspLocal nonsense")


def test_one_server_for_two_projects(nvim: Canned) -> None:
    other = nvim.folder / "other"
    (other / ".git").mkdir(parents=True)
    (other / "b.py").write_text("b = 1\n")
    nvim.keys("<Esc>")
    nvim.vim.command(f"edit {other}/b.py")
    until(nvim.is_ready)
    assert nvim.lua("return #vim.lsp.get_clients()") == 1
    (told,) = nvim.messages_of("workspace/didChangeWorkspaceFolders")
    assert told["event"]["added"][0]["name"] == str(other)


def test_beside_the_server_of_the_language(nvim: Canned) -> None:
    nvim.lua("vim.lsp.start({ name = 'other', cmd = canned.start_other })")
    nvim.keys("re")
    nvim.until_ghost("turn a + b")
    nvim.keys("<C-x><C-o>")  # its completion
    until(lambda: nvim.vim.funcs.pumvisible())
    nvim.until_ghost("")
    nvim.keys("<C-y>")
    nvim.until_ghost("turn a + b")
    nvim.keys("t")
    nvim.until_ghost("urn a + b")
    assert nvim.lines[1] == "    ret"
    nvim.keys("<Tab>")
    until(lambda: nvim.lines[1] == "    return a + b", lambda: nvim.lines)
    nvim.keys("<Esc>")
    nvim.lua("vim.lsp.buf.hover()")
    until(lambda: "of the other" in nvim.floating, lambda: (nvim.floating, nvim.messages))
    nvim.lua("vim.lsp.stop_client(vim.lsp.get_clients({ name = 'other' }))")


def test_the_cursor_is_told(nvim: Canned) -> None:
    nvim.keys("<Esc>gg0")
    until(lambda: nvim.messages_of("lspLocal/didMoveCursor"))
    until(
        lambda: (
            nvim.messages_of("lspLocal/didMoveCursor")[-1]["position"]
            == {"line": 0, "character": 0}
        )
    )
