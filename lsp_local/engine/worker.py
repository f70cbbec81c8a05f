"""The process that owns the model: one thread computes, one listens and can interrupt it."""

import argparse
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from lsp_local.adapters import Adapter
from lsp_local.engine import confining, operations, starting, wire
from lsp_local.engine.base import (
    Backend,
    EngineError,
    Finish,
    Priority,
)
from lsp_local.engine.company import Company
from lsp_local.engine.door import Door
from lsp_local.engine.peers import Peer
from lsp_local.engine.turns import Job, Turns
from lsp_local.engine.wire import Message

STUCK_SECONDS = 5.0  # an interrupted step ends within milliseconds, or never
STARVED_CPU = 0.2, 4.0  # seconds of CPU: less in that time is a deadlock, more in all a loop
IDLE_SECONDS = 2.0  # after which what was read is written to disk
Plain = tuple[Path, int, int]  # a model, its context in tokens, and threads: what all backends take
UPKEEP = 0  # the window and the key of our own job; those of the servers begin at 1


def _llama(arguments: argparse.Namespace) -> Backend:
    from lsp_local.engine.llama import LlamaBackend

    return LlamaBackend(*_with_states(arguments), _adapter(arguments.adapter))


def _adapter(given: list[str] | None) -> Adapter | None:
    if given is None:
        return None
    path, scale, sha256 = given
    return Adapter(Path(path), float(scale), sha256)


def _ctransformers(arguments: argparse.Namespace) -> Backend:
    from lsp_local.engine.ctransformers import CtransformersBackend

    return CtransformersBackend(*_plainly(arguments))


def _openvino(arguments: argparse.Namespace) -> Backend:
    from lsp_local.engine.openvino.backend import OpenvinoBackend

    return OpenvinoBackend(*_with_states(arguments))


def _plainly(given: argparse.Namespace) -> Plain:
    return given.model, given.n_ctx, given.n_threads


def _with_states(given: argparse.Namespace) -> tuple[*Plain, Path | None, int, Callable[[], int]]:
    return *_plainly(given), given.states, given.states_bytes, given.n_windows


BACKENDS = {"llama.cpp": _llama, "ctransformers": _ctransformers, "openvino": _openvino}


class Worker:
    """Runs jobs by priority, one step at a time, and answers each exactly once."""

    def __init__(self, company: Company) -> None:
        self._company = company
        self._backend: Backend | None = None
        self._failure = ""
        self._jobs: list[Job] = []
        self._turns = Turns()
        self._running: Job | None = None
        self._last = Priority.UPKEEP  # of what was done last: nothing needs to be written yet
        self._n_steps = 0
        self._changed = threading.Condition()
        self._asking = threading.Lock()  # who asks the backend beside the one thread that runs it

    def load(self, arguments: argparse.Namespace) -> None:
        """Load the model; a failure is told to whoever asks."""
        try:
            self._backend = BACKENDS[arguments.backend](arguments)
        except Exception as error:
            self._failure, self._company.is_of_use = operations.said(error), False

    def listen(self, peer: Peer) -> None:
        """Take a peer's messages until it is gone; then drop what it has asked for."""
        try:
            while (message := peer.receive()) is not None:
                self._take(peer, message)
        except (OSError, wire.WireError, KeyError):
            pass  # a peer that talks nonsense is as good as gone
        finally:
            self._drop(peer)

    def run(self) -> None:
        """Work off the jobs, the most urgent first; never returns."""
        while True:
            with self._changed:
                self._wait_for_jobs()
                self._running = job = self._turns.next(self._jobs)
                if self._backend and not job.is_cancelled:
                    self._backend.resume()
            started = time.monotonic()
            self._step(job)
            self._turns.spent(job, time.monotonic() - started)
            self._n_steps += 1

    def _wait_for_jobs(self) -> None:
        """Wait for a request; after a while of idleness the upkeep is a job, once."""
        is_kept_up = self._last is Priority.UPKEEP or self._backend is None
        seconds = None if is_kept_up else IDLE_SECONDS
        while not self._jobs:
            if not self._changed.wait(seconds) and self._backend:
                steps = operations.upkeep(self._backend)
                self._jobs.append(Job(UPKEEP, UPKEEP, Priority.UPKEEP, steps, _to_nobody))

    def _take(self, peer: Peer, message: Message) -> None:
        key = message["id"]
        try:
            if message["op"] == "cancel":
                self._cancel(peer, key)
            elif (answer := self._company.answer(peer, message)) is not None:
                peer.send(key, result=answer)
            elif self._backend and (find := operations.at_once(self._backend, message)):
                with self._asking:
                    answer = find()
                peer.send(key, result=answer)
            else:
                self._submit(peer, message)
        except wire.WireError as error:
            peer.send(key, error=str(error))
            raise
        except Exception as error:
            peer.send(key, error=operations.said(error))

    def _submit(self, peer: Peer, message: Message) -> None:
        fields = message.get("request") or {}
        priority = Priority(fields.get("priority", Priority.INLINE))
        job = Job(peer.number, message["id"], priority, self._steps(message), peer.write)
        with self._changed:
            self._jobs.append(job)
            if self._running and self._running.priority > priority:
                self._interrupt()
            self._changed.notify()

    def _cancel(self, peer: Peer, key: int | None = None) -> None:
        """Cancel one job of a peer, or all."""
        with self._changed:
            for job in self._jobs:
                if job.window == peer.number and key in (None, job.key):
                    job.is_cancelled = True
                    if job is self._running:
                        self._interrupt()

    def _drop(self, peer: Peer) -> None:
        self._cancel(peer)
        peer.close()
        self._company.leave(peer)

    def _interrupt(self) -> None:
        """End the running step; if it does not end, end the process, and the server starts another.

        ggml's threads may miss each other at an abort: one leaves, the others spin in the barrier.
        """
        if self._backend:
            self._backend.interrupt()
            self._watch(self._n_steps, time.process_time())

    def _watch(self, n_steps: int, began: float) -> None:
        given = n_steps, began, time.process_time()
        watch = threading.Timer(STUCK_SECONDS, self._exit_if_stuck, given)
        watch.daemon = True
        watch.start()

    def _exit_if_stuck(self, n_steps: int, began: float, looked: float) -> None:
        with self._changed:
            is_stuck = self._running is not None and self._n_steps == n_steps
        now = time.process_time()
        least, most = STARVED_CPU
        if is_stuck and now - looked > least and now - began < most:
            self._watch(n_steps, began)  # a busy machine: wait on
        elif is_stuck:
            os._exit(1)

    def _step(self, job: Job) -> None:
        """Advance a job by one step, send what it yields, and drop it when it has ended."""
        try:
            if job.is_cancelled:
                self._finish(job, result={"finish": Finish.CANCELLED})
            elif (frame := next(job.steps)) is not None:
                is_last = "result" in frame
                (self._finish if is_last else self._stream)(job, **frame)
        except Exception as error:
            self._finish(job, error=operations.said(error))

    def _stream(self, job: Job, **frame: Any) -> None:
        job.write(wire.pack({"id": job.key, **frame}))

    def _finish(self, job: Job, **frame: Any) -> None:
        # Packed first: if that fails the job is still there, and gets the error instead.
        packed = wire.pack({"id": job.key, **frame})
        with self._changed:
            self._jobs.remove(job)
            self._last, self._running = job.priority, None
        job.write(packed)

    def _steps(self, message: Message) -> Iterator[Message | None]:
        """Return the steps of a request. Raises EngineError at the first step without a model."""
        if self._backend is None:
            raise EngineError(self._failure or "the model is not loaded")
        yield from operations.steps(self._backend, message)


def _to_nobody(_packed: bytes) -> None:
    """Answer ourselves."""


def main() -> None:
    """Serve one server over the inherited socket, or all that come to a listening one."""
    arguments = starting.parsed(BACKENDS)
    starting.settle(arguments)
    confined = confining.confine(arguments)
    if arguments.listener is not None:
        door = Door(arguments.listener, arguments.lock)
        company = Company(str(arguments.model), confined, arguments.stamp, door.end)
        worker = Worker(company)
        threading.Thread(target=door.admit, args=[worker.listen], daemon=True).start()
    else:
        peer = Peer(socket.socket(fileno=arguments.fd))
        company = Company(str(arguments.model), confined)
        company.add(peer)
        worker = Worker(company)
        threading.Thread(target=worker.listen, args=[peer], daemon=True).start()
    arguments.n_windows = company.n_windows
    worker.load(arguments)
    worker.run()


if __name__ == "__main__":
    main()
