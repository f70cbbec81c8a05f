"""A real Emacs at the real server: in batch, or in a terminal whose screen can be read."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
SOURCES = ROOT / "editors" / "emacs"
PROGRAM = shutil.which("emacs")
TMUX = shutil.which("tmux")
# Compiling what it loads would keep a core busy. The name is another one since Emacs 29.
CALM = "(setq native-comp-deferred-compilation nil native-comp-jit-compilation nil)"
LOAD = ("-q", "--eval", CALM, "-f", "package-initialize", "-L", str(SOURCES), "-L", str(HERE))


def environment(folder: Path, model: str | Path) -> dict[str, str]:
    """Return what the Lisp files here want to know."""
    return {
        "EDITOR_TESTS_FOLDER": str(folder),
        "EDITOR_TESTS_COMMAND": "\t".join([sys.executable, "-m", "lsp_local", "serve"]),
        "EDITOR_TESTS_MODEL": str(model),
        "PYTHONPATH": str(ROOT),
    }


def run_batch(
    *arguments: str, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run Emacs without a display to its end."""
    return subprocess.run(
        ["emacs", "--batch", *LOAD, *arguments],
        env={**os.environ, **(environment or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )


class Screen:
    """Emacs in a terminal of its own, 80 by 24."""

    def __init__(self, folder: Path, *arguments: str, environment: Mapping[str, str]) -> None:
        self._socket = folder / "tmux"
        told = [f"-e{name}={value}" for name, value in environment.items()]
        size = ("-x", "80", "-y", "24")
        program = ("emacs", "-nw", *LOAD, *arguments)
        self._tmux("-f", os.devnull, "new-session", "-d", *size, *told, *program)

    def keys(self, *names: str) -> None:
        """Press keys, by the names that tmux has for them."""
        self._tmux("send-keys", *names)

    def type(self, text: str) -> None:
        """Type a text."""
        self._tmux("send-keys", "-l", text)

    @property
    def lines(self) -> list[str]:
        """Return what is on the screen."""
        return self._tmux("capture-pane", "-p").split("\n")

    @property
    def coloured(self) -> str:
        """Return what is on the screen, with escape sequences."""
        return self._tmux("capture-pane", "-e", "-N", "-p")

    @property
    def cursor(self) -> tuple[int, int]:
        """Return its column and row."""
        column, row = self._tmux("display-message", "-p", "#{cursor_x} #{cursor_y}").split()
        return int(column), int(row)

    def until(self, is_true: Callable[[list[str]], bool], seconds: float = 300.0) -> None:
        """Wait for the screen to be as it should."""
        end = time.monotonic() + seconds
        while not is_true(lines := self.lines):
            assert time.monotonic() < end, "\n".join(lines)
            time.sleep(0.05)

    def end(self) -> None:
        """Close the terminal, and Emacs in it."""
        self._tmux("kill-server")

    def _tmux(self, *arguments: str) -> str:
        command = ["tmux", "-S", str(self._socket), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout
