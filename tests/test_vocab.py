import pytest

from lsp_local.engine.vocab import Vocab

PIECES = [
    *(b"", b" ", b"  ", b"   ", b"\n", b"\n    "),
    *(b"re", b" re", b"return", b" return", b" returns", b"x", b"turn", b"\xff", b"\xff\xff"),
    *(b"\xe6", b"\x97\xa5", b"\xe6\x97\xa5"),
]
VOCAB = Vocab(PIECES)


def check(text: bytes, want: list[bytes]) -> None:
    """Want the pieces of all tokens that agree with `text`, in any order."""
    assert sorted(PIECES[id_] for id_ in VOCAB.agreeing(text)) == sorted(want)


@pytest.mark.parametrize(
    ("text", "want"),
    [
        pytest.param(b"return", [b"return"], id="the word itself, and no part of it"),
        pytest.param(b" ret", [b" return", b" returns"], id="what it may become"),
        pytest.param(b"  ", [b" ", b"  ", b"   "], id="white space in any parts"),
        pytest.param(b"\n  ", [b"\n", b"\n    "], id="a line end and what may follow"),
        pytest.param(b"x  ", [b"x"], id="white space behind a word waits"),
        pytest.param(b"\xe6\x97", [b"\xe6\x97\xa5"], id="a part of a character"),
        pytest.param(b"\xff", [b"\xff", b"\xff\xff"], id="the last of all bytes"),
        pytest.param(b"zebra", [], id="nothing"),
        pytest.param(b"", PIECES[1:], id="nothing to agree with: all but control tokens"),
    ],
)
def test_agreeing(text: bytes, want: list[bytes]) -> None:
    check(text, want)


@pytest.mark.parametrize(
    ("tokens", "want"),
    [
        pytest.param([b"x", b" return"], ([b"x"], b" return"), id="one token goes"),
        pytest.param([b"x", b"re", b"\n", b"  "], ([b"x"], b"re\n  "), id="white space goes too"),
        pytest.param([b"x"], ([], b"x"), id="the only token goes"),
        pytest.param([b"x", b"", b"\n"], ([b"x", b""], b"\n"), id="a control token stays"),
        pytest.param([b"x", b""], ([b"x", b""], b""), id="and protects what is before it"),
        pytest.param([], ([], b""), id="nothing of nothing"),
    ],
)
def test_heal(tokens: list[bytes], want: tuple[list[bytes], bytes]) -> None:
    kept, text = VOCAB.heal([PIECES.index(piece) for piece in tokens])
    assert ([PIECES[token] for token in kept], text) == want
