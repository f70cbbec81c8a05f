"""Make of a model file one that ctransformers can load, and find it again."""

import json
import re
import select
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from lsp_local import models
from lsp_local.engine.base import EngineError
from lsp_local.engine.fingerprint import fingerprint
from lsp_local.folders import make_folder
from lsp_local.models import OnProgress, ignore_progress

ARCHITECTURES = ("llama", "falcon")  # of GGUF files, that ctransformers 0.2.27 knows
NEWEST = 2  # version of the GGUF format that it knows
SILENT_SECONDS = 120.0  # of the converter: the gguf package hangs on some damaged files
REFUSED = 3  # its exit code when its last words are for the user
# Key, type (8 is text) and length; the text follows.
ARCHITECTURE = re.compile(rb"general\.architecture\x08\0\0\0(.{8})", re.DOTALL)
HEAD = struct.Struct("<4sI")  # magic, version
INSTALL = "run `pip install 'lsp-local[ctransformers]'`"


def readable(source: Path, architecture: str) -> Path:
    """Return the file that ctransformers loads in the place of `source`.

    Raises EngineError that says what to do where there is none.
    """
    _check_architecture(source, architecture)
    if _version(source) <= NEWEST:
        return source
    target = models.converted_of(source)
    command = f"`lsp-local model convert {models.name_of(source)} --for ctransformers`"
    if not target.is_file():
        raise EngineError(
            f"{source.name} is of a GGUF version that ctransformers cannot read; run {command}"
        )
    record = written_record(models.record_of(target))
    check_made(target, record, target.stat().st_size, source, command)
    return target


def check_made(
    target: Path, record: dict[str, Any], n_bytes: int, source: Path, command: str
) -> None:
    """Raise EngineError where `target` was made of another file, or is not whole any more."""
    if record.get("source") != fingerprint(source):
        raise EngineError(f"{target} was not made from this {source.name}; run {command} again")
    if record.get("n_bytes") != n_bytes:
        raise EngineError(f"{target} is cut off or damaged; run {command} again")


def convert(name_or_path: str, on_progress: OnProgress = ignore_progress) -> Path:
    """Write the file that ctransformers loads for a model, and its hash; return its path.

    Raises UserError for a model that cannot be converted. Nothing is left of an attempt that
    failed or was stopped.
    """
    if find_spec("gguf") is None:
        raise EngineError(f"the package gguf is not here; {INSTALL}")
    source = models.resolve(name_or_path)
    if _version(source) <= NEWEST:
        raise EngineError(f"{source.name} needs no conversion: ctransformers reads it as it is")
    _check_architecture(source, _architecture(source) or ARCHITECTURES[0])
    target = models.converted_of(source)
    with making(target):
        _write(source, target, on_progress)
    return target


@contextmanager
def making(target: Path) -> Iterator[None]:
    """Keep out whoever else pulls or converts, while `target` is made.

    Raises EngineError where somebody does already, and for what cannot be written.
    """
    try:
        make_folder(target.parent)
        with models.alone(_refuse):
            yield
    except OSError as error:
        raise EngineError(f"cannot write {target}: {error.strerror or error}") from error


def _refuse() -> None:
    raise EngineError("a pull or another conversion is running; wait for it, then try again")


def _write(source: Path, target: Path, on_progress: OnProgress) -> None:
    """Write file and record; whoever looks meanwhile finds the old pair, the new one, or none."""
    part = target.with_name(f"{target.name}.part")
    try:
        run("lsp_local.engine.gguf_v2", source, part, on_progress)
        record = {
            "source": fingerprint(source),
            "source_sha256": models.sha256_of(source, on_progress),
            "sha256": models.sha256_of(part, on_progress),
            "n_bytes": part.stat().st_size,
        }
        models.record_of(target).unlink(missing_ok=True)
        part.replace(target)
        models.record_of(target).write_text(json.dumps(record, indent=2) + "\n")
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def run(module: str, source: Path, part: Path, on_progress: OnProgress) -> None:
    """Convert with `module` in a process of its own, which is ended when it is silent for long.

    Raises EngineError with its last words.
    """
    command = [sys.executable, "-P", "-m", module, str(source), str(part)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe) as process:
        try:
            _follow(process, source, on_progress)
        finally:
            process.kill()


def _follow(process: "subprocess.Popen[bytes]", source: Path, on_progress: OnProgress) -> None:
    assert process.stdout is not None
    assert process.stderr is not None
    while select.select([process.stdout], [], [], SILENT_SECONDS)[0]:
        line = process.stdout.readline()
        if not line:
            break
        n_done, n_total = map(int, line.split())
        on_progress(f"converting {source.name}", n_done, n_total)
    else:
        raise EngineError(
            f"the gguf package has been silent over {source.name} for {SILENT_SECONDS:.0f} s: "
            "the file is damaged"
        )
    said = process.stderr.read().decode(errors="replace").strip().rpartition("\n")[2]
    if (code := process.wait()) == REFUSED:
        raise EngineError(f"{source.name} cannot be converted: {said}")
    if code:
        raise EngineError(
            f"the gguf package cannot read {source.name}: the file is damaged ({said})"
        )


def _check_architecture(source: Path, architecture: str) -> None:
    if architecture not in ARCHITECTURES:
        raise EngineError(
            f"ctransformers does not know the architecture {architecture!r} of {source.name}; "
            "smollm2-135m works on it, or choose `llama.cpp` for the option engine"
        )


def _architecture(path: Path) -> str:
    """Return what the head of a GGUF file says, "" where it stands farther behind.

    The gguf package reads all tokens first, which takes it many seconds.
    """
    with path.open("rb") as file:
        found = ARCHITECTURE.search(file.read(2**16))
    if found is None:
        return ""
    start, n_bytes = found.end(), int.from_bytes(found[1], "little")
    return found.string[start : start + min(n_bytes, 64)].decode(errors="replace")


def _version(path: Path) -> int:
    """Return the version of a GGUF file; what is no such file is newer than all."""
    try:
        with path.open("rb") as file:
            magic, version = HEAD.unpack(file.read(HEAD.size))
    except (OSError, struct.error):
        return sys.maxsize
    return int(version) if magic == b"GGUF" else sys.maxsize


def written_record(path: Path) -> dict[str, Any]:
    """Return what was noted down of a conversion; {} where that is not there or damaged."""
    try:
        record = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}
