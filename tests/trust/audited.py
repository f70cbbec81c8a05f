"""What Python processes open, start and connect to, as their own audit hooks tell."""

import os
import socket
import sys
from ast import literal_eval
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

Act = tuple[str, str]  # an event and what it was about: a file with all links followed, a program

_lists: list[list[Act]] = []  # a hook cannot be taken away: without a list it is deaf
# As `sitecustomize` it is run by every Python that starts with its folder in PYTHONPATH.
SITE = """
import os, sys
sys.path.append({folder!r})
from audited import act_of
log = os.open({log!r}, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
def note(event, arguments):
    act = act_of(event, arguments)
    if act:
        os.write(log, (ascii(act) + chr(10)).encode())
sys.addaudithook(note)
"""


def act_of(event: str, arguments: tuple[object, ...]) -> Act | None:
    """Return what an event of Python's says, None where it is no such act."""
    if event == "open" and isinstance(arguments[0], str | bytes):
        path, flags = os.fsdecode(arguments[0]), arguments[2]
        is_followed = not (isinstance(flags, int) and flags & os.O_NOFOLLOW)
        folder, name = os.path.split(path)
        real = path if is_followed else os.path.join(os.path.realpath(folder), name)  # noqa: PTH118
        return event, os.path.realpath(real) if is_followed else real
    if event in ("socket.connect", "subprocess.Popen", "os.system", "os.exec", "os.posix_spawn"):
        return event, f"{arguments[0]} {arguments[1] if event == 'socket.connect' else ''}".strip()
    return None


@contextmanager
def acts() -> Iterator[list[Act]]:
    """Give a list of the acts in this process."""
    if not hasattr(sys, "_lsp_local_audits"):
        sys._lsp_local_audits = True  # type: ignore[attr-defined]
        sys.addaudithook(_note)
    found: list[Act] = []
    _lists.append(found)
    try:
        yield found
    finally:
        _lists.remove(found)


def site(folder: Path, log: Path) -> dict[str, str]:
    """Return the environment in which all Pythons write what they do to `log`."""
    folder.mkdir()
    here = Path(__file__).parent
    (folder / "sitecustomize.py").write_text(SITE.format(log=str(log), folder=str(here)))
    paths = os.pathsep.join([str(folder), str(here.parents[1])])
    # Safe, as the script `lsp-local` is: the working directory holds no modules.
    return {"PYTHONPATH": paths, "PYTHONSAFEPATH": "1"}


def written(log: Path) -> list[Act]:
    """Return what was written so far."""
    lines = log.read_text().splitlines() if log.exists() else []
    return [literal_eval(line) for line in lines if line.endswith(")")]


def is_of_this_machine(act: Act) -> bool:
    """Whether an act is no connection to anything but a socket in the file system."""
    return act[0] != "socket.connect" or f"family={socket.AF_UNIX:d}," in act[1]


def _note(event: str, arguments: tuple[object, ...]) -> None:
    act = act_of(event, arguments) if _lists else None
    if act is not None:
        for found in _lists:
            found.append(act)
