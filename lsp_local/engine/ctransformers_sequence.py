"""The live KV sequence in ctransformers' memory: read into it and cut it; it cannot be copied."""

import ctypes
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from lsp_local.engine.base import EngineError
from lsp_local.engine.conversion import INSTALL


class PlainSequence:
    """The one sequence of a model. Invariant: `tokens` is what the KV cache holds.

    The first `n_single` of them were read one at a time: their KV state is that of any other
    reading like this, bit by bit.
    """

    def __init__(self, path: Path, n_ctx: int) -> None:
        self.tokens: list[int] = []
        self.n_single = 0
        self.n_logits = 0  # length of the text that the logits belong to
        self._llm = _open(path, n_ctx)

    def read(self, tokens: list[int], n_threads: int) -> None:
        """Read `tokens` behind the live ones; nothing can interrupt it. Raises EngineError."""
        n_past, n_tokens = len(self.tokens), len(tokens)
        array = (ctypes.c_int * n_tokens)(*tokens)
        if not self._llm.ctransformers_llm_batch_eval(array, n_tokens, n_past, n_tokens, n_threads):
            raise EngineError(f"ctransformers cannot read {n_tokens} tokens behind {n_past}")
        if n_tokens == 1 and self.n_single == n_past:
            self.n_single += 1
        self.tokens += tokens
        self.n_logits = len(self.tokens)

    def forget(self, n_tokens: int) -> None:
        """Cut the KV cache to its first `n_tokens`: what is read next overwrites the others."""
        if n_tokens < len(self.tokens):
            del self.tokens[n_tokens:]
            self.n_single = min(self.n_single, n_tokens)
            self.n_logits = 0

    def logits(self) -> npt.NDArray[np.float32]:
        """Return a view of the logits behind the last token, shape (n_vocab,)."""
        pointer, size = self._llm.ctransformers_llm_logits_data(), self._llm.vocab_size
        return np.ctypeslib.as_array(pointer, shape=(size,))


def _open(path: Path, n_ctx: int) -> Any:
    try:
        from ctransformers.llm import LLM, Config
    except ImportError as error:
        raise EngineError(f"the package ctransformers is not here ({error}); {INSTALL}") from error
    try:
        return LLM(str(path), config=Config(context_length=n_ctx))
    except OSError as error:
        raise EngineError("ctransformers has no library for this machine") from error
    except (RuntimeError, ValueError) as error:
        raise EngineError(
            f"ctransformers cannot load {path}: the file is damaged, or of a kind that it does "
            "not know"
        ) from error
