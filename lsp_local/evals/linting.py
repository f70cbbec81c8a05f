"""Whether lint finds the bug in a function, and is quiet about the function without it.

Source of the format: HumanEvalPack, see `evals/edits.py`. Beside it the same model is asked in
plain words for the line that has a bug.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lsp_local.chat import Message
from lsp_local.engine.base import ChatEngine, GenerateRequest
from lsp_local.evals import scoring
from lsp_local.evals.edits import Task, passes
from lsp_local.features.instruct import tokens_of
from lsp_local.lint.detector import ModelDetector
from lsp_local.lint.looking import functions
from lsp_local.lint.weighing import LEAST_CONFIDENCE
from lsp_local.text import Document
from lsp_local.verify.minimal import applied

REVIEW = (
    "There is a bug in one line of this code:\n```{language}\n{code}```\n"
    "Quote that line, then the next most suspicious ones, one line each, nothing else."
)
N_REVIEW = 160  # tokens


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found in one pair. Lines count from 0, the most suspicious first.

    `sure` and `sure_of_right`: the highest confidence in the buggy and in the right program.
    """

    task: Task
    line: int
    lines: tuple[int, ...]
    reviewed: tuple[int, ...]
    is_repaired: bool
    sure: float
    sure_of_right: float


def bug_line(task: Task) -> int | None:
    """Return the one line in which buggy and right program differ, None if there are more."""
    old, new = task.doc.text.rstrip().split("\n"), task.right.rstrip().split("\n")
    wrong = [n for n, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1]]
    return wrong[0] if len(old) == len(new) and len(wrong) == 1 else None


async def run(
    engine: ChatEngine, detector: ModelDetector, tasks: Sequence[Task]
) -> AsyncIterator[Looked]:
    """Look at every pair that differs in one line. Raises EngineError."""
    for task in tasks:
        line = bug_line(task)
        if line is None:
            continue
        found = await _found(detector, task, task.doc)
        right = await _found(detector, task, replace(task.doc, text=task.right))
        lines = tuple(dict.fromkeys(task.doc.text.count("\n", 0, one[1]) for one in found))
        yield Looked(
            task,
            line,
            lines,
            await _reviewed(engine, task),
            bool(found) and passes(task, found[0][2]),
            found[0][0] if found else 0.0,
            right[0][0] if right else 0.0,
        )


def figures(looked: Sequence[Looked], seed: int) -> dict[str, Any]:
    """Return shares with 95 % intervals; `reported` and `silent` are at the default threshold."""
    columns = {
        "line_first": [one.line in one.lines[:1] for one in looked],
        "line_in_3": [one.line in one.lines[:3] for one in looked],
        "repaired": [one.is_repaired for one in looked],
        "reported": [one.sure >= LEAST_CONFIDENCE for one in looked],
        "right_and_reported": [
            one.sure >= LEAST_CONFIDENCE and one.line in one.lines[:1] for one in looked
        ],
        "silent_on_right_code": [one.sure_of_right < LEAST_CONFIDENCE for one in looked],
        "review_line_first": [one.line in one.reviewed[:1] for one in looked],
        "review_line_in_3": [one.line in one.reviewed[:3] for one in looked],
    }
    return {
        name: scoring.share([[float(value)] for value in values], seed)
        for name, values in columns.items()
    }


async def _found(
    detector: ModelDetector, task: Task, doc: Document
) -> list[tuple[float, int, str]]:
    """Return confidence, offset and mended program of each suspect in the task's function."""
    found = []
    for function in functions(doc, None):
        if function.name == task.entry:
            for one in await detector.suspects(doc, function):
                after = applied(doc.text, (one.edit,))
                found.append((one.confidence, one.kind.start, after))
    return found


async def _reviewed(engine: ChatEngine, task: Task) -> tuple[int, ...]:
    """Return the lines that the model quotes when it is asked for the bug."""
    said = REVIEW.format(language=task.doc.language, code=task.doc.text)
    template = (await engine.info()).chat_template
    tokens = await tokens_of(engine, template, [Message("user", said)])
    answer = await engine.generate(GenerateRequest(tokens, N_REVIEW))
    lines = [line.strip() for line in task.doc.text.split("\n")]
    quoted = [line.strip().strip("`").strip() for line in answer.text.split("\n")]
    return tuple(dict.fromkeys(lines.index(one) for one in quoted if one and one in lines))
