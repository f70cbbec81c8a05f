"""The `Backend` contract on a live KV sequence that can be cut, copied out and put back."""

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from lsp_local.engine import binding, kv
from lsp_local.engine.base import EngineError, ModelInfo, Speed, Token, TokenScore, Work
from lsp_local.engine.choosing import Logits, choose, likeliest, score_of
from lsp_local.engine.kv import Memory, Parking, n_common
from lsp_local.engine.special import markup_of, tokenize
from lsp_local.engine.speed import SpeedMeter, ThreadChoice
from lsp_local.engine.states import StateStore
from lsp_local.engine.vocab import Vocab

QUICK_DECODE = 20.0  # tokens a second
N_SCORE_CHUNK = 32  # tokens a scoring call, always at the same places of a text
PARKING_BYTES = 128 * 2**20


class Live(kv.Sequence, Protocol):
    """A live KV sequence that reads.

    The first `n_exact` of its tokens were read in blocks of equal size, so that their KV state is
    that of any other reading in such blocks, bit by bit; whoever reads them says so. `n_logits`
    is the length of the text that the last row of logits belongs to.
    """

    n_exact: int
    n_logits: int

    def read(self, tokens: list[int], rows: list[int], n_threads: int, is_watched: bool) -> bool:
        """Read `tokens` behind the live ones; keep logits of `rows`. False when interrupted.

        A call that is not watched cannot be interrupted. Raises EngineError when it fails.
        """

    def logits(self, row: int) -> Logits:
        """Return a view of the logits of a batch row (-1: the last), shape (n_vocab,)."""

    def interrupt(self) -> None:
        """End the running call within milliseconds; for any thread."""

    def resume(self) -> None:
        """Forget an earlier `interrupt`; for any thread."""


def memory_of(
    live: Live, mark: str, states: Path | None, max_bytes: int, n_windows: Callable[[], int]
) -> Memory:
    """Return what keeps the states of `live` for `n_windows`, also on disk where `states` is given.

    `mark` tells states from those of another model, engine or setting.
    """
    store = StateStore(states, mark, max_bytes) if states and max_bytes else None
    return Memory(live, Parking(PARKING_BYTES, n_windows), store)


class SequencedBackend:
    """What backends share whose sequence is a `Live`; whoever makes one sets `info`."""

    info: ModelInfo

    def __init__(self, model: int, live: Live, memory: Memory, n_threads: int) -> None:
        """Read with `live`. `model` is llama.cpp's, whose vocabulary counts."""
        self._model = model
        self._live = live
        self._n_vocab = binding.n_vocab(model)
        self._vocab = Vocab(binding.pieces(model, self._n_vocab))
        self._markup = markup_of(model, self._vocab.pieces)
        self._meter = SpeedMeter()
        self._threads = ThreadChoice(n_threads)
        self._memory = memory
        self._warm_up()

    def tokenize(self, text: str, allow_special: bool = False) -> list[int]:
        """See `Backend`."""
        return tokenize(self._model, text, self._markup, allow_special)

    def pieces(self, tokens: list[int]) -> list[bytes]:
        """See `Backend`."""
        return [self._vocab.pieces[token] for token in tokens]

    def heal(self, tokens: list[int]) -> tuple[list[int], bytes]:
        """See `Backend`."""
        return self._vocab.heal(tokens)

    def n_kept(self, tokens: list[int]) -> int:
        """See `Backend`."""
        return self._memory.n_kept(tokens, self._meter.published.prefill)

    def n_missing(self, tokens: list[int]) -> int:
        """See `Backend`."""
        return len(tokens) - self._memory.n_ready(tokens, self._meter.published.prefill)

    def prefill(self, tokens: list[int], n_most: int) -> int:
        """See `Backend`."""
        if len(tokens) >= self.info.n_ctx:
            raise EngineError(f"a prompt of {len(tokens)} tokens does not fit into the context")
        live = self._live
        shared = n_common(live.tokens, tokens)
        if shared < len(live.tokens):  # something more urgent came between, and parked our state
            shared = self.n_kept(tokens)
        if shared == len(tokens) == live.n_logits:
            return 0
        start = min(shared, len(tokens) - 1)
        end = min(start + n_most, len(tokens))
        live.forget(start)
        rows = [end - start - 1] if end == len(tokens) else []
        self._timed(tokens[start:end], rows)
        return len(tokens) - len(live.tokens)

    def next_token(self, healing: bytes, may_end_line: bool = True) -> Token | None:
        """See `Backend`."""
        return choose(self._vocab, self._live.logits(-1), healing, may_end_line)

    def follow(self, tokens: list[int], draft: Sequence[int]) -> list[Token]:
        """See `Backend`."""
        first = self.next_token(b"")
        if first is None or first.token != draft[0] or len(draft) == 1:
            return [first] if first else []
        n_rows = len(draft) - 1
        if not self._timed(list(draft[:n_rows]), list(range(n_rows))):
            return []
        said = [first]
        for row, expected in enumerate(draft[1:]):
            token = likeliest(self._vocab, self._live.logits(row))
            if token is None:
                break
            said.append(token)
            if token.token != expected:
                break
        # The last one is to be read for what follows it; all behind it was said by nobody.
        self._live.forget(len(tokens) + len(said) - 1)
        return said

    def score(self, tokens: list[int], n_best: int, first: int = 1) -> Iterator[list[TokenScore]]:
        """See `Backend`."""
        if len(tokens) > self.info.n_ctx:
            raise EngineError(f"a text of {len(tokens)} tokens does not fit into the context")
        row, last = max(1, first) - 1, len(tokens) - 1
        while row < last:
            start = self._exact(tokens[:row])
            end = min(start + N_SCORE_CHUNK, last)
            rows = list(range(max(0, row - start), end - start))
            if not self._timed(tokens[start:end], rows):
                yield []
                continue
            if end - start == N_SCORE_CHUNK:
                self._live.n_exact = end
            logits = self._live.logits
            yield [score_of(logits(one), tokens[start + one + 1], n_best) for one in rows]
            row = max(row, end)

    def _exact(self, tokens: list[int]) -> int:
        """Keep what was read of `tokens` in the blocks of `score`; return how many they are."""
        live = self._live
        if not live.n_exact:
            self._memory.leave()
        shared = min(live.n_exact, n_common(live.tokens, tokens))
        start = shared - shared % N_SCORE_CHUNK
        live.forget(start)
        return start

    def write_states(self) -> Iterator[None]:
        """See `Backend`."""
        return self._memory.write()

    def work(self) -> Work:
        """See `Backend`."""
        return Work(self._meter.n_prefilled, self._meter.n_decoded, self._memory.n_bytes())

    def interrupt(self) -> None:
        """See `Backend`."""
        self._live.interrupt()

    def resume(self) -> None:
        """See `Backend`."""
        self._live.resume()

    def speed(self) -> Speed:
        """See `Backend`."""
        return self._meter.published

    def _timed(self, tokens: list[int], rows: list[int], n_threads: int = 0) -> bool:
        """Read `tokens` with `n_threads`, or as many as are best now; learn from the time it took.

        Many rows of logits take time that is not reading's: nothing is learnt from such a call.
        """
        before = time.perf_counter()
        n_threads = n_threads or self._threads.at(before)
        if not self._read(tokens, rows, n_threads):
            return False
        now = time.perf_counter()
        if len(rows) <= 1:
            self._meter.read(len(tokens), now - before)
            self._threads.saw(n_threads, len(tokens), now - before, now)
        return True

    def _read(self, tokens: list[int], rows: list[int], n_threads: int) -> bool:
        # One token is soon read; to interrupt it is not worth the risk that LiveSequence names.
        is_watched = len(tokens) > 1 or self._meter.published.decode < QUICK_DECODE
        return self._live.read(tokens, rows, n_threads, is_watched)

    def _warm_up(self) -> None:
        """Touch every weight once, then measure: the first answer's budget depends on it."""
        text = [token % self._n_vocab for token in range(1000, 1042)]
        self._read(text[:8], [7], self._threads.all)
        for start, end in ((8, 40), (40, 41)):
            self._timed(text[start:end], [end - start - 1], self._threads.all)
        # Beside what few threads reach, all of them may turn out to be slow already.
        self._timed(text[:1], [0], self._threads.few)
        self._timed(text[1:2], [0], self._threads.all)
        self._live.forget(0)
