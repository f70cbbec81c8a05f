"""Adapters of SmolLM2-135M for the tests: small, random, and wrong in every way."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import gguf
import numpy as np

N_LAYERS = 30
# The rows and columns of what can be adapted.
SHAPES = {
    "attn_q": (576, 576),
    "attn_k": (192, 576),
    "attn_v": (192, 576),
    "attn_output": (576, 576),
    "ffn_gate": (1536, 576),
    "ffn_up": (1536, 576),
    "ffn_down": (576, 1536),
}
EVERYTHING = tuple(SHAPES)


def write_adapter(
    path: Path,
    parts: tuple[str, ...] = EVERYTHING,
    *,
    rank: int = 2,
    seed: int = 1,
    architecture: str = "llama",
    kind: str = "adapter",
    changed: Mapping[str, Any] | None = None,
) -> Path:
    """Write a random adapter; `changed` are tensors that come on top or instead, None for gone."""
    tensors: dict[str, Any] = {}
    rng = np.random.default_rng(seed)
    for layer in range(N_LAYERS):
        for part in parts:
            rows, columns = SHAPES[part]
            name = f"blk.{layer}.{part}.weight"
            tensors[f"{name}.lora_a"] = rng.standard_normal((rank, columns)) / columns**0.5
            tensors[f"{name}.lora_b"] = rng.standard_normal((rows, rank)) * 0.3
    arrays = {name: array.astype(np.float32) for name, array in tensors.items()}
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_type(kind)
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", 2.0 * rank)
    for name, array in {**arrays, **(changed or {})}.items():
        if array is not None:
            writer.add_tensor(name, array)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path
