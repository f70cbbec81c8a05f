"""A process that writes a model file again as a folder that OpenVINO loads.

The graph is ours: embedding, layers of attention and feed-forward, and the output's weights behind
a choice of rows, so that a prompt does not pay for the logits of all its tokens. Keys and values
are variables of the graph. Weights become 8-bit numbers in groups of 32 with a scale each, which
holds every kind of quantization of 8 bits and less nearly exactly.
"""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import openvino as ov
from openvino import PartialShape, Type, opset13
from openvino.op.util import Variable, VariableInfo

from lsp_local.engine.conversion import REFUSED

ops: Any = opset13
ARCHITECTURES = ("llama", "qwen2")
N_GROUP = 32
SCALING = "rope_freqs.weight"
Node = Any


class Refused(Exception):
    """A model that cannot be written for OpenVINO, and why not."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The numbers of a model."""

    is_llama: bool
    n_layers: int
    n_embd: int
    n_head: int
    n_kv: int
    epsilon: float
    rope_base: float

    @property
    def n_dim(self) -> int:
        """Of one head."""
        return self.n_embd // self.n_head


class Weights:
    """The tensors of a file as nodes; "bytes done, bytes in all" is printed for each."""

    def __init__(self, reader: Any) -> None:
        self._tensors = {tensor.name: tensor for tensor in reader.tensors}
        self._n_total = sum(tensor.data.nbytes for tensor in reader.tensors)
        self._n_done = 0

    def __contains__(self, name: str) -> bool:
        return name in self._tensors

    def vector(self, name: str) -> Node:
        """Return a bias or the factors of a norm."""
        return ops.constant(self._values(name))

    def matrix(self, name: str, n_turned: int = 0) -> Node:
        """Return a matrix; with `n_turned` heads, in the order of numbers that rotation wants.

        llama's files have the two numbers of a rotation side by side, we half a head apart.
        """
        values = self._values(name)
        if n_turned:
            pairs = values.reshape(n_turned, -1, 2, values.shape[1])
            values = pairs.swapaxes(1, 2).reshape(values.shape)
        n_rows, n_columns = values.shape
        if n_columns % N_GROUP:
            raise Refused(f"the rows of {name} are no multiple of {N_GROUP}")
        groups = values.reshape(n_rows, -1, N_GROUP)
        scales = np.abs(groups).max(2, keepdims=True) / 127
        scales = np.where(scales < 1e-7, np.float32(1), scales).astype(np.float16)
        whole = np.clip(np.rint(groups / scales.astype(np.float32)), -127, 127).astype(np.int8)
        scaled = ops.multiply(ops.convert(ops.constant(whole), Type.f16), ops.constant(scales))
        flat = ops.reshape(scaled, _whole(n_rows, n_columns), special_zero=False)
        return ops.convert(flat, Type.f32)

    def _values(self, name: str) -> Any:
        if name not in self._tensors:
            raise Refused(f"it has no {name}")
        tensor = self._tensors[name]
        print(self._n_done, self._n_total, flush=True)
        self._n_done += tensor.data.nbytes
        try:
            return gguf.quants.dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
        except NotImplementedError as error:
            raise Refused(f"the gguf package cannot read {name}: {error}") from error


class Graph:
    """The model, built layer by layer."""

    def __init__(self, shape: Shape, weights: Weights) -> None:
        self._shape = shape
        self._weights = weights
        self._kept: list[tuple[Node, Variable]] = []
        self._inputs = [
            _input("tokens", [1, -1], Type.i64),
            _input("positions", [1, -1], Type.i64),
            _input("mask", [1, 1, -1, -1], Type.f32),
            _input("beam", [1], Type.i32),  # OpenVINO's fused attention wants one
            _input("rows", [-1], Type.i64),
        ]

    def model(self) -> ov.Model:
        """Return the whole."""
        tokens, positions, _mask, _beam, rows = self._inputs
        embedding = self._weights.matrix("token_embd.weight")
        turns = self._turns(positions)
        x = ops.gather(embedding, tokens, _whole(0))
        for layer in range(self._shape.n_layers):
            name = f"blk.{layer}."
            x = ops.add(x, self._attention(name, self._norm(x, f"{name}attn_norm"), turns))
            x = ops.add(x, self._feed_forward(name, self._norm(x, f"{name}ffn_norm")))
        x = self._norm(ops.gather(x, rows, _whole(1)), "output_norm")
        own = "output.weight" in self._weights
        output = self._weights.matrix("output.weight") if own else embedding
        logits = ops.matmul(x, output, False, True)
        logits.output(0).set_names({"logits"})
        sinks = [assign for assign, _ in self._kept]
        variables = [variable for _, variable in self._kept]
        return ov.Model([ops.result(logits)], sinks, self._inputs, variables, "lsp-local")

    def _attention(self, name: str, x: Node, turns: tuple[Node, Node]) -> Node:
        shape = self._shape
        queries = self._turned(self._heads(x, f"{name}attn_q", shape.n_head), turns)
        keys = self._turned(self._heads(x, f"{name}attn_k", shape.n_kv), turns)
        values = self._heads(x, f"{name}attn_v", shape.n_kv)
        known = [self._remembered(keys, f"{name}k"), self._remembered(values, f"{name}v")]
        found = ops.scaled_dot_product_attention(queries, *known, self._inputs[2])
        rows = ops.transpose(found, _whole(0, 2, 1, 3))
        flat = ops.reshape(rows, _whole(0, 0, shape.n_embd), special_zero=True)
        return self._linear(flat, f"{name}attn_output")

    def _feed_forward(self, name: str, x: Node) -> Node:
        gate = ops.swish(self._linear(x, f"{name}ffn_gate"))
        return self._linear(ops.multiply(gate, self._linear(x, f"{name}ffn_up")), f"{name}ffn_down")

    def _linear(self, x: Node, name: str, n_turned: int = 0) -> Node:
        y = ops.matmul(x, self._weights.matrix(f"{name}.weight", n_turned), False, True)
        bias = f"{name}.bias"
        return ops.add(y, self._weights.vector(bias)) if bias in self._weights else y

    def _heads(self, x: Node, name: str, n_heads: int) -> Node:
        is_turned = self._shape.is_llama and not name.endswith("_v")
        y = self._linear(x, name, n_heads if is_turned else 0)
        split = ops.reshape(y, _whole(0, 0, n_heads, self._shape.n_dim), special_zero=True)
        return ops.transpose(split, _whole(0, 2, 1, 3))

    def _remembered(self, new: Node, name: str) -> Node:
        """Put `new` behind what a variable holds; return all, once for every head that asks."""
        shape = self._shape
        info = VariableInfo()
        info.data_shape = PartialShape([1, shape.n_kv, -1, shape.n_dim])
        info.data_type, info.variable_id = Type.f32, name
        variable = Variable(info)
        nothing = ops.constant(np.zeros((1, shape.n_kv, 0, shape.n_dim), np.float32))
        old = ops.gather(ov.opset6.read_value(nothing, variable), self._inputs[3], _whole(0))
        both = ops.concat([old, new], 2)
        self._kept.append((ov.opset6.assign(both, variable), variable))
        n_times = shape.n_head // shape.n_kv
        if n_times == 1:
            return both
        times = ops.broadcast(
            ops.unsqueeze(both, _whole(2)),
            _whole(1, 1, n_times, 1, 1),
            broadcast_spec="BIDIRECTIONAL",
        )
        return ops.reshape(times, _whole(0, shape.n_head, -1, shape.n_dim), special_zero=True)

    def _norm(self, x: Node, name: str) -> Node:
        mean = ops.reduce_mean(ops.power(x, _real(2)), _whole(-1), keep_dims=True)
        root = ops.sqrt(ops.add(mean, _real(self._shape.epsilon)))
        return ops.multiply(
            ops.multiply(x, ops.divide(_real(1), root)), self._weights.vector(f"{name}.weight")
        )

    def _turns(self, positions: Node) -> tuple[Node, Node]:
        """Return cosine and sine of the angles at `positions`."""
        n_dim = self._shape.n_dim
        speeds = self._shape.rope_base ** (-np.arange(0, n_dim, 2) / n_dim)
        places = ops.unsqueeze(ops.convert(positions, Type.f32), _whole(2))
        half = ops.multiply(places, ops.constant(speeds.astype(np.float32).reshape(1, 1, -1)))
        angles = ops.unsqueeze(ops.concat([half, half], 2), _whole(1))
        return ops.cos(angles), ops.sin(angles)

    def _turned(self, x: Node, turns: tuple[Node, Node]) -> Node:
        half = self._shape.n_dim // 2
        low, high = (
            ops.slice(x, *(ops.constant(np.array([one], np.int64)) for one in (start, end, 1, 3)))
            for start, end in ((0, half), (half, 2 * half))
        )
        other = ops.concat([ops.multiply(high, _real(-1)), low], 3)
        return ops.add(ops.multiply(x, turns[0]), ops.multiply(other, turns[1]))


def shape_of(reader: Any) -> Shape:
    """Return a model's numbers. Raises Refused for one whose graph is another."""
    architecture = _value(reader, "general.architecture")
    if architecture not in ARCHITECTURES:
        raise Refused(f"its architecture is {architecture}; {' and '.join(ARCHITECTURES)} can be")
    names = {tensor.name for tensor in reader.tensors}
    scaling = [key for key in reader.fields if key.startswith(f"{architecture}.rope.scaling.")]
    if SCALING in names or scaling:
        raise Refused("it scales its positions, which is not built")
    keys = ("block_count", "embedding_length", "attention.head_count", "attention.head_count_kv")
    n_layers, n_embd, n_head, n_kv = (int(_value(reader, f"{architecture}.{key}")) for key in keys)
    norm = _value(reader, f"{architecture}.attention.layer_norm_rms_epsilon")
    base = _value(reader, f"{architecture}.rope.freq_base")
    return Shape(architecture == "llama", n_layers, n_embd, n_head, n_kv, float(norm), float(base))


def _value(reader: Any, name: str) -> Any:
    field = reader.get_field(name)
    if field is None:
        raise Refused(f"it has no {name}")
    return field.contents()


def _input(name: str, sizes: list[int], kind: Any) -> Node:
    node = ops.parameter(PartialShape(sizes), kind, name=name)
    node.output(0).set_names({name})
    return node


def _whole(*numbers: int) -> Node:
    return ops.constant(np.array(numbers if len(numbers) > 1 else numbers[0], np.int64))


def _real(number: float) -> Node:
    return ops.constant(np.float32(number))


def main() -> None:
    """Convert the file of the first argument into the folder of the second."""
    source, target = map(Path, sys.argv[1:])
    try:
        reader = gguf.GGUFReader(source)
        model = Graph(shape_of(reader), Weights(reader)).model()
        ov.save_model(model, target / "model.xml", compress_to_fp16=False)
    except Refused as error:
        print(error, file=sys.stderr)
        sys.exit(REFUSED)


if __name__ == "__main__":
    main()
