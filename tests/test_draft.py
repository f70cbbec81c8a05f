"""Answers that repeat a text are read in large steps, and say the same as without it."""

from pathlib import Path

import pytest
from test_generation import ScriptedBackend, answer_of

from lsp_local.engine.base import Finish, GenerateRequest
from lsp_local.engine.client import EngineClient
from lsp_local.features import instruct
from lsp_local.features.instruct import Question


class CountingBackend(ScriptedBackend):
    """Remembers behind how many tokens it was asked to go on."""

    def __init__(self, says: bytes) -> None:
        super().__init__(says)
        self.asked: set[int] = set()

    def prefill(self, tokens: list[int], n_most: int) -> int:
        self.asked.add(len(tokens))
        return super().prefill(tokens, n_most)


def check(says: bytes, draft: str, n_asked: int) -> None:
    """Every case below is data: what is said does not change, only in how many steps."""
    backend = CountingBackend(says)
    tokens = tuple(backend.tokenize(draft))
    _, answer = answer_of(backend, GenerateRequest([6], 999, draft=tokens))
    assert (answer.text, answer.finish, len(backend.asked)) == (says.decode(), Finish.END, n_asked)


@pytest.mark.parametrize(
    ("says", "draft", "n_asked"),
    [
        pytest.param(b"x\ny\nx\ny\n", "", 9, id="without a draft: token by token, and the end"),
        pytest.param(b"x\ny\nx\ny\n", "x\ny\nx\ny\n", 2, id="all of it in one step, and the end"),
        pytest.param(b"y\ny\nx\ny\n", "x\ny\nx\ny\n", 6, id="found again behind another beginning"),
        pytest.param(b"x\n=\n", "x\ny\nx\ny\n", 3, id="elsewhere to the end"),
        pytest.param(b"x", "x\ny\nx\ny\n", 2, id="the end comes early"),
    ],
)
def test_steps(says: bytes, draft: str, n_asked: int) -> None:
    check(says, draft, n_asked)


def test_nothing_is_said_behind_the_end_of_the_answer() -> None:
    backend = ScriptedBackend(b"x\ny\nx\ny\n")
    draft = tuple(backend.tokenize("x\ny\nx\ny\n"))
    steps, answer = answer_of(backend, GenerateRequest([6], 99, until="y", draft=draft))
    assert (answer.text, answer.finish, answer.stop) == ("x\n", Finish.STOP, "until")
    assert len(steps) == 3
    _, answer = answer_of(ScriptedBackend(b"x\ny\n"), GenerateRequest([6], 2, draft=draft))
    assert (answer.text, answer.finish) == ("x\n", Finish.LENGTH)


async def test_a_real_model_says_the_same_with_a_draft(smollm: Path) -> None:
    code = "def add(a, b):\n    return a + b\n\n\ndef sub(a, b):\n    return a - b\n"
    async with EngineClient(smollm, n_ctx=2048, n_threads=2) as engine:
        tokens, draft = await engine.tokenize([code * 2 + "def add(a", code])
        plain = await engine.generate(GenerateRequest(tokens, 40))
        drafted = await engine.generate(GenerateRequest(tokens, 40, draft=tuple(draft)))
        assert drafted.text == plain.text
        asked = Question("Say hello.", 8, opening="Hello")
        assert (await instruct.ask(engine, asked)).startswith("Hello")
