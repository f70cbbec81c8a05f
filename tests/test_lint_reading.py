"""What a model says of a text, token by token, and of a change in it."""

import pytest
from scripted_chat import GAP, ScriptedChat

from lsp_local.engine.base import TokenScore
from lsp_local.lint import reading
from lsp_local.lint.reading import N_REST, Reading, Spot, begins

CODE = "x = é - 1\ny = 2\n"


async def read_of(
    engine: ScriptedChat, text: str, start: int, end: int, farthest: float
) -> Reading:
    """Return what is read of a text from its beginning, which fits into the context."""
    found = await reading.read(engine, text, 0, start, end, farthest)
    assert found is not None
    return found


async def test_what_is_judged_is_read_with_what_stands_before_it() -> None:
    engine = ScriptedChat(wishes=[("é -", "+"), ("y", "ä"), ("x", "z")])
    read = await read_of(engine, CODE, 4, len(CODE), -1.0)
    assert (read.begin, read.end, read.first) == (0, len(CODE), 4)
    assert [CODE[spot.start : spot.end] for spot in read.spots] == list(CODE[4:])
    assert [spot for spot in read.spots if spot.rather] == [
        Spot(6, 6, 7, (("+", GAP),)),
        Spot(10, 10, 11, (("ä", GAP),)),
    ]


async def test_what_is_too_far_from_likely_is_left_out() -> None:
    engine = ScriptedChat(wishes=[("é -", "+")])
    read = await read_of(engine, CODE, 4, len(CODE), GAP + 1)
    assert not any(spot.rather for spot in read.spots)


class Bytes(ScriptedChat):
    """A model whose tokens are bytes; the nth costs n nats."""

    async def tokenize(self, texts: list[str]) -> list[list[int]]:
        return [list(text.encode()) for text in texts]

    async def pieces(self, tokens: list[int]) -> list[bytes]:
        return [bytes([token]) for token in tokens]

    async def score(
        self, tokens: list[int], n_best: int = 5, first: int = 1, *_: object
    ) -> list[TokenScore]:
        return [TokenScore(one, -float(n), []) for n, one in enumerate(tokens)][first:]


async def test_a_character_of_several_tokens_ends_with_its_last() -> None:
    read = await read_of(Bytes(), CODE, 3, 7, 0.0)
    assert [(spot.start, spot.end) for spot in read.spots] == [
        (3, 4),
        (4, 5),
        (5, 5),
        (5, 6),
        (6, 7),
    ]


@pytest.mark.parametrize(
    ("before", "after", "want"),
    [
        pytest.param("abcdef", "abXdef", 0.0, id="as many tokens"),
        pytest.param("abcdef", "abcXdef", -6.0, id="one more, behind all others"),
        pytest.param("abcdef", "abdef", 5.0, id="one less"),
        pytest.param("abcdef", "abcdef", 0.0, id="no change"),
        pytest.param("ab" + "c" * 100, "aXb" + "c" * 100, -49.0, id="far behind it nothing counts"),
    ],
)
async def test_a_change_is_judged_with_what_stands_behind_it(
    before: str, after: str, want: float
) -> None:
    read = await read_of(Bytes(), before, 1, len(before), 0.0)
    assert await reading.gain(Bytes(), read, after) == want


async def test_what_leaves_no_room_in_the_context_is_not_read() -> None:
    engine = ScriptedChat(n_ctx=len(CODE) + N_REST)
    read = await read_of(engine, CODE, 4, len(CODE), 0.0)
    assert await reading.gain(engine, read, CODE[:5] + "x" * N_REST + CODE[5:]) is not None
    assert await reading.gain(engine, read, CODE[:5] + "x" * N_REST + CODE[4:]) is None
    assert await reading.read(engine, CODE + "#", 0, 4, len(CODE) + 1, 0.0) is None


async def test_the_rest_of_a_line_is_the_models() -> None:
    engine = ScriptedChat(["2 * a\nb"])
    read = await read_of(engine, CODE, 4, len(CODE), 0.0)
    assert await reading.rest_of_line(engine, read, read.spots[2], "+ ") == "+ 2 * a"
    assert engine.prompts == [CODE[:6] + "+ "]
    assert await reading.rest_of_line(engine, read, read.spots[2], ")\nc") == ")"


@pytest.mark.parametrize(
    ("sizes", "want"),
    [
        pytest.param([], [], id="no function"),
        pytest.param([1000, 1000], [0, 0], id="all of it is read in one go"),
        pytest.param([2900, 900], [0, 2200], id="what is before is read again, from a line on"),
        pytest.param([5000, 1000, 1000], [0, 4300, 4300], id="one that is too long by itself"),
    ],
)
def test_where_to_begin(sizes: list[int], want: list[int]) -> None:
    text = ("x" * 99 + "\n") * 100
    starts = [sum(sizes[:n]) for n in range(len(sizes))]
    spans = [(start, start + size) for start, size in zip(starts, sizes, strict=True)]
    assert list(begins(text, spans).values()) == want
    assert list(begins(text, spans)) == starts
