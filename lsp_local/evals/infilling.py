"""Public fill-in-the-middle tasks: HumanEval-Infilling and SantaCoder-FIM."""

import gzip
import json
import random
import re
from collections.abc import AsyncIterator, Callable, Sequence
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
    """What two systems made of one task: what was answered by hand, and at a key for each gate.

    `passed` says which of the texts of the answers pass the tests; it is empty without tests.
    """

    task: Task
    raw: Answer
    invoked: Answer
    automatic: dict[int, Answer]
    passed: dict[str, bool]

    def is_right(self, text: str) -> bool:
        """Whether a text is what the author wrote, or passes the tests."""
        return _is_exact(text, self.task) or self.passed.get(text, False)


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
    engine: Engine, options: Options, tasks: Sequence[Task], gates: Sequence[int]
) -> AsyncIterator[Result]:
    """Give every task to both systems in turn; then as a key would ask, for each of `gates`.

    These are values of the option `least_probability`.
    """
    for task in tasks:
        plain = await raw(engine, options, task.doc, task.offset, task.wanted)
        plain = _without_suffix(plain, task)
        invoked = await ours(engine, options, task.doc, task.offset, is_automatic=False)
        if task.wanted == "line":  # of both systems
            invoked = replace(invoked, shown=first_line_of(invoked.shown))
        automatic = {}
        for gate in gates:
            strict = replace(options, least_probability=gate)
            automatic[gate] = await ours(engine, strict, task.doc, task.offset, is_automatic=True)
        answers = {plain.text, invoked.shown, *(one.shown for one in automatic.values())}
        passed = {text: _passes(task, text) for text in answers if task.test and text.strip()}
        yield Result(task, plain, invoked, automatic, passed)


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
    if any(result.task.test for result in results):
        measures["pass_at_1"] = {
            "raw": columns(lambda r: r.passed.get(r.raw.text, False)),
            "ours": columns(lambda r: r.passed.get(r.invoked.shown, False)),
        }
    found: dict[str, Any] = {}
    for name, values in measures.items():
        found[name] = {one: scoring.share(values[one], seed) for one in ("raw", "ours")}
        found[name]["difference"] = scoring.difference(values["ours"], values["raw"], seed)
    for gate in results[0].automatic if results else ():
        found[f"shown_at_{gate}"] = _shown(results, gate, seed)
    return found


def _shown(results: Sequence[Result], gate: int, seed: int) -> dict[str, Any]:
    """Return what a person would have seen while typing, and how much of it was right."""
    texts = {
        "raw": [(result, result.raw.shown) for result in results],
        "ours": [(result, result.automatic[gate].shown) for result in results],
    }
    judges: dict[str, Callable[[Result, str], bool]] = {
        "exact": lambda result, text: _is_exact(text, result.task),
        "right": lambda result, text: result.is_right(text),
        "right_beginning": lambda result, text: scoring.begins(text, result.task.solution),
    }
    found: dict[str, Any] = {}
    columns: dict[tuple[str, str], list[list[float]]] = {}
    for name, said in texts.items():
        shown = [(result, text) for result, text in said if text.strip()]
        rate = _by_problem(results, [(result, bool(text.strip())) for result, text in said])
        found[name] = {"show_rate": scoring.share(rate, seed)}
        for what, judge in judges.items():
            values = _by_problem(results, [(one, judge(one, text)) for one, text in shown])
            columns[name, what] = values
            found[name][what] = scoring.share(values, seed)
    for what in ("exact", "right"):
        found[f"{what}_ratio"] = scoring.ratio(columns["ours", what], columns["raw", what], seed)
    return found


def _by_problem(
    results: Sequence[Result], among: Sequence[tuple[Result, bool]]
) -> list[list[float]]:
    """Return the values of every problem of `results`, which may be none, in the same order."""
    found: dict[int, list[float]] = {result.task.problem: [] for result in results}
    for result, value in among:
        found[result.task.problem].append(float(value))
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
