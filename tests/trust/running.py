"""The processes of one test: all whose environment names its folder, whoever has started them."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

WORKER, INDEX = "lsp_local.engine.worker", "lsp_local.index.process"


def environment_in(folder: Path, **more: str) -> dict[str, str]:
    """Return the variables that keep a server, and all that it starts, in `folder`."""
    return {"LSP_LOCAL_CACHE_DIR": str(folder), "LSP_LOCAL_CACHE_MB": "64", **more}


def processes_in(folder: Path, module: str = "") -> list[int]:
    """Return what runs with `environment_in(folder)`, or what of it runs `module`."""
    return sorted(pid for pid in _of(folder) if module.encode() in _read(pid, "cmdline"))


def _of(folder: Path) -> Iterator[int]:
    mark = f"LSP_LOCAL_CACHE_DIR={folder}\0".encode()
    for entry in Path("/proc").glob("[0-9]*"):
        if mark in _read(int(entry.name), "environ"):  # that of a zombie is empty
            yield int(entry.name)


def _read(pid: int, name: str) -> bytes:
    with suppress(OSError):
        return Path(f"/proc/{pid}/{name}").read_bytes()
    return b""
