"""Runs a program that a model wrote, where it can do little harm."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path

SECONDS = 10
BYTES = 1024 * 2**20  # of memory, and of a file
NO_LIMIT = 2**62
REACHED = 77  # a program's exit code; with 0 it could end before its tests
_LIMITS = """\
import os, resource, sys
seconds, n_bytes = int(sys.argv[1]), int(sys.argv[2])
for what, most in (
    (resource.RLIMIT_CPU, seconds),
    (resource.RLIMIT_AS, n_bytes),
    (resource.RLIMIT_FSIZE, n_bytes),
    (resource.RLIMIT_NPROC, 512),
    (resource.RLIMIT_CORE, 0),
):
    hard = resource.getrlimit(what)[1]
    resource.setrlimit(what, (most if hard < 0 else min(most, hard), hard))
os.execvp(sys.argv[3], sys.argv[3:])
"""


def passes(program: str, seconds: int = SECONDS) -> bool:
    """Whether a Python program reaches its end within `seconds`, in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="lsp-local-eval-") as folder:
        path = Path(folder) / "program.py"
        program += f"\n__import__('os')._exit({REACHED})\n"
        path.write_text(program, encoding="utf-8", errors="replace")
        command = [sys.executable, "-I", "-S", str(path)]
        return _exit_code(command, Path(folder), seconds) == REACHED


def passes_in_node(program: str, seconds: int = SECONDS) -> bool:
    """Whether a program in JavaScript reaches its end within `seconds`; needs `node`."""
    with tempfile.TemporaryDirectory(prefix="lsp-local-eval-") as folder:
        path = Path(folder) / "program.js"
        program += f"\nprocess.exit({REACHED});\n"
        path.write_text(program, encoding="utf-8", errors="replace")
        # Node reserves far more memory than it uses, so it gets no limit but its own.
        command = ["node", "--max-old-space-size=512", str(path)]
        return _exit_code(command, Path(folder), seconds, n_bytes=NO_LIMIT) == REACHED


def has_node() -> bool:
    """Whether programs in JavaScript can be run."""
    return shutil.which("node") is not None


def runs(command: list[str], folder: Path, seconds: int) -> bool:
    """Whether a command ends with 0 within `seconds`; its children end with it."""
    return _exit_code(command, folder, seconds) == 0


def _exit_code(command: list[str], folder: Path, seconds: int, n_bytes: int = BYTES) -> int | None:
    """Run a command with limits; None when time is up."""
    limits = [sys.executable, "-I", "-S", "-c", _LIMITS, str(seconds), str(n_bytes)]
    process = subprocess.Popen(
        [*without_network(), *limits, *command],
        cwd=folder,
        env=_environment(folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        return process.wait(timeout=seconds + 2)
    except subprocess.TimeoutExpired:
        return None
    finally:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _environment(folder: Path) -> dict[str, str]:
    """Return little more than where programs are."""
    return {
        "PATH": os.environ.get("PATH", ""),
        "HOME": str(folder),
        "TMPDIR": str(folder),
        # A file is rewritten within a second, often with as many bytes: bytecode would be stale.
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def has_network() -> bool:
    """Whether a program that runs here could reach a network; Linux can forbid it."""
    return not without_network()


@cache
def without_network() -> tuple[str, ...]:
    """Return the command that gives a program a network of its own, empty, where that works."""
    unshare = shutil.which("unshare")
    if unshare is None:
        return ()
    command = (unshare, "--user", "--map-root-user", "--net", "--")
    tried = subprocess.run([*command, "true"], capture_output=True, check=False)
    return command if tried.returncode == 0 else ()
