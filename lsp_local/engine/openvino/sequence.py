"""The live KV sequence in OpenVINO's memory: read into it, cut it, copy it out and in."""

from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import numpy.typing as npt

from lsp_local.engine.base import EngineError

MOST_DEAD = 512  # places that are cut off but still there, before all is copied together
INSTALL = "run `pip install 'lsp-local[openvino]'`"
HIDDEN = np.finfo(np.float32).min


class OpenvinoSequence:
    """The one sequence of a model. Invariant: `tokens` is what the KV cache holds and shows.

    OpenVINO cannot cut its cache, only give it away and take another, which costs a copy of all
    twice. So what is cut off stays, and is hidden from what is read later by the mask of the
    attention, until there is much of it. `n_exact` and `n_logits` are as in `sequenced.Live`.
    """

    def __init__(self, folder: Path, n_threads: int) -> None:
        self.tokens: list[int] = []
        self.n_exact = 0
        self.n_logits = 0
        self._logits: npt.NDArray[np.float32] = np.empty((0, 0), np.float32)
        self._rows: list[int] = []  # of the last call, that there are logits of
        self._places: list[int] = []  # in the cache, of each token
        self._n_places = 0
        self._is_interrupted = Event()
        self._request, self.version = _opened(folder, n_threads)

    def interrupt(self) -> None:
        """End the running call between two operations; for any thread."""
        self._is_interrupted.set()
        self._request.cancel()

    def resume(self) -> None:
        """Forget an earlier `interrupt`; for any thread."""
        self._is_interrupted.clear()

    def read(self, tokens: list[int], rows: list[int], n_threads: int, is_watched: bool) -> bool:  # noqa: ARG002
        """See `Live`. The number of threads is fixed when the model is loaded."""
        if self._is_interrupted.is_set() and is_watched:
            return False
        n_past, n_tokens = len(self.tokens), len(tokens)
        given = {
            "tokens": np.array([tokens], np.int64),
            "positions": np.arange(n_past, n_past + n_tokens, dtype=np.int64)[None],
            "mask": self._mask(n_tokens),
            "beam": np.zeros(1, np.int32),
            "rows": np.array(rows or [n_tokens - 1], np.int64),
        }
        self._rows = []
        try:
            self._request.infer(given)
        except RuntimeError as error:
            # Some layers have the new tokens, others not.
            self._gather()
            if not self._is_interrupted.is_set():
                raise EngineError(f"OpenVINO cannot read {n_tokens} tokens: {error}") from error
            return False
        self._places += range(self._n_places, self._n_places + n_tokens)
        self._n_places += n_tokens
        self.tokens += tokens
        self.n_logits = len(self.tokens) if rows else 0
        self._rows = rows
        self._logits = self._request.get_tensor("logits").data[0]
        return True

    def forget(self, n_tokens: int) -> None:
        """Cut the KV cache to its first `n_tokens`."""
        if n_tokens >= len(self.tokens):
            return
        del self.tokens[n_tokens:], self._places[n_tokens:]
        self.n_exact = min(self.n_exact, n_tokens)
        self.n_logits = 0
        # Sums over hidden places come in another order: what must be exact begins without.
        if not n_tokens or self._n_places - n_tokens > MOST_DEAD:
            self._gather()

    def tidy(self) -> None:
        """Let the cache hold the tokens and nothing else, so that what is read next is exact."""
        if self._n_places > len(self.tokens):
            self._gather()

    def copy(self) -> bytearray:
        """Return the bytes of the whole state."""
        self.tidy()
        parts = [np.asarray(state.state.data, np.float16) for state in self._states()]
        return bytearray(np.stack(parts).tobytes())

    def restore(self, tokens: list[int], state: bytearray) -> bool:
        """Put a state into the KV cache; one of another size leaves it empty."""
        self.forget(0)
        states = self._states()
        _, n_heads, _, n_dim = states[0].state.shape
        shape = (len(states), 1, n_heads, len(tokens), n_dim)
        if len(state) != 2 * int(np.prod(shape)):
            return False
        values = np.frombuffer(state, np.float16).reshape(shape)
        self._put(states, list(values.astype(np.float32)))
        self.tokens, self._places = list(tokens), list(range(len(tokens)))
        self._n_places = len(tokens)
        return True

    def logits(self, row: int) -> npt.NDArray[np.float32]:
        """See `Live`."""
        if not self._rows:
            raise EngineError("OpenVINO has no logits for the last token")
        at = -1 if row == -1 else self._rows.index(row)
        logits: npt.NDArray[np.float32] = self._logits[at]
        return logits

    def _mask(self, n_tokens: int) -> npt.NDArray[np.float32]:
        """Return what the new tokens see: all that is live, and of themselves what is before."""
        mask = np.full((n_tokens, self._n_places + n_tokens), HIDDEN, np.float32)
        mask[:, self._places] = 0
        mask[:, self._n_places :] = np.triu(mask[:, self._n_places :], 1)
        return mask[None, None]

    def _gather(self) -> None:
        """Copy the places that are live together; all others are gone."""
        states = self._states()
        if self._places:
            values = [state.state.data[:, :, self._places] for state in states]
            self._put(states, values)
        else:
            self._request.reset_state()
        self._places = list(range(len(self._places)))
        self._n_places = len(self._places)

    def _states(self) -> list[Any]:
        return sorted(self._request.query_state(), key=lambda state: str(state.name))

    def _put(self, states: list[Any], values: list[npt.NDArray[np.float32]]) -> None:
        import openvino as ov

        for state, value in zip(states, values, strict=True):
            state.state = ov.Tensor(np.ascontiguousarray(value))


def _opened(folder: Path, n_threads: int) -> tuple[Any, str]:
    try:
        import openvino as ov
    except ImportError as error:
        raise EngineError(f"the package openvino is not here ({error}); {INSTALL}") from error
    settings = {
        "PERFORMANCE_HINT": "LATENCY",
        "NUM_STREAMS": 1,
        "INFERENCE_NUM_THREADS": n_threads,
        "INFERENCE_PRECISION_HINT": "f32",
        # In 8 bits, which is OpenVINO's own choice, every copy would lose a little.
        "KV_CACHE_PRECISION": "f16",
    }
    try:
        model = ov.Core().compile_model(folder / "model.xml", "CPU", settings)
    except RuntimeError as error:
        raise EngineError(f"OpenVINO cannot load {folder}: it is damaged") from error
    return model.create_infer_request(), str(ov.get_version())
