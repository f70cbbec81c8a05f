"""The replay's connection with a language server, tried with one that answers late."""

import sys
from pathlib import Path
from typing import Any

from lsp_local.evals.rpc import Connection

# Answers only when it is told to end, as a server does that cancels what it has not done.
LATE_SERVER = """
import json, sys

def read():
    length = int(sys.stdin.buffer.readline().split(b":")[1])
    sys.stdin.buffer.readline()
    return json.loads(sys.stdin.buffer.read(length))

asked, told = read(), read()
assert told["method"] == "exit"
error = {"code": -32800, "message": "cancelled"}
body = json.dumps({"jsonrpc": "2.0", "id": asked["id"], "error": error}).encode()
sys.stdout.buffer.write(b"Content-Length: %d\\r\\n\\r\\n%b" % (len(body), body))
"""


async def test_an_answer_to_the_end_is_not_handed_over(tmp_path: Path) -> None:
    answers: list[Any] = []
    connection = Connection(lambda method, params: None)
    await connection.start([sys.executable, "-c", LATE_SERVER], tmp_path, {})
    connection.request("slow", {}, answers.append)
    await connection.stop()
    assert connection.process.returncode == 0
    assert answers == []
