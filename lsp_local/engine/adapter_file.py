"""Looks into an adapter's file before llama.cpp does, which believes too much of what it says."""

import hashlib
from pathlib import Path
from re import fullmatch

from lsp_local.adapters import Adapter
from lsp_local.engine.base import EngineError
from lsp_local.engine.gguf_head import ALIGNMENT_KEY, TYPES, Head, OddFileError, Tensor, head_of

# Whose effect is known to be that of the trained weights; llama.cpp passes over all others.
ADAPTABLE = r"blk\.\d+\.(attn_(q|k|v|output)|ffn_(gate|up|down))\.weight\.lora_[ab]"
LORA_TYPES = {0, 1, 8, 30}  # F32, F16, Q8_0, BF16; others crash, or are no use
MOST_KEYS, MOST_TENSORS = 1000, 20_000


def check_adapter(adapter: Adapter) -> None:
    """Raise EngineError for a file that is not what was chosen, damaged, or of no effect."""
    path = adapter.path
    try:
        if _digest(path) != adapter.sha256:
            raise EngineError(f"the adapter {path} has changed meanwhile; start again")
        _check(head_of(path, MOST_KEYS, MOST_TENSORS))
    except OSError as error:
        raise EngineError(f"cannot read the adapter {path}: {error.strerror}") from None
    except OddFileError as error:
        raise EngineError(f"{path} cannot be used as an adapter: {error}") from None


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check(head: Head) -> None:
    if ALIGNMENT_KEY in head.keys:
        raise OddFileError("it has an alignment of its own")
    if not head.tensors:
        raise OddFileError("it adapts nothing")
    for tensor in head.tensors:
        _check_tensor(tensor, head)


def _check_tensor(tensor: Tensor, head: Head) -> None:
    if not tensor.name.endswith((".lora_a", ".lora_b")):
        raise OddFileError("it is a model, not an adapter of one")
    if not fullmatch(ADAPTABLE, tensor.name):
        raise OddFileError(
            f"it adapts {tensor.name[:100]!r}; train the matrices of attention and feed-forward "
            "layers only (q, k, v, o, gate, up, down)"
        )
    if tensor.kind not in LORA_TYPES:
        raise OddFileError(f"{tensor.name} is neither F32, F16, BF16 nor Q8_0")
    n_block, _ = TYPES[tensor.kind]
    if len(tensor.shape) != 2 or tensor.shape[0] % n_block:
        raise OddFileError(f"{tensor.name} has the shape {tensor.shape}")
    if tensor.offset % head.alignment or head.start + tensor.offset + tensor.n_bytes > head.end:
        raise OddFileError("it is cut off")
