import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from raw_server import COMMAND, framed, framed_bytes, read_message

from lsp_local.lsp import stdio

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


A, B = framed_bytes(b"{1}"), framed_bytes(b"{2}")
LOST = "lost"


@pytest.mark.parametrize(
    ("raw", "want"),
    [
        pytest.param(A + B, ["{1}", "{2}"], id="one after the other"),
        pytest.param(A + B[:-1], ["{1}"], id="the end inside of a body"),
        pytest.param(A + b"Content-Le", ["{1}"], id="the end inside of a header"),
        pytest.param(b"no header\r\n\r\n" + A, [LOST, "{1}"], id="a line that is no header"),
        pytest.param(
            b"no line end" + A + B, [LOST, "{1}", "{2}"], id="a header behind what is none"
        ),
        pytest.param(b"x: " + 9000 * b"y" + b"\n" + A, [LOST, "{1}"], id="a line that is too long"),
        pytest.param(9000 * b"{" + A, [LOST, "{1}"], id="a header at the end of a long line"),
        pytest.param((4096 - 9) * b"{" + A, [LOST, "{1}"], id="a header where a line is cut"),
        pytest.param(b"X: y\r\n" * 40 + A, [LOST, "{1}"], id="too many headers"),
        pytest.param(
            b"Content-Length: 99999999\r\n\r\n" + A, [LOST, "{1}"], id="too long a body, skipped"
        ),
        pytest.param(
            framed_bytes(b"[" * 9).replace(b"9", b"99999999999") + B,
            [LOST, "{2}"],
            id="and what is of it",
        ),
        pytest.param(
            b"Content-Length: 2\r\n\r\n{123}" + A + B,
            ["{1", LOST, "{1}", "{2}"],
            id="too small a length",
        ),
        pytest.param(
            b"Content-Length: 7\r\n\r\n{0}" + A + B,
            ["{0}Cont", LOST, "{2}"],
            id="too large a length",
        ),
        pytest.param(
            framed({"text": "Content-Length: 1\r\n\r\nx"})[1:] + A,
            [LOST, "{1}"],
            id="a text that says the same is no header",
        ),
        pytest.param(b"-1\r\n" * 3, [LOST], id="nothing but noise"),
    ],
)
def test_messages_are_found_again(raw: bytes, want: list[str]) -> None:
    stream, found, lost = BytesIO(raw), [], None
    while True:
        try:
            body, lost = stdio.read_message(stream, lost), None
        except stdio.FrameError as error:
            body, lost = LOST.encode(), error
        if body is None:
            break
        found.append(body.decode())
    assert found == want
