"""What two models have answered already, in a file, so that a run that was stopped goes on."""

import hashlib
import json
from pathlib import Path

from lsp_local.evals.infilling import Task
from lsp_local.evals.requantized import Pair


class Answered:
    """A file of verdicts, one a line. `mark` names all that they depend on but the task."""

    def __init__(self, path: Path, mark: str) -> None:
        self._path = path
        self._mark = mark
        self._known: dict[str, list[bool]] = {}
        for line in _lines(path):
            key, verdicts = _read(line)
            if key:
                self._known[key] = verdicts

    def split(self, tasks: list[Task]) -> tuple[list[Pair], list[Task]]:
        """Return what is known of `tasks`, and those of which nothing is."""
        known = [(task, self._known.get(self._key(task))) for task in tasks]
        pairs = [Pair(task, *verdicts) for task, verdicts in known if verdicts is not None]
        return pairs, [task for task, verdicts in known if verdicts is None]

    def add(self, pair: Pair) -> None:
        """Write a verdict down at once."""
        verdicts = [pair.source, pair.other, pair.is_same]
        with self._path.open("a") as file:
            # First a line end: a line that a kill has cut off must not swallow this one.
            file.write(f"\n{json.dumps([self._key(pair.task), verdicts])}")

    def _key(self, task: Task) -> str:
        parts = self._mark, task.doc.text, str(task.offset), task.solution, task.test
        return hashlib.sha256("\0".join(parts).encode(errors="replace")).hexdigest()[:32]


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(errors="replace").splitlines()
    except OSError:
        return []


def _read(line: str) -> tuple[str, list[bool]]:
    try:
        key, verdicts = json.loads(line)
    except (ValueError, TypeError):
        return "", []
    is_whole = isinstance(key, str) and isinstance(verdicts, list) and len(verdicts) == 3
    return (key, [bool(one) for one in verdicts]) if is_whole else ("", [])
