"""A trace: what a user does at an editor, step by step, and how long each step takes."""

import re
from dataclasses import dataclass, replace
from pathlib import Path

from lsp_local.evals.rhythm import Rhythm
from lsp_local.evals.system import Act
from lsp_local.text import Document

LONGEST_LINE = 10_000  # characters
# A line end and the indentation that the editor adds are one key.
KEY = re.compile(r"\r?\n(?:[ \t]+(?=\S))?|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Step:
    """One act, `gap` seconds after the one before it; `doc` and `cursor` are what it leaves."""

    gap: float
    act: Act
    doc: Document
    cursor: int


@dataclass(frozen=True, slots=True)
class Trace:
    """What one user does. Invariant: it begins with OPENED, and versions only grow.

    `root` is the folder of the documents' URIs; nothing needs to be there.
    """

    name: str
    root: Path
    steps: tuple[Step, ...]
    note: str = ""
    is_recorded: bool = False

    @property
    def seconds(self) -> float:
        """Return how long it takes a user who accepts nothing."""
        return sum(step.gap for step in self.steps)

    @property
    def n_keys(self) -> int:
        """Count the keys that type something."""
        return sum(step.act is Act.TYPED for step in self.steps)


@dataclass(frozen=True, slots=True)
class Ahead:
    """What the user types next without going elsewhere; `last` is the step that completes it."""

    text: str
    last: int


def ahead(
    trace: Trace,
    n_done: int,
    n_line_ends: int = 0,
    n_most: int = LONGEST_LINE,
    *,
    by_keys: bool = True,
) -> Ahead:
    """Return what is typed after the first `n_done` steps up to the end of the line.

    `n_line_ends` line ends are typed before that, and `n_most` characters in all. Mistakes and
    their corrections are not part of it, except in a recorded session: nobody knows what that
    user had in mind. There, what a menu or the clipboard adds counts only if not `by_keys`.
    """
    typing = (Act.TYPED,) if trace.is_recorded and by_keys else (Act.TYPED, Act.EDITED)
    now = trace.steps[n_done - 1]
    before, behind = now.doc.text[: now.cursor], now.doc.text[now.cursor :]
    found = Ahead("", n_done - 1)
    for idx in range(n_done, len(trace.steps)):
        step = trace.steps[idx]
        if step.act not in typing or step.doc.uri != now.doc.uri:
            break
        text = step.doc.text
        n_new = len(text) - len(now.doc.text)
        if n_new < 0 or not text.startswith(before) or not text.endswith(behind):
            if trace.is_recorded:
                break
            continue
        typed = text[now.cursor : now.cursor + n_new]
        if typed.count("\n") > n_line_ends or len(typed) > n_most:
            break
        found = Ahead(typed, idx)
    return found


def moved_below(root: Path, doc: Document) -> Document:
    """Return the document as one of the project in `root`; nothing is written there."""
    return replace(doc, uri=(root / doc.path).as_uri(), project=root.name)


class Typist:
    """Writes a trace down while it types: one document at a time, and a cursor."""

    def __init__(self, rhythm: Rhythm) -> None:
        self.rhythm = rhythm
        self.seconds = 0.0
        self.steps: list[Step] = []
        self._doc = Document("", "", "", "", "")
        self._cursor = 0
        self._is_line_new = False

    def open(self, doc: Document) -> None:
        """Look at a document."""
        self._doc = doc
        self._cursor = 0
        self._add(self.rhythm.look(), Act.OPENED)

    def move(self, offset: int) -> None:
        """Go to another place of the document."""
        self._cursor = offset
        self._add(self.rhythm.look(), Act.MOVED)
        self._is_line_new = True

    def type(self, text: str) -> None:
        """Insert `text` key by key."""
        for key in KEY.findall(text):
            gap = self.rhythm.line() if self._is_line_new else self.rhythm.key()
            self._replace(self._cursor, key, gap, Act.TYPED)
            self._is_line_new = "\n" in key

    def erase(self, n_chars: int) -> None:
        """Press backspace."""
        for _ in range(n_chars):
            self._replace(self._cursor - 1, "", self.rhythm.key(), Act.EDITED)

    def cut(self, n_chars: int) -> None:
        """Remove what stands behind the cursor, in one act."""
        text = self._doc.text
        kept = text[: self._cursor] + text[self._cursor + n_chars :]
        self._write(kept, self.rhythm.look(), Act.EDITED)

    def _replace(self, start: int, text: str, gap: float, act: Act) -> None:
        """Put `text` for what stands between `start` and the cursor."""
        old = self._doc.text
        written = old[:start] + text + old[self._cursor :]
        self._cursor = start + len(text)
        self._write(written, gap, act)

    def _write(self, text: str, gap: float, act: Act) -> None:
        self._doc = replace(self._doc, text=text, version=self._doc.version + 1)
        self._add(gap, act)

    def _add(self, gap: float, act: Act) -> None:
        self.seconds += gap
        self.steps.append(Step(gap, act, self._doc, self._cursor))
