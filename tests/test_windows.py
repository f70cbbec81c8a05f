"""The window around a place stays while the user types, whatever moves around it."""

from dataclasses import replace

import pytest
from marks import doc_at

from lsp_local.context import NOTHING, Surroundings
from lsp_local.windows import N_REMEMBERED, Windows, is_same_suffix

ABOVE = "".join(f"def above_{n}(x):\n    return x * {n}\n\n\n" for n in range(200))
BELOW = "".join(f"def below_{n}(x):\n    return x + {n}\n\n\n" for n in range(200))
SIZE = 256


@pytest.mark.parametrize(
    ("first", "second", "want"),
    [
        pytest.param("x = <CURSOR>", "x = 1<CURSOR>", "1", id="typing appends"),
        pytest.param("f<CURSOR>", "f(<CURSOR>)", "(", id="a bracket that the editor closes too"),
        pytest.param("f(x<CURSOR>)", "f(x)<CURSOR>", ")", id="and typing over it"),
        pytest.param("x<CURSOR>", "x\n<CURSOR>", "\n", id="so does a new line"),
    ],
)
def test_typing_only_appends(first: str, second: str, want: str) -> None:
    windows = Windows()
    doc, offset = doc_at(ABOVE + first + "\n" + BELOW)
    before = windows.at(doc, offset, SIZE)
    doc, offset = doc_at(ABOVE + second + "\n" + BELOW)
    after = windows.at(doc, offset, SIZE)
    assert after.suffix == before.suffix
    assert after.prefix == before.prefix + want


LINES = "y = 1\n" * 40
PRIVATE = "  # lsp-local: private"


@pytest.mark.parametrize(
    ("line", "text"),
    [
        pytest.param("import shelf", f"import shelf\n{ABOVE}x = shelf.<CURSOR>\n", id="an import"),
        pytest.param(
            "plan = 'sell'", f"{ABOVE}x = <CURSOR>\n\nplan = 'sell'\n{LINES}", id="behind"
        ),
    ],
)
def test_what_becomes_private_is_read_no_more(line: str, text: str) -> None:
    def read(text: str) -> str:
        doc, offset = doc_at(text)
        window = windows.at(windows.seen(doc, NOTHING), offset, 1024)
        return window.head + window.prefix + window.suffix

    windows = Windows()
    assert line in read(text)
    assert line not in read(text.replace(line, line + PRIVATE))


def test_nor_is_another_document_that_became_private() -> None:
    doc, offset = doc_at(f"{BELOW[:900]}<CURSOR>\n", path="cart.py")
    other, _ = doc_at(f"{BELOW[:1200]}# sell<CURSOR>\n", path="till.py")
    windows, before = Windows(), Surroundings(documents=(other,))
    doc = windows.seen(doc, before)
    fresh = windows.renewed(doc, offset)
    assert fresh.pieces(doc, offset, 500, before)
    other = replace(other, text=f"#{PRIVATE}\n{other.text}")
    now = Surroundings(documents=(other,))
    doc = windows.seen(doc, now)
    windows.adopt(fresh)  # which was being read meanwhile
    assert windows.pieces(doc, offset, 500, before), "a request from before has its own"
    assert windows.pieces(doc, offset, 500, now) == ()


@pytest.mark.parametrize(
    "typed",
    [pytest.param("import os\n", id="a line"), pytest.param("import os\n" * 200, id="many")],
)
def test_a_prefix_starts_at_the_same_text_after_an_edit_above(typed: str) -> None:
    windows = Windows()
    doc, offset = doc_at(ABOVE + "x = <CURSOR>\n" + BELOW)
    before = windows.at(doc, offset, SIZE)
    doc, offset = doc_at(typed + ABOVE + "x = <CURSOR>\n" + BELOW)
    after = windows.at(doc, offset, SIZE)
    assert (after.prefix, after.suffix) == (before.prefix, before.suffix)


def test_typing_for_long_moves_the_start_seldom() -> None:
    windows = Windows()
    starts = []
    for n in range(400):
        doc, offset = doc_at(ABOVE + "x = 1\n" * n + "<CURSOR>\n" + BELOW)
        starts.append(windows.at(doc, offset, SIZE).start)
    assert len(set(starts)) == 7  # on 2,400 characters, in steps of half a prefix of 768
    assert starts == sorted(starts)


def test_a_jump_takes_another_window() -> None:
    windows = Windows()
    doc, offset = doc_at(ABOVE + "x = <CURSOR>\n" + BELOW)
    before = windows.at(doc, offset, SIZE)
    after = windows.at(doc, offset + 3000, SIZE)
    assert after.suffix != before.suffix
    assert after.start > before.start


@pytest.mark.parametrize(
    ("pinned", "now", "want"),
    [
        pytest.param("a\n" + "b" * 100, "a\n" + "b" * 100, True, id="equal"),
        pytest.param("a\n" + "b" * 100, "a\n" + "b" * 50 + "c" + "b" * 50, True, id="a letter"),
        pytest.param("a\n" + "b" * 100, "a\n" + "b" * 50 + "c" * 20 + "b" * 50, False, id="a lot"),
        pytest.param("a\n" + "b" * 100, "b\n" + "b" * 100, False, id="another first line"),
        pytest.param("", "a", False, id="nothing before"),
    ],
)
def test_is_same_suffix(pinned: str, now: str, want: bool) -> None:
    assert is_same_suffix(pinned, now) is want


def test_an_edit_below_keeps_the_suffix_until_it_is_refreshed() -> None:
    windows, fresh = Windows(), Windows()
    doc, offset = doc_at(ABOVE + "x = <CURSOR>\n" + BELOW)
    before = windows.at(doc, offset, SIZE)
    doc, offset = doc_at(ABOVE + "x = <CURSOR>\n" + BELOW.replace("below_1(x)", "below_1(y)"))
    assert windows.at(doc, offset, SIZE).suffix == before.suffix
    now = fresh.at(doc, offset, SIZE)
    windows.adopt(fresh)
    assert windows.at(doc, offset, SIZE).suffix == now.suffix != before.suffix


def test_the_oldest_windows_are_forgotten() -> None:
    windows = Windows()
    docs = [doc_at(f"{n}<CURSOR>\n" + BELOW, path=f"{n}.py") for n in range(N_REMEMBERED + 1)]
    for doc, offset in docs:
        windows.at(doc, offset, SIZE)
    assert len(windows._pinned) == N_REMEMBERED
    assert (docs[0][0].uri, SIZE) not in windows._pinned
