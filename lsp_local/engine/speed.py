"""How fast this model is on this machine, measured all the time, published only when it matters."""

from lsp_local.engine.base import Speed

WEIGHT = 0.2  # of a new measurement in the running mean
NOTEWORTHY = 0.25  # change that is published; less would move budgets for nothing
FEWEST_TOKENS = 16  # a shorter read says more about overhead than about reading


class SpeedMeter:
    """Running means of tokens per second. `published` moves in steps."""

    def __init__(self) -> None:
        self._prefill = 0.0
        self._decode = 0.0
        self.published = Speed(prefill=0.0, decode=0.0)

    def read(self, n_tokens: int, seconds: float) -> None:
        """Take in one call of the model that read `n_tokens` in `seconds`."""
        rate = n_tokens / max(seconds, 1e-6)
        if n_tokens >= FEWEST_TOKENS:
            self._prefill = _mean(self._prefill, rate)
        elif n_tokens == 1:
            self._decode = _mean(self._decode, rate)
        if _has_moved(self.published.prefill, self._prefill) or _has_moved(
            self.published.decode, self._decode
        ):
            self.published = Speed(self._prefill, self._decode)


def _mean(old: float, new: float) -> float:
    return old + WEIGHT * (new - old) if old else new


def _has_moved(old: float, new: float) -> bool:
    return abs(new - old) > NOTEWORTHY * old
