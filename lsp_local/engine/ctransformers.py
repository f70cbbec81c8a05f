"""A model in this process through ctransformers: one KV sequence, and no way to keep another."""

import time
from collections.abc import Iterator, Sequence
from importlib import metadata
from pathlib import Path
from threading import Event

from lsp_local.engine import binding
from lsp_local.engine.base import EngineError, Speed, Token, TokenScore, Work
from lsp_local.engine.choosing import choose, score_of
from lsp_local.engine.conversion import readable
from lsp_local.engine.ctransformers_sequence import PlainSequence
from lsp_local.engine.describing import describe_words, open_words
from lsp_local.engine.kv import n_common
from lsp_local.engine.special import markup_of, tokenize
from lsp_local.engine.speed import SpeedMeter, ThreadChoice
from lsp_local.engine.vocab import Vocab

CALL_SECONDS = 0.03  # a call cannot be interrupted, so it reads no more than this takes
PATIENCE = 20.0  # beside another process, all threads may take a hundred times as long as few
CAREFUL_GUESS = 60.0  # tokens a second, before the first measurement


class CtransformersBackend:
    """The `Backend` contract on ctransformers.

    It tokenises with llama.cpp and the vocabulary of the original file: ctransformers' own
    tokenizer loses merges with a space in them, and splits code as the model has never seen it.
    """

    def __init__(self, path: Path, n_ctx: int, n_threads: int) -> None:
        """Load a model. Of a file that was converted, `path` is the original."""
        started = time.perf_counter()
        self._words = open_words(path)
        architecture = binding.metadata(self._words, "general.architecture")
        self._live = PlainSequence(readable(path, architecture), n_ctx)
        self._vocab = Vocab(binding.pieces(self._words, binding.n_vocab(self._words)))
        self._markup = markup_of(self._words, self._vocab.pieces)
        self._meter = SpeedMeter()
        self._threads = ThreadChoice(n_threads, PATIENCE)
        self._is_interrupted = Event()
        self._warm_up()
        load_ms = (time.perf_counter() - started) * 1000
        engine = f"ctransformers {metadata.version('ctransformers')}"
        self.info = describe_words(self._words, path, n_ctx, load_ms, engine)

    def tokenize(self, text: str, allow_special: bool = False) -> list[int]:
        """See `Backend`."""
        return tokenize(self._words, text, self._markup, allow_special)

    def pieces(self, tokens: list[int]) -> list[bytes]:
        """See `Backend`."""
        return [self._vocab.pieces[token] for token in tokens]

    def heal(self, tokens: list[int]) -> tuple[list[int], bytes]:
        """See `Backend`."""
        return self._vocab.heal(tokens)

    def n_kept(self, tokens: list[int]) -> int:
        """See `Backend`. There are no states to bring back: only the live sequence counts."""
        self._live.forget(n_common(self._live.tokens, tokens))
        return len(self._live.tokens)

    def n_missing(self, tokens: list[int]) -> int:
        """See `Backend`."""
        return len(tokens) - n_common(list(self._live.tokens), tokens)

    def prefill(self, tokens: list[int], n_most: int) -> int:
        """See `Backend`. It reads in short calls, so what was read before an interrupt stays."""
        if len(tokens) >= self.info.n_ctx:
            raise EngineError(f"a prompt of {len(tokens)} tokens does not fit into the context")
        live = self._live
        shared = n_common(live.tokens, tokens)
        if shared == len(tokens) == live.n_logits:
            return 0
        live.forget(min(shared, len(tokens) - 1))
        self._read(tokens[len(live.tokens) : len(live.tokens) + n_most])
        return len(tokens) - len(live.tokens)

    def next_token(self, healing: bytes, may_end_line: bool = True) -> Token | None:
        """See `Backend`."""
        return choose(self._vocab, self._live.logits(), healing, may_end_line)

    def follow(self, tokens: list[int], draft: Sequence[int]) -> list[Token]:  # noqa: ARG002
        """See `Backend`. A call gives the logits of its last token only: a draft saves nothing."""
        token = self.next_token(b"")
        return [token] if token else []

    def score(self, tokens: list[int], n_best: int, first: int = 1) -> Iterator[list[TokenScore]]:
        """See `Backend`. Every token is a call of its own, those before `first` too."""
        if len(tokens) > self.info.n_ctx:
            raise EngineError(f"a text of {len(tokens)} tokens does not fit into the context")
        live, row = self._live, max(1, first) - 1
        while row < len(tokens) - 1:
            # Another may have used the sequence since the last step.
            live.forget(min(live.n_single, n_common(live.tokens, tokens), row))
            at = len(live.tokens)
            self._read(tokens[at : at + 1])
            is_scored = len(live.tokens) > row
            yield [score_of(live.logits(), tokens[row + 1], n_best)] if is_scored else []
            row += is_scored

    def write_states(self) -> Iterator[None]:
        """See `Backend`. ctransformers gives no state away."""
        return iter(())

    def work(self) -> Work:
        """See `Backend`."""
        return Work(self._meter.n_prefilled, self._meter.n_decoded, 0)

    def interrupt(self) -> None:
        """See `Backend`."""
        self._is_interrupted.set()

    def resume(self) -> None:
        """See `Backend`."""
        self._is_interrupted.clear()

    def speed(self) -> Speed:
        """See `Backend`."""
        return self._meter.published

    def _read(self, tokens: list[int]) -> None:
        """Read `tokens`, or as many as there is time for before an interrupt; learn from it."""
        started, n_read = time.perf_counter(), 0
        n_call = max(1, int(CALL_SECONDS * (self._meter.published.prefill or CAREFUL_GUESS)))
        while n_read < len(tokens) and not self._is_interrupted.is_set():
            part = tokens[n_read : n_read + n_call]
            self._call(part, self._threads.at(time.perf_counter()))
            n_read += len(part)
        if n_read:
            self._meter.read(n_read, time.perf_counter() - started)

    def _call(self, tokens: list[int], n_threads: int) -> None:
        """Read `tokens` at once; of many, each costs what one alone costs.

        The threads of this library wait for each other in a loop that never yields: on a busy
        machine, two were seen at a token in four seconds where one reads many in one.
        """
        before = time.perf_counter()
        self._live.read(tokens, n_threads)
        now = time.perf_counter()
        self._threads.saw(n_threads, 1, (now - before) / len(tokens), now)

    def _warm_up(self) -> None:
        """Touch every weight once, then measure: the first answer's budget depends on it."""
        tokens = [token % len(self._vocab.pieces) for token in range(1000, 1021)]
        # Beside what few threads reach, all of them may turn out to be slow already.
        for token in tokens[:2]:
            self._call([token], self._threads.few)
        self._call(tokens[2:3], self._threads.all)
        self._read(tokens[3:20])
        self._read(tokens[20:])
        self._live.forget(0)
