"""The window around a place stays while the user types, whatever the machine does."""

import pytest
from marks import doc_at

from lsp_local.context import N_REMEMBERED, Windows


@pytest.mark.parametrize(
    ("first", "second", "want"),
    [
        pytest.param("x = <CURSOR>\ny", "x = 1<CURSOR>\ny", 100, id="typing on keeps it"),
        pytest.param("x = 1<CURSOR>\ny", "x = <CURSOR>\ny", 100, id="backspace keeps it"),
        pytest.param("x<CURSOR>\ny", "x\n<CURSOR>\ny", 100, id="a new line keeps it"),
        pytest.param("x<CURSOR>\ny\nz", "x\ny<CURSOR>\nz", 200, id="a jump takes what is wanted"),
        pytest.param("x<CURSOR>\ny", "x<CURSOR>\nyy", 200, id="so does an edit below"),
    ],
)
def test_window_size(first: str, second: str, want: int) -> None:
    windows = Windows()
    assert windows.n_tokens(*doc_at(first), wanted=100) == 100
    assert windows.n_tokens(*doc_at(second), wanted=200) == want


def test_the_oldest_documents_are_forgotten() -> None:
    windows = Windows()
    docs = [doc_at(f"{n}<CURSOR>", path=f"{n}.py") for n in range(N_REMEMBERED + 1)]
    for doc, offset in docs:
        windows.n_tokens(doc, offset, wanted=100)
    assert windows.n_tokens(*docs[1], wanted=200) == 100
    assert windows.n_tokens(*docs[0], wanted=200) == 200
