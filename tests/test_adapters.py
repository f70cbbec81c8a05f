"""LoRA adapters: which file and scale is meant, what is refused, and that nothing is mixed up."""

import os
import random
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lora_files import EVERYTHING, write_adapter

from lsp_local import adapters
from lsp_local.engine import binding
from lsp_local.engine.adapter_file import check_adapter
from lsp_local.engine.base import EngineError, Generated, GenerateRequest
from lsp_local.engine.client import EngineClient
from lsp_local.engine.fingerprint import fingerprint
from lsp_local.engine.generation import generate
from lsp_local.engine.llama import LlamaBackend
from lsp_local.engine.opening import open_engine
from lsp_local.engine.sequence import LiveSequence
from lsp_local.models import ModelError
from lsp_local.options import Options

CODE = "def add(a, b):\n    return a + b\n\n\ndef multiply(a, b):\n    return a"
Q = "blk.0.attn_q.weight"


@pytest.fixture(scope="module")
def adapter_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_adapter(tmp_path_factory.mktemp("adapters") / "own.gguf")


def said(backend: LlamaBackend, text: str = "Once upon a time, there was a") -> str:
    *_, answer = generate(backend, GenerateRequest(backend.tokenize(text), 8))
    assert isinstance(answer, Generated)
    return answer.text


def backend(smollm: Path, chosen: str, states: Path | None = None) -> LlamaBackend:
    return LlamaBackend(smollm, 512, 1, states, 2**28, adapter=adapters.chosen(chosen))


@pytest.mark.parametrize(
    ("text", "want"),
    [
        pytest.param("", None, id="nothing is no adapter"),
        pytest.param("a.gguf", ("a.gguf", 1.0), id="a path alone counts in full"),
        pytest.param("a.gguf:0.5", ("a.gguf", 0.5), id="a number behind a colon is the scale"),
        pytest.param("a.gguf:-2", ("a.gguf", -2.0), id="which may be negative"),
        pytest.param("a.gguf:.25", ("a.gguf", 0.25), id="or begin with its point"),
        pytest.param("b:2", ("b:2", 1.0), id="a file of that very name is the file"),
        pytest.param("b:2:0.5", ("b:2", 0.5), id="and has a scale behind it"),
        pytest.param("a.gguf:nan", "there is no adapter file a.gguf:nan;", id="nan is no scale"),
        pytest.param("a.gguf:1e9", "there is no adapter file a.gguf:1e9;", id="nor is 1e9"),
        pytest.param("a.gguf:101", "the adapter's scale must be", id="a scale has its bounds"),
        pytest.param("c.gguf:1", "there is no adapter file c.gguf;", id="a missing file"),
        pytest.param("folder", "cannot read the adapter folder: Is a directory;", id="a folder"),
        pytest.param("t.txt", "the adapter t.txt is not a GGUF file;", id="a file of another kind"),
        pytest.param("empty", "the adapter empty is not a GGUF file;", id="an empty file"),
        pytest.param("pipe", "the adapter pipe is not a GGUF file;", id="a pipe, which would hang"),
        pytest.param("x" * 4000, "cannot read the adapter x", id="a name that cannot be"),
    ],
)
def test_chosen(text: str, want: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a.gguf", "b:2"):
        Path(name).write_bytes(b"GGUF")
    Path("t.txt").write_text("what a trainer writes")
    Path("empty").touch()
    Path("folder").mkdir()
    os.mkfifo("pipe")
    if isinstance(want, str):
        with pytest.raises(ModelError) as caught:
            adapters.chosen(text)
        assert str(caught.value).startswith(want)
        return
    found = adapters.chosen(text)
    assert (found and (str(found.path), found.scale)) == want


def test_who_speaks(adapter_file: Path, tmp_path: Path) -> None:
    """What is kept of one is found by that one only."""
    copy = tmp_path / "copy.gguf"
    copy.write_bytes(adapter_file.read_bytes())
    other = write_adapter(tmp_path / "other.gguf", seed=2)
    names = [
        adapters.voice(Options(adapter=text))
        for text in ("", f"{adapter_file}", f"{adapter_file}:0.5", f"{other}", "/no/such.gguf")
    ]
    assert len(set(names)) == len(names)
    assert names[0] == Options().model
    assert adapters.voice(Options(adapter=f"{copy}:1")) == names[1]
    before = adapters.voice(Options(adapter=f"{copy}"))
    write_adapter(copy, seed=3)
    assert adapters.voice(Options(adapter=f"{copy}")) != before


@pytest.mark.parametrize(
    ("change", "want"),
    [
        pytest.param(
            {"changed": {Q: np.zeros((4, 4), np.float32)}},
            "it is a model, not an adapter of one",
            id="no pair",
        ),
        pytest.param(
            {"changed": {f"{Q}.lora_b": None}}, "is missing one component", id="half a pair"
        ),
        pytest.param(
            {"changed": {f"{Q}.lora_a": np.zeros((2, 500), np.float32)}},
            "incorrect shape",
            id="the matrices of another model",
        ),
        pytest.param(
            {"changed": {f"{Q}.lora_b": np.zeros((576, 3), np.float32)}},
            "not transposed",
            id="halves of different rank",
        ),
        pytest.param(
            {"changed": {f"{Q}.lora_a": np.zeros((2, 576), np.float64)}},
            f"{Q}.lora_a is neither F32, F16, BF16 nor Q8_0",
            id="a type that llama.cpp does not calculate with",
        ),
        pytest.param(
            {"changed": {"blk.99.attn_q.weight.lora_a": np.zeros((2, 576), np.float32)}},
            "blk.99.attn_q.weight",
            id="a layer too many",
        ),
        pytest.param(
            {"changed": {"token_embd.weight.lora_a": np.zeros((2, 576), np.float32)}},
            "it adapts 'token_embd.weight.lora_a'; train the matrices",
            id="what llama.cpp would pass over in silence",
        ),
        pytest.param({"parts": ()}, "it adapts nothing", id="nothing"),
        pytest.param(
            {"architecture": "qwen2"},
            "model arch and LoRA arch mismatch",
            id="another architecture",
        ),
        pytest.param({"kind": "model"}, "but got: model", id="a model"),
    ],
)
async def test_refused(change: dict[str, Any], want: str, smollm: Path, tmp_path: Path) -> None:
    path = write_adapter(tmp_path / "odd.gguf", **{"parts": ("attn_q",), **change})
    assert want in await refusal(smollm, path)


async def refusal(smollm: Path, path: Path) -> str:
    """Load with an adapter in vain; the worker must live to say why."""
    options = Options(model=str(smollm), adapter=str(path), n_ctx=512)
    async with open_engine(options, keeps_states=False) as engine:
        with pytest.raises(EngineError) as caught:
            await engine.info()
        assert isinstance(engine, EngineClient)
        assert engine.worker_pid is not None
    assert str(path) in str(caught.value)
    return str(caught.value)


def test_a_damaged_file_is_refused(adapter_file: Path, smollm: Path, tmp_path: Path) -> None:
    whole = adapter_file.read_bytes()
    cut = tmp_path / "cut.gguf"
    for n_bytes in (4, 10, 30, 200, 5000, len(whole) // 2, len(whole) - 40):
        assert checked(cut, whole[:n_bytes]).endswith("cut off")
    huge = struct.pack("<4sIQQ", b"GGUF", 3, 2**60, 2**60)
    assert "it holds more than any model" in checked(cut, huge + whole[len(huge) :])
    assert "it is a model, not an adapter of one" in checked(cut, smollm.read_bytes())


def test_no_byte_of_the_head_ends_in_another_exception(adapter_file: Path, tmp_path: Path) -> None:
    whole = adapter_file.read_bytes()
    rng = random.Random(1)
    for _ in range(300):
        odd = bytearray(whole[:40_000])
        for _ in range(rng.randint(1, 4)):
            at = rng.randrange(4, 2000)
            odd[at : at + 8] = rng.choice((b"\xff" * 8, b"\0" * 8, rng.randbytes(8)))
        assert checked(tmp_path / "odd.gguf", bytes(odd))


def checked(path: Path, content: bytes) -> str:
    """Write a file and return why it is refused."""
    path.write_bytes(content)
    chosen = adapters.chosen(str(path))
    assert chosen is not None
    with pytest.raises(EngineError) as caught:
        check_adapter(chosen)
    return str(caught.value)


async def test_a_file_that_changes_after_the_choice_is_refused(
    smollm: Path, tmp_path: Path
) -> None:
    path = write_adapter(tmp_path / "a.gguf", ("attn_q",))
    chosen = adapters.chosen(str(path))
    write_adapter(path, ("attn_q",), seed=2)
    async with EngineClient(smollm, n_ctx=512, n_threads=1, adapter=chosen) as engine:
        with pytest.raises(EngineError, match="has changed meanwhile"):
            await engine.info()


def test_an_engine_without_adapters_says_so(adapter_file: Path) -> None:
    options = Options(engine="another", adapter=str(adapter_file))
    with pytest.raises(EngineError, match="the engine another takes no LoRA adapter"):
        open_engine(options)


def test_what_is_said_with_an_adapter(smollm: Path, adapter_file: Path) -> None:
    bare = said(backend(smollm, ""))
    assert len(bare) > 10
    assert said(backend(smollm, f"{adapter_file}:0")) == bare
    assert said(backend(smollm, str(adapter_file))) != bare


def test_every_part_counts(smollm: Path, tmp_path: Path) -> None:
    """llama.cpp's fused feed-forward, for one, knows no adapters."""
    binding.open_library()
    model = binding.open_model(str(smollm))
    tokens = binding.tokenize(model, CODE.encode(), False)

    def logits(part: str, scale: float) -> list[float]:
        path = write_adapter(tmp_path / f"{part}.gguf", (part,))
        adapter = binding.open_adapter(model, str(path))
        sequence = LiveSequence(model, 1000, 64, 1, adapter, scale)
        assert sequence.read(tokens, [len(tokens) - 1], 1, False)
        return [float(one) for one in sequence.logits(-1)]

    unchanged = logits("attn_q", 0.0)
    for part in EVERYTHING:
        assert logits(part, 1.0) != unchanged, part


def test_kv_states_are_not_mixed(smollm: Path, adapter_file: Path, tmp_path: Path) -> None:
    text = "".join(f"def f{n}(x):\n    return x * {n}\n" for n in range(14))
    marks = ["", f"{adapter_file}", f"{adapter_file}:0.5"]

    def n_missing(chosen: str) -> int:
        found = backend(smollm, chosen, tmp_path)
        tokens = found.tokenize(text)
        missing = found.n_missing(tokens)
        if missing == len(tokens):
            said(found, text)
            for _ in found.write_states():
                pass
        return missing

    first = [n_missing(mark) for mark in marks]
    assert first == [first[0]] * 3
    assert n_missing(marks[1]) < first[0] / 4
    assert len({fingerprint(smollm, adapters.chosen(mark)) for mark in marks}) == 3
