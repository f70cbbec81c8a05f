"""How much memory a model takes, and how much there is."""

import os
from pathlib import Path

MEGABYTE = 2**20
OVERHEAD = 200 * MEGABYTE  # the interpreter, the library, and what it computes in
N_CTX_OF_FILE = 40_960  # tokens whose KV cache is about as large as the model's file

MEMINFO = Path("/proc/meminfo")
LIMITS = (  # of a container: what it may have, and what it has
    (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory.current")),
    (
        Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
        Path("/sys/fs/cgroup/memory/memory.usage_in_bytes"),
    ),
)


def size_of(path: Path | None, n_ctx: int) -> int:
    """Estimate what a model file takes once it is loaded; nothing for a model that is elsewhere.

    Resident, with 4,096 tokens: 135M 336 MB (estimated 312), 0.5B 658 MB (762).
    """
    try:
        n_bytes = path.stat().st_size if path is not None else 0
    except OSError:  # whoever loads it says so
        return 0
    return int(n_bytes * (1.1 + n_ctx / N_CTX_OF_FILE)) + OVERHEAD if n_bytes else 0


def free_bytes() -> int:
    """Return what can be had without swapping."""
    return max(0, min([_free_of_machine(), *_free_of_container()]))


def _free_of_machine() -> int:
    try:
        lines = MEMINFO.read_text().split("\n")
        (found,) = (line.split()[1] for line in lines if line.startswith("MemAvailable:"))
        return int(found) * 1024
    except (OSError, ValueError, IndexError):
        pass
    try:
        # Elsewhere the system does not say: half of what there is, as a guess.
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
    except (AttributeError, ValueError, OSError):
        return 4 * 1024 * MEGABYTE


def _free_of_container() -> list[int]:
    found = []
    for limit, used in LIMITS:
        try:
            found.append(int(limit.read_text()) - int(used.read_text()))
        except (OSError, ValueError):  # no such file, or "max"
            continue
    return found
