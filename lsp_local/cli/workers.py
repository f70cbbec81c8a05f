"""The model processes that windows share now, for `doctor` and `stats`."""

from pathlib import Path
from typing import Any


def shared() -> list[dict[str, Any]]:
    """Return what each says of itself: process, model, windows, seconds, bytes of memory."""
    from lsp_local import private_sockets
    from lsp_local.engine import finding

    return finding.statuses() if private_sockets.HAS_SOCKETS else []


def in_short(workers: list[dict[str, Any]]) -> dict[str, str]:
    """Return a line for each, by its process."""
    return {f"process {one['pid']}": _line(one) for one in workers} or {"shared": "none runs"}


def _line(worker: dict[str, Any]) -> str:
    n, n_bytes = worker["n_windows"], worker["n_bytes"]
    windows = f"{n} window{'' if n == 1 else 's'}"
    memory = "" if n_bytes is None else f", {n_bytes / 1e6:,.1f} MB"
    return f"{Path(worker['model']).stem}, {windows}{memory}, for {worker['seconds'] // 60} min"
