"""A model in this process through llama.cpp: one live KV sequence, others parked."""

import time
from collections.abc import Callable
from pathlib import Path

from lsp_local.adapters import Adapter
from lsp_local.engine import binding
from lsp_local.engine.adapter_file import check_adapter
from lsp_local.engine.describing import describe
from lsp_local.engine.fingerprint import fingerprint
from lsp_local.engine.gguf_head import check_model
from lsp_local.engine.sequence import LiveSequence
from lsp_local.engine.sequenced import SequencedBackend, memory_of


class LlamaBackend(SequencedBackend):
    """The `Backend` contract on llama.cpp."""

    def __init__(
        self,
        path: Path,
        n_ctx: int,
        n_threads: int,
        states: Path | None = None,
        max_bytes: int = 0,
        n_windows: Callable[[], int] = lambda: 1,
        adapter: Adapter | None = None,
    ) -> None:
        """Load a model for `n_windows`. KV states are kept in the folder `states`, if given."""
        started = time.perf_counter()
        binding.open_library()
        check_model(path)
        model = binding.open_model(str(path))
        adapted = _adapted(model, adapter) if adapter else (0, 1.0)
        live = LiveSequence(model, binding.n_vocab(model), n_ctx, n_threads, *adapted)
        mark = f"{fingerprint(path, adapter)} {binding.BUILD} f16 {n_ctx}"
        memory = memory_of(live, mark, states, max_bytes, n_windows)
        super().__init__(model, live, memory, n_threads)
        load_ms = (time.perf_counter() - started) * 1000
        self.info = describe(model, path, n_ctx, load_ms)


def _adapted(model: int, adapter: Adapter) -> tuple[int, float]:
    check_adapter(adapter)
    return binding.open_adapter(model, str(adapter.path)), adapter.scale
