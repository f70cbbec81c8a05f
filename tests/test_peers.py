"""Who is at the other end of a worker's socket, and what becomes of those who do not listen."""

import os
import socket
from pathlib import Path

import pytest

from lsp_local import private_sockets
from lsp_local.engine import door, peers, wire

NOBODY = 65534


def test_another_users_process_is_no_peer(monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = socket.socketpair()
    with one, two:
        private_sockets.check_peer(one)
        monkeypatch.setattr(os, "geteuid", lambda: NOBODY)
        with pytest.raises(PermissionError, match="at the other end"):
            private_sockets.check_peer(one)


def test_a_peer_that_does_not_read_holds_nobody_up() -> None:
    ours, theirs = socket.socketpair()
    peer = peers.Peer(theirs)
    with ours:
        said = [f"{n} {'x' * 10_000}" for n in range(200)]
        for n, text in enumerate(said):
            peer.send(n, text=text)  # two megabytes: more than a socket takes
        read = [wire.receive(ours) for _ in said]
        assert read == [{"id": n, "text": text} for n, text in enumerate(said)]
        peer.close()
        peer.send(0, text="to nobody")
        assert wire.receive(ours) is None


def test_a_peer_that_never_reads_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "MOST_UNREAD", 10**6)
    ours, theirs = socket.socketpair()
    peer = peers.Peer(theirs)
    with ours:
        for n in range(200):
            peer.send(n, text="x" * 10_000)
        assert peer.receive() is None
        peer.close()


def test_a_log_that_grows_is_emptied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "LONGEST_LOG", 100)
    log = os.open(tmp_path / "log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    before = os.dup(2)
    try:
        os.dup2(log, 2)
        sizes = []
        for text in (b"x" * 100, b"y", b"z"):
            os.write(2, text)
            door.trim_log()
            sizes.append((tmp_path / "log").stat().st_size)
    finally:
        os.dup2(before, 2)
        os.close(before)
        os.close(log)
    assert sizes == [100, 0, 1]
