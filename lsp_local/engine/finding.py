"""How a server finds the worker that others of the same user and settings have started."""

import hashlib
import os
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import astuple
from pathlib import Path

from lsp_local import __version__
from lsp_local.engine import spawning, wire
from lsp_local.engine.door import LOCK
from lsp_local.engine.spawning import Line, Load
from lsp_local.engine.wire import Message
from lsp_local.folders import make_folder, worker_log
from lsp_local.locks import locked
from lsp_local.private_sockets import check_peer, check_place, connected, folders, place_for

SUFFIX = ".worker"
ANSWER_SECONDS = 20.0  # for a worker to say hello: it does before it loads the model
LOCK_SECONDS = 1.0  # how long others may take to start one
LOOK_SECONDS = 0.02
N_STARTS = 3  # of workers that end before they have said anything


def reach(load: Load, linger: float, on_death: Callable[[], None]) -> Line:
    """Return a line to the worker of these settings; start it if there is none.

    It is to outlive its last window by `linger` seconds. `on_death` is called for each that we have
    started and that ends before it says anything; what it raises ends the search. Raises OSError
    where it cannot be shared.
    """
    stamp = stamp_of(load)
    place = place_for(f"{stamp}{SUFFIX}")
    patience, n_starts = LOCK_SECONDS, 0
    while patience > 0 and n_starts < N_STARTS:
        for folder in folders():
            if (line := _greeted(folder / place.name, stamp, linger)) is not None:
                return line
        lock = _locked(place.with_suffix(LOCK))
        if lock is None:
            time.sleep(LOOK_SECONDS)
            patience -= LOOK_SECONDS
            continue
        n_starts += 1
        if (line := _started(load, place, lock, stamp, linger)) is not None:
            return line
        on_death()
    raise OSError(f"nobody answers at {place}")


def stamp_of(load: Load) -> str:
    """Return what names the workers that do the same: of one code, one model, one size. OSError."""
    model = load.model.stat()
    code = Path(__file__).parent
    of_code = max((path.stat().st_mtime_ns for path in code.glob("*.py")), default=0)
    of_model = model.st_size, model.st_mtime_ns
    of_both = (wire.PROTOCOL, __version__, str(code), of_code, *of_model)
    told = repr((*of_both, *map(str, astuple(load))))
    return hashlib.sha256(told.encode(errors="surrogateescape")).hexdigest()[:16]


def statuses() -> list[Message]:
    """Return what the shared workers that run say of themselves."""
    paths = [path for folder in folders() for path in sorted(folder.glob(f"*{SUFFIX}"))]
    found = []
    for path in paths:
        with suppress(OSError, EOFError, wire.WireError), _connected(path) as connection:
            found.append(_answer(connection, {"op": "status"}))
    return found


def retire_all() -> None:
    """Have every shared worker end with its last window; at once where there is none."""
    for path in (path for folder in folders() for path in sorted(folder.glob(f"*{SUFFIX}"))):
        with suppress(OSError, EOFError, wire.WireError), _connected(path) as connection:
            _answer(connection, {"op": "retire"})


def _greeted(path: Path, stamp: str, linger: float) -> Line | None:
    """Return a line to who listens at `path`, None where nobody does.

    Raises OSError for one who is not what we look for, or too busy to answer.
    """
    try:
        connection = _connected(path)
    except (FileNotFoundError, ConnectionRefusedError, PermissionError):
        return None
    hello = {"op": "hello", "protocol": wire.PROTOCOL, "stamp": stamp, "linger": linger}
    try:
        answer = _answer(connection, hello)
        if (answer.get("protocol"), answer.get("stamp")) != (wire.PROTOCOL, stamp):
            raise OSError("it has another protocol or other settings")
        return Line(connection, int(answer["pid"]))
    except (ConnectionError, EOFError):  # it has just ended
        connection.close()
        return None
    except (OSError, wire.WireError, KeyError, TypeError, ValueError) as error:
        connection.close()
        raise OSError(f"no worker of ours at {path}: {error}") from error


def _connected(path: Path) -> socket.socket:
    """Return a connection to a socket that is ours. Raises OSError."""
    check_place(path)
    connection = connected(path, ANSWER_SECONDS)
    try:
        check_peer(connection)
    except OSError:
        connection.close()
        raise
    return connection


def _answer(connection: socket.socket, message: Message) -> Message:
    """Return an answer. Raises OSError, WireError, EOFError if there is none."""
    connection.sendall(wire.pack({**message, "id": 0}))
    answer = wire.receive(connection)
    if answer is None:
        raise EOFError
    if not isinstance(answer.get("result"), dict):
        raise OSError(f"it refuses: {answer.get('error')}")
    return dict(answer["result"])


def _locked(path: Path) -> int | None:
    """Return the lock of a name, None while another has it. The kernel frees it with its holder.

    Raises OSError.
    """
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with ExitStack() as closing, suppress(FileNotFoundError):
        closing.callback(os.close, lock)
        # The one before us may have removed the file that we have opened.
        if locked(lock) and os.path.samestat(os.fstat(lock), path.lstat()):
            closing.pop_all()
            return lock
    return None


def _started(load: Load, place: Path, lock: int, stamp: str, linger: float) -> Line | None:
    """Start the worker that is to listen at `place`; None if it has ended at once.

    It inherits the socket, which listens already, so that from now on everybody finds it; and the
    lock, which is free again when it ends, however that happens. Raises OSError.
    """
    try:
        _sweep(place)
        process = _listened_to(load, place, lock, stamp)
    except OSError:
        place.with_suffix(LOCK).unlink()
        raise
    finally:
        os.close(lock)
    try:
        return _greeted(place, stamp, linger)
    finally:
        process.wait()  # it ends, whatever becomes of the worker


def _listened_to(load: Load, place: Path, lock: int, stamp: str) -> subprocess.Popen[bytes]:
    """Bind the socket and start who serves it. Raises OSError, and has removed its name."""
    place.unlink(missing_ok=True)  # of one that was killed
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(place))
        try:
            place.chmod(0o600)
            listener.listen()
            return _spawned(load, listener, lock, stamp)
        except OSError:
            place.unlink()
            raise


def _spawned(load: Load, listener: socket.socket, lock: int, stamp: str) -> subprocess.Popen[bytes]:
    make_folder(worker_log().parent)
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW
    log = os.open(worker_log(), flags, 0o600)
    try:
        return spawning.shared(load, listener, lock, stamp, log)
    finally:
        os.close(log)


def _sweep(place: Path) -> None:
    """Remove the names of other workers that were killed. Raises OSError."""
    for path in place.parent.glob(f"*{LOCK}"):
        if path.stem == place.stem or (lock := _locked(path)) is None:
            continue
        path.with_suffix(SUFFIX).unlink(missing_ok=True)
        path.unlink()
        os.close(lock)
