"""Hover: what is known of a symbol, at once, and what the model says of it, when it has."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from lsp_local.engine.base import ChatEngine, OnText, Priority
from lsp_local.features import instruct
from lsp_local.features.instruct import Question
from lsp_local.index import Index
from lsp_local.symbols import markdown, prose
from lsp_local.symbols.explanations import Explanations, key_of
from lsp_local.symbols.facts import Facts, facts
from lsp_local.text import Document

N_PREDICT = 110  # tokens: three sentences
# The name is given by the opening, so the answer stays with it.
ASKED = {
    "function": "what it does, what its parameters{parameters} are, and what it returns",
    "type": "what it stands for and what it is used for",
    "parameter": "what it holds and what `{owner}` does with it",
    "variable": "what it holds and what it is used for",
}
OTHER = "what it is and what this code does with it"
TASK = """\
```{language}
{source}
```

Explain the {kind} `{name}` in this code in two or three short sentences: {asked}. \
Write plain text without code blocks or lists. Use only names that stand in the code."""


class State(StrEnum):
    """What is known of an explanation while a hover is shown."""

    DONE = ""
    EXPLAINING = "explaining"


@dataclass(frozen=True, slots=True)
class Hover:
    """What is shown of the symbol between two offsets.

    `explanation` is "" where `model` has not been asked or had nothing to say; then `was_asked`
    tells which.
    """

    start: int
    end: int
    facts: Facts
    explanation: str = ""
    model: str = ""
    was_asked: bool = False


def look(
    doc: Document,
    offset: int,
    index: Index | None,
    others: Sequence[Document],
    explanations: Explanations,
) -> Hover | None:
    """Return what is known of the symbol at `offset` without asking the model."""
    known = facts(doc, offset, index, others)
    if known is None:
        return None
    model = explanations.model
    said = explanations.recall(key_of(model, known))
    return Hover(known.start, known.end, known, said or "", model, said is not None)


async def explain(
    engine: ChatEngine,
    hover: Hover,
    explanations: Explanations,
    on_text: OnText = lambda _text: None,
) -> str:
    """Ask the model, keep what stands up to the check, and return it; "" for nothing.

    `on_text` gets the unchecked answer as it comes. Cancelling stops the decode, and nothing is
    kept. Raises EngineError.
    """
    answer = await instruct.ask(engine, question_of(hover.facts), on_text)
    text = prose.checked(answer, hover.facts)
    key = key_of(explanations.model, hover.facts)
    explanations.remember(key, text)
    await asyncio.to_thread(explanations.store, key)
    return text


def question_of(known: Facts) -> Question:
    """Return what is asked about a symbol.

    The code comes first: for all names of one function it is the same, so that the KV cache has
    it, and a small model follows best what it has read last.
    """
    asked = ASKED.get("function" if known.kind == "method" else known.kind, OTHER)
    named = ", ".join(f"`{name}`" for name in known.parameters)
    if known.kind in ("function", "method") and not named:
        asked = "what it does and what it returns"
    task = TASK.format(
        language=known.language,
        source=known.source,
        kind="name" if known.kind in ("import", "member", "name") else known.kind,
        name=known.name,
        asked=asked.format(parameters=f" {named}", owner=known.owner or "the code"),
    )
    return Question(task, N_PREDICT, f"`{known.name}`", priority=Priority.HOVER)


def render(hover: Hover, is_markdown: bool, state: str = State.DONE) -> str:
    """Return the text of a hover: the facts, and below a rule what the model says."""
    if not is_markdown:
        return "\n\n".join([hover.facts.as_plain(), *_below(hover, state)])
    below = _below(hover, state)
    if below and hover.explanation:
        below = [markdown.prose(below[0]), f"_{markdown.escaped(below[1])}_"]
    elif below:
        below = [f"_{below[0]}_"]
    shown = [hover.facts.as_markdown(), *(["---", *below] if below else [])]
    return "\n\n".join(shown)


def _below(hover: Hover, state: str) -> list[str]:
    """Return what stands below the facts: the explanation and who gave it, or what is under way."""
    if hover.explanation:
        return [hover.explanation, f"{hover.model} on this machine; it can be wrong"]
    return ["explaining…"] if state == State.EXPLAINING else []
