"""An instruct head that says what a test wants."""

import asyncio
from typing import cast

import pytest

from lsp_local.engine.base import ChatEngine, Engine, EngineError, OnText
from lsp_local.features import instruct
from lsp_local.features.instruct import Question

NO_ENGINE = cast(ChatEngine, None)  # the scripted head asks none


class Head:
    """Says `answer` in pieces, when `gate` is open; `asked` is set when a question has come."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, answer: str, failure: EngineError | None = None
    ) -> None:
        self.answer = answer
        self.failure = failure
        self.questions: list[Question] = []
        self.gate: asyncio.Event | None = None
        self.asked = asyncio.Event()
        self.n_cancelled = 0
        monkeypatch.setattr(instruct, "ask", self.ask)

    async def ask(
        self, engine: Engine, question: Question, on_text: OnText = lambda _text: None
    ) -> str:
        self.questions.append(question)
        self.asked.set()
        if self.failure is not None:
            raise self.failure
        try:
            if self.gate is not None:
                await self.gate.wait()
        except asyncio.CancelledError:
            self.n_cancelled += 1
            raise
        for piece in self.answer.partition(" "):
            on_text(piece)
        return self.answer
