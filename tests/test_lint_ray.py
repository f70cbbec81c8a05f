"""Lint on a real Ray cluster of two workers: the bytes are those of one machine.

`pip install '.[ray]' && pytest tests/test_lint_ray.py`; it is skipped where Ray is not installed.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest
from processes import parent_of

pytestmark = pytest.mark.skipif(find_spec("ray") is None, reason="needs `pip install '.[ray]'`")

ROOT = Path(__file__).parent.parent
FILES = {
    "a.py": "def clamp(value, low):\n    if value > low:\n        return low\n    return value\n",
    "b.py": "def total(prices):\n    result = 0\n    for price in prices:\n"
    "        result -= price\n    return result\n",
    "c.go": "package c\n\nfunc Max(a, b int) int {\n\tif a < b {\n\t\treturn a\n\t}\n"
    "\treturn b\n}\n",
    "tests/test_d.py": "def test_total():\n    prices = [1, 2]\n    assert total(prices) == 4\n",
}
# Workers of Ray are niced by 15: on a machine that has something else to do, they starve.
ENVIRON = {
    **os.environ,
    "LSP_LOCAL_N_THREADS": "1",
    "PYTHONPATH": str(ROOT),
    "RAY_worker_niceness": "0",
    "RAY_raylet_start_wait_time_s": "120",
}
SECONDS = 300


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster of ours. Its folder stands in the command lines of what runs for it."""

    address: str
    folder: str


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """Give a cluster of two CPUs that ends with the tests."""
    folder = tempfile.mkdtemp(prefix="ray-", dir="/tmp")  # the names of sockets must be short
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "ray.scripts.scripts", "start", "--head", "--block"]
    command += ["--num-cpus=2", "--include-dashboard=false", "--disable-usage-stats"]
    command += ["--object-store-memory=80000000", f"--port={port}", f"--temp-dir={folder}"]
    command += ["--node-ip-address=127.0.0.1"]
    with tempfile.NamedTemporaryFile() as said:
        head = subprocess.Popen(command, env=ENVIRON, stdout=said, stderr=said)
        try:
            _wait(lambda: b"Ray runtime started" in Path(said.name).read_bytes(), head)
            yield Cluster(f"127.0.0.1:{port}", folder)
        finally:
            head.send_signal(signal.SIGTERM)
            head.wait(60)
            for pid in _processes(folder):
                os.kill(pid, signal.SIGKILL)
            shutil.rmtree(folder, ignore_errors=True)


def _wait(is_so: Callable[[], object], process: subprocess.Popen[bytes]) -> None:
    """Wait until something is so that tells nobody, while a process runs."""
    end = time.monotonic() + SECONDS
    while not is_so():
        assert process.poll() is None
        assert time.monotonic() < end
        time.sleep(0.1)


def _processes(text: str) -> list[int]:
    """Return the processes in whose command line a text stands, but for this one."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if text.encode() in path.read_bytes() and int(path.parent.name) != os.getpid():
                found.append(int(path.parent.name))
    return found


def workers(cluster: Cluster, method: str = "") -> list[int]:
    """Return the processes of a cluster that are workers of ours, or run one of their methods."""
    own = set(_processes(cluster.folder))
    return [pid for pid in _processes(f"ray::Looker{method}") if parent_of(pid) in own]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    for name, text in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    # Who imports from the folder of the user gets this instead of numpy.
    (folder / "numpy.py").write_text("raise SystemExit('not ours')\n")
    return folder


def start(shop: Path, *arguments: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-P", "-m", "lsp_local", "lint", "--model", "smollm2-135m"]
    command += ["--min-confidence", "0", "--format", "json", *arguments]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=shop, env=ENVIRON, stdout=pipe, stderr=pipe)


def ended(process: subprocess.Popen[bytes]) -> tuple[int, bytes, bytes]:
    """Return the exit code, and what stands on standard output and error."""
    out, err = process.communicate(timeout=SECONDS)
    return process.returncode, out, err


@pytest.fixture(scope="module")
def local(shop: Path, smollm: Path) -> tuple[int, bytes, bytes]:
    """What one machine says."""
    said = ended(start(shop))
    assert said[0] == 1
    assert said[1].count(b'"rule"') >= 3
    return said


def test_two_workers_say_what_one_machine_says(
    cluster: Cluster, shop: Path, local: tuple[int, bytes, bytes]
) -> None:
    assert ended(start(shop, "--on", f"ray:{cluster.address}"))[:2] == local[:2]


def test_so_they_do_when_one_is_killed(
    cluster: Cluster, shop: Path, local: tuple[int, bytes, bytes]
) -> None:
    linting = start(shop, "--on", f"ray:{cluster.address}")
    _wait(lambda: workers(cluster, ".look"), linting)
    os.kill(workers(cluster, ".look")[0], signal.SIGKILL)
    assert ended(linting)[:2] == local[:2]


def test_ctrl_c_ends_the_workers(cluster: Cluster, shop: Path, smollm: Path) -> None:
    linting = start(shop, "--on", f"ray:{cluster.address}")
    _wait(lambda: workers(cluster, ".look"), linting)
    linting.send_signal(signal.SIGINT)
    code, out, err = ended(linting)
    assert (code, out) == (130, b""), err
    end = time.monotonic() + 60
    while workers(cluster):  # nobody tells when they are gone
        assert time.monotonic() < end
        time.sleep(0.1)


def test_nobody_there(shop: Path, smollm: Path) -> None:
    code, _, err = ended(start(shop, "--on", "ray:127.0.0.1:1"))
    told = (
        b"lsp-local: error: there is no Ray cluster at 127.0.0.1:1: Connection refused; files not"
    )
    assert (code, err.startswith(told), err.count(b"\n")) == (3, True, 1)
