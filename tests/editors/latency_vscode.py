"""From the last key to ghost text in VS Code.

`PYTHONPATH=tests python tests/editors/latency_vscode.py`
"""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import code_server
from vscode import MARK, Window

from lsp_local import catalogue, models

N_KEYS, N_MOST = 20, 60
NAMES = ("first second", "left right", "width height", "one two", "price count", "low high")


def figures(window: Window) -> Iterator[tuple[float, float]]:
    """Yield milliseconds from a key to ghost text, and what the server says that it took.

    The key disagrees with what is shown, so the model has to be asked; all but that key is read.
    """
    for n in range(N_MOST):
        one, two = NAMES[n % len(NAMES)].split()
        path = window.open(f"f{n}.py", f"def f{n}({one}, {two}):\n    return{MARK}\n")
        window.type(" ")
        if _is_answered(window, path, len("    return ")):
            time.sleep(1.0)  # what is read while nobody waits is not what is measured
            window.type(two[0])
            is_shown = _is_answered(window, path, len("    return x"))
            end = window.ends(path)[-1]
            if is_shown and end["n_predicted"]:
                yield window.key_to_ghost(), end["total_ms"]
        window.save(path)


def _is_answered(window: Window, path: Path, character: int) -> bool:
    """Wait for the answer to a place in the last line; tell whether something is shown."""
    window.until(lambda: any(one["character"] == character for one in window.ends(path)))
    is_shown = window.ends(path)[-1]["reason"] == "shown"
    if is_shown:
        window.until(lambda: window.ghost() != "")
    return bool(is_shown)


def main() -> None:
    """Print the medians."""
    if reason := code_server.missing():
        sys.exit(reason)
    code_server.package()
    model = models.resolve(catalogue.DEFAULT)
    # The time is measured, not the silence.
    options = {"model": str(model), "cacheMb": 0, "leastProbability": 1}
    with (
        tempfile.TemporaryDirectory(prefix="vscode") as folder,
        code_server.window(Path(folder), options) as window,
    ):
        path = window.open("warm.py", f"def add(a, b):\n    return {MARK}\n")
        window.ask_by_hand()
        window.save(path)
        found = [pair for pair, _ in zip(figures(window), range(N_KEYS), strict=False)]
    whole = statistics.median(pair[0] for pair in found)
    server = statistics.median(pair[1] for pair in found)
    editor = statistics.median(pair[0] - pair[1] for pair in found)
    print(
        f"VS Code: {whole:.1f} ms, of it the server {server:.1f}, the editor {editor:.1f} "
        f"(medians of {len(found)} keys; load {os.getloadavg()[0]:.1f})"
    )


if __name__ == "__main__":
    main()
