"""The worker's two threads: every request is answered once, whatever goes wrong on the way."""

import argparse
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from test_generation import ScriptedBackend

from lsp_local.engine import wire
from lsp_local.engine import worker as worker_module
from lsp_local.engine.base import Backend, GenerateRequest, Priority, TokenScore
from lsp_local.engine.company import Company
from lsp_local.engine.peers import Peer
from lsp_local.engine.worker import Worker

REQUEST = {**wire.fields_of(GenerateRequest([6, 7], 3)), "priority": Priority.PREFETCH}


class UnpackableBackend(ScriptedBackend):
    """Writes down what no message can hold."""

    def score(self, tokens: list[int], n_best: int, first: int = 1) -> Iterator[list[TokenScore]]:
        return iter([[TokenScore(1, object(), [])]] if tokens else [])  # type: ignore[arg-type]

    def resume(self) -> None:
        """Nothing was interrupted."""

    def write_states(self) -> Iterator[None]:
        raise SystemExit  # ends the worker's thread: a word to the closed socket would end pytest


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the upkeep, at which the worker's thread ends, come soon."""
    monkeypatch.setattr(worker_module, "IDLE_SECONDS", 0.05)


def worker_for(theirs: socket.socket) -> tuple[Worker, Peer]:
    """Return a worker with one window."""
    company, peer = Company("a model"), Peer(theirs)
    company.add(peer)
    return Worker(company), peer


def answer_to(*messages: wire.Message, backend: Backend | None = None) -> list[wire.Message]:
    """Return what a worker says to `messages`, the last of which must be answered last."""
    ours, theirs = socket.socketpair()
    ours.settimeout(20)
    worker, peer = worker_for(theirs)
    worker._backend = backend or UnpackableBackend(b" x y\n")
    thread = threading.Thread(target=worker.run, daemon=True)
    thread.start()
    answers: list[wire.Message] = []
    with ours, theirs:
        for message in messages:
            worker._take(peer, message)
        while not answers or answers[-1]["id"] != messages[-1]["id"]:
            answer = wire.receive(ours)
            assert answer is not None
            answers.append(answer)
        thread.join(20)  # it ends after `IDLE_SECONDS`, at its upkeep
    return answers


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize(
    "broken",
    [
        pytest.param({"op": "tokenize", "texts": [None]}, id="a text that is none"),
        pytest.param({"op": "sing"}, id="an unknown operation"),
        pytest.param({"op": "info", "request": {"priority": 99}}, id="an unknown priority"),
        pytest.param({"op": "generate", "request": {}}, id="a request without tokens"),
        pytest.param(
            {"op": "score", "tokens": [1], "n_best": 1, "first": 1},
            id="an answer that cannot be sent",
        ),
    ],
)
def test_what_goes_wrong_is_told_once_and_the_next_is_served(broken: wire.Message) -> None:
    good = {
        "id": 2,
        "op": "score",
        "tokens": [],
        "n_best": 1,
        "first": 1,
        "request": {"priority": Priority.LINT},
    }
    first, second = answer_to({**broken, "id": 1}, good)
    assert (first["id"], second) == (1, {"id": 2, "result": []})
    assert "error" in first


def test_a_load_that_fails_for_any_reason_is_told(tmp_path: Path) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        worker, peer = worker_for(theirs)
        worker.load(
            argparse.Namespace(
                model=tmp_path / "no\0model.gguf",
                n_ctx=512,
                n_threads=1,
                states=None,
                states_bytes=0,
                n_windows=lambda: 1,
            )
        )
        threading.Thread(target=worker.run, daemon=True).start()
        worker._take(peer, {"op": "info", "id": 1})
        answer = wire.receive(ours)
    assert answer is not None
    assert "error" in answer


STUCK = """
import socket, sys, threading, time
sys.path.insert(0, sys.argv[2])
from test_generation import ScriptedBackend
from lsp_local.engine import worker as module
from lsp_local.engine.company import Company
from lsp_local.engine.peers import Peer

class Stuck(ScriptedBackend):
    def resume(self): pass
    def interrupt(self): pass
    def prefill(self, tokens, n_most):
        peer.send(0)
        {step}

module.STUCK_SECONDS = 0.5
module.STARVED_CPU = (0.005, 1.0)
company, peer = Company("a model"), Peer(socket.socket(fileno=int(sys.argv[1])))
company.add(peer)
worker = module.Worker(company)
worker._backend = Stuck(b"")
threading.Thread(target=worker.listen, args=[peer], daemon=True).start()
worker.run()
"""


@pytest.mark.parametrize(
    "step",
    [
        pytest.param("threading.Event().wait()", id="a deadlock"),
        pytest.param("sum(range(10**6)); threading.Event().wait()", id="a deadlock after work"),
        pytest.param("while True: pass", id="an endless loop"),
    ],
)
def test_a_step_that_cannot_be_interrupted_ends_the_process(step: str) -> None:
    with _cancelled(step) as (_, process):
        assert process.wait(20) == 1


def test_a_step_that_a_busy_machine_slows_down_is_waited_for() -> None:
    # Some of a processor, for four times the time after which the worker looks.
    step = "[(sum(range(10**6)), time.sleep(0.1)) for _ in range(20)]; return len(tokens)"
    with _cancelled(step) as (peer, process):
        assert wire.receive(peer) == {"id": 1, "result": {"finish": "cancelled"}}
        assert process.poll() is None
        process.kill()


@contextmanager
def _cancelled(step: str) -> Iterator[tuple[socket.socket, "subprocess.Popen[bytes]"]]:
    """Give a worker whose prefill is `step`, and which was told to end it."""
    ours, theirs = socket.socketpair()
    here = str(Path(__file__).parent)
    stuck = STUCK.replace("{step}", step)
    command = [sys.executable, "-c", stuck, str(theirs.fileno()), here]
    with ours, subprocess.Popen(command, pass_fds=[theirs.fileno()]) as process:
        theirs.close()  # or its end would not be ours to notice
        try:
            ours.sendall(wire.pack({"id": 1, "op": "generate", "request": REQUEST}))
            assert wire.receive(ours) == {"id": 0}
            ours.sendall(wire.pack({"id": 1, "op": "cancel"}))
            yield ours, process
        finally:
            process.kill()  # or a failure would wait for it
