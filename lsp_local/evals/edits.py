"""Tasks as edits of a file: our action `fix` or `simplify`, and the same model asked plainly.

Source of the format: HumanEvalPack (Muennighoff et al. 2023, arXiv 2308.07124), HumanEvalFix.
"""

import re
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lsp_local.actions import catalogue as actions
from lsp_local.actions.functions import function_at
from lsp_local.chat import Message
from lsp_local.engine.base import ChatEngine, GenerateRequest
from lsp_local.evals import sandbox, scoring
from lsp_local.evals.infilling import rows_of
from lsp_local.features.code_action import Wanted, resolve
from lsp_local.features.instruct import tokens_of
from lsp_local.text import Diagnostic, Document, UserError
from lsp_local.trees import parse
from lsp_local.verify.answers import code_in
from lsp_local.verify.minimal import applied

PROBLEM = re.compile(r"(\w+)/(\d+)$")
ENDINGS = {"Python": ("python", "py"), "JavaScript": ("javascript", "js")}
THROWING = "console.assert = (ok) => { if (!ok) throw new Error('assertion failed'); };\n"
N_PLAIN = 700  # tokens
FIELDS = ("prompt", "buggy_solution", "canonical_solution", "test", "entry_point")
PLAIN = {
    "fix": "Fix the bug in this code:\n```{language}\n{code}```",
    "simplify": "Simplify this code without changing what it does:\n```{language}\n{code}```",
}
WRONG = "it does not do what it says"


@dataclass(frozen=True, slots=True)
class Task:
    """A file with a bug, or for `simplify` without, and a program to put behind it that tells."""

    name: str
    problem: int
    doc: Document
    entry: str
    right: str
    test: str
    action: str = "fix"


@dataclass(frozen=True, slots=True)
class Attempt:
    """The file after an edit, "" without one; whether its tests pass, and its syntax breaks."""

    text: str
    passes: bool
    breaks: bool
    seconds: float
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What the same model made of a task, asked plainly and through the action."""

    task: Task
    plain: Attempt
    ours: Attempt


def load(path: Path, half: str, action: str = "fix") -> list[Task]:
    """Read the tasks of one half: "dev" has the even problems, "test" the odd ones, or "all".

    Raises UserError for another format.
    """
    tasks = [_task(path, n, row) for n, row in enumerate(rows_of(path), 1)]
    if action == "simplify":
        tasks = [replace(one, doc=replace(one.doc, text=one.right), action=action) for one in tasks]
    wanted = {"dev": (0,), "test": (1,), "all": (0, 1)}[half]
    return [task for task in tasks if task.problem % 2 in wanted]


async def run(engine: ChatEngine, tasks: Sequence[Task]) -> AsyncIterator[Result]:
    """Give every task to both in turn."""
    for task in tasks:
        yield Result(task, await _plain(engine, task), await _ours(engine, task))


def figures(results: Sequence[Result], seed: int) -> dict[str, Any]:
    """Return shares with 95 % intervals; both are asked the same tasks, so the ratio is paired."""
    plain = [[float(one.plain.passes)] for one in results]
    ours = [[float(one.ours.passes)] for one in results]
    return {
        "pass_rate": {
            "plain": scoring.share(plain, seed),
            "ours": scoring.share(ours, seed),
            "ratio": scoring.ratio(ours, plain, seed),
        },
        "edited": {
            "plain": scoring.share(
                [[float(_is_edited(one.task, one.plain))] for one in results], seed
            ),
            "ours": scoring.share(
                [[float(_is_edited(one.task, one.ours))] for one in results], seed
            ),
        },
        "edited_and_failing": {
            "plain": sum(
                _is_edited(one.task, one.plain) and not one.plain.passes for one in results
            ),
            "ours": sum(_is_edited(one.task, one.ours) and not one.ours.passes for one in results),
        },
        "break_syntax": {
            "plain": sum(one.plain.breaks for one in results),
            "ours": sum(one.ours.breaks for one in results),
        },
        "median_s": {
            "plain": _median([one.plain.seconds for one in results]),
            "ours": _median([one.ours.seconds for one in results]),
        },
    }


async def _plain(engine: ChatEngine, task: Task) -> Attempt:
    """Ask as anybody would, and put the code of the answer in place of the file."""
    started = time.perf_counter()
    said = PLAIN[task.action].format(language=task.doc.language, code=task.doc.text)
    template = (await engine.info()).chat_template
    tokens = await tokens_of(engine, template, [Message("user", said)])
    answer = await engine.generate(GenerateRequest(tokens, N_PLAIN))
    return _judged(task, code_in(answer.text, task.doc.language), started)


async def _ours(engine: ChatEngine, task: Task) -> Attempt:
    started = time.perf_counter()
    at = _defined_at(task)
    complaint = Diagnostic(at, at + len(task.entry), f"`{task.entry}` {WRONG}")
    offer = actions.offer(task.action, task.doc, *_selected(task, at), [complaint])
    if offer is None:
        return Attempt("", passes=False, breaks=False, seconds=0.0, problem="not offered")
    found = await resolve(engine, task.doc, Wanted(offer))
    text = applied(task.doc.text, found.edits) if found.edits else ""
    return _judged(task, text, started, found.problem)


def _defined_at(task: Task) -> int:
    """Return where the function is named that is to be mended; its name may stand before that."""
    word = re.escape(task.entry)
    named = re.search(rf"\b(?:def|function|const|let|var)\s+({word})\b", task.doc.text)
    return named.start(1) if named else max(0, task.doc.text.find(task.entry))


def _selected(task: Task, at: int) -> tuple[int, int]:
    """Return what the user has selected: all of the function, but for a fix nothing."""
    tree = parse(task.doc.text, task.doc.language)
    function = function_at(tree, at, at) if tree is not None and task.action != "fix" else None
    return (function.start, function.end) if function is not None else (at, at)


def _is_edited(task: Task, attempt: Attempt) -> bool:
    return bool(attempt.text) and attempt.text.split() != task.doc.text.split()


def _judged(task: Task, text: str, started: float, problem: str = "") -> Attempt:
    seconds = round(time.perf_counter() - started, 2)
    if not text.strip():
        return Attempt("", passes=False, breaks=False, seconds=seconds, problem=problem)
    tree = parse(text, task.doc.language)
    breaks = tree is not None and tree.n_errors > 0
    return Attempt(text, passes(task, text), breaks, seconds)


def check_runnable(tasks: Sequence[Task]) -> None:
    """Raise UserError where what runs the tests of `tasks` is not there."""
    if any(one.doc.language == "javascript" for one in tasks) and not sandbox.has_node():
        raise UserError("tasks in JavaScript are run with `node`, which is not there; install it")


def passes(task: Task, text: str) -> bool:
    """Whether a program passes the tests of its task."""
    run_it = sandbox.passes if task.doc.language == "python" else sandbox.passes_in_node
    return run_it(text + task.test)


def _median(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2] if values else 0.0


def _task(path: Path, n: int, row: dict[str, Any]) -> Task:
    found = PROBLEM.match(str(row.get("task_id")))
    is_whole = all(isinstance(row.get(key), str) for key in FIELDS)
    if found is None or not is_whole or found[1] not in ENDINGS:
        raise UserError(
            f"{path}, row {n}, is no repair task of HumanEvalPack in {' or '.join(ENDINGS)}: it "
            f"needs task_id, {', '.join(FIELDS)}"
        )
    language, ending = ENDINGS[found[1]]
    text = row["prompt"] + row["buggy_solution"]
    name = f"solution.{ending}"
    doc = Document(f"file:///eval/{n}/{name}", name, "eval", language, text)
    test = f"\n{THROWING if language == 'javascript' else ''}{row['test']}"
    right = row["prompt"] + row["canonical_solution"]
    return Task(row["task_id"], int(found[2]), doc, row["entry_point"], right, test)
