"""R12: a file that is no whole model is refused in words, and the server lives on."""

import os
import random
import struct
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from raw_server import RawServer, serving

from lsp_local.catalogue import CATALOGUE
from lsp_local.engine.base import EngineError
from lsp_local.engine.gguf_head import check_model

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="makes pipes and links")

N_HEAD = 2 * 2**20  # bytes: more than what SmolLM2-135M says of itself
KNOWN = CATALOGUE["smollm2-135m"]


@pytest.fixture(scope="module")
def head(smollm: Path) -> bytes:
    with smollm.open("rb") as file:
        return file.read(N_HEAD)


def put(path: Path, content: bytes, n_bytes: int = 0) -> Path:
    """Write a file of `n_bytes` that begins with `content`; the rest is zeros, and takes no room.

    llama.cpp loads zeros like any other weights.
    """
    with path.open("wb") as file:
        file.write(content)
        file.truncate(max(n_bytes, len(content)))
    return path


def begun(version: int = 3, n_tensors: int = 1, n_keys: int = 0, rest: bytes = b"") -> bytes:
    """Return the beginning of a file that says so much of itself."""
    return struct.pack("<4sIQQ", b"GGUF", version, n_tensors, n_keys) + rest


def text(value: bytes, n_bytes: int | None = None) -> bytes:
    return struct.pack("<Q", len(value) if n_bytes is None else n_bytes) + value


def tensor(name: bytes = b"a", shape: tuple[int, ...] = (32,), kind: int = 0, at: int = 0) -> bytes:
    packed = struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, kind, at)
    return text(name) + packed + bytes(256)


KEY, HUGE = text(b"k"), 2**60
ODD = [
    pytest.param(begun(version=1), "version 2 or 3", id="a version of the past"),
    pytest.param(begun(version=HUGE >> 40), "version 2 or 3", id="a version of the future"),
    pytest.param(begun(n_keys=HUGE), "more than any model", id="keys without end"),
    pytest.param(begun(n_tensors=HUGE), "more than any model", id="tensors without end"),
    pytest.param(begun(n_tensors=0), "no weights", id="no tensors"),
    pytest.param(begun(n_keys=1, rest=text(b"", HUGE)), "too long", id="a key without end"),
    pytest.param(
        begun(n_keys=1, rest=KEY + struct.pack("<I", 8) + text(b"", HUGE)),
        "cut off",
        id="a text without end",
    ),
    pytest.param(
        begun(n_keys=1, rest=KEY + struct.pack("<IIQ", 9, 8, HUGE)),
        "more words",
        id="texts without end",
    ),
    pytest.param(
        begun(n_keys=1, rest=KEY + struct.pack("<IIQ", 9, 4, HUGE)), "cut off", id="numbers, too"
    ),
    pytest.param(
        begun(n_keys=1, rest=KEY + struct.pack("<IIQ", 9, 9, 1)), "no type", id="an array of arrays"
    ),
    pytest.param(
        begun(n_keys=1, rest=KEY + struct.pack("<I", 99)), "no type", id="a value of no type"
    ),
    pytest.param(
        begun(n_keys=1, rest=text(b"general.alignment") + struct.pack("<II", 4, 0)),
        "alignment",
        id="an alignment of nothing",
    ),
    pytest.param(
        begun(n_keys=2, rest=(KEY + struct.pack("<IB", 7, 1)) * 2 + tensor()),
        "twice",
        id="a key that stands there twice",
    ),
    pytest.param(begun(rest=tensor(shape=())), "damaged at", id="a tensor of no dimension"),
    pytest.param(begun(rest=tensor(shape=(1,) * 9)), "damaged at", id="of nine"),
    pytest.param(begun(rest=tensor(shape=(0,))), "damaged at", id="of no size"),
    pytest.param(begun(rest=tensor(shape=(2**33, 2**33))), "damaged at", id="larger than memory"),
    pytest.param(begun(rest=tensor(shape=(2**63, 2))), "damaged at", id="of a size that overflows"),
    pytest.param(begun(rest=tensor(kind=2**31)), "damaged at", id="of no kind"),
    pytest.param(begun(rest=tensor(kind=8, shape=(33,))), "damaged at", id="of half a block"),
    pytest.param(begun(rest=tensor(at=7)), "damaged at", id="at an odd place"),
    pytest.param(begun(rest=tensor(at=2**63)), "cut off", id="behind the end"),
    pytest.param(begun(rest=tensor(shape=(2**20,))), "cut off", id="larger than the file"),
    pytest.param(begun(rest=tensor(name=b"n" * 65)), "too long", id="with an endless name"),
    pytest.param(begun(rest=tensor(name=b"\xff")), "damaged", id="with a name that is no text"),
    pytest.param(
        begun(n_tensors=2, rest=tensor()[:-256] + tensor()), "twice", id="two of one name"
    ),
]


@pytest.mark.parametrize(("content", "want"), ODD)
def test_what_cannot_be_is_refused_before_it_is_loaded(
    content: bytes, want: str, tmp_path: Path
) -> None:
    with pytest.raises(EngineError, match=want):
        check_model(put(tmp_path / "odd.gguf", content))


def mutated(head: bytes, chance: random.Random) -> bytes:
    """Return a head with some bits flipped, bytes replaced, numbers grown, or its end cut off."""
    found = bytearray(head)
    n_near = chance.choice((64, 2000, len(head)))  # most counts stand at the beginning
    for _ in range(chance.choice((1, 1, 3, 30))):
        at = chance.randrange(n_near)
        match chance.randrange(4):
            case 0:
                found[at] ^= 1 << chance.randrange(8)
            case 1:
                found[at : at + 8] = chance.randbytes(8)
            case 2:
                found[at : at + 8] = struct.pack("<Q", chance.choice((0, 2**31, 2**63, 2**64 - 1)))
            case 3 if at > 8:
                del found[at : at + chance.randrange(1, 9)]
    return bytes(found)


def test_whatever_the_file_says_the_check_comes_to_an_end(
    head: bytes, tmp_path: Path, smollm: Path
) -> None:
    chance, n_bytes = random.Random(12), smollm.stat().st_size
    n_refused = 0
    for _ in range(40):
        try:
            check_model(put(tmp_path / "mutated.gguf", mutated(head, chance), n_bytes))
        except EngineError:
            n_refused += 1
    assert n_refused > 10


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RawServer]:
    yield from serving(tmp_path)


def empty(path: Path) -> None:
    path.touch()


def another_kind(path: Path) -> None:
    path.write_bytes(b"PK\x03\x04" * 100)


def pipe(path: Path) -> None:
    os.mkfifo(path)


def loop(path: Path) -> None:
    path.symlink_to(path)


KINDS: list[tuple[Callable[[Path], None], str]] = [
    (empty, "is not a GGUF file"),
    (another_kind, "is not a GGUF file"),
    (pipe, "is not a GGUF file"),
    (Path.mkdir, "Is a directory"),
    (loop, "there is no file"),
]


def refusal(server: RawServer, model: str | Path) -> str:
    """Have another model loaded, and return what the user is told."""
    settings = {"lspLocal": {"model": str(model), "nThreads": 1}}
    server.notify("workspace/didChangeConfiguration", {"settings": settings})
    return told(server)


def told(server: RawServer) -> str:
    """Return the next thing that the user is told."""
    while (said := server.receive()) is not None:
        if said.get("method") == "window/showMessage":
            return str(said["params"]["message"])
    raise AssertionError("the server has ended")


def load(server: RawServer, model: Path, number: int) -> None:
    """Have a model loaded, and wait until that has failed or not: both are an answer."""
    settings = {"lspLocal": {"model": str(model), "nThreads": 1}}
    server.notify("workspace/didChangeConfiguration", {"settings": settings})
    item = {"uri": f"file:///{number}.py", "languageId": "python", "version": 1, "text": "x = "}
    server.notify("textDocument/didOpen", {"textDocument": item})
    where = {"textDocument": item, "position": {"line": 0, "character": 4}}
    server.request(
        number, "textDocument/inlineCompletion", {**where, "context": {"triggerKind": 1}}
    )
    assert "result" in server.answers_until(number)[-1]


def test_the_server_says_what_is_wrong_and_lives(
    server: RawServer,
    head: bytes,
    smollm: Path,
    tmp_path: Path,
    many: Callable[..., int],
    reached: Callable[[str, str], None],
) -> None:
    server.initialize({"initializationOptions": {"model": str(tmp_path / "none.gguf")}})
    assert "there is no file" in told(server)
    for make, want in KINDS:
        path = tmp_path / f"{make.__name__}.gguf"
        make(path)
        assert want in refusal(server, path)
    path = tmp_path / "models" / KNOWN.file_name
    put(path, b"GGUF", KNOWN.n_bytes - 1)
    assert "truncated or corrupt" in refusal(server, KNOWN.name)
    huge = put(tmp_path / "huge.gguf", begun(n_keys=HUGE) + head)
    assert "more than any model" in refusal(server, huge)
    put(path, b"GGUF", KNOWN.n_bytes)
    assert "is corrupt: its SHA-256" in refusal(server, KNOWN.name)
    chance, n_files = random.Random(1), many(short=2, long=500)
    for number in range(n_files):
        server.keep_alive()
        bad = tmp_path / f"mutated_{number}.gguf"
        load(server, put(bad, mutated(head, chance), smollm.stat().st_size), number)
    reached("R12", f"{len(ODD) + len(KINDS) + 3} kinds refused; lived through {n_files} files")
    server.notify("exit")
    server.unread()
