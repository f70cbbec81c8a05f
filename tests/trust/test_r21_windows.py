"""R21: many windows use one cache, and some of them are killed in the middle of it."""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from kept_stores import STORES, key_of, text_of

from lsp_local import folders
from lsp_local.disk import CompletionDisk

N_PROCESSES = 4
HERE = Path(__file__).parent
# Says how many operations it has done, how many it found wrong, and how long the longest took (ms).
WINDOW = f"""
import random, sys, time
from pathlib import Path
sys.path.insert(0, {str(HERE)!r})
from kept_stores import STORES, key_of, text_of
from lsp_local import folders
from lsp_local.disk import CompletionDisk

seed, n_operations, root = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
chance = random.Random(seed)
disk = CompletionDisk(folders.completions_dir())
disk.open()
n_wrong, longest = 0, 0.0
print("begins", flush=True)
for n_done in range(1, n_operations + 1):
    n = chance.randrange(300)
    began = time.monotonic()
    if chance.random() < 0.02:
        kept = chance.choice(STORES[1:])
        if chance.random() < 0.5:
            kept.write(root, n % 20)
        elif kept.name != "stats" and kept.read(root, n % 20) not in ("", kept.right(n % 20)):
            n_wrong += 1
    elif chance.random() < 0.5:
        disk.store(key_of(n), text_of(n) * (1 + n % 9))
    elif disk.fetch(key_of(n)) not in (None, text_of(n) * (1 + n % 9)):
        n_wrong += 1
    longest = max(longest, time.monotonic() - began)
    if n_done % 50 == 0:
        print(n_done, n_wrong, longest * 1000, flush=True)
disk.close()
print("end", n_wrong, longest * 1000, flush=True)
sys.stdin.read()  # lives until it is let go, so that a kill always finds it
"""
Window = subprocess.Popen[str]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LSP_LOCAL_CACHE_DIR", str(tmp_path / "cache"))
    (tmp_path / "project").mkdir()
    return tmp_path / "project"


def started(seed: int, n_operations: int, root: Path) -> Window:
    # -P: the same code as here, which is not always what lies in the working directory.
    command = [sys.executable, "-P", "-c", WINDOW, str(seed), str(n_operations), str(root)]
    pipe = subprocess.PIPE
    return subprocess.Popen(
        command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=os.environ
    )


def followed(window: Window, kill_after: int | None) -> tuple[int, int, float]:
    """Read what a window says, until its end or so many messages; what was said last counts."""
    n_done, n_wrong, longest = 0, 0, 0.0
    assert window.stdout is not None
    for n, line in enumerate(window.stdout):
        said, *rest = line.split()
        if rest:
            n_done = n_done + 50 if said != "end" else n_done
            n_wrong, longest = int(rest[0]), float(rest[1])
        if n == kill_after:
            window.send_signal(signal.SIGKILL)
        if n == kill_after or said == "end":
            break
    _, errors = window.communicate()
    assert "Traceback" not in errors
    assert "damaged" not in errors
    assert "begun anew" not in errors
    assert window.returncode == (0 if kill_after is None else -signal.SIGKILL)
    return n_done, n_wrong, longest


def check_whole(root: Path) -> None:
    """What is there is right, and takes new entries."""
    disk = CompletionDisk(folders.completions_dir())
    disk.open()
    for n in range(300):
        assert disk.fetch(key_of(n)) in (None, text_of(n) * (1 + n % 9))
    disk.store(key_of(999), "new")
    assert disk.fetch(key_of(999)) == "new"
    disk.close()
    for kept in STORES[1:]:
        kept.write(root, 50)
        assert kept.read(root, 50) == kept.right(50)
    assert not [path for path in folders.cache_dir().rglob("*") if "damaged" in path.name]
    assert not [path for path in folders.cache_dir().rglob("*") if "set-aside" in path.name]


def test_windows_share_a_cache_while_some_are_killed(
    root: Path,
    many: Callable[..., int],
    reached: Callable[[str, str], None],
    request: pytest.FixtureRequest,
) -> None:
    n_operations = many(short=200, long=10_000)
    chance = random.Random(21)
    windows = [started(seed, n_operations, root) for seed in range(N_PROCESSES)]
    totals, n_kills = [0, 0], 0
    longest = 0.0
    for round_ in range(many(short=2, long=40)):  # the first of them is killed and replaced
        window = windows.pop(0)
        done, wrong, took = followed(window, chance.randrange(many(short=3, long=6)))
        n_kills += 1
        totals = [totals[0] + done, totals[1] + wrong]
        longest = max(longest, took)
        windows.append(started(100 + round_, n_operations, root))
    for window in windows:
        done, wrong, took = followed(window, None)
        totals = [totals[0] + done, totals[1] + wrong]
        longest = max(longest, took)
    check_whole(root)
    assert totals[1] == 0
    assert longest < (1000 if request.config.getoption("--long") else 10_000)
    figure = f"{totals[0]} operations of {N_PROCESSES} processes, {n_kills} killed: 0 wrong"
    reached("R21", f"{figure}, 0 damaged, longest wait {longest:.0f} ms")
