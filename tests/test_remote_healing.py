import math

import pytest

from lsp_local.engine.remote.answers import Said
from lsp_local.engine.remote.healing import fits, grammar, likeliest, weighed


@pytest.mark.parametrize(
    ("piece", "healing", "may_end_line", "want"),
    [
        pytest.param(b"name", b"na", True, True, id="goes on"),
        pytest.param(b"n", b"na", True, True, id="begins it"),
        pytest.param(b"no", b"na", True, False, id="is another word"),
        pytest.param(b"", b"na", True, True, id="says nothing yet"),
        pytest.param(b"\n", b"", True, True, id="ends the line, which it may"),
        pytest.param(b"\r\n", b"", False, False, id="ends the line, which it may not"),
        pytest.param(b"  \n", b"  ", False, False, id="ends it behind the text taken off"),
        pytest.param(b"\n  ", b"\n  ", False, True, id="the end that was taken off is none"),
        pytest.param("é".encode()[:1], "é".encode(), True, True, id="half a letter"),
    ],
)
def test_fits(piece: bytes, healing: bytes, may_end_line: bool, want: bool) -> None:
    assert fits(piece, healing, may_end_line) is want


@pytest.mark.parametrize(
    ("healing", "on_this_line", "want"),
    [
        pytest.param("", False, "", id="anything goes"),
        pytest.param("na_1 x", False, r'root ::= "na_1 x" [^\x00]*', id="plain letters"),
        pytest.param(
            '"\\\n\té🎉',
            False,
            r'root ::= "\x22\x5C\x0A\x09\U000000E9\U0001F389" [^\x00]*',
            id="odd ones",
        ),
        pytest.param(
            "\n  ", True, r'root ::= "\x0A  " [ \t]* [^ \t\r\n] [^\x00]*', id="on this line"
        ),
    ],
)
def test_grammar(healing: str, on_this_line: bool, want: str) -> None:
    assert grammar(healing.encode(), on_this_line) == want


OTHERS = ((b"x", -0.1), (b"n", -1.0), (b"name", -2.0), (b"nab", -3.0))


def test_the_likeliest_that_fits_is_weighed_among_its_like() -> None:
    found = likeliest(Said(b"x", -0.1, OTHERS), b"na", True)
    assert found is not None
    assert found.piece == b"name"  # "n" is a part of a word
    assert found.logprob == pytest.approx(-math.log(1 + math.exp(-1)))
    assert likeliest(Said(b"x", -0.1, OTHERS), b"q", True) is None


def test_without_probabilities_there_are_none() -> None:
    assert weighed(Said(b"na"), b"na", True) == Said(b"na", None)
    assert weighed(Said(b"na", -3.0), b"na", True) == Said(b"na", 0.0)
    assert weighed(Said(b"na", -3.0, OTHERS), b"", True) == Said(b"na", -3.0, OTHERS)
