"""Public fill-in-the-middle tasks: HumanEval-Infilling and SantaCoder-FIM."""

import gzip
import json
import random
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol, TypeVar

from lsp_local.engine.base import Engine
from lsp_local.evals import sandbox, scoring
from lsp_local.evals.systems import Answer, Wanted, first_line_of, ours, raw
from lsp_local.options import Options
from lsp_local.text import Document, UserError


class OfProblem(Protocol):
    """A task that belongs to a problem."""

    @property
    def problem(self) -> int:
        """Return the problem's number."""


T = TypeVar("T", bound=OfProblem)
PROBLEM = re.compile(r"HumanEval[/_](\d+)")
LANGUAGES = {"py": ("python", "solution.py"), "js": ("javascript", "solution.js")}


@dataclass(frozen=True, slots=True)
class Task:
    """A gap in a program. `test` is a program to put behind it, "" where only the text counts."""

    name: str
    problem: int
    doc: Document
    offset: int
    solution: str
    wanted: Wanted
    test: str

    def filled(self, text: str) -> str:
        """Return the program with `text` in its gap, and the test."""
        return self.doc.text[: self.offset] + text + self.doc.text[self.offset :] + self.test


@dataclass(frozen=True, slots=True)
class Result:
    """What two systems made of one task. `raw`, `invoked`, `automatic`: the answers."""

    task: Task
    raw: Answer
    invoked: Answer
    automatic: Answer | None
    passed: dict[str, bool]


def load(path: Path, half: str) -> list[Task]:
    """Read the tasks of one half: "dev" has the even problems, "test" the odd ones, or "all".

    Raises UserError for a file that is neither format.
    """
    tasks = [_task(path, n, row) for n, row in enumerate(rows_of(path), 1)]
    wanted = {"dev": (0,), "test": (1,), "all": (0, 1)}[half]
    return [task for task in tasks if task.problem % 2 in wanted]


def sample(tasks: Sequence[T], limit: int, seed: int) -> list[T]:
    """Draw about `limit` tasks: problem by problem in random order, one task of each in turn."""
    rng = random.Random(seed)
    by_problem: dict[int, list[T]] = {}
    for task in tasks:
        by_problem.setdefault(task.problem, []).append(task)
    problems = list(by_problem.values())
    rng.shuffle(problems)
    for of_problem in problems:
        rng.shuffle(of_problem)
    rounds = max(map(len, problems), default=0)
    turns = [one[n] for n in range(rounds) for one in problems if n < len(one)]
    return turns[:limit] if limit else turns


async def run(
    engine: Engine, options: Options, tasks: Sequence[Task], is_shown: bool
) -> AsyncIterator[Result]:
    """Give every task to both systems in turn; with `is_shown` also as a key would ask."""
    for task in tasks:
        plain = await raw(engine, options, task.doc, task.offset, task.wanted)
        plain = _without_suffix(plain, task)
        invoked = await ours(engine, options, task.doc, task.offset, is_automatic=False)
        if task.wanted == "line":  # of both systems
            invoked = replace(invoked, shown=first_line_of(invoked.shown))
        automatic = None
        if is_shown:
            automatic = await ours(engine, options, task.doc, task.offset, is_automatic=True)
        answers = {"raw": plain.text, "ours": invoked.shown}
        passed = {name: _passes(task, text) for name, text in answers.items()}
        yield Result(task, plain, invoked, automatic, passed if task.test else {})


def figures(results: Sequence[Result], seed: int) -> dict[str, Any]:
    """Return shares with 95 % intervals, problems being drawn, and the paired differences."""

    def columns(value: Any) -> list[list[float]]:
        found: dict[int, list[float]] = {}
        for result in results:
            found.setdefault(result.task.problem, []).append(float(value(result)))
        return [found[problem] for problem in sorted(found)]

    exact = {
        "raw": columns(lambda r: _is_exact(r.raw.text, r.task)),
        "ours": columns(lambda r: _is_exact(r.invoked.shown, r.task)),
    }
    measures = {"exact_first_line": exact}
    measures["edit_similarity"] = {
        "raw": columns(lambda r: scoring.similarity(r.raw.text, r.task.solution)),
        "ours": columns(lambda r: scoring.similarity(r.invoked.shown, r.task.solution)),
    }
    if results and results[0].passed:
        measures["pass_at_1"] = {
            name: columns(lambda r, name=name: r.passed[name]) for name in ("raw", "ours")
        }
    found: dict[str, Any] = {}
    for name, values in measures.items():
        found[name] = {one: scoring.share(values[one], seed) for one in ("raw", "ours")}
        found[name]["difference"] = scoring.difference(values["ours"], values["raw"], seed)
    if results and results[0].automatic:
        found["shown"] = _shown(results, seed)
    return found


def _shown(results: Sequence[Result], seed: int) -> dict[str, Any]:
    """Return what a person would have seen while typing, and how much of it was right."""
    tasks = [result.task for result in results]
    texts = {
        "raw": [result.raw.shown for result in results],
        "ours": [result.automatic.shown if result.automatic else "" for result in results],
    }
    right: dict[str, list[list[float]]] = {}
    found: dict[str, Any] = {}
    for name, said in texts.items():
        cases = list(zip(tasks, said, strict=True))
        shown = [(task, text) for task, text in cases if text.strip()]
        right[name] = _by_problem(tasks, [(t, _is_exact(text, t)) for t, text in shown])
        begun = [(t, scoring.begins(text, t.solution)) for t, text in shown]
        found[name] = {
            "show_rate": scoring.share(
                _by_problem(tasks, [(task, bool(text.strip())) for task, text in cases]), seed
            ),
            "precision": scoring.share(right[name], seed),
            "right_beginning": scoring.share(_by_problem(tasks, begun), seed),
        }
    found["precision_ratio"] = scoring.ratio(right["ours"], right["raw"], seed)
    return found


def _by_problem(tasks: Sequence[Task], among: Sequence[tuple[Task, bool]]) -> list[list[float]]:
    """Return the values of every problem of `tasks`, which may be none, in the same order."""
    found: dict[int, list[float]] = {task.problem: [] for task in tasks}
    for task, value in among:
        found[task.problem].append(float(value))
    return list(found.values())


def _is_exact(text: str, task: Task) -> bool:
    return scoring.first_line(text) == scoring.first_line(task.solution)


def _passes(task: Task, text: str) -> bool:
    if not task.test:
        return False
    # A line that was asked for ends where the next one begins.
    if task.solution.endswith("\n") and not text.endswith("\n"):
        text += "\n"
    return sandbox.passes(task.filled(text))


def _without_suffix(answer: Answer, task: Task) -> Answer:
    """Cut a plain answer of several lines where it begins to repeat what follows."""
    following = scoring.first_line(task.doc.text[task.offset :])
    if task.wanted == "line" or len(following) < 4:
        return answer
    lines = answer.text.split("\n")
    end = next((n for n, line in enumerate(lines) if line.strip() == following), len(lines))
    text = "\n".join(lines[:end]) + ("\n" if end < len(lines) else "")
    return Answer(text, text, answer.reason)


def rows_of(path: Path) -> list[dict[str, Any]]:
    """Read JSON Lines, plain or gzipped. Raises UserError for what is none."""
    try:
        raw_bytes = path.read_bytes()
        text = (
            gzip.decompress(raw_bytes).decode()
            if raw_bytes[:2] == b"\x1f\x8b"
            else raw_bytes.decode()
        )
        rows = [json.loads(line) for line in text.splitlines() if line.strip()]
    except OSError as error:
        raise UserError(
            f"cannot read {path}: {error.strerror}; give a .jsonl or .jsonl.gz file"
        ) from None
    except ValueError:
        raise UserError(f"{path} is no JSON Lines file, plain or gzipped") from None
    if not rows or not all(isinstance(row, dict) for row in rows):
        raise UserError(f"{path} holds no tasks")
    return rows


def _task(path: Path, n: int, row: dict[str, Any]) -> Task:
    name = row.get("task_id") or row.get("name")
    found = PROBLEM.search(str(name))
    is_whole = all(
        isinstance(row.get(key), str) for key in ("prompt", "suffix", "canonical_solution")
    )
    if found is None or not is_whole:
        raise UserError(
            f"{path}, row {n}, is no task of HumanEval-Infilling or SantaCoder-FIM: it needs "
            "task_id or name, prompt, suffix and canonical_solution"
        )
    language, file = LANGUAGES.get(str(row.get("language", "py")), LANGUAGES["py"])
    is_tested = "entry_point" in row and isinstance(row.get("test"), str)
    is_line = not is_tested or str(name).startswith("SingleLine")
    # In an editor a line that is missing leaves an empty one: what follows stands below the cursor.
    suffix = row["suffix"]
    if is_line and not suffix.startswith("\n"):
        suffix = "\n" + suffix
    doc = Document(f"file:///eval/{n}/{file}", file, "eval", language, row["prompt"] + suffix)
    test = f"\n{row['test']}\ncheck({row['entry_point']})" if is_tested else ""
    offset = len(row["prompt"])
    solution = row["canonical_solution"]
    return Task(
        str(name), int(found[1]), doc, offset, solution, "line" if is_line else "block", test
    )
