"""Which tokenised texts are kept."""

import pytest

from lsp_local.engine import tokenized
from lsp_local.engine.tokenized import Tokenized


def test_what_was_added_is_found() -> None:
    known = Tokenized()
    known.add({"a": [1], "b": [2, 3]})
    assert known.find(["b", "c", "a"]) == {"b": [2, 3], "a": [1]}


def test_what_was_not_asked_for_in_a_long_time_is_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tokenized, "MOST_CHARS", 5)
    known = Tokenized()
    known.add({"aa": [1], "bb": [2]})
    known.find(["aa"])
    known.add({"cc": [3]})
    assert known.find(["aa", "bb", "cc"]) == {"aa": [1], "cc": [3]}


def test_a_text_longer_than_all_may_be_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokenized, "MOST_CHARS", 5)
    known = Tokenized()
    known.add({"a" * 6: [1]})
    assert known.find(["a" * 6]) == {}
    known.add({"a" * 5: [1]})
    assert known.find(["a" * 5]) == {"a" * 5: [1]}
