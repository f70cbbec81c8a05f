"""Typing into a suggestion brings back its rest; anything else asks anew."""

from pathlib import Path

import pytest
from marks import doc_at

from lsp_local.cache import N_AROUND, N_PLACES, Known, Suggestions
from lsp_local.disk import CompletionDisk
from lsp_local.text import Reason


def check(shown_at: str, text: str, asked_at: str, want: tuple[str, int] | None) -> None:
    """`want` is the rest of the suggestion and how much of it was typed."""
    suggestions = Suggestions("qwen")
    doc, offset = doc_at(shown_at)
    suggestions.remember(doc, offset, text, Reason.SHOWN)
    doc, offset = doc_at(asked_at)
    got = suggestions.recall(doc, offset)
    assert got == (Known(offset, want[0], Reason.SHOWN, want[1]) if want else None)


@pytest.mark.parametrize(
    ("shown_at", "text", "asked_at", "want"),
    [
        pytest.param("x = <CURSOR>\n", "f(1)", "x = <CURSOR>\n", ("f(1)", 0), id="asked again"),
        pytest.param("x = <CURSOR>\n", "f(1)", "x = f(<CURSOR>\n", ("1)", 2), id="typed into"),
        pytest.param("f(<CURSOR>)", "a, b", "f(a<CURSOR>)", (", b", 1), id="typed, mid-line"),
        pytest.param("x = <CURSOR>\n", "f(1)", "x = f(1)<CURSOR>\n", None, id="typed to its end"),
        pytest.param("x = <CURSOR>\n", "f(1)", "x = g<CURSOR>\n", None, id="typed something else"),
        pytest.param("x = <CURSOR>\n", "f(1)", "x = f1<CURSOR>\n", None, id="then something else"),
        pytest.param("x = f<CURSOR>\n", "(1)", "x = <CURSOR>\n", None, id="before its start"),
        pytest.param("x = <CURSOR>\n", "f(1)", "y = <CURSOR>\n", None, id="another text before"),
        pytest.param("a\nx = <CURSOR>", "f(1)", "b\nx = <CURSOR>", None, id="an edit above"),
        pytest.param(
            f"a\n{'#' * N_AROUND}<CURSOR>", "b", f"\n{'#' * N_AROUND}<CURSOR>", ("b", 0), id="far"
        ),
        pytest.param("x = <CURSOR>\n", "f(1)", "x = <CURSOR>\ny", None, id="another text behind"),
        pytest.param(
            "if x:<CURSOR>\n",
            "\n    y()\n    z()",
            "if x:\n    y()<CURSOR>\n",
            ("\n    z()", 8),
            id="lines",
        ),
        pytest.param("a<CURSOR>", "b \n  c", "ab<CURSOR>", (" \n  c", 1), id="space is kept"),
        pytest.param("a<CURSOR>", "b  ", "ab<CURSOR>", None, id="only white space is left"),
        pytest.param("a<CURSOR>", "  ", "a<CURSOR>", None, id="a blank text is not kept"),
    ],
)
def test_recall(shown_at: str, text: str, asked_at: str, want: tuple[str, int] | None) -> None:
    check(shown_at, text, asked_at, want)


def test_backspace_brings_back_what_was_shown_there() -> None:
    suggestions = Suggestions("qwen")
    for marked, text in (("x = <CURSOR>", "foo()"), ("x = b<CURSOR>", "ar()")):
        suggestions.remember(*doc_at(marked), text, Reason.SHOWN)
    doc, offset = doc_at("x = <CURSOR>")
    assert suggestions.recall(doc, offset) == Known(offset, "foo()", Reason.SHOWN, 0)


def test_backspace_inside_what_was_typed_of_it_brings_back_more() -> None:
    suggestions = Suggestions("qwen")
    suggestions.remember(*doc_at("x = <CURSOR>"), "foo()", Reason.SHOWN)
    rests = []
    for typed in ("f", "fo", "foo", "fo", "f", ""):
        known = suggestions.recall(*doc_at(f"x = {typed}<CURSOR>"))
        rests.append(known and known.text)
    assert rests == ["oo()", "o()", "()", "o()", "oo()", "foo()"]


@pytest.mark.parametrize(
    ("first", "second", "want"),
    [
        pytest.param(("x = <CURSOR>", "foo()"), ("x = f<CURSOR>", "ilter()"), "ilter()", id="in"),
        pytest.param(("x = f<CURSOR>", "ilter()"), ("x = <CURSOR>", "foo()"), "oo()", id="around"),
        pytest.param(("x = f<CURSOR>", "oo()"), ("x = f<CURSOR>", "ilter()"), "ilter()", id="same"),
        pytest.param(("x = <CURSOR>", "foo()"), ("x = f<CURSOR>", ""), "", id="a later silence"),
        pytest.param(("x = f<CURSOR>", ""), ("x = <CURSOR>", "foo()"), "oo()", id="over a silence"),
    ],
)
def test_the_newest_of_two_that_fit_is_recalled(
    first: tuple[str, str], second: tuple[str, str], want: str
) -> None:
    suggestions = Suggestions("qwen")
    for marked, text in (first, second):
        reason = Reason.SHOWN if text else Reason.BLANK
        suggestions.remember(*doc_at(marked), text, reason)
    known = suggestions.recall(*doc_at("x = f<CURSOR>"))
    assert known is not None
    assert (known.text, known.reason) == (want, Reason.SHOWN if want else Reason.BLANK)


@pytest.mark.parametrize(
    ("reason", "asked_at", "is_known"),
    [
        pytest.param(Reason.STATEMENT_COMPLETE, "x = 1<CURSOR>", True, id="at the same place"),
        pytest.param(Reason.BLANK, "x = 1 <CURSOR>", False, id="one key later"),
        pytest.param(Reason.REPEATS_SUFFIX, "x = <CURSOR>", False, id="one key before"),
        pytest.param(Reason.NOT_TYPEABLE, "x = 1<CURSOR>", True, id="text that nobody types"),
        pytest.param(Reason.REPEATS_ITSELF, "x = 1<CURSOR>", True, id="a loop"),
        pytest.param(Reason.SUPERSEDED, "x = 1<CURSOR>", False, id="only what the text decides"),
        pytest.param(Reason.NO_MODEL, "x = 1<CURSOR>", False, id="no model is no answer"),
        pytest.param(Reason.SHOWN, "x = 1<CURSOR>", False, id="no text was not shown"),
    ],
)
def test_silences_are_known_at_their_place(reason: Reason, asked_at: str, is_known: bool) -> None:
    suggestions = Suggestions("qwen")
    suggestions.remember(*doc_at("x = 1<CURSOR>"), "", reason)
    doc, offset = doc_at(asked_at)
    want = Known(offset, "", reason, 0) if is_known else None
    assert suggestions.recall(doc, offset) == want


def test_documents_do_not_mix() -> None:
    suggestions = Suggestions("qwen")
    docs = [doc_at("x = <CURSOR>", path=path) for path in ("a.py", "b.py")]
    suggestions.remember(*docs[0], "f()", Reason.SHOWN)
    assert suggestions.recall(*docs[1]) is None


def test_the_place_that_was_not_used_longest_is_forgotten() -> None:
    suggestions = Suggestions("qwen")
    docs = [doc_at(f"x{n} = <CURSOR>") for n in range(N_PLACES + 1)]
    for n, (doc, offset) in enumerate(docs):
        suggestions.remember(doc, offset, f"f({n})", Reason.SHOWN)
        assert suggestions.recall(*docs[0])  # used all the time
    known = [n for n, doc in enumerate(docs[:4]) if suggestions.recall(*doc)]
    assert known == [0, 2, 3]


@pytest.mark.parametrize(
    ("model", "asked_at", "want"),
    [
        pytest.param("qwen", "x = <CURSOR>\n", "f(1)", id="the same place"),
        pytest.param("smollm", "x = <CURSOR>\n", None, id="another model"),
        pytest.param("qwen", "x = f<CURSOR>\n", None, id="only the exact place"),
        pytest.param("qwen", "x = <CURSOR>", None, id="another text behind"),
    ],
)
def test_after_a_restart(tmp_path: Path, model: str, asked_at: str, want: str | None) -> None:
    before, after = CompletionDisk(tmp_path / "c"), CompletionDisk(tmp_path / "c")
    before.open()
    Suggestions("qwen", before).keep(*doc_at("x = <CURSOR>\n"), "f(1)")
    before.close()

    after.open()
    doc, offset = doc_at(asked_at)
    known = Suggestions(model, after).recall(doc, offset)
    assert known == (Known(offset, want, Reason.SHOWN, 0) if want else None)


def test_what_came_from_the_disk_can_be_typed_into(tmp_path: Path) -> None:
    disk = CompletionDisk(tmp_path / "c")
    disk.open()
    suggestions = Suggestions("qwen", disk)
    suggestions.keep(*doc_at("x = <CURSOR>"), "f(1)")
    assert suggestions.recall(*doc_at("x = <CURSOR>"))
    doc, offset = doc_at("x = f<CURSOR>")
    assert suggestions.recall(doc, offset) == Known(offset, "(1)", Reason.SHOWN, 1)


def test_only_what_is_kept_goes_to_disk(tmp_path: Path) -> None:
    disk = CompletionDisk(tmp_path / "c")
    disk.open()
    doc, offset = doc_at("x = <CURSOR>")
    Suggestions("qwen", disk).remember(doc, offset, "f(1)", Reason.SHOWN)
    assert Suggestions("qwen", disk).recall(doc, offset) is None


def test_what_is_too_little_to_show_is_not_asked_for_again_while_it_is_typed() -> None:
    suggestions = Suggestions("m")
    suggestions.remember(*doc_at("x<CURSOR>\n"), " = (", Reason.UNSURE)
    for typed in ("", " ", " ="):
        known = suggestions.recall(*doc_at(f"x{typed}<CURSOR>\n"))
        assert known is not None
        assert (known.text, known.reason) == ("", Reason.UNSURE)
    assert suggestions.recall(*doc_at("x = (<CURSOR>\n")) is None
    assert suggestions.recall(*doc_at("x.<CURSOR>\n")) is None
