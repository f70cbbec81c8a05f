"""What Linux tells of processes."""

import os
import signal
from contextlib import suppress
from pathlib import Path

IS_TOLD = Path("/proc/self/stat").exists()


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; one whose end nobody has read yet does not."""
    return parent_of(pid) is not None


def is_worker(pid: int) -> bool:
    """Tell whether a process is that of a model."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return b"lsp_local.engine.worker" in Path(f"/proc/{pid}/cmdline").read_bytes()
    return False


def parent_of(pid: int) -> int | None:
    """Return the process that has started this one; None where this one has ended."""
    fields = _fields(pid)
    return int(fields[1]) if fields and fields[0] != "Z" else None


def children_of(parent: int) -> list[int]:
    """Return the running processes that this one has started."""
    pids = sorted(int(path.name) for path in Path("/proc").glob("[0-9]*"))
    return [pid for pid in pids if parent_of(pid) == parent]


def kill(pid: int) -> None:
    """End a process as the kernel does when memory runs out; it may have ended by itself."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def cpu_ticks(pid: int) -> int:
    """Return the processor time of a running process, in hundredths of a second."""
    return sum(map(int, _fields(pid)[11:13]))


def _fields(pid: int) -> list[str]:
    """Return what stands behind the name of a process, [] where it is gone."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return []
