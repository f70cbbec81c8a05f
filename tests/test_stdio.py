import subprocess
import sys
from pathlib import Path

from raw_server import COMMAND, framed, read_message

STRAY = """
import os, subprocess, sys
from lsp_local.lsp import stdio

stdin, stdout = stdio.take_over()
print("printed", flush=True)
os.write(1, b"native\\n")
subprocess.run(["sh", "-c", "echo child; cat"])
os.write(stdout, b"got " + stdin.read())
"""


def test_nothing_else_reads_the_input_or_writes_the_output() -> None:
    run = subprocess.run(
        [sys.executable, "-c", STRAY], input=b"message", capture_output=True, check=True
    )
    assert run.stdout == b"got message"
    assert run.stderr == b"printed\nnative\nchild\n"


def test_a_file_can_be_the_input(tmp_path: Path) -> None:
    least: dict[str, object] = {"processId": None, "rootUri": None, "capabilities": {}}
    conversation = [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": least},
        {"jsonrpc": "2.0", "id": 2, "method": "shutdown"},
        {"jsonrpc": "2.0", "method": "exit"},
    ]
    (tmp_path / "in").write_bytes(b"".join(framed(message) for message in conversation))
    with (tmp_path / "in").open("rb") as stdin, (tmp_path / "out").open("wb") as stdout:
        subprocess.run(COMMAND, stdin=stdin, stdout=stdout, check=True)
    with (tmp_path / "out").open("rb") as stdout:
        answers = [read_message(stdout) for _ in range(3)]
    assert [answer and answer["id"] for answer in answers] == [1, 2, None]
