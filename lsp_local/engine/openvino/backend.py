"""A model in this process through OpenVINO: one live KV sequence, others parked."""

import time
from collections.abc import Callable
from pathlib import Path

from lsp_local.engine.describing import describe_words, open_words
from lsp_local.engine.fingerprint import fingerprint
from lsp_local.engine.openvino.converting import folder_for
from lsp_local.engine.openvino.sequence import OpenvinoSequence
from lsp_local.engine.sequenced import SequencedBackend, memory_of

LAYOUT = "1"  # of a state; another one must not be taken for it


class OpenvinoBackend(SequencedBackend):
    """The `Backend` contract on OpenVINO.

    It tokenises with llama.cpp and the vocabulary of the original file, so that tokens are those
    of the default engine by construction.
    """

    def __init__(
        self,
        path: Path,
        n_ctx: int,
        n_threads: int,
        states: Path | None = None,
        max_bytes: int = 0,
        n_windows: Callable[[], int] = lambda: 1,
    ) -> None:
        """Load a model for `n_windows`; `path` is the original of what was converted."""
        started = time.perf_counter()
        words = open_words(path)
        live = OpenvinoSequence(folder_for(path), n_threads)
        mark = f"{fingerprint(path)} openvino {live.version} {LAYOUT} {n_ctx}"
        self._cache = live
        memory = memory_of(live, mark, states, max_bytes, n_windows)
        # Its threads are chosen once, at the load.
        super().__init__(words, live, memory, 1)
        load_ms = (time.perf_counter() - started) * 1000
        self.info = describe_words(words, path, n_ctx, load_ms, f"openvino {live.version}")

    def _exact(self, tokens: list[int]) -> int:
        start = super()._exact(tokens)
        self._cache.tidy()
        return start
