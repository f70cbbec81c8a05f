"""What the model said is said again: of the same code, by the same model, also after a restart."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from marks import doc_at

from lsp_local.disk import CompletionDisk
from lsp_local.symbols.explanations import N_KEPT, Explanations, key_of
from lsp_local.symbols.facts import facts

KEY, OTHER = b"k" * 32, b"o" * 32


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[CompletionDisk]:
    disk = CompletionDisk(tmp_path / "explanations")
    disk.open()
    yield disk
    disk.close()


@pytest.mark.parametrize(
    "text", ["It adds up.", "", "- It adds.", "= 1", "größe 😀"], ids=lambda text: repr(text)
)
def test_what_was_said_is_found_again(disk: CompletionDisk, text: str) -> None:
    known = Explanations("m", disk)
    known.remember(KEY, text)
    known.store(KEY)
    for later in (known, Explanations("m", disk)):
        assert (later.recall(KEY), later.recall(OTHER)) == (text, None)


def test_without_a_disk_it_is_found_in_this_session_only() -> None:
    known = Explanations("m")
    known.remember(KEY, "It adds up.")
    known.store(KEY)
    assert (known.recall(KEY), Explanations("m").recall(KEY)) == ("It adds up.", None)


def test_what_is_forgotten_is_forgotten_on_disk_too(disk: CompletionDisk) -> None:
    known = Explanations("m", disk)
    known.remember(KEY, "It adds up.")
    known.store(KEY)
    known.forget(KEY)
    assert known.recall(KEY) is None
    known.store(KEY)
    assert Explanations("m", disk).recall(KEY) is None
    known.remember(KEY, "It sums up.")
    known.store(KEY)
    assert (known.recall(KEY), Explanations("m", disk).recall(KEY)) == ("It sums up.",) * 2


def test_memory_is_bounded() -> None:
    known = Explanations("m")
    for n in range(N_KEPT + 1):
        known.remember(n.to_bytes(32, "big"), "It adds up.")
        known.recall((0).to_bytes(32, "big"))
    kept = [n for n in range(N_KEPT + 1) if known.recall(n.to_bytes(32, "big"))]
    assert kept == [0, *range(2, N_KEPT + 1)]


def keys(*marked: str, model: str = "m") -> set[bytes]:
    found = set()
    for text in marked:
        doc, offset = doc_at(text)
        known = facts(doc, offset, None)
        assert known is not None
        found.add(key_of(model, known))
    return found


def test_the_key_is_that_of_the_code_and_the_model() -> None:
    here = "def f<CURSOR>oo(a):\n    return a\n"
    assert len(keys(here, f"import os\n\n\n{here}\nx = 1\n")) == 1, "moved"
    assert len(keys(here, here.replace("f<", "g<"), here.replace("oo(", "un("))) == 3, "renamed"
    assert len(keys(here, here.replace("return a", "return b"))) == 2, "another body"
    assert len(keys(here) | keys(here, model="n")) == 2, "another model"
