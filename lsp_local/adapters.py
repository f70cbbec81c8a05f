"""A LoRA adapter, what a small training has added to a model: which file, and how much of it."""

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from lsp_local.models import ModelError
from lsp_local.options import Options, answers_as

GREATEST_SCALE = 100.0
SCALE = re.compile(r"-?(\d{1,9}(\.\d{0,9})?|\.\d{1,9})")
ADVICE = "give the path of an adapter in GGUF format, or PATH:SCALE"


@dataclass(frozen=True, slots=True)
class Adapter:
    """A file and the factor of its effect; `sha256` is that of the file when it was chosen."""

    path: Path
    scale: float
    sha256: str

    @property
    def mark(self) -> str:
        """Return what tells it from every other adapter and scale."""
        return f"{self.sha256}:{self.scale:g}"


def chosen(text: str) -> Adapter | None:
    """Return the adapter that the option `adapter` names, None where it is empty.

    It reads the whole file once, some 0.1 s for 50 MB. Raises ModelError.
    """
    if not text:
        return None
    path, scale = _split(text)
    try:
        status = path.stat()
        digest = _digest(path, status.st_size, status.st_mtime_ns)
    except FileNotFoundError:
        raise ModelError(f"there is no adapter file {path}; {ADVICE}") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ModelError(f"cannot read the adapter {path}: {reason}; {ADVICE}") from None
    if digest is None:
        raise ModelError(
            f"the adapter {path} is not a GGUF file; llama.cpp's convert_lora_to_gguf.py makes "
            "one of what a trainer writes"
        )
    return Adapter(path, scale, digest)


def voice(options: Options) -> str:
    """Name who speaks: the model, with its adapter if it has one. What one says is not another's.

    An adapter that cannot be read has a name of its own, too: nothing will be said by it.
    """
    try:
        adapter = chosen(options.adapter)
    except ModelError:
        return f"{answers_as(options)} with {options.adapter}"
    return f"{answers_as(options)} with {adapter.mark}" if adapter else answers_as(options)


def _split(text: str) -> tuple[Path, float]:
    path, colon, end = text.rpartition(":")
    whole = Path(text).expanduser()
    if not colon or not path or not SCALE.fullmatch(end) or _exists(whole):
        return whole, 1.0
    if abs(scale := float(end)) > GREATEST_SCALE:
        raise ModelError(
            f"the adapter's scale must be between -{GREATEST_SCALE:g} and {GREATEST_SCALE:g}, "
            f"not {end}; 1 is as it was trained"
        )
    return Path(path).expanduser(), scale


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


@lru_cache(maxsize=16)
def _digest(path: Path, n_bytes: int, mtime_ns: int) -> str | None:
    """Return the SHA-256 of a GGUF file that has not been touched since; None for another one."""
    del n_bytes, mtime_ns
    # To open a pipe would take until somebody writes into it.
    if not path.is_file() and not path.is_dir():
        return None
    with path.open("rb") as file:
        if file.read(4) != b"GGUF":
            return None
        file.seek(0)
        return hashlib.file_digest(file, "sha256").hexdigest()
