"""The smallest edits between two texts."""

import random

import pytest

from lsp_local.text import TextEdit
from lsp_local.verify.minimal import applied, minimal


def check(before: str, after: str, want: list[tuple[int, int, str]]) -> None:
    edits = minimal(before, after, 10)
    assert [(edit.start - 10, edit.end - 10, edit.text) for edit in edits] == want
    assert applied("=" * 10 + before, edits) == "=" * 10 + after


@pytest.mark.parametrize(
    ("before", "after", "want"),
    [
        pytest.param("a\nb", "a\nb", [], id="nothing"),
        pytest.param("a\nfoo(1)\nb", "a\nfoo(12)\nb", [(7, 7, "2")], id="one sign"),
        pytest.param("foo\nbar\n", "fao\nbaz\n", [(1, 2, "a"), (6, 7, "z")], id="a line each"),
        pytest.param("a\nb\nc", "a\nc", [(2, 4, "")], id="a line less"),
        pytest.param("a\nc", "a\nb\nc", [(2, 2, "b\n")], id="a line more"),
        pytest.param("a\nb", "a", [(1, 3, "")], id="the last line goes"),
        pytest.param("a", "a\nb", [(1, 1, "\nb")], id="a last line comes"),
        pytest.param("", "a", [(0, 0, "a")], id="something of nothing"),
        pytest.param("a\r\nb", "a\r\nc\r\nb", [(3, 3, "c\r\n")], id="CRLF"),
    ],
)
def test_minimal_edits(before: str, after: str, want: list[tuple[int, int, str]]) -> None:
    check(before, after, want)


def test_line_ends_that_stand_there_stay() -> None:
    assert minimal("a\nb\r\nc", "a\r\nb\r\nd", 0) == (TextEdit(5, 6, "d"),)


def test_any_two_texts() -> None:
    chance = random.Random(5)
    for _ in range(3000):
        before, after = (
            "".join(chance.choices(("a", "b", "\n", "\r\n"), k=chance.randrange(9))) for _ in "12"
        )
        edits = minimal(before, after, 0)
        assert applied(before, edits).replace("\r", "") == after.replace("\r", "")
        ends = [0, *(edit.end for edit in edits)]
        assert all(edit.start >= end for edit, end in zip(edits, ends, strict=False))


def test_long_texts_are_one_edit() -> None:
    assert minimal("a\n" * 2000, "b\n" + "a\n" * 1999, 0) == (TextEdit(0, 1, "b"),)
