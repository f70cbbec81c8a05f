from collections.abc import Iterator, Sequence

import pytest

from lsp_local.engine.base import (
    Backend,
    EngineError,
    Finish,
    Generated,
    GenerateRequest,
    ModelInfo,
    Speed,
    Token,
    TokenScore,
    Work,
)
from lsp_local.engine.generation import generate
from lsp_local.engine.vocab import Vocab
from lsp_local.stops import Kind, Stops

CONTROL = b""
PIECES = [
    *(CONTROL, b" ", b"  ", b"    ", b"\n", b"\n\n", b"(", b")", b"):", b");\n", b" =", b"="),
    *(b"x", b" x", b"y", b" y", b" +", b"re", b"ret", b"return", b" return", b"    return", b"urn"),
    *(b"\xe6", b"\x97", b"\xa5", b"\x97\xa5", b"\xf0\x9f", b"\x99", b"\x82"),
]
LINE = Stops(Kind.LINE, before="x")
CALL = Stops(Kind.LINE, before="f(", rest=")", n_closable=0)
BLOCK = Stops(Kind.BLOCK, before="def f():")


class ScriptedBackend:
    """Says `says` in the longest tokens that it knows and may use, then its end-of-text."""

    info = ModelInfo("m.gguf", "m", "", len(PIECES), 512, 512, None, None, 0.0, "")

    def __init__(self, says: bytes, n_chunk: int = 99) -> None:
        self.left = says
        self.read: list[int] = []  # what the KV cache holds
        self._n_chunk = n_chunk
        self._vocab = Vocab(PIECES)

    def tokenize(self, text: str, allow_special: bool = False) -> list[int]:
        return [PIECES.index(char.encode()) for char in text]

    def pieces(self, tokens: list[int]) -> list[bytes]:
        return [PIECES[token] for token in tokens]

    def heal(self, tokens: list[int]) -> tuple[list[int], bytes]:
        return self._vocab.heal(tokens)

    def n_kept(self, tokens: list[int]) -> int:
        return 1

    def n_missing(self, tokens: list[int]) -> int:
        return len(tokens)

    def prefill(self, tokens: list[int], n_most: int) -> int:
        self.read = tokens[: len(self.read) + self._n_chunk]
        return len(tokens) - len(self.read)

    def next_token(self, healing: bytes, may_end_line: bool = True) -> Token | None:
        allowed = self._vocab.agreeing(healing).tolist()
        fitting = [id_ for id_ in allowed if self.left.startswith(PIECES[id_])]
        if not fitting:
            return None
        best = max(fitting, key=lambda id_: len(PIECES[id_]))
        self.left = self.left[len(PIECES[best]) :]
        return Token(best, PIECES[best], -0.5)

    def follow(self, tokens: list[int], draft: Sequence[int]) -> list[Token]:
        said: list[Token] = []
        while (token := self.next_token(b"")) is not None:
            said.append(token)
            if len(said) > len(draft) or token.token != draft[len(said) - 1]:
                break
        return said

    def score(self, tokens: list[int], n_best: int, first: int = 1) -> Iterator[list[TokenScore]]:
        raise NotImplementedError

    def write_states(self) -> Iterator[None]:
        return iter(())

    def work(self) -> Work:
        raise NotImplementedError

    def interrupt(self) -> None:
        raise NotImplementedError

    def resume(self) -> None:
        raise NotImplementedError

    def speed(self) -> Speed:
        raise NotImplementedError


def answer_of(backend: Backend, request: GenerateRequest) -> tuple[list[bytes], Generated]:
    """Return the pieces that were decoded, one a token, and the answer, which comes last."""
    *steps, answer = generate(backend, request)
    assert isinstance(answer, Generated)
    tokens = [step for step in steps if isinstance(step, Token)]
    pieces = [PIECES[token.token] for token in tokens]
    assert b"".join(token.piece for token in tokens).decode(errors="ignore").startswith(answer.text)
    assert (answer.n_predicted, len(answer.logprobs)) == (len(pieces), len(pieces))
    return pieces, answer


def check(
    prompt: list[bytes],
    says: bytes,
    stops: Stops | None,
    want: tuple[list[bytes], str, Finish],
    n_predict: int = 9,
) -> None:
    """Want every token that is decoded, the text that is kept, and why it ended."""
    tokens = [PIECES.index(piece) for piece in [CONTROL, *prompt]]
    request = GenerateRequest(tokens, n_predict, heal=True, stops=stops)
    pieces, answer = answer_of(ScriptedBackend(says), request)
    assert (pieces, answer.text, answer.finish) == want


@pytest.mark.parametrize(
    ("prompt", "says", "want"),
    [
        pytest.param(
            [b"x", b" ="],
            b" = x\n",
            ([b" =", b" x", b"\n"], " x"),
            id="the last token is said again",
        ),
        pytest.param(
            [b"x", b" =", b" "],
            b" = x\n",
            ([b" =", b" x", b"\n"], "x"),
            id="and the space behind it",
        ),
        pytest.param(
            [b" ", b"re"], b"return x\n", ([b"return", b" x", b"\n"], "turn x"), id="half a word"
        ),
        pytest.param(
            [b"x", b"\n", b"    "],
            b"x\n    return\n",
            ([b"x", b"\n", b"    return", b"\n"], "return"),
            id="a token reaches over the indentation",
        ),
        pytest.param(
            [b"x", b"  ", b" "],
            b"x   return\n",
            ([b"x", b"  ", b" return", b"\n"], "return"),
            id="white space in other parts",
        ),
        pytest.param(
            [b"x", b"\xe6", b"\x97\xa5"],
            b"\x97\xa5x\n",
            ([b"\x97\xa5", b"x", b"\n"], "x"),
            id="the end of a character",
        ),
        pytest.param([b"(", b""], b"x\n", ([b"x", b"\n"], "x"), id="a control token stays"),
    ],
)
def test_healing(prompt: list[bytes], says: bytes, want: tuple[list[bytes], str]) -> None:
    check(prompt, says, LINE, (*want, Finish.STOP))


def test_a_text_that_no_token_agrees_with() -> None:
    check([b"x", b"ret"], b"x", LINE, ([], "", Finish.STUCK))


@pytest.mark.parametrize(
    ("says", "stops", "want"),
    [
        pytest.param(b"x y\ny", LINE, ([b"x", b" y", b"\n"], "x y", Finish.STOP), id="a line"),
        pytest.param(
            b"(x)):\nx", CALL, ([b"(", b"x", b")", b"):"], "(x)", Finish.STOP), id="within a token"
        ),
        pytest.param(
            b"\n    x\n\n\n\n",
            BLOCK,
            ([b"\n", b"    ", b"x", b"\n\n"], "\n    x", Finish.STOP),
            id="a block",
        ),
        pytest.param(
            b"\n    x\ny",
            BLOCK,
            ([b"\n", b"    ", b"x", b"\n", b"y"], "\n    x", Finish.STOP),
            id="dedent",
        ),
        pytest.param(b"x", LINE, ([b"x"], "x", Finish.END), id="the model's own end"),
        pytest.param(b"", LINE, ([], "", Finish.END), id="at once"),
        pytest.param(b"x\ny", None, ([b"x", b"\n", b"y"], "x\ny", Finish.END), id="no rules"),
    ],
)
def test_nothing_is_decoded_only_to_be_cut_off(
    says: bytes, stops: Stops | None, want: tuple[list[bytes], str, Finish]
) -> None:
    check([b""], says, stops, want)


@pytest.mark.parametrize(
    ("says", "stops", "want"),
    [
        pytest.param(b" + + + + +", LINE, ([b" +"] * 3, " + + +"), id="a line"),
        pytest.param(b" =return", LINE, ([b" =", b"return"], " ="), id="before a half word"),
        pytest.param(b"\n    x\n    y", BLOCK, ([b"\n", b"    ", b"x"], ""), id="half a block"),
        pytest.param(b" + + + + +", None, ([b" +"] * 3, " + + +"), id="no rules, no cut"),
    ],
)
def test_too_long_an_answer_keeps_what_is_whole(
    says: bytes, stops: Stops | None, want: tuple[list[bytes], str]
) -> None:
    check([b""], says, stops, (*want, Finish.LENGTH), n_predict=len(want[0]))


@pytest.mark.parametrize(
    ("says", "want"),
    [
        pytest.param("日\n", ([b"\xe6", b"\x97\xa5", b"\n"], "日"), id="over two tokens"),
        pytest.param("🙂\n", ([b"\xf0\x9f", b"\x99", b"\x82", b"\n"], "🙂"), id="over three"),
    ],
)
def test_a_character_split_over_tokens(says: str, want: tuple[list[bytes], str]) -> None:
    check([b""], says.encode(), LINE, (*want, Finish.STOP))


def test_half_a_character_at_the_end_is_dropped() -> None:
    check([b""], b"x\xe6\x97", LINE, ([b"x", b"\xe6", b"\x97"], "x", Finish.END))


def test_reading_is_done_in_steps_and_counted() -> None:
    backend = ScriptedBackend(b" x\n", n_chunk=2)
    steps = list(generate(backend, GenerateRequest([6, 7, 6, 7, 6], 9, stops=LINE)))
    assert [type(step) for step in steps] == [type(None)] * 2 + [Token] * 2 + [Generated]
    answer = steps[-1]
    assert isinstance(answer, Generated)
    assert (answer.n_prompt, answer.n_reused, answer.n_evaluated) == (5, 1, 4)
    assert backend.read == [6, 7, 6, 7, 6, PIECES.index(b" x")]  # the stopping token is not read


def test_a_dropped_decode_does_no_more() -> None:
    backend = ScriptedBackend(b"x y y y y\n")
    steps = generate(backend, GenerateRequest([6], 9, stops=LINE))
    next(steps)
    next(steps)
    assert (backend.left, backend.read) == (b" y y y\n", [6, PIECES.index(b"x")])
    del steps
    assert (backend.left, backend.read) == (b" y y y\n", [6, PIECES.index(b"x")])


def test_the_only_token_is_read_not_healed() -> None:
    _, answer = answer_of(ScriptedBackend(b" =\n"), GenerateRequest([12], 9, heal=True, stops=LINE))
    assert (answer.n_prompt, answer.n_reused, answer.n_evaluated, answer.text) == (1, 0, 1, " =")


def test_nothing_to_read_is_an_error() -> None:
    with pytest.raises(EngineError, match="nothing to read"):
        answer_of(ScriptedBackend(b"x"), GenerateRequest([], 9, heal=True))


def test_a_full_context_ends_the_decode() -> None:
    _, answer = answer_of(ScriptedBackend(b" +" * 99), GenerateRequest([6] * 509, 99))
    assert (answer.text, answer.finish) == (" +" * 3, Finish.LENGTH)
