"""A process that writes a model file again, such that a reader of 2023 (ctransformers) can load it.

Of the llama architecture's weights nothing changes. What that reader lacks is written out: the
scores of a vocabulary that has none, and the output's weights where they are those of the input.
It wants the tokens of a byte-level vocabulary as they are, not in the alphabet of printable
characters that stands for bytes since GPT-2, and version 2 in the head, which is laid out alike.
"""

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gguf

from lsp_local.engine.conversion import REFUSED

PLAIN = ("F32", "F16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0")
TYPES = {*PLAIN, "Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K"}
LAYER = r"blk\.\d+\.(attn_norm|attn_[qkv]|attn_output|ffn_norm|ffn_gate|ffn_down|ffn_up)"
KNOWN = re.compile(rf"({LAYER}|token_embd|output_norm|output)\.weight")
SKIPPED = ("general.architecture", "tokenizer.ggml.scores")
VERSION_AT, VERSION = 4, 2


class Refused(Exception):
    """A model that cannot be written for ctransformers, and why not."""


def rewrite(source: Path, target: Path) -> None:
    """Write `target`, and a line "bytes done, bytes in all" to standard output for each tensor."""
    reader = gguf.GGUFReader(source)
    architecture = _value(reader, "general.architecture")
    if architecture != "llama":
        raise Refused(f"its architecture is {architecture}, and only llama can be")
    _check(reader.tensors)
    writer = gguf.GGUFWriter(target, architecture)
    _copy_metadata(reader, writer)
    tensors = [(tensor.name, tensor) for tensor in reader.tensors]
    if "output.weight" not in dict(tensors):
        tensors.append(("output.weight", dict(tensors)["token_embd.weight"]))
    for name, tensor in tensors:
        shape, kind = tensor.data.shape, tensor.tensor_type
        writer.add_tensor_info(name, shape, tensor.data.dtype, tensor.data.nbytes, kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    n_done, n_total = 0, sum(tensor.data.nbytes for _, tensor in tensors)
    for _, tensor in tensors:
        print(n_done, n_total, flush=True)
        writer.write_tensor_data(tensor.data)
        n_done += tensor.data.nbytes
    writer.close()
    with target.open("r+b") as file:
        file.seek(VERSION_AT)
        file.write(VERSION.to_bytes(4, "little"))
    print(n_total, n_total, flush=True)


def _check(tensors: Sequence[Any]) -> None:
    names = {tensor.name for tensor in tensors}
    if strange := sorted(name for name in names if not KNOWN.fullmatch(name)):
        raise Refused(f"ctransformers does not know its tensor {strange[0]}")
    if "token_embd.weight" not in names:
        raise Refused("it has no token_embd.weight")
    kinds = {tensor.tensor_type.name for tensor in tensors}
    if strange := sorted(kinds - TYPES):
        raise Refused(f"ctransformers does not know its quantization {strange[0]}")


def _copy_metadata(reader: Any, writer: Any) -> None:
    kinds = _value(reader, "tokenizer.ggml.token_type")
    scores = _value(reader, "tokenizer.ggml.scores") or [0.0] * len(kinds)
    for name, field in reader.fields.items():
        if name.startswith("GGUF.") or name in SKIPPED or not field.types:
            continue
        value = field.contents()
        if name == "tokenizer.ggml.tokens" and _value(reader, "tokenizer.ggml.model") == "gpt2":
            value = _as_bytes(value, kinds)
        if isinstance(value, list) and not value:
            continue  # the writer has no empty arrays
        sub_type = field.types[-1] if len(field.types) > 1 else None
        writer.add_key_value(name, value, field.types[0], sub_type=sub_type)
    writer.add_array("tokenizer.ggml.scores", scores)


def _as_bytes(tokens: list[str], kinds: list[int]) -> list[bytes]:
    """Return the tokens as the bytes that they stand for; control tokens are text."""
    alphabet, normal = _alphabet(), int(gguf.TokenType.NORMAL)
    return [
        bytes(alphabet[char] for char in token)
        if kind == normal and all(char in alphabet for char in token)
        else token.encode()
        for token, kind in zip(tokens, kinds, strict=True)
    ]


def _alphabet() -> dict[str, int]:
    """Return which byte each printable character stands for (the byte-level BPE of GPT-2)."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    standing_in = {chr(256 + n): byte for n, byte in enumerate(others)}
    return {chr(byte): byte for byte in printable} | standing_in


def _value(reader: Any, name: str) -> Any:
    field = reader.get_field(name)
    if field is None and name.endswith(("architecture", "token_type", "model")):
        raise Refused(f"it has no {name}")
    return field.contents() if field else None


def main() -> None:
    """Convert the file of the first argument into that of the second."""
    source, target = map(Path, sys.argv[1:])
    try:
        rewrite(source, target)
    except Refused as error:
        print(error, file=sys.stderr)
        sys.exit(REFUSED)


if __name__ == "__main__":
    main()
