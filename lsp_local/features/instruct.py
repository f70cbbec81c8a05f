"""A stand-in for the instruct head, which is built elsewhere: only what hover calls."""

from dataclasses import dataclass

from lsp_local.engine.base import Engine, OnText, Priority


@dataclass(frozen=True, slots=True)
class Question:
    """What the instruct head is asked.

    `task` holds the user's code as plain text; `opening` is how the answer is made to begin.
    """

    task: str
    n_predict: int
    opening: str = ""
    priority: Priority = Priority.CODE_ACTION


async def ask(engine: Engine, question: Question, on_text: OnText = lambda _text: None) -> str:
    """Return the answer with its opening. Raises EngineError."""
    raise NotImplementedError
