"""How windows find their worker: who starts it, whom they trust, and what is in the way."""

import asyncio
import fcntl
import os
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from processes import is_alive
from shared import load_of, names, window

from lsp_local import private_sockets
from lsp_local.engine import door, finding, wire
from lsp_local.engine.spawning import Line

pytestmark = pytest.mark.skipif(
    not private_sockets.HAS_SOCKETS, reason="workers are shared through Unix sockets"
)

NOBODY = 65534
N_RACES = 20


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A place of its own for each test."""
    with tempfile.TemporaryDirectory(prefix="lsp") as cache:  # a short name: a path of a socket
        monkeypatch.setenv("LSP_LOCAL_CACHE_DIR", cache)
        yield Path(cache) / "run"


@pytest.fixture
def model(folder: Path) -> Path:
    """A file that is no model: its worker says hello all the same, and is there at once."""
    path = folder.parent / "model.gguf"
    path.write_bytes(b"GGUF" + bytes(200))
    return path


def reached(model: Path) -> Line:
    """Look for the worker as a window does that is to be the last."""
    return finding.reach(load_of(model), 0.0, lambda: None)


def place_of(folder: Path, model: Path) -> Path:
    """Return where the worker of a model is to be found."""
    return folder / f"{finding.stamp_of(load_of(model))}{finding.SUFFIX}"


def wait_for_the_end(line: Line) -> None:
    """Hang up, and wait until the worker is gone with its names."""
    line.connection.close()
    pause = threading.Event()
    while is_alive(line.pid):
        pause.wait(0.01)
    assert names() == []


def test_who_comes_at_the_same_moment_finds_the_same_worker(folder: Path, model: Path) -> None:
    for _ in range(N_RACES):
        found: list[Line] = []
        together = threading.Barrier(3)

        def look(found: list[Line] = found, together: threading.Barrier = together) -> None:
            together.wait()
            found.append(reached(model))

        threads = [threading.Thread(target=look) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len({line.pid for line in found}) == 1
        first, *others = found
        for line in others:
            line.connection.close()
        wait_for_the_end(first)


def a_stale_socket(place: Path) -> None:
    """Leave what a killed worker leaves."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(place))
    place.with_suffix(door.LOCK).touch()


def a_file(place: Path) -> None:
    """Leave what is no socket."""
    place.write_text("not a socket")


def a_link(place: Path) -> None:
    """Leave a link to a socket that somebody else serves."""
    elsewhere = place.parent.parent / "elsewhere"
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(elsewhere))
    listener.listen()
    listener.detach()  # as long as the tests run
    place.symlink_to(elsewhere)


def a_socket_for_all(place: Path) -> None:
    """Leave a socket that others could have made."""
    a_stale_socket(place)
    place.chmod(0o777)


def a_foreign_socket(place: Path) -> None:
    """Leave another user's socket."""
    a_stale_socket(place)
    place.chmod(0o600)
    os.chown(place, NOBODY, NOBODY)


def a_folder_for_all(place: Path) -> None:
    """Let everybody write into the folder."""
    place.parent.chmod(0o777)


AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")


@pytest.mark.parametrize(
    "make",
    [
        a_stale_socket,
        a_file,
        a_link,
        a_socket_for_all,
        pytest.param(a_foreign_socket, marks=AS_ROOT),
        a_folder_for_all,
    ],
)
def test_what_is_in_the_way_is_replaced(
    folder: Path, model: Path, make: Callable[[Path], None]
) -> None:
    folder.mkdir(mode=0o700)
    make(place_of(folder, model))
    line = reached(model)
    assert folder.stat().st_mode & 0o777 == 0o700
    private_sockets.check_place(place_of(folder, model))
    again = reached(model)
    assert again.pid == line.pid
    again.connection.close()
    wait_for_the_end(line)


def a_foreign_folder(place: Path) -> None:
    """Give the folder to another user."""
    os.chown(place.parent, NOBODY, NOBODY)


def a_link_to_a_folder(place: Path) -> None:
    """Have a link where the folder should be."""
    elsewhere = place.parent.with_name("elsewhere")
    place.parent.rename(elsewhere)
    place.parent.symlink_to(elsewhere)


def no_folder(place: Path) -> None:
    """Have a file where the folder should be."""
    place.parent.rmdir()
    place.parent.write_text("")


def a_folder_as_place(place: Path) -> None:
    """Have a folder where the socket should be."""
    place.mkdir()


def a_linked_lock(place: Path) -> None:
    """Have a link where the lock should be."""
    place.with_suffix(door.LOCK).symlink_to(place.parent / "nowhere")


def a_lock_that_is_held(place: Path) -> None:
    """Hold the lock, and serve nobody."""
    lock = os.open(place.with_suffix(door.LOCK), os.O_CREAT | os.O_RDWR)
    fcntl.flock(lock, fcntl.LOCK_EX)


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(a_foreign_folder, marks=AS_ROOT),
        a_link_to_a_folder,
        no_folder,
        a_folder_as_place,
        a_linked_lock,
        a_lock_that_is_held,
    ],
)
def test_where_nothing_can_be_shared_a_window_has_its_own(
    folder: Path, model: Path, make: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    folder.mkdir(mode=0o700)
    make(place_of(folder, model))
    check_private(model, caplog)


def check_private(model: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A window must have a process of its own, and say so once."""
    with pytest.raises(OSError, match=r"."):
        reached(model)

    async def load() -> None:
        async with window(model) as engine:
            with pytest.raises(Exception, match="cannot load"):
                await engine.info()
            status = await engine.status()
        assert status is not None
        assert (status["is_shared"], status["n_windows"]) == (False, 1)

    asyncio.run(load())
    (said,) = (one.getMessage() for one in caplog.records if one.name.startswith("lsp_local"))
    assert said.startswith("this window has a model process of its own: ")


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param({"protocol": wire.PROTOCOL + 1, "stamp": "", "pid": 1}, id="of tomorrow"),
        pytest.param({"protocol": wire.PROTOCOL, "stamp": "x", "pid": 1}, id="of other settings"),
        pytest.param({"greeting": "hello"}, id="that talks nonsense"),
        pytest.param({}, id="that says nothing"),
    ],
)
def test_another_program_is_not_trusted(
    folder: Path, model: Path, answer: wire.Message, caplog: pytest.LogCaptureFixture
) -> None:
    folder.mkdir(mode=0o700)
    place = place_of(folder, model)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(place))
        place.chmod(0o600)
        listener.listen()
        threading.Thread(target=_answer_all, args=[listener, answer], daemon=True).start()
        check_private(model, caplog)


def _answer_all(listener: socket.socket, answer: wire.Message) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            wire.receive(connection)
            connection.sendall(wire.pack({"id": 0, "result": answer}))


HELLO = {"id": 0, "op": "hello", "protocol": wire.PROTOCOL, "linger": 0}


@pytest.mark.parametrize(
    "message",
    [
        pytest.param({**HELLO, "stamp": "of others"}, id="other settings"),
        pytest.param({**HELLO, "protocol": -1}, id="another protocol"),
        pytest.param({"id": 1, "op": "tokenize", "texts": [""]}, id="no hello"),
    ],
)
def test_a_stranger_is_told_so_and_dropped(
    folder: Path, model: Path, message: wire.Message
) -> None:
    line = reached(model)
    stamp = finding.stamp_of(load_of(model))
    with private_sockets.connected(place_of(folder, model), 20) as stranger:
        stranger.sendall(wire.pack({"stamp": stamp, **message}))
        refusal = wire.receive(stranger)
        assert refusal is not None
        assert "error" in refusal
        assert wire.receive(stranger) is None
    assert [found["n_windows"] for found in finding.statuses()] == [1]
    wait_for_the_end(line)


def test_names_of_other_workers_that_were_killed_go(folder: Path, model: Path) -> None:
    folder.mkdir(mode=0o700)
    a_stale_socket(folder / f"0123456789abcdef{finding.SUFFIX}")
    line = reached(model)
    assert len(names()) == 2
    wait_for_the_end(line)


def test_the_stamp_changes_with_what_is_loaded(folder: Path, model: Path) -> None:
    before = finding.stamp_of(load_of(model))
    assert finding.stamp_of(load_of(model)) == before
    model.write_bytes(b"GGUF" + bytes(201))
    assert finding.stamp_of(load_of(model)) != before
