"""R13: nothing leaves the machine, nor is a socket of the internet ever opened."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lsp_local.engine import landlock
from lsp_local.evals.sandbox import without_network

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the kernel of Linux is asked")

TESTS = Path(__file__).parents[1]
INTERNET = re.compile(r"socket\((AF_INET6?|AF_PACKET)")
MISUSE = """
import json, socket, subprocess, sys
from lsp_local.cli import witness
asked = witness._by_kernel()
tries = [
    "socket.socket(socket.AF_INET6)",
    "socket.create_connection(('127.0.0.1', 9))",
    "socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
]
for code in tries:
    ran = subprocess.run([sys.executable, "-c", f"import socket; {code}"], capture_output=True)
    assert b"PermissionError" in ran.stderr, ran.stderr
socket.socketpair()
socket.socket(socket.AF_UNIX)
print(json.dumps(asked()))
"""
strace = pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")
isolated = pytest.mark.skipif(not without_network(), reason="no network namespace can be had")
watched = pytest.mark.skipif(not landlock.version(), reason="this kernel has no Landlock")


def python(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run our Python with the code that is tested here."""
    environment = {**os.environ, "PYTHONPATH": str(TESTS.parent)}
    command = [sys.executable, "-P", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@watched
def test_a_session_asks_for_no_socket(smollm: Path, reached: Callable[[str, str], None]) -> None:
    ran = python("-m", "lsp_local", "doctor", "--offline", "--model", str(smollm), "--json")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    seen = json.loads(ran.stdout)
    assert seen["sockets"] == []
    assert seen["said"] != ""
    assert seen["has_index"]
    assert seen["is_isolated"] == bool(without_network())
    reached("R13", "a session with model and index: 0 sockets asked for")


@watched
def test_whoever_asks_for_one_is_seen() -> None:
    ran = python("-c", MISUSE)
    assert ran.returncode == 0, ran.stderr
    seen = json.loads(ran.stdout)
    assert len(seen) == 3
    assert all("import socket" in one for one in seen)


def test_the_rules_for_secrets_open_none() -> None:
    code = (
        "import sys; found = []\n"
        "sys.addaudithook(lambda name, _: found.append(name) if name == 'socket.__new__' else 0)\n"
        "from lsp_local import secret_rules\n"
        "secret_rules.prepare()\n"
        "import socket, requests\n"
        "print(found, socket.has_ipv6)\n"
    )
    ran = python("-c", code)
    assert ran.stdout == "[] True\n", ran.stderr


@strace
@isolated
def test_the_tests_of_the_server_pass_offline(
    request: pytest.FixtureRequest,
    smollm: Path,
    tmp_path: Path,
    reached: Callable[[str, str], None],
) -> None:
    if not request.config.getoption("--long"):
        pytest.skip("the whole of tests/e2e: with --long")
    trace = tmp_path / "trace.txt"
    traced = ["strace", "-f", "--seccomp-bpf", "-e", "trace=socket,connect", "-o", str(trace)]
    # The first run fetches models from a hub on this machine, by the network that is not there.
    chosen = ["tests/e2e", "-q", "-p", "no:cacheprovider", "--ignore=tests/e2e/test_first_run.py"]
    command = [*without_network(), *traced, sys.executable, "-m", "pytest", *chosen]
    environment = {**os.environ, "PYTHONPATH": str(TESTS.parent)}
    ran = subprocess.run(
        command, cwd=TESTS.parent, env=environment, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout[-3000:]
    sockets = [line for line in trace.read_text().splitlines() if INTERNET.search(line)]
    assert sockets == []
    passed = ran.stdout.strip().splitlines()[-1]
    reached("R13", f"tests/e2e without a network: {passed}; 0 sockets of the internet traced")
