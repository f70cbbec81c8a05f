"""How a worker process is started."""

import os
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from lsp_local.adapters import Adapter

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
    adapter: Adapter | None = None

    def spawn(self, theirs: socket.socket) -> subprocess.Popen[bytes]:
        """Start a worker that listens at `theirs` and dies with us. Raises OSError."""
        # -P: a `numpy.py` in the user's working directory must not become ours.
        command = [sys.executable, "-P", "-m", "lsp_local.engine.worker"]
        command += ["--fd", str(theirs.fileno()), "--parent", str(os.getpid())]
        command += ["--model", str(self.model), "--backend", self.backend]
        command += ["--n-ctx", str(self.n_ctx), "--n-threads", str(self.n_threads)]
        if self.states is not None:
            command += ["--states", str(self.states), "--states-bytes", str(self.states_bytes)]
        if self.adapter is not None:
            given = (self.adapter.path.resolve(), self.adapter.scale, self.adapter.sha256)
            command += ["--adapter", *map(str, given)]
        fds, null = [theirs.fileno()], subprocess.DEVNULL
        return subprocess.Popen(command, pass_fds=fds, stdin=null, stdout=null)
