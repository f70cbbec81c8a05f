"""What the tests of lint share: documents, a repository of their own, a detector with a script."""

import asyncio
import subprocess
from collections.abc import Sequence
from pathlib import Path

from lsp_local.languages import language_of
from lsp_local.lint.finding import Finding, found
from lsp_local.text import Document, UserError

KEY = "AKIA" + "IOSFODNN7EXAMPLF"  # made up, and put together here: no scanner finds it
NAMED = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false")


def doc_of(text: str, path: str = "shop/cart.py") -> Document:
    """Return a document whose language is that of its path."""
    return Document(f"file:///work/{path}", path, "work", language_of(path), text)


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder; return what it prints."""
    ran = subprocess.run(
        ["git", *NAMED, *arguments], cwd=folder, check=True, capture_output=True, text=True
    )
    return ran.stdout


def commit(folder: Path, message: str = "change") -> None:
    """Commit everything in a folder; make it a repository if it is none."""
    if not (folder / ".git").exists():
        git(folder, "init", "-q", "-b", "main")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", message)


class ScriptedDetector:
    """Finds `-` between blanks and would write `+`; counts the texts that it was asked about."""

    def __init__(self, problem: str = "", seconds: float = 0.0) -> None:
        self.asked: list[str] = []
        self._problem = problem
        self._seconds = seconds

    async def find(
        self, doc: Document, spans: Sequence[tuple[int, int]] | None, explain: bool
    ) -> list[Finding]:
        self.asked.append(doc.text)
        if self._problem:
            raise UserError(self._problem)
        if self._seconds:
            await asyncio.Event().wait()
        return [
            found(
                "wrong-operator",
                doc,
                at,
                at + 1,
                "`+` is likelier" + (", says the model" if explain else ""),
                replacement="+",
                confidence=0.75,
            )
            for at in range(len(doc.text))
            if doc.text[at - 1 : at + 2] == " - "
            and (spans is None or any(a <= at < b for a, b in spans))
        ]

    def describe(self) -> str:
        return "scripted 1"


class ScriptedReviewer(ScriptedDetector):
    """Doubts the first line of every text, unless it says to ignore that."""

    async def find(
        self, doc: Document, spans: Sequence[tuple[int, int]] | None, explain: bool
    ) -> list[Finding]:
        self.asked.append(doc.text)
        if self._problem:
            raise UserError(self._problem)
        return [found("review", doc, 0, 1, "is it so?", confidence=0.6)]

    def describe(self) -> str:
        return "scripted review 1"
