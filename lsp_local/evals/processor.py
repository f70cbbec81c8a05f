"""The processor time of a process and its children, from Linux's /proc."""

import os
from pathlib import Path


def processor_seconds(pid: int) -> float:
    """Return user and system time of a process and all below it; 0 where there is no /proc."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    # proc(5): utime, stime, and the same of children that have ended and were waited for.
    n_ticks = sum(int(field) for field in fields[11:15])
    return n_ticks / os.sysconf("SC_CLK_TCK") + sum(map(processor_seconds, _children(pid)))


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += map(int, task.read_text().split())
        except OSError:  # a thread that has just ended
            continue
    return found
