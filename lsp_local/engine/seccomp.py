"""seccomp: a process that gives up system calls for ever, for all threads of it (Linux 3.17).

The filter is a program for the kernel's packet filter (userspace-api/seccomp_filter).
"""

import ctypes
import os
import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from lsp_local.engine.landlock import no_new_privileges

SET_MODE_FILTER = 1
ALL_THREADS = 1 << 0
# Else the kernel takes a mitigation in use that may slow down everything the process computes.
NO_SLOWER = 1 << 2
TELLS = 1 << 3  # a file descriptor to hear of calls by
LOAD, JUMP_IF_EQUAL, JUMP_IF_GREATER_EQUAL, RETURN = 0x20, 0x15, 0x35, 0x06
AT_NUMBER, AT_ARCHITECTURE, AT_FIRST_ARGUMENT = 0, 4, 16
ALLOW, REFUSE, TELL = 0x7FFF0000, 0x00050000, 0x7FC00000
EPERM = 1
X32 = 0x40000000  # the first number of another set of calls, by which a filter could be evaded


@dataclass(frozen=True, slots=True)
class _Machine:
    """The kernel's name for an architecture, and its numbers of system calls."""

    mark: int
    seccomp: int
    calls: Mapping[str, int]


MACHINES = {
    "x86_64": _Machine(
        0xC000003E,
        317,
        {
            "socket": 41,
            "connect": 42,
            "bind": 49,
            "listen": 50,
            "execve": 59,
            "execveat": 322,
            "ptrace": 101,
            "process_vm_readv": 310,
            "process_vm_writev": 311,
            "open_by_handle_at": 304,
            "mount": 165,
            "unshare": 272,
            "setns": 308,
            "pidfd_getfd": 438,
            "bpf": 321,
            "perf_event_open": 298,
            "io_uring_setup": 425,
        },
    ),
    "aarch64": _Machine(
        0xC00000B7,
        277,
        {
            "socket": 198,
            "connect": 203,
            "bind": 200,
            "listen": 201,
            "execve": 221,
            "execveat": 281,
            "ptrace": 117,
            "process_vm_readv": 270,
            "process_vm_writev": 271,
            "open_by_handle_at": 265,
            "mount": 40,
            "unshare": 97,
            "setns": 268,
            "pidfd_getfd": 438,
            "bpf": 280,
            "perf_event_open": 241,
            "io_uring_setup": 425,
        },
    ),
}
# io_uring would open sockets past any filter.
SOCKETS = ("socket", "connect", "bind", "listen", "io_uring_setup")
PROGRAMS = ("execve", "execveat")
OTHERS = (
    *("ptrace", "process_vm_readv", "process_vm_writev", "open_by_handle_at", "mount"),
    *("unshare", "setns", "pidfd_getfd", "bpf", "perf_event_open"),
)


class _Instruction(ctypes.Structure):
    _fields_: ClassVar = [
        ("code", ctypes.c_uint16),
        ("if_true", ctypes.c_uint8),
        ("if_false", ctypes.c_uint8),
        ("value", ctypes.c_uint32),
    ]


class _Program(ctypes.Structure):
    _fields_: ClassVar = [
        ("n_instructions", ctypes.c_uint16),
        ("instructions", ctypes.POINTER(_Instruction)),
    ]


def refuse(calls: Iterable[str]) -> None:
    """Have the kernel refuse these calls, to all threads of this process. Raises OSError."""
    numbers = [_machine().calls[name] for name in calls]
    steps = [one for number in numbers for one in _when(number, REFUSE | EPERM)]
    _load([*_begun(), *steps, _Instruction(RETURN, 0, 0, ALLOW)], ALL_THREADS | NO_SLOWER)


def watch(families: Iterable[int]) -> int:
    """Have the kernel ask before this thread, or what it starts, opens a socket of `families`.

    Returns a file descriptor; the calls wait until it is answered there. Raises OSError.
    """
    calls = _machine().calls
    steps = [one for family in families for one in _when(family, TELL)]
    program = [
        *_begun(),
        *_when(calls["io_uring_setup"], REFUSE | EPERM),  # it would open sockets past the filter
        _Instruction(JUMP_IF_EQUAL, 0, 1 + len(steps), calls["socket"]),
        _Instruction(LOAD, 0, 0, AT_FIRST_ARGUMENT),
        *steps,
        _Instruction(RETURN, 0, 0, ALLOW),
    ]
    return _load(program, TELLS)


def _begun() -> list["_Instruction"]:
    """Return what refuses calls by other numbers than those of this machine."""
    return [
        _Instruction(LOAD, 0, 0, AT_ARCHITECTURE),
        _Instruction(JUMP_IF_EQUAL, 1, 0, _machine().mark),
        _Instruction(RETURN, 0, 0, REFUSE | EPERM),
        _Instruction(LOAD, 0, 0, AT_NUMBER),
        _Instruction(JUMP_IF_GREATER_EQUAL, 0, 1, X32),
        _Instruction(RETURN, 0, 0, REFUSE | EPERM),
    ]


def _when(value: int, action: int) -> list["_Instruction"]:
    """Return what does `action` where the number that was loaded is `value`."""
    return [_Instruction(JUMP_IF_EQUAL, 0, 1, value), _Instruction(RETURN, 0, 0, action)]


def _load(program: list[_Instruction], flags: int) -> int:
    """Hand a program to the kernel. Raises OSError."""
    packed = (_Instruction * len(program))(*program)
    given = ctypes.byref(_Program(len(program), packed))
    library = ctypes.CDLL(None, use_errno=True)
    library.syscall.restype = ctypes.c_long
    no_new_privileges()
    number = ctypes.c_long(_machine().seccomp)
    result = int(library.syscall(number, SET_MODE_FILTER, flags, given))
    if result < 0 or (result > 0 and not flags & TELLS):  # the thread that could not follow
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def _machine() -> _Machine:
    if platform.system() != "Linux" or platform.machine() not in MACHINES:
        raise OSError(f"not made for {platform.system()} on {platform.machine()}")
    return MACHINES[platform.machine()]
