"""The names under which running servers are found."""

import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from lsp_local import private_sockets
from lsp_local.cli import why
from lsp_local.lsp import sockets
from lsp_local.text import UserError


@pytest.mark.skipif(not private_sockets.HAS_SOCKETS, reason="these are Unix sockets")
def test_a_question_does_no_harm_to_a_server_that_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    listen = socket.socket.listen

    def asked_before(one: socket.socket) -> None:
        assert sockets.running(folder) == []
        listen(one)

    with tempfile.TemporaryDirectory(prefix="lsp") as cache:  # a short name: a path of a socket
        folder = Path(cache) / "run"
        monkeypatch.setenv("LSP_LOCAL_CACHE_DIR", cache)
        monkeypatch.setattr(socket.socket, "listen", asked_before)
        with sockets.listening() as listener:
            assert [path.name for path in sockets.running(folder)] == [f"{os.getpid()}.sock"]
            sockets.remove(listener)
        assert list(folder.iterdir()) == []


@pytest.mark.skipif(not private_sockets.HAS_SOCKETS, reason="these are Unix sockets")
def test_what_a_server_has_left_that_was_killed_before_it_listened_goes(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    for name in (f"{ended.pid}.new", f"{os.getpid()}.new", "else.new"):
        (tmp_path / name).touch()
    assert sockets.running(tmp_path) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"{os.getpid()}.new", "else.new"]


def test_without_unix_sockets_it_is_said_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(private_sockets, "HAS_SOCKETS", False)
    with pytest.raises(UserError, match="no Unix sockets"):
        why.explain()
