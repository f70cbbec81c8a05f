"""What is said where OpenVINO has no folder of a model, and what its sequence hides."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from engines import KINDS

from lsp_local import models
from lsp_local.engine.base import EngineError
from lsp_local.engine.fingerprint import fingerprint
from lsp_local.engine.openvino.converting import RECORD, convert, folder_for
from lsp_local.engine.openvino.sequence import OpenvinoSequence


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a file that is no model, with a folder beside it that says it was made of it."""
    monkeypatch.setattr(models, "models_dir", lambda: tmp_path)
    path = tmp_path / "tiny.gguf"
    path.write_bytes(b"GGUF" + b"\0" * 60)
    folder = tmp_path / "tiny.openvino"
    folder.mkdir()
    for name in ("model.xml", "model.bin"):
        (folder / name).write_bytes(b"12345")
    (folder / RECORD).write_text(json.dumps({"source": fingerprint(path), "n_bytes": 10}))
    return path


def test_the_folder_of_a_model_is_found(source: Path) -> None:
    assert folder_for(source) == source.with_suffix(".openvino")


@pytest.mark.parametrize(
    ("break_it", "said"),
    [
        pytest.param(
            lambda folder: folder.rename(folder.with_name("away")),
            "cannot read tiny.gguf as it is; run `lsp-local model convert",
            id="there is none",
        ),
        pytest.param(
            lambda folder: (folder / "model.bin").write_bytes(b"123"),
            "is cut off or damaged; run `lsp-local model convert",
            id="its weights are cut off",
        ),
        pytest.param(
            lambda folder: (folder / "model.bin").unlink(),
            "is cut off or damaged; run `lsp-local model convert",
            id="its weights are gone",
        ),
        pytest.param(
            lambda folder: (folder / RECORD).write_text("[]"),
            "was not made from this tiny.gguf; run `lsp-local model convert",
            id="its record is no record",
        ),
        pytest.param(
            lambda folder: folder.with_suffix(".gguf").write_bytes(b"GGUF, another one"),
            "was not made from this tiny.gguf; run `lsp-local model convert",
            id="the model is another one by now",
        ),
    ],
)
def test_what_is_wrong_is_said(source: Path, break_it: Callable[[Path], object], said: str) -> None:
    break_it(source.with_suffix(".openvino"))
    with pytest.raises(EngineError, match=said):
        folder_for(source)


def test_a_damaged_model_leaves_what_was_there(source: Path) -> None:
    for package in ("openvino", "gguf"):
        pytest.importorskip(package, reason="pip install 'lsp-local[openvino]'")
    with pytest.raises(EngineError, match="the file is damaged"):
        convert(str(source))
    assert sorted(path.name for path in source.parent.iterdir() if path.suffix) == [
        "tiny.gguf",
        "tiny.openvino",
    ]
    assert folder_for(source)


def test_a_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.raises(EngineError, match=r"pip install 'lsp-local\[openvino\]'"):
        OpenvinoSequence(tmp_path, 1)


def test_what_was_cut_off_is_not_seen(smollm: Path) -> None:
    (kind,) = (kind for kind in KINDS if kind.backend == "openvino")
    kind.prepare(smollm)
    live = OpenvinoSequence(folder_for(smollm), 1)
    told = [100, 200, 300, 400]

    def likeliest() -> int:
        assert live.read([500], [0], 1, is_watched=False)
        return int(live.logits(-1).argmax())

    live.read(told, [], 1, is_watched=False)
    wanted = likeliest()
    for strange in ([7, 8, 9], [11]):
        live.forget(4)
        live.read(strange, [], 1, is_watched=False)
        live.forget(4)
        assert likeliest() == wanted
    live.forget(4)
    state = live.copy()
    live.forget(0)
    assert not live.restore(told, state[:-2])
    assert live.tokens == []
    assert live.restore(told, state)
    assert likeliest() == wanted
