from pathlib import Path

import pytest
from marks import split_at

from lsp_local.engine.remote.vocab import heal, piece_of, special, tokenize, written

ODD = [
    pytest.param("", id="nothing"),
    pytest.param("a\r\nb\r\n\r\n\tc \t \n\n\n", id="all kinds of white space"),
    pytest.param("é\u0301日本語🎉\u200b\u2060\ufeff\0\x1b", id="letters of all kinds"),
    pytest.param("x" * 10_000 + " " * 10_000 + "(" * 10_000, id="a great many"),
    pytest.param("__init__ _a a_ 3.14e-10 0x1F", id="names and numbers"),
]


@pytest.mark.parametrize("text", ODD)
def test_tokens_are_their_text(text: str) -> None:
    assert b"".join(map(piece_of, tokenize(text))) == text.encode()
    assert written(tokenize(text), ()) == text


def test_half_a_character_is_replaced() -> None:
    assert written(tokenize("a\ud800b"), ()) == "a?b"


def test_typing_changes_only_the_end() -> None:
    text = Path(__file__).read_text()
    whole = tokenize(text)
    for n in range(1, 300):
        part = tokenize(text[:n])
        n_sure = max(0, len(part) - 2)
        assert part[:n_sure] == whole[:n_sure]


@pytest.mark.parametrize(
    "marked",
    [
        pytest.param("return<> x", id="a letter"),
        pytest.param("return x<> >=\n", id="spaces go with the word"),
        pytest.param("if x<>:\n    ", id="an end of a line, and the indentation below"),
        pytest.param("f<>(self", id="a bracket goes with the word"),
        pytest.param("x<>.name", id="a dot, too"),
        pytest.param("name<>_of", id="half a name"),
        pytest.param("f([<>a", id="but not two brackets"),
        pytest.param("```<>python\n", id="nor a fence"),
        pytest.param("a (<>self", id="nor one behind a space"),
        pytest.param("x =<> 12", id="a number"),
        pytest.param("x =<> [", id="a bracket"),
        pytest.param("x =<> 日本", id="letters of any script"),
        pytest.param("<>   \n\t", id="nothing but white space"),
        pytest.param("<>word", id="nothing but a word"),
        pytest.param("<>", id="nothing"),
    ],
)
def test_what_is_taken_off_at_the_cursor(marked: str) -> None:
    before, behind = split_at(marked, "<>")
    kept, healing = heal(tokenize(before + behind))
    assert (written(kept, ()), healing.decode()) == (before, behind)


def test_special_tokens_stay() -> None:
    fim = special("<|fim_middle|>")
    assert heal([fim, *tokenize("x")]) == ([fim], b"x")
    assert heal([fim]) == ([fim], b"")
    assert piece_of(fim) == b""
    assert written([*tokenize("<|fim_"), *tokenize("middle|>"), fim], ["<|fim_middle|>"]) == (
        "<\u2060|fim_middle|><|fim_middle|>"
    )


def test_of_a_word_without_end_only_a_part_is_taken_off() -> None:
    kept, healing = heal(tokenize("x" * 5000))
    assert written(kept, ()) + healing.decode() == "x" * 5000
    assert len(healing) <= 300


@pytest.mark.parametrize(
    ("text", "n_real"),
    [
        pytest.param("def total(prices):\n    return sum(prices)\n", 10, id="Python"),
        pytest.param(
            "func (c *Cache) Get(key string) (string, bool) {\n\tc.mu.Lock()\n", 24, id="Go"
        ),
        pytest.param(
            "export const isAdult = (user: User): boolean => user.age >= 18;\n", 17, id="TS"
        ),
    ],
)
def test_there_are_about_as_many_as_a_model_makes(text: str, n_real: int) -> None:
    assert n_real * 0.7 <= len(tokenize(text)) <= n_real * 1.4
