"""Reads what a GGUF file says of itself, and believes none of it: llama.cpp believes too much.

Written from the description of the format in ggml's docs/gguf.md.
"""

import math
import mmap
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lsp_local.engine.base import EngineError

VERSIONS = (2, 3)
TEXT, ARRAY = 8, 9
# By GGUF's number of a metadata type: its bytes.
SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
# By GGUF's number of a tensor type: values in a block, bytes of a block. Of others only the place
# is known: the engine has some that nobody else has.
TYPES = {
    0: (1, 4),
    1: (1, 2),
    2: (32, 18),
    3: (32, 20),
    6: (32, 22),
    7: (32, 24),
    8: (32, 34),
    10: (256, 84),
    11: (256, 110),
    12: (256, 144),
    13: (256, 176),
    14: (256, 210),
    16: (256, 66),
    17: (256, 74),
    18: (256, 98),
    20: (32, 18),
    23: (256, 136),
    30: (1, 2),
}
MOST_TYPES = 512
ALIGNMENT_KEY, ALIGNMENT = "general.alignment", 32
GREATEST_ALIGNMENT = 2**16
MOST_KEYS, MOST_TENSORS = 10_000, 100_000
LONGEST_KEY, LONGEST_NAME = 2**16, 64  # bytes; ggml's own limits
MOST_TEXTS = 2**22  # in an array: more than the words of any model
MOST_DIMENSIONS, MOST_VALUES = 4, 2**40


class OddFileError(Exception):
    """What the file says cannot be; the message says what."""


@dataclass(frozen=True, slots=True)
class Tensor:
    """Where a tensor is said to be: `offset` counts from the start of all weights."""

    name: str
    shape: tuple[int, ...]
    kind: int
    offset: int

    @property
    def n_bytes(self) -> int:
        """Return how many bytes it takes, 1 at least where nobody knows."""
        n_block, n_block_bytes = TYPES.get(self.kind, (2**40, 1))
        return max(1, math.prod(self.shape) // n_block * n_block_bytes)


@dataclass(frozen=True, slots=True)
class Head:
    """The keys and tensors that a file names, and where its weights begin and end."""

    keys: frozenset[str]
    tensors: tuple[Tensor, ...]
    alignment: int
    start: int
    end: int


def check_model(path: Path) -> None:
    """Raise EngineError for a file that cannot be a model, before llama.cpp sees it."""
    try:
        head = head_of(path)
        if not head.tensors:
            raise OddFileError("it holds no weights")
        for tensor in head.tensors:
            _check_place(tensor, head)
    except OSError as error:
        raise EngineError(f"cannot read {path}: {error.strerror or error}") from None
    except OddFileError as error:
        raise EngineError(
            f"cannot load {path}: {error}; `lsp-local model verify` checks a downloaded one"
        ) from None


def head_of(path: Path, n_most_keys: int = MOST_KEYS, n_most_tensors: int = MOST_TENSORS) -> Head:
    """Return what the head of a file says. Raises OddFileError, OSError."""
    if not path.is_file():  # to open a pipe would take for ever
        raise OddFileError("it is no file")
    with path.open("rb") as file:
        n_bytes = path.stat().st_size
        if not n_bytes:
            raise OddFileError("it is empty")
        with mmap.mmap(file.fileno(), n_bytes, access=mmap.ACCESS_READ) as content:
            try:
                return _Reader(content).head(n_most_keys, n_most_tensors)
            except (struct.error, OverflowError, UnicodeDecodeError):
                raise OddFileError("it is damaged or cut off") from None


def _check_place(tensor: Tensor, head: Head) -> None:
    n_block, _ = TYPES.get(tensor.kind, (1, 0))
    if tensor.shape[0] % n_block or tensor.offset % head.alignment:
        raise OddFileError(f"it is damaged at {tensor.name!r}")
    if head.start + tensor.offset + tensor.n_bytes > head.end:
        raise OddFileError("it is cut off")


class _Reader:
    """A place in a file that moves on. What it raises says that the file ends too early."""

    def __init__(self, content: mmap.mmap) -> None:
        self._content = content
        self._at = 0

    def head(self, n_most_keys: int, n_most_tensors: int) -> Head:
        magic, version = self._next("4sI")
        if magic != b"GGUF" or version not in VERSIONS:
            raise OddFileError("it is no GGUF file of version 2 or 3")
        n_tensors, n_keys = self._next("QQ")
        if n_tensors > n_most_tensors or n_keys > n_most_keys:
            raise OddFileError("it is damaged: it says that it holds more than any model")
        alignment = ALIGNMENT
        keys = []
        for _ in range(n_keys):
            keys.append(self._text(LONGEST_KEY))
            alignment = self._value(keys[-1], alignment)
        tensors = tuple(self._tensors(n_tensors))
        names = {tensor.name for tensor in tensors}
        if len(names) < len(tensors) or len(set(keys)) < len(keys):
            raise OddFileError("it is damaged: a name stands there twice")
        start = -(-self._at // alignment) * alignment
        return Head(frozenset(keys), tensors, alignment, start, len(self._content))

    def _value(self, key: str, alignment: int) -> int:
        """Pass over a value; return the alignment, which may be what it says."""
        (kind,) = self._next("I")
        if key != ALIGNMENT_KEY:
            self._skip(kind)
            return alignment
        (alignment,) = self._next("I") if kind == 4 else (0,)
        if not 0 < alignment <= GREATEST_ALIGNMENT or alignment & (alignment - 1):
            raise OddFileError("it is damaged: its alignment is none")
        return int(alignment)

    def _skip(self, kind: int) -> None:
        if kind == TEXT:
            self._pass(*self._next("Q"))
        elif kind == ARRAY:
            of, n_values = self._next("IQ")
            if of == TEXT:
                self._pass_texts(n_values)
            else:
                self._pass(_size(of) * n_values)
        else:
            self._pass(_size(kind))

    def _pass_texts(self, n_texts: int) -> None:
        """Pass over the words of a model, hundreds of thousands of them."""
        if n_texts > MOST_TEXTS:
            raise OddFileError("it is damaged: it has more words than any model")
        content, at, unpack = self._content, self._at, struct.Struct("<Q").unpack_from
        for _ in range(n_texts):
            at += 8 + unpack(content, at)[0]
        self._at = at
        self._pass(0)

    def _tensors(self, n_tensors: int) -> Iterator[Tensor]:
        for _ in range(n_tensors):
            name = self._text(LONGEST_NAME)
            (n_dimensions,) = self._next("I")
            if not 0 < n_dimensions <= MOST_DIMENSIONS:
                raise OddFileError(f"it is damaged at {name!r}")
            shape = self._next(f"{n_dimensions}Q")
            kind, offset = self._next("IQ")
            if not 0 < math.prod(shape) <= MOST_VALUES or kind >= MOST_TYPES:
                raise OddFileError(f"it is damaged at {name!r}")
            yield Tensor(name, shape, kind, offset)

    def _text(self, n_most: int) -> str:
        (n_bytes,) = self._next("Q")
        if n_bytes > n_most:
            raise OddFileError("it is damaged: a name is too long")
        start = self._at
        self._pass(n_bytes)
        return self._content[start : self._at].decode()

    def _next(self, form: str) -> tuple[Any, ...]:
        packed = struct.Struct(f"<{form}")
        values: tuple[Any, ...] = packed.unpack_from(self._content, self._at)
        self._at += packed.size
        return values

    def _pass(self, n_bytes: int) -> None:
        self._at += n_bytes
        if self._at > len(self._content):
            raise struct.error


def _size(kind: int) -> int:
    if kind not in SIZES:
        raise OddFileError("it is damaged: it has a value of no type")
    return SIZES[kind]
