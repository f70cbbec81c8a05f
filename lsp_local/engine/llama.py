"""A model in this process through llama.cpp: one live KV sequence, others parked in memory."""

import ctypes
import hashlib
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from lsp_local.engine import binding
from lsp_local.engine.base import EngineError, ModelInfo, Speed, Token, TokenScore
from lsp_local.engine.kv import (
    WORTH_PARKING,
    Parked,
    Parking,
    n_common,
    read_state,
    state_key,
    write_state,
)
from lsp_local.engine.special import fim_tokens
from lsp_local.engine.speed import SpeedMeter, ThreadChoice
from lsp_local.engine.vocab import Vocab

N_CHUNK = 128  # tokens a prefill call; an interrupted call loses at most these
N_FLAG_BYTES = 2**24  # `strlen` of as many takes about 0.2 ms; see `_watch_flag`
QUICK_DECODE = 20.0  # tokens a second
N_SCORE_CHUNK = 32  # tokens a scoring call; each takes a row of n_vocab logits
PARKING_BYTES = 192 * 2**20
SEQUENCE = 0
STRLEN = ctypes.cast(ctypes.CDLL(None).strlen, ctypes.c_void_p)


class LlamaBackend:
    """The `Backend` contract on llama.cpp. Invariant: `_live` is what the KV cache holds."""

    def __init__(self, path: Path, n_ctx: int, n_threads: int) -> None:
        started = time.perf_counter()
        binding.open_library()
        self._model = binding.open_model(str(path))
        self._context = binding.open_context(self._model, n_ctx, N_CHUNK, n_threads)
        self._batch = binding.api.llama_batch_init(N_CHUNK, 0, 1)
        self._n_vocab = int(binding.lib.llama_n_vocab(ctypes.c_void_p(self._model)))
        self._vocab = Vocab(binding.pieces(self._model, self._n_vocab))
        self._flag = ctypes.create_string_buffer(b"\x00" + b"\x01" * N_FLAG_BYTES)
        self._live: list[int] = []
        self._n_logits = 0  # length of the text that the last row of logits belongs to
        self._parking = Parking(PARKING_BYTES)
        self._meter = SpeedMeter()
        self._threads = ThreadChoice(n_threads)
        self._warm_up()
        self.info = self._describe(path, n_ctx, (time.perf_counter() - started) * 1000)
        self._fingerprint = f"{_fingerprint(path)} ik-llama-cpp-python 0.1.5 f16 {n_ctx}"

    def tokenize(self, text: str) -> list[int]:
        """See `Backend`."""
        return binding.tokenize(self._model, text.encode(errors="replace"), allow_special=False)

    def heal(self, tokens: list[int]) -> tuple[list[int], bytes]:
        """See `Backend`."""
        return self._vocab.heal(tokens)

    def n_kept(self, tokens: list[int]) -> int:
        """See `Backend`."""
        shared = n_common(self._live, tokens)
        parked = self._parking.take(tokens, shared)
        if parked is not None:
            self._park()
            self._restore(parked.tokens, parked.state)
        elif len(self._live) - shared >= WORTH_PARKING:
            self._park()
        kept = n_common(self._live, tokens)
        if kept < len(self._live):
            self._forget(kept)
        return kept

    def prefill(self, tokens: list[int]) -> int:
        """See `Backend`."""
        if len(tokens) >= self.info.n_ctx:
            raise EngineError(f"a prompt of {len(tokens)} tokens does not fit into the context")
        shared = n_common(self._live, tokens)
        if shared < len(self._live):  # something more urgent came between, and parked our state
            shared = self.n_kept(tokens)
        if shared == len(tokens) == self._n_logits:
            return 0
        start = min(shared, len(tokens) - 1)
        end = min(start + N_CHUNK, len(tokens))
        self._forget(start)
        rows = [end - start - 1] if end == len(tokens) else []
        self._timed(tokens[start:end], rows, self._threads.at(time.perf_counter()))
        return len(tokens) - len(self._live)

    def next_token(self, healing: bytes) -> Token | None:
        """See `Backend`."""
        logits = self._logits(-1)
        best = int(np.argmax(logits))
        if healing:
            allowed = self._vocab.agreeing(healing)
            if not len(allowed):
                return None
            best = int(allowed[np.argmax(logits[allowed])])
        elif not self._vocab.pieces[best]:
            return None
        return Token(best, self._vocab.pieces[best], _logprob(logits, best))

    def score(self, tokens: list[int], n_best: int) -> Iterator[list[TokenScore]]:
        """See `Backend`."""
        if len(tokens) > self.info.n_ctx:
            raise EngineError(f"a text of {len(tokens)} tokens does not fit into the context")
        self._park()
        self._forget(0)
        start = 0
        while start < len(tokens) - 1:
            end = min(start + N_SCORE_CHUNK, len(tokens) - 1)
            if n_common(self._live, tokens) < start:  # something more urgent came between
                self.prefill(tokens[:start])
                yield []
                continue
            self._forget(start)
            if not self._decode(tokens[start:end], list(range(end - start))):
                yield []
                continue
            yield [self._score(row, tokens[start + row + 1], n_best) for row in range(end - start)]
            start = end

    def save_state(self, tokens: list[int], path: Path) -> bool:
        """See `Backend`."""
        if n_common(self._live, tokens) < len(tokens):
            return False
        self._forget(len(tokens))
        try:
            write_state(path, state_key(self._fingerprint, tokens), self._copy_state())
        except OSError as error:
            raise EngineError(f"the KV state cannot be written: {error}") from error
        return True

    def load_state(self, tokens: list[int], path: Path) -> bool:
        """See `Backend`."""
        state = read_state(path, state_key(self._fingerprint, tokens))
        if state is None:
            return False
        self._park()
        return self._restore(tokens, state)

    def interrupt(self) -> None:
        """See `Backend`."""
        self._flag[0] = b"\x01"

    def resume(self) -> None:
        """See `Backend`."""
        self._flag[0] = b"\x00"

    def speed(self) -> Speed:
        """See `Backend`."""
        return self._meter.published

    def _watch_flag(self, is_watched: bool) -> None:
        """Let llama.cpp ask `strlen(flag)` between operations: true once the flag is set.

        A C function costs nothing there; a Python callback costs 8 % of the decode speed.
        llama.cpp's first thread asks, and a thread that is late in leaving the barrier before
        may see the answer one operation too early: then both wait for each other for ever. The
        flag is the head of a long string, so that the answer takes a moment once it is true.
        """
        callback = STRLEN if is_watched else None
        binding.lib.llama_set_abort_callback(self._context, callback, ctypes.addressof(self._flag))

    def _timed(self, tokens: list[int], rows: list[int], n_threads: int) -> None:
        """Read `tokens` with `n_threads`, and learn from the time it took."""
        before = time.perf_counter()
        binding.lib.llama_set_n_threads(self._context, n_threads, n_threads)
        if self._decode(tokens, rows):
            now = time.perf_counter()
            self._meter.read(len(tokens), now - before)
            self._threads.saw(n_threads, len(tokens), now - before, now)

    def _decode(self, tokens: list[int], rows: list[int]) -> bool:
        """Read `tokens` behind the live ones; keep logits of `rows`. False when interrupted."""
        batch = self._batch
        batch.n_tokens = len(tokens)
        for row, token in enumerate(tokens):
            batch.token[row] = token
            batch.pos[row] = len(self._live) + row
            batch.n_seq_id[row] = 1
            batch.seq_id[row][0] = SEQUENCE
            batch.logits[row] = 0
        for row in rows:
            batch.logits[row] = 1
        # One token is soon read; to interrupt it is not worth the risk that `_watch_flag` names.
        is_watched = len(tokens) > 1 or self._meter.published.decode < QUICK_DECODE
        self._watch_flag(is_watched)
        status = binding.api.llama_decode(self._context, batch)
        # llama_decode reports success for an interrupted call: only the flag tells.
        is_interrupted = is_watched and self._flag[0] != b"\x00"
        if is_interrupted or status != 0:
            self._forget(len(self._live))
            if not is_interrupted:
                raise EngineError(f"llama_decode failed with status {status}")
            return False
        self._live += tokens
        self._n_logits = len(self._live) if rows else 0
        return True

    def _forget(self, n_tokens: int) -> None:
        """Cut the KV cache to its first `n_tokens`."""
        binding.lib.llama_kv_cache_seq_rm(self._context, SEQUENCE, n_tokens, -1)
        del self._live[n_tokens:]
        self._n_logits = 0

    def _park(self) -> None:
        """Copy the live state away before it is overwritten, if it is worth that."""
        if len(self._live) >= WORTH_PARKING:
            self._parking.put(Parked(list(self._live), self._copy_state()))

    def _copy_state(self) -> bytes:
        size = binding.lib.llama_state_seq_get_size(self._context, SEQUENCE, 0)
        buffer = ctypes.create_string_buffer(size)
        binding.lib.llama_state_seq_get_data(self._context, buffer, size, SEQUENCE, 0)
        return buffer.raw

    def _restore(self, tokens: list[int], state: bytes) -> bool:
        """Put a state into the KV cache; a state that llama.cpp refuses leaves it empty."""
        self._forget(0)
        n_bytes = binding.lib.llama_state_seq_set_data(
            self._context, state, len(state), SEQUENCE, 0
        )
        if n_bytes != len(state):
            self._forget(0)
            return False
        self._live = list(tokens)
        return True

    def _logits(self, row: int) -> npt.NDArray[np.float32]:
        """Return a view of the logits of a batch row, shape (n_vocab,)."""
        pointer = binding.logits_row(self._context, row)
        if pointer is None:
            raise EngineError("llama.cpp has no logits for the last token")
        return np.ctypeslib.as_array(pointer, shape=(self._n_vocab,))

    def _score(self, row: int, token: int, n_best: int) -> TokenScore:
        logits = self._logits(row)
        n_worse = max(0, self._n_vocab - n_best)
        best = np.argpartition(logits, min(n_worse, self._n_vocab - 1))[n_worse:]
        base = float(logits[token]) - _logprob(logits, token)
        ranked = sorted(((int(i), float(logits[i]) - base) for i in best), key=lambda b: -b[1])
        return TokenScore(token, float(logits[token]) - base, ranked)

    def _warm_up(self) -> None:
        """Touch every weight once, then measure: the first answer's budget depends on it."""
        text = [token % self._n_vocab for token in range(1000, 1042)]
        self._decode(text[:8], [7])
        for start, end in ((8, 40), (40, 41)):
            self._timed(text[start:end], [end - start - 1], self._threads.all)
        # Beside what few threads reach, all of them may turn out to be slow already.
        self._timed(text[:1], [0], self._threads.few)
        self._timed(text[1:2], [0], self._threads.all)
        self._forget(0)

    def _describe(self, path: Path, n_ctx: int, load_ms: float) -> ModelInfo:
        buffer = ctypes.create_string_buffer(256)
        binding.api.llama_model_desc(self._model, buffer, len(buffer))
        template = binding.lib.llama_model_chat_template(self._model, None)
        return ModelInfo(
            path=str(path),
            name=path.stem,
            description=buffer.value.decode(errors="replace"),
            n_vocab=self._n_vocab,
            n_ctx=n_ctx,
            n_ctx_train=int(binding.lib.llama_n_ctx_train(self._model)),
            fim=fim_tokens(self._model),
            chat_template=template.decode(errors="replace") if template else None,
            load_ms=round(load_ms, 1),
            cpu_features=binding.lib.llama_print_system_info().decode(),
        )


def _logprob(logits: npt.NDArray[np.float32], token: int) -> float:
    highest = float(logits.max())
    return float(logits[token]) - highest - float(np.log(np.exp(logits - highest).sum()))


def _fingerprint(path: Path) -> str:
    """Name a model file by its size and its first and last megabyte."""
    with path.open("rb") as file:
        digest = hashlib.sha256(file.read(2**20))
        file.seek(max(0, path.stat().st_size - 2**20))
        digest.update(file.read())
    return f"{path.stat().st_size}-{digest.hexdigest()}"
