"""How a worker process is started: for one server alone, or for all that come."""

import os
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

LLAMA = "llama.cpp"


@dataclass(frozen=True, slots=True)
class Load:
    """What a worker loads. KV states are kept in `states`, in at most `states_bytes`."""

    model: Path
    n_ctx: int
    n_threads: int
    states: Path | None
    states_bytes: int
    backend: str

    def arguments(self) -> list[str]:
        """Return them as the worker's command line."""
        told = ["--model", str(self.model), "--backend", self.backend]
        told += ["--n-ctx", str(self.n_ctx), "--n-threads", str(self.n_threads)]
        if self.states is not None:
            told += ["--states", str(self.states), "--states-bytes", str(self.states_bytes)]
        return told


@dataclass(frozen=True, slots=True)
class Line:
    """A connection to the worker `pid`. `process` is None where the worker is not ours alone."""

    connection: socket.socket
    pid: int
    process: subprocess.Popen[bytes] | None = None

    def drop(self) -> None:
        """Hang up, and `end` it."""
        self.connection.close()
        self.end()

    def end(self) -> None:
        """End a private worker at once, and wait for its end; a shared one goes on."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()


def private(load: Load) -> Line:
    """Start a worker that ends with us. Raises OSError."""
    ours, theirs = socket.socketpair()
    try:
        told = ["--fd", str(theirs.fileno()), "--parent", str(os.getpid())]
        fds, null = [theirs.fileno()], subprocess.DEVNULL
        command = [*_command(load), *told]
        process = subprocess.Popen(command, pass_fds=fds, stdin=null, stdout=null)
    except OSError:
        ours.close()
        raise
    finally:
        theirs.close()
    return Line(ours, process.pid, process)


def shared(
    load: Load, listener: socket.socket, lock: int, stamp: str, log: int
) -> subprocess.Popen[bytes]:
    """Start a worker that outlives us, in a session of its own. Raises OSError.

    The process that is returned ends as soon as it has made the worker (`worker.main`).
    """
    fds, null = [listener.fileno(), lock], subprocess.DEVNULL
    told = ["--listener", str(listener.fileno()), "--lock", str(lock), "--stamp", stamp]
    return subprocess.Popen(
        [*_command(load), *told],
        pass_fds=fds,
        stdin=null,
        stdout=null,
        stderr=log,
        cwd="/",  # the first window's folder may be another's to remove
        start_new_session=True,
    )


def _command(load: Load) -> list[str]:
    # -P: a `numpy.py` in the user's working directory must not become ours.
    return [sys.executable, "-P", "-m", "lsp_local.engine.worker", *load.arguments()]
