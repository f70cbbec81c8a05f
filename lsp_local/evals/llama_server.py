"""llama.cpp's own HTTP server (xllamacpp) in a process of its own: the engine of the peer."""

import argparse
import asyncio
import importlib.util
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lsp_local.evals.processor import processor_seconds
from lsp_local.text import UserError

HOST = "127.0.0.1"
STARTING_S = 120  # a large model on a slow disk


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """Options of llama-server, named as there. The defaults are those of `--fim-qwen-*-default`.

    `batch_size` also bounds what is read of a file: three quarters of it before the cursor's line,
    one quarter behind the cursor.
    """

    batch_size: int = 1024
    ubatch_size: int = 1024
    ctx_size: int = 0  # the model's own
    cache_reuse: int = 256


class LlamaServer:
    """A server on a free port of this machine; it dies with us."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._port = 0
        self._cpu_s = 0.0

    async def start(self, model: Path, options: ServerOptions, n_threads: int) -> None:
        """Start the server and wait until the model is loaded. Raises UserError."""
        if importlib.util.find_spec("xllamacpp") is None:
            raise UserError(
                "the peer llama-vim needs xllamacpp; run `pip install 'lsp-local[bench]'`"
            )
        command = [sys.executable, "-P", "-m", "lsp_local.evals.llama_server"]
        command += ["--model", str(model), "--n-threads", str(n_threads)]
        command += ["--options", json.dumps([getattr(options, n) for n in options.__slots__])]
        # The server reads its standard input to its end: it comes when this process ends.
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        try:
            async with asyncio.timeout(STARTING_S):
                self._port = int(await asyncio.to_thread(self._first_line))
                while await self._exchange("GET", "/health", b"") is None:
                    await asyncio.sleep(0.05)
        except (TimeoutError, ValueError):
            await self.stop()
            raise UserError(
                f"llama.cpp's server cannot load {model}; see `lsp-local doctor`"
            ) from None

    async def infill(self, body: dict[str, Any]) -> dict[str, Any] | None:
        """Return the answer to a request for a completion, or None when there is none.

        Every request has a connection of its own, as with the plug-in, which starts one curl each.
        """
        return await self._exchange("POST", "/infill", json.dumps(body).encode())

    @property
    def port(self) -> int:
        """Return the port on which it listens, 0 before that."""
        return self._port

    def cpu_s(self) -> float:
        """Return the processor time of the server so far."""
        if self._process is not None:
            self._cpu_s = max(self._cpu_s, processor_seconds(self._process.pid))
        return self._cpu_s

    async def stop(self) -> None:
        """End the server at once."""
        self.cpu_s()
        if self._process is None:
            return
        process, self._process = self._process, None
        process.kill()
        # wait() would need a thread, poll() reaps as well; a killed process is gone in a moment.
        while process.poll() is None:
            await asyncio.sleep(0.01)
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()

    def _first_line(self) -> bytes:
        assert self._process
        assert self._process.stdout
        return self._process.stdout.readline()

    async def _exchange(self, method: str, path: str, body: bytes) -> dict[str, Any] | None:
        head = f"{method} {path} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        try:
            reader, writer = await asyncio.open_connection(HOST, self._port)
        except OSError:
            return None
        try:
            writer.write(head.encode() + body)
            status = await reader.readline()
            headers = await reader.readuntil(b"\r\n\r\n")
            answer = await reader.readexactly(_content_length(headers))
        except (OSError, asyncio.IncompleteReadError):
            return None
        finally:
            writer.close()
        if status.split()[1:2] != [b"200"]:
            return None
        parsed = json.loads(answer)
        return parsed if isinstance(parsed, dict) else None


def _content_length(headers: bytes) -> int:
    for line in headers.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            return int(value)
    return 0


def main() -> None:
    """Serve until standard input ends; the first line of the output is the port."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True)
    parser.add_argument("--n-threads", type=int, required=True)
    parser.add_argument("--options", type=json.loads, required=True)
    args = parser.parse_args()
    server = _serve(args.model, ServerOptions(*args.options), args.n_threads)
    print(server.listening_address.rpartition(":")[2], flush=True)
    sys.stdin.buffer.read()
    # The server's threads would finish what they decode.
    os._exit(0)


def _serve(model: str, options: ServerOptions, n_threads: int) -> Any:
    import xllamacpp  # type: ignore[import-untyped,import-not-found,unused-ignore]

    params = xllamacpp.CommonParams()
    params.model.path = model
    params.hostnames = [HOST]
    params.port = 0
    params.n_parallel = 1
    params.n_batch = options.batch_size
    params.n_ubatch = options.ubatch_size
    params.n_ctx = options.ctx_size
    params.n_cache_reuse = options.cache_reuse
    params.cpuparams.n_threads = n_threads
    params.cpuparams_batch.n_threads = n_threads
    params.verbosity = 0
    return xllamacpp.Server(params)


if __name__ == "__main__":
    main()
