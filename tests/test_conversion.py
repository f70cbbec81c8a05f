"""What is said where ctransformers lacks something, and what a conversion leaves behind."""

import json
import struct
import sys
from pathlib import Path

import pytest
from engines import KINDS
from tiny_models import use_empty_folder

from lsp_local import models
from lsp_local.engine import conversion
from lsp_local.engine.base import EngineError
from lsp_local.engine.conversion import convert, readable
from lsp_local.engine.ctransformers_sequence import PlainSequence
from lsp_local.engine.fingerprint import fingerprint

SMOLLM = "SmolLM2-135M-Instruct.Q4_1"


def head(version: int, architecture: str = "llama") -> bytes:
    """Return the beginning of a GGUF file of one entry."""
    key = b"general.architecture"
    entry = struct.pack("<Q", len(key)) + key + struct.pack("<IQ", 8, len(architecture))
    return b"GGUF" + struct.pack("<IQQ", version, 0, 1) + entry + architecture.encode()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = use_empty_folder(tmp_path, monkeypatch)
    folder.mkdir()
    return folder


def written(folder: Path, source: Path, /, **record: object) -> Path:
    """Put a file beside the models that is said to be made of `source`."""
    target = folder / f"{source.stem}.ctransformers.gguf"
    target.write_bytes(b"GGUF")
    known = {"source": fingerprint(source), "n_bytes": 4, **record}
    (folder / f"{source.stem}.ctransformers.json").write_text(json.dumps(known))
    return target


def test_a_file_of_an_old_version_is_read_as_it_is(folder: Path, tmp_path: Path) -> None:
    source = tmp_path / "old.gguf"
    source.write_bytes(head(2))
    assert readable(source, "llama") == source
    with pytest.raises(EngineError, match=r"old\.gguf needs no conversion"):
        convert(str(source))


def test_a_converted_file_is_found_by_its_original(folder: Path, tmp_path: Path) -> None:
    source = tmp_path / "new.gguf"
    source.write_bytes(head(3))
    target = written(folder, source)
    assert readable(source, "llama") == target
    source.write_bytes(head(3) + b"other")
    with pytest.raises(EngineError, match=r"was not made from this new\.gguf; run .* again"):
        readable(source, "llama")


@pytest.mark.parametrize(
    ("architecture", "record", "said"),
    [
        pytest.param("qwen2", None, "does not know the architecture 'qwen2'", id="no Qwen"),
        pytest.param(
            "llama",
            None,
            "run `lsp-local model convert smollm2-135m --for ctransformers`",
            id="not converted yet: the command, by the name that the user knows",
        ),
        pytest.param("llama", {"n_bytes": 9}, "is cut off or damaged", id="cut off"),
        pytest.param("llama", {"source": 7}, "was not made from this", id="of another file"),
    ],
)
def test_what_is_lacking_is_said(
    folder: Path, architecture: str, record: dict[str, object] | None, said: str
) -> None:
    source = folder / f"{SMOLLM}.gguf"
    source.write_bytes(head(3))
    if record is not None:
        written(folder, source, **record)
    with pytest.raises(EngineError, match=said):
        readable(source, architecture)


@pytest.mark.parametrize("text", ["", "{", "[]", "\udcff"], ids=["empty", "cut", "list", "bytes"])
def test_a_damaged_record_is_as_good_as_none(folder: Path, tmp_path: Path, text: str) -> None:
    source = tmp_path / "new.gguf"
    source.write_bytes(head(3))
    target = written(folder, source)
    models.record_of(target).write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(EngineError, match="was not made from this"):
        readable(source, "llama")


def test_a_removed_model_takes_the_converted_file_along(folder: Path) -> None:
    source = folder / f"{SMOLLM}.gguf"
    source.write_bytes(head(3))
    written(folder, source)
    models.remove("smollm2-135m")
    assert [path.name for path in folder.iterdir() if path.suffix != ".lock"] == [".lock"]


def check_refused(content: bytes, said: str, folder: Path, tmp_path: Path) -> None:
    """A file that cannot be converted is an error, and nothing is left of the attempt."""
    source = tmp_path / "bad.gguf"
    source.write_bytes(content)
    with pytest.raises(EngineError, match=said):
        convert(str(source))
    assert [path.name for path in folder.iterdir() if path.name != ".lock"] == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(head(3, "qwen2"), "architecture 'qwen2'", id="an unknown architecture"),
        pytest.param(head(3, "falcon"), "falcon, and only llama", id="one that is not written"),
        pytest.param(head(3), "it has no token_embd.weight", id="no weights"),
        pytest.param(b"GGUF", "is damaged", id="four bytes"),
        pytest.param(head(3)[:40], "is damaged", id="cut off in the head"),
        pytest.param(b"GGUF" + b"\xff" * 60, "is damaged", id="huge counts"),
    ],
)
def test_refused(content: bytes, said: str, folder: Path, tmp_path: Path) -> None:
    pytest.importorskip("gguf", reason="pip install 'lsp-local[ctransformers]'")
    check_refused(content, said, folder, tmp_path)


def test_a_converter_that_hangs_is_ended(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("gguf", reason="pip install 'lsp-local[ctransformers]'")
    monkeypatch.setattr(conversion, "SILENT_SECONDS", 0.001)
    check_refused(head(3), "has been silent over bad.gguf", folder, tmp_path)


def test_one_conversion_at_a_time(folder: Path, tmp_path: Path) -> None:
    pytest.importorskip("gguf", reason="pip install 'lsp-local[ctransformers]'")
    with models.alone(lambda: None):
        check_refused(head(3), "another conversion is running", folder, tmp_path)


def test_without_the_package_the_command_to_install_it_is_said(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversion, "find_spec", lambda _name: None)
    with pytest.raises(EngineError, match=r"pip install 'lsp-local\[ctransformers\]'"):
        convert("smollm2-135m")


def test_the_engine_without_its_package_says_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ctransformers.llm", None)
    with pytest.raises(EngineError, match=r"pip install 'lsp-local\[ctransformers\]'"):
        PlainSequence(tmp_path / "any.gguf", 512)


def test_a_conversion_records_what_it_is_made_of(smollm: Path) -> None:
    (kind,) = (kind for kind in KINDS if kind.backend == "ctransformers")
    kind.prepare(smollm)
    target = models.converted_of(smollm)
    record = json.loads(models.record_of(target).read_text())
    assert record["source_sha256"] == models.find("smollm2-135m").sha256
    assert record["sha256"] == models.sha256_of(target)
    assert record["n_bytes"] == target.stat().st_size == 128_603_360
