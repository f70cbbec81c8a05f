"""How long to wait for the next key: what a gap lasts longer than an answer takes."""

import pytest

from lsp_local.engine.base import Speed
from lsp_local.lsp.rhythm import Rhythm


@pytest.mark.parametrize(
    ("gaps", "decode", "want"),
    [
        pytest.param([], 50.0, 0.0, id="nothing typed yet"),
        pytest.param([0.18] * 9, 50.0, 0.02, id="an answer takes almost the whole gap"),
        pytest.param([0.09] * 9, 50.0, 0.0, id="an answer takes longer than a gap"),
        pytest.param([0.6] * 9, 50.0, 0.04, id="never longer than the options allow"),
        pytest.param([0.18, 5.0, 0.18], 50.0, 0.02, id="a pause is no gap"),
        pytest.param([0.18] * 9, 0.0, 0.0, id="no speed measured yet"),
    ],
)
def test_debounce(gaps: list[float], decode: float, want: float) -> None:
    rhythm, now = Rhythm(), 100.0
    for gap in [0.0, *gaps]:
        now += gap
        rhythm.key(now)
    assert rhythm.debounce(Speed(290.0, decode), 0.04) == pytest.approx(want)
