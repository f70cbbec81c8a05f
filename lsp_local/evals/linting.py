"""Whether lint finds the bug in a function, and is quiet about the function without it.

Source of the format: HumanEvalPack, see `evals/edits.py`. Beside it the same model is asked in
plain words for the line that has a bug.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lsp_local.engine.base import ChatEngine
from lsp_local.evals import scoring
from lsp_local.evals.edits import Task, passes
from lsp_local.evals.mistakes import changed_line
from lsp_local.evals.reviewing import reviewed
from lsp_local.evals.suspecting import LEAST, Finder, Suspect, looked_at
from lsp_local.text import Document


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
    return changed_line(task.doc.text, task.right)


async def run(engine: ChatEngine, finder: Finder, tasks: Sequence[Task]) -> AsyncIterator[Looked]:
    """Look at every pair that differs in one line. Raises EngineError."""
    for task in tasks:
        line = bug_line(task)
        if line is None:
            continue
        found = await _found(finder, task, task.doc)
        right = await _found(finder, task, replace(task.doc, text=task.right))
        lines = tuple(dict.fromkeys(task.doc.text.count("\n", 0, one.start) for one in found))
        yield Looked(
            task,
            line,
            lines,
            await reviewed(engine, task.doc.language, task.doc.text, line) or (),
            bool(found) and passes(task, found[0].text),
            found[0].sure if found else 0.0,
            right[0].sure if right else 0.0,
        )


def figures(looked: Sequence[Looked], seed: int) -> dict[str, Any]:
    """Return shares with 95 % intervals; `reported` and `silent` are at the default threshold."""
    columns = {
        "line_first": [one.line in one.lines[:1] for one in looked],
        "line_in_3": [one.line in one.lines[:3] for one in looked],
        "repaired": [one.is_repaired for one in looked],
        "reported": [one.sure >= LEAST for one in looked],
        "right_and_reported": [one.sure >= LEAST and one.line in one.lines[:1] for one in looked],
        "silent_on_right_code": [one.sure_of_right < LEAST for one in looked],
        "review_line_first": [one.line in one.reviewed[:1] for one in looked],
        "review_line_in_3": [one.line in one.reviewed[:3] for one in looked],
    }
    return {
        name: scoring.share([[float(value)] for value in values], seed)
        for name, values in columns.items()
    }


async def _found(finder: Finder, task: Task, doc: Document) -> list[Suspect]:
    """Return the suspects in the task's function."""
    found: list[Suspect] = []
    for function in looked_at(doc):
        if function.name == task.entry:
            found += await finder.suspects(doc, function)
    return found
