"""Looks into an adapter's file before llama.cpp does, which believes too much of what it says."""

import hashlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from re import fullmatch
from typing import Any, BinaryIO

from lsp_local.adapters import Adapter
from lsp_local.engine.base import EngineError

# Whose effect is known to be that of the trained weights; llama.cpp passes over all others.
ADAPTABLE = r"blk\.\d+\.(attn_(q|k|v|output)|ffn_(gate|up|down))\.weight\.lora_[ab]"
# By GGUF's number of a type: values in a block, bytes of a block. Others crash, or are no use.
TYPES = {0: (1, 4), 1: (1, 2), 8: (32, 34), 30: (1, 2)}  # F32, F16, Q8_0, BF16
# By GGUF's number of a metadata type: its bytes.
SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
TEXT, ARRAY = 8, 9
MOST_KEYS, MOST_TENSORS, LONGEST_TEXT, MOST_TEXTS = 1000, 20_000, 2**20, 2**20
ALIGNMENT = 32


@dataclass(frozen=True, slots=True)
class _Tensor:
    name: str
    shape: tuple[int, ...]
    kind: int
    offset: int


class _OddError(Exception):
    """What the file says cannot be; the message says what."""


def check_adapter(adapter: Adapter) -> None:
    """Raise EngineError for a file that is not what was chosen, damaged, or of no effect."""
    path = adapter.path
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
            if digest != adapter.sha256:
                raise EngineError(f"the adapter {path} has changed meanwhile; start again")
            _check(file, path.stat().st_size)
    except OSError as error:
        raise EngineError(f"cannot read the adapter {path}: {error.strerror}") from None
    except (_OddError, struct.error, UnicodeDecodeError, MemoryError, OverflowError) as error:
        reason = str(error) if isinstance(error, _OddError) else "it is damaged or cut off"
        raise EngineError(f"{path} cannot be used as an adapter: {reason}") from None


def _check(file: BinaryIO, n_bytes: int) -> None:
    magic, version, n_tensors, n_keys = _read(file, "4sIQQ")
    if magic != b"GGUF" or version not in (2, 3):
        raise _OddError("it is no GGUF file of version 2 or 3")
    if n_tensors > MOST_TENSORS or n_keys > MOST_KEYS:
        raise _OddError("it is damaged, or a whole model")
    for _ in range(n_keys):
        key = _text(file)
        (kind,) = _read(file, "I")
        if key == "general.alignment":
            raise _OddError("it has an alignment of its own")
        _skip(file, kind)
    tensors = list(_tensors(file, n_tensors))
    if not tensors:
        raise _OddError("it adapts nothing")
    start = -(-file.tell() // ALIGNMENT) * ALIGNMENT
    for tensor in tensors:
        _check_tensor(tensor, n_bytes - start)


def _tensors(file: BinaryIO, n_tensors: int) -> Iterator[_Tensor]:
    for _ in range(n_tensors):
        name = _text(file)
        (n_dimensions,) = _read(file, "I")
        if n_dimensions > 4:
            raise _OddError("it is damaged")
        shape = _read(file, f"{n_dimensions}Q")
        kind, offset = _read(file, "IQ")
        yield _Tensor(name, shape, kind, offset)


def _check_tensor(tensor: _Tensor, n_bytes: int) -> None:
    if not tensor.name.endswith((".lora_a", ".lora_b")):
        raise _OddError("it is a model, not an adapter of one")
    if not fullmatch(ADAPTABLE, tensor.name):
        raise _OddError(
            f"it adapts {tensor.name[:100]!r}; train the matrices of attention and feed-forward "
            "layers only (q, k, v, o, gate, up, down)"
        )
    if tensor.kind not in TYPES:
        raise _OddError(f"{tensor.name} is neither F32, F16, BF16 nor Q8_0")
    n_block, n_block_bytes = TYPES[tensor.kind]
    columns, rows = tensor.shape if len(tensor.shape) == 2 else (0, 0)
    if not columns or not rows or columns % n_block:
        raise _OddError(f"{tensor.name} has the shape {tensor.shape}")
    end = tensor.offset + columns * rows // n_block * n_block_bytes
    if tensor.offset % ALIGNMENT or end > n_bytes:
        raise _OddError("it is cut off")


def _skip(file: BinaryIO, kind: int) -> None:
    """Pass over a value of the metadata."""
    if kind == TEXT:
        _text(file)
        return
    if kind != ARRAY:
        _read(file, f"{_size(kind)}x")
        return
    of, n_values = _read(file, "IQ")
    if n_values > MOST_TEXTS:
        raise _OddError("it is damaged")
    if of != TEXT:
        _read(file, f"{_size(of) * n_values}x")
        return
    for _ in range(n_values):
        _text(file)


def _size(kind: int) -> int:
    if kind not in SIZES:
        raise _OddError("it is damaged")
    return SIZES[kind]


def _text(file: BinaryIO) -> str:
    (n_bytes,) = _read(file, "Q")
    if n_bytes > LONGEST_TEXT:
        raise _OddError("it is damaged")
    (text,) = _read(file, f"{n_bytes}s")
    return str(text.decode())


def _read(file: BinaryIO, form: str) -> tuple[Any, ...]:
    packed = struct.Struct(f"<{form}")
    return packed.unpack(file.read(packed.size))
