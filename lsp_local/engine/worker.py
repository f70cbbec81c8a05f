"""The process that owns the model: one thread computes, one listens and can interrupt it."""

import argparse
import codecs
import ctypes
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lsp_local.engine import wire
from lsp_local.engine.base import (
    Backend,
    EngineError,
    Finish,
    Generated,
    Priority,
    Token,
)
from lsp_local.engine.generation import generate
from lsp_local.engine.wire import Message

PR_SET_PDEATHSIG = 1
STUCK_SECONDS = 5.0  # an interrupted step ends within milliseconds, or never
STARVED_CPU = (0.2, 4.0)  # seconds of CPU in that time: more is a loop, less is a deadlock
IDLE_SECONDS = 2.0  # after which what was read is written to disk
UPKEEP = 0  # the key of our own job; those of the server begin at 1


@dataclass(slots=True)
class Job:
    """A request under way. `steps` does one bounded piece of work per `next`."""

    key: int
    priority: Priority
    steps: Iterator[Message | None]
    is_cancelled: bool = field(default=False)


def _llama(arguments: argparse.Namespace) -> Backend:
    from lsp_local.engine.llama import LlamaBackend

    return LlamaBackend(
        arguments.model,
        arguments.n_ctx,
        arguments.n_threads,
        arguments.states,
        arguments.states_bytes,
    )


def _ctransformers(arguments: argparse.Namespace) -> Backend:
    from lsp_local.engine.ctransformers import CtransformersBackend

    return CtransformersBackend(arguments.model, arguments.n_ctx, arguments.n_threads)


BACKENDS = {"llama.cpp": _llama, "ctransformers": _ctransformers}


class Worker:
    """Runs jobs by priority, one step at a time, and answers each exactly once."""

    def __init__(self, peer: socket.socket) -> None:
        self._peer = peer
        self._backend: Backend | None = None
        self._failure = ""
        self._jobs: list[Job] = []
        self._running: Job | None = None
        self._last = Priority.UPKEEP  # of what was done last: nothing needs to be written yet
        self._n_steps = 0
        self._changed = threading.Condition()
        self._sending = threading.Lock()

    def load(self, arguments: argparse.Namespace) -> None:
        """Load the model; a failure is told to whoever asks."""
        try:
            self._backend = BACKENDS[arguments.backend](arguments)
        except Exception as error:
            self._failure = _said(error)

    def listen(self) -> None:
        """Take messages until the server is gone; then end the process, also in mid-decode."""
        try:
            while (message := wire.receive(self._peer)) is not None:
                self._take(message)
        finally:  # without its ears this process would never end
            os._exit(0)

    def run(self) -> None:
        """Work off the jobs, the most urgent first; never returns."""
        while True:
            with self._changed:
                self._wait_for_jobs()
                self._running = job = min(self._jobs, key=lambda job: (job.priority, job.key))
                if self._backend and not job.is_cancelled:
                    self._backend.resume()
            self._step(job)
            self._n_steps += 1

    def _wait_for_jobs(self) -> None:
        """Wait for a request; after a while of idleness the upkeep is a job, once."""
        is_kept_up = self._last is Priority.UPKEEP or self._backend is None
        seconds = None if is_kept_up else IDLE_SECONDS
        while not self._jobs:
            if not self._changed.wait(seconds) and self._backend:
                job = Job(UPKEEP, Priority.UPKEEP, self._upkeep(self._backend))
                self._jobs.append(job)

    def _upkeep(self, backend: Backend) -> Iterator[Message | None]:
        for _ in backend.write_states():
            yield None
        yield {"result": None}

    def _take(self, message: Message) -> None:
        try:
            if message["op"] == "cancel":
                self._cancel(message["id"])
            elif message["op"] == "tokenize" and self._backend:
                self._send(message["id"], result=self._tokenize(message))
            elif message["op"] == "pieces" and self._backend:
                pieces = self._backend.pieces(message["tokens"])
                self._send(message["id"], result=[piece.decode("latin-1") for piece in pieces])
            elif message["op"] == "n_missing" and self._backend:
                self._send(message["id"], result=self._backend.n_missing(message["tokens"]))
            elif message["op"] == "work" and self._backend:
                self._send(message["id"], result=wire.fields_of(self._backend.work()))
            else:
                self._submit(message)
        except Exception as error:
            self._send(message["id"], error=_said(error))

    def _submit(self, message: Message) -> None:
        fields = message.get("request") or {}
        priority = Priority(fields.get("priority", Priority.INLINE))
        with self._changed:
            self._jobs.append(Job(message["id"], priority, self._steps(message)))
            if self._running and self._running.priority > priority:
                self._interrupt()
            self._changed.notify()

    def _cancel(self, key: int) -> None:
        with self._changed:
            for job in self._jobs:
                if job.key == key:
                    job.is_cancelled = True
                    if job is self._running:
                        self._interrupt()

    def _interrupt(self) -> None:
        """End the running step; if it does not end, end the process, and the server starts another.

        ggml's threads may miss each other at an abort: one leaves, the others spin in the barrier.
        """
        if self._backend:
            self._backend.interrupt()
            self._watch(self._n_steps, time.process_time())

    def _watch(self, n_steps: int, at_cpu: float) -> None:
        watch = threading.Timer(STUCK_SECONDS, self._exit_if_stuck, [n_steps, at_cpu])
        watch.daemon = True
        watch.start()

    def _exit_if_stuck(self, n_steps: int, at_cpu: float) -> None:
        with self._changed:
            is_stuck = self._running is not None and self._n_steps == n_steps
        least, most = STARVED_CPU
        if is_stuck and least < time.process_time() - at_cpu < most:
            self._watch(n_steps, at_cpu)  # a busy machine: wait on
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
            self._finish(job, error=_said(error))

    def _stream(self, job: Job, **frame: Any) -> None:
        self._send(job.key, **frame)

    def _finish(self, job: Job, **frame: Any) -> None:
        # Packed first: if that fails the job is still there, and gets the error instead.
        packed = wire.pack({"id": job.key, **frame})
        with self._changed:
            self._jobs.remove(job)
            self._last, self._running = job.priority, None
        self._write(packed)

    def _send(self, key: int, **frame: Any) -> None:
        self._write(wire.pack({"id": key, **frame}))

    def _write(self, packed: bytes) -> None:
        try:
            with self._sending:
                self._peer.sendall(packed)
        except OSError:
            os._exit(0)

    def _steps(self, message: Message) -> Iterator[Message | None]:
        """Return the steps of a request. Raises EngineError at the first step without a model."""
        if self._backend is None:
            raise EngineError(self._failure or "the model is not loaded")
        match message["op"]:
            case "info":
                yield {"result": {**wire.fields_of(self._backend.info), **self._speed()}}
            case "tokenize":
                yield {"result": self._tokenize(message)}
            case "generate":
                yield from self._generate(message)
            case "score":
                yield from self._score(message)
            case "write_states":
                yield from self._upkeep(self._backend)
            case unknown:
                raise EngineError(f"the worker knows no operation {unknown!r}")

    def _tokenize(self, message: Message) -> list[list[int]]:
        assert self._backend
        allow_special = bool(message.get("allow_special"))
        return [self._backend.tokenize(text, allow_special) for text in message["texts"]]

    def _speed(self) -> Message:
        assert self._backend
        return {"speed": wire.fields_of(self._backend.speed())}

    def _generate(self, message: Message) -> Iterator[Message | None]:
        assert self._backend
        # A character may be spread over several tokens.
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        for event in generate(self._backend, wire.request_from(message["request"])):
            match event:
                case Token():
                    yield {"text": decoder.decode(event.piece)}
                case Generated():
                    yield {"result": {**wire.fields_of(event), **self._speed()}}
                case None:
                    yield None

    def _score(self, message: Message) -> Iterator[Message | None]:
        assert self._backend
        scores: list[list[Any]] = []
        for chunk in self._backend.score(message["tokens"], message["n_best"], message["first"]):
            scores += [[score.token, score.logprob, score.best] for score in chunk]
            yield None
        yield {"result": scores}


def _said(error: Exception) -> str:
    """Return what the server is told about an error."""
    if isinstance(error, EngineError):
        return str(error)
    return f"internal error in the engine: {error!r}; please report it"


def die_with_parent(parent: int) -> None:
    """Let the kernel end this process when the server dies, whatever it is doing (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


def main() -> None:
    """Serve one server over the inherited socket."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--fd", type=int, required=True)
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--backend", choices=BACKENDS, required=True)
    parser.add_argument("--n-ctx", type=int, required=True)
    parser.add_argument("--n-threads", type=int, required=True)
    parser.add_argument("--states", type=Path)
    parser.add_argument("--states-bytes", type=int, default=0)
    arguments = parser.parse_args()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal is the parent's business
    die_with_parent(arguments.parent)
    worker = Worker(socket.socket(fileno=arguments.fd))
    threading.Thread(target=worker.listen, daemon=True).start()
    worker.load(arguments)
    worker.run()


if __name__ == "__main__":
    main()
