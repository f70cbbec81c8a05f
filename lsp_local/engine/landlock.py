"""Landlock: a process that gives up, for ever, all files but those it names (Linux 5.13).

The system calls are those of the kernel's documentation (userspace-api/landlock).
"""

import ctypes
import os
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # on every architecture
CREATE_RULESET_VERSION, RULE_PATH_BENEATH = 1, 1
PR_SET_NO_NEW_PRIVS = 38

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
REMOVE_DIR, REMOVE_FILE, MAKE_DIR, MAKE_REG = 1 << 4, 1 << 5, 1 << 7, 1 << 8
TRUNCATE = 1 << 14
OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE  # what a rule on a single file may grant

READ = READ_FILE | READ_DIR
KEEP = READ | WRITE_FILE | REMOVE_DIR | REMOVE_FILE | MAKE_DIR | MAKE_REG | TRUNCATE

# By the version that brought it: the rights to files, to TCP, and what is beyond files.
FILES = {1: (1 << 13) - 1, 2: 1 << 13, 3: TRUNCATE, 5: 1 << 15}
TCP = {4: 3}  # to bind, to connect
BEYOND = {6: 1}  # to connect to the abstract Unix sockets of others


class _Ruleset(ctypes.Structure):
    _fields_: ClassVar = [
        ("files", ctypes.c_uint64),
        ("network", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    ]


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_: ClassVar = [("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32)]


def version() -> int:
    """Return the kernel's version of Landlock, 0 where there is none."""
    try:
        return max(0, _call(CREATE_RULESET, None, 0, CREATE_RULESET_VERSION))
    except OSError:
        return 0


def restrict(allowed: Mapping[Path, int]) -> int:
    """Give up everything but `allowed`, by file or folder; what is not there is passed over.

    Returns the version of Landlock. It holds for this thread and those that it starts. Raises
    OSError where the kernel cannot.
    """
    known = version()
    files = _sum(FILES, known)
    ruleset = _Ruleset(files, _sum(TCP, known), _sum(BEYOND, known))
    rules = _call(CREATE_RULESET, ctypes.byref(ruleset), _n_bytes(known), 0)
    try:
        for path, rights in allowed.items():
            _allow(rules, path, rights & files)
        no_new_privileges()
        _call(RESTRICT_SELF, rules, 0)
    finally:
        os.close(rules)
    return known


def no_new_privileges() -> None:
    """Promise the kernel that nothing which we start will have more rights. Raises OSError."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "PR_SET_NO_NEW_PRIVS")


def _allow(rules: int, path: Path, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        rule = _PathBeneath(rights if path.is_dir() else rights & OF_FILES, place)
        _call(ADD_RULE, rules, RULE_PATH_BENEATH, ctypes.byref(rule), 0)
    finally:
        os.close(place)


def _sum(rights: Mapping[int, int], known: int) -> int:
    return sum(right for since, right in rights.items() if since <= known)


def _n_bytes(known: int) -> int:
    return 8 if known < min(TCP) else 16 if known < min(BEYOND) else 24


def _call(number: int, *arguments: object) -> int:
    library = ctypes.CDLL(None, use_errno=True)
    library.syscall.restype = ctypes.c_long
    given = [ctypes.c_long(one) if isinstance(one, int) else one for one in arguments]
    result = int(library.syscall(ctypes.c_long(number), *given))
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result
