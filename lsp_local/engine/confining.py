"""The worker gives up what it does not need: other files, sockets, programs, where the kernel can.

A model's file may be made by anybody, and is read by a library in C++: what such a file could have
it do then is done by a process that reaches nothing.
"""

import argparse
import os
import re
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from lsp_local.engine import landlock, seccomp
from lsp_local.engine.landlock import KEEP, READ, READ_FILE, REMOVE_FILE, WRITE_FILE
from lsp_local.engine.spawning import LLAMA
from lsp_local.folders import make_private

# What the system's libraries look at: the loader, the number of processors, ours of memory.
SYSTEM = (
    *("/usr/lib", "/usr/lib64", "/usr/local/lib", "/lib", "/lib64", "/nix/store"),
    *("/etc/ld.so.cache", "/etc/localtime", "/dev/urandom", "/dev/random"),
    *("/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/loadavg"),
    *("/sys/devices/system/cpu", "/sys/devices/system/node", "/sys/fs/cgroup"),
)
PART_OF_SEVERAL = re.compile(r"(.+)-\d{5}-of-(\d{5})\.gguf")
TRIED = 0  # the exit code of a trial that went well


def confine(arguments: argparse.Namespace) -> str:
    """Give up all that this worker does not need; say what the kernel sees to. Never raises.

    It has to be called before there is a second thread, which would keep its rights.
    """
    if arguments.backend != LLAMA:
        return f"not confined: that is made for {LLAMA} alone, not for {arguments.backend}"
    # Threads of numpy's own would come with its import, and nothing here needs them.
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    with suppress(Exception):  # the load says what is wrong
        import_module("lsp_local.engine.llama")
    with suppress(Exception):
        if arguments.states is not None and arguments.states_bytes:
            make_private(arguments.states)
    said = [_said("files", lambda: _files(arguments)), _said("calls", _calls)]
    return "; ".join(said)


def _said(what: str, give_up: Callable[[], str]) -> str:
    try:
        return give_up()
    except Exception as error:
        reason = getattr(error, "strerror", None) or error
        return f"{what} are not confined: {reason}"


def _calls() -> str:
    seccomp.refuse((*seccomp.SOCKETS, *seccomp.PROGRAMS, *seccomp.OTHERS))
    return "no sockets and no programs (seccomp)"


def _files(arguments: argparse.Namespace) -> str:
    if not landlock.version():
        raise OSError("this kernel has no Landlock")
    if len(list(Path("/proc/self/task").iterdir())) > 1:
        raise OSError("a library has started threads already")
    allowed = dict(_allowed(arguments))
    if not _works(allowed, arguments):
        raise OSError("the model cannot be read so")
    return f"its own files only (Landlock {landlock.restrict(allowed)})"


def _allowed(arguments: argparse.Namespace) -> Iterator[tuple[Path, int]]:
    """Yield what a worker needs, and its rights there."""
    for folder in _of_python():
        yield folder, READ
    for name in SYSTEM:
        yield Path(name), READ
    yield Path(os.devnull), READ_FILE | WRITE_FILE
    for path in _parts(arguments.model):
        yield path, READ_FILE
    if arguments.adapter is not None:
        yield Path(arguments.adapter[0]), READ_FILE
    if arguments.states is not None:
        yield arguments.states, KEEP
    if arguments.listener is not None:  # its own name, which it takes away at its end
        yield _place(arguments.listener).parent, REMOVE_FILE


def _of_python() -> set[Path]:
    """Return the folders of Python and of all that is imported: more of them may be, later."""
    files = [getattr(module, "__file__", None) for module in list(sys.modules.values())]
    folders = {Path(file).parent for file in files if file}
    folders |= {Path(sys.prefix), Path(sys.base_prefix)}
    real = {folder.resolve() for folder in folders}
    return {folder for folder in folders | real if folder.is_absolute() and len(folder.parts) > 1}


def _parts(model: Path) -> list[Path]:
    """Return the files of a model: it may be cut into several."""
    if found := PART_OF_SEVERAL.fullmatch(model.name):
        return sorted(model.parent.glob(f"{found[1]}-?????-of-{found[2]}.gguf"))
    return [model]


def _place(listener: int) -> Path:
    with socket.socket(fileno=os.dup(listener)) as ours:
        return Path(ours.getsockname())


def _works(allowed: dict[Path, int], arguments: argparse.Namespace) -> bool:
    """Try it in a child first: there is no way back, and a start must never break for it."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1] == TRIED
    code = 1
    with suppress(BaseException):
        landlock.restrict(allowed)
        _try(arguments)
        code = TRIED
    os._exit(code)


def _try(arguments: argparse.Namespace) -> None:
    """Do once what a worker does. Raises OSError."""
    given = [arguments.model, __file__, os.__file__]
    for path in [*given, *(arguments.adapter or [])[:1]]:
        with Path(path).open("rb") as file:
            file.read(1)
    if arguments.states is not None and arguments.states.is_dir():
        trial = arguments.states / f"trial-{os.getpid()}.part"
        trial.touch()
        trial.unlink()
