"""The live KV sequence in llama.cpp's memory: read into it, cut it, copy it out and in."""

import ctypes

import numpy as np
import numpy.typing as npt

from lsp_local.engine import binding
from lsp_local.engine.base import EngineError

N_CHUNK = 128  # tokens a prefill call; an interrupted call loses at most these
N_FLAG_BYTES = 2**24  # `strlen` of as many takes about 0.2 ms; see `_watch_flag`
SEQUENCE = 0
STRLEN = ctypes.cast(ctypes.CDLL(None).strlen, ctypes.c_void_p)


class LiveSequence:
    """The one sequence of a context. Invariant: `tokens` is what the KV cache holds.

    The first `n_exact` of them were read in blocks of equal size, so that their KV state is that
    of any other reading in such blocks, bit by bit; whoever reads them says so.
    """

    def __init__(
        self,
        model: int,
        n_vocab: int,
        n_ctx: int,
        n_threads: int,
        adapter: int = 0,
        scale: float = 1.0,
    ) -> None:
        self.tokens: list[int] = []
        self.n_exact = 0
        self.n_logits = 0  # length of the text that the last row of logits belongs to
        self._n_vocab = n_vocab
        self._context = binding.open_context(model, n_ctx, N_CHUNK, n_threads, adapter, scale)
        self._batch = binding.api.llama_batch_init(N_CHUNK, 0, 1)
        self._flag = ctypes.create_string_buffer(b"\x00" + b"\x01" * N_FLAG_BYTES)

    def interrupt(self) -> None:
        """End the running call within milliseconds; for any thread."""
        self._flag[0] = b"\x01"

    def resume(self) -> None:
        """Forget an earlier `interrupt`; for any thread."""
        self._flag[0] = b"\x00"

    def read(self, tokens: list[int], rows: list[int], n_threads: int, is_watched: bool) -> bool:
        """Read `tokens` behind the live ones; keep logits of `rows`. False when interrupted.

        A call that is not watched cannot be interrupted. Raises EngineError when llama.cpp fails,
        or there are more than N_CHUNK tokens, for which the batch has no room.
        """
        if len(tokens) > N_CHUNK:
            raise EngineError(f"{len(tokens)} tokens are too many for one call")
        batch = self._batch
        batch.n_tokens = len(tokens)
        for row, token in enumerate(tokens):
            batch.token[row] = token
            batch.pos[row] = len(self.tokens) + row
            batch.n_seq_id[row] = 1
            batch.seq_id[row][0] = SEQUENCE
            batch.logits[row] = 0
        for row in rows:
            batch.logits[row] = 1
        self._watch_flag(is_watched)
        binding.lib.llama_set_n_threads(self._context, n_threads, n_threads)
        status = binding.api.llama_decode(self._context, batch)
        # llama_decode reports success for an interrupted call: only the flag tells.
        is_interrupted = is_watched and self._flag[0] != b"\x00"
        if is_interrupted or status != 0:
            self.forget(len(self.tokens))
            if not is_interrupted:
                raise EngineError(f"llama_decode failed with status {status}")
            return False
        self.tokens += tokens
        self.n_logits = len(self.tokens) if rows else 0
        return True

    def forget(self, n_tokens: int) -> None:
        """Cut the KV cache to its first `n_tokens`."""
        binding.lib.llama_kv_cache_seq_rm(self._context, SEQUENCE, n_tokens, -1)
        del self.tokens[n_tokens:]
        self.n_exact = min(self.n_exact, n_tokens)
        self.n_logits = 0

    def copy(self) -> bytearray:
        """Return the bytes of the whole state."""
        size = binding.lib.llama_state_seq_get_size(self._context, SEQUENCE, 0)
        state = bytearray(size)
        start = ctypes.byref(ctypes.c_char.from_buffer(state))
        binding.lib.llama_state_seq_get_data(self._context, start, size, SEQUENCE, 0)
        return state

    def restore(self, tokens: list[int], state: bytearray) -> bool:
        """Put a state into the KV cache; a state that llama.cpp refuses leaves it empty."""
        self.forget(0)
        start, size = ctypes.byref(ctypes.c_char.from_buffer(state)), len(state)
        n_bytes = binding.lib.llama_state_seq_set_data(self._context, start, size, SEQUENCE, 0)
        if n_bytes != size:
            self.forget(0)
            return False
        self.tokens = list(tokens)
        return True

    def logits(self, row: int) -> npt.NDArray[np.float32]:
        """Return a view of the logits of a batch row (-1: the last), shape (n_vocab,)."""
        pointer = binding.logits_row(self._context, row)
        if pointer is None:
            raise EngineError("llama.cpp has no logits for the last token")
        return np.ctypeslib.as_array(pointer, shape=(self._n_vocab,))

    def _watch_flag(self, is_watched: bool) -> None:
        """Let llama.cpp ask `strlen(flag)` between operations: true once the flag is set.

        A C function costs nothing there; a Python callback costs 8 % of the decode speed.
        llama.cpp's first thread asks, and a thread that is late in leaving the barrier before
        may see the answer one operation too early: then both wait for each other for ever. The
        flag is the head of a long string, so that the answer takes a moment once it is true.
        """
        callback = STRLEN if is_watched else None
        binding.lib.llama_set_abort_callback(self._context, callback, ctypes.addressof(self._flag))
