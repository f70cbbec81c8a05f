"""What tells one model file from another."""

import hashlib
from pathlib import Path

from lsp_local.adapters import Adapter

ENDS = 2**20  # bytes at each end that are read


def fingerprint(path: Path, adapter: Adapter | None = None) -> str:
    """Name a model file by its size and its first and last megabyte, and what adapts it."""
    size = path.stat().st_size
    with path.open("rb") as file:
        digest = hashlib.sha256(file.read(ENDS))
        file.seek(max(0, size - ENDS))
        digest.update(file.read())
    name = f"{size}-{digest.hexdigest()}"
    return f"{name}+{adapter.mark}" if adapter else name
