"""Real files in which actions and lint are let loose, and a model that says the worst."""

import ast
import random
import re
import sysconfig
import warnings
from collections.abc import Iterator
from pathlib import Path

from mutated import GO, PYTHON, TYPESCRIPT
from scripted_chat import ScriptedChat, fenced
from test_verify_random import NOISE, mutated

from lsp_local.languages import language_of
from lsp_local.text import Document
from lsp_local.trees import parse

DATA = Path(__file__).parents[1] / "data"
ENDINGS = {"go": "go", "javascript": "js", "python": "py", "rust": "rs", "typescript": "ts"}
HEADER = re.compile(r"^[ \t]*(?:async |export |pub |static )*(?:def|func|function|fn)\b.*", re.M)
SMALLEST, LARGEST = 1_000, 6_000  # characters of a file
MOST_LINES = 30  # of what the model is said to say
WORDS = [*NOISE, "Returns the total.", "*/", "*/ x = 1 /*", "\\", '"""\nimport os\n"""', "name"]


def files(chance: random.Random) -> Iterator[Document]:
    """Yield documents without end: every other one is of a language that is not Python."""
    folders = (sysconfig.get_path("stdlib"), sysconfig.get_path("purelib"))
    python = sorted(path for folder in folders for path in Path(folder).rglob("*.py"))
    others = [*_quiet(), _doc("within.go", GO), _doc("within.ts", TYPESCRIPT)]
    while True:
        yield chance.choice(others)
        path = chance.choice(python)
        text = path.read_text(encoding="utf-8", errors="ignore")
        is_right = SMALLEST < len(text) < LARGEST and HEADER.search(text)
        yield _doc(path.name, text if is_right else PYTHON)


def _quiet() -> Iterator[Document]:
    """Yield the texts of bench's quiet places."""
    for path in sorted(DATA.glob("quiet*/*.txt")):
        parts = re.findall(r"^--- doc (.+)\n((?:(?!===|---).*\n)+)", path.read_text(), re.M)
        for name, text in parts:
            if name.endswith(ENDINGS[path.stem]) and HEADER.search(text):
                yield _doc(name, text.replace("<CURSOR>", ""))


def _doc(name: str, text: str) -> Document:
    return Document(f"file:///work/{name}", name, "work", language_of(name), text)


def selection(chance: random.Random, doc: Document) -> tuple[int, int]:
    """Return the header of a function, or some of the lines behind it."""
    at = chance.choice([found.start() for found in HEADER.finditer(doc.text)])
    if chance.random() < 0.5:
        return at, at
    lines = doc.text[at:].split("\n")
    first = chance.randrange(1, 6)
    start = at + sum(len(line) + 1 for line in lines[:first])
    size = sum(len(line) + 1 for line in lines[first : first + chance.randrange(1, 5)])
    return min(start, len(doc.text)), min(start + size, len(doc.text))


def liar(chance: random.Random, doc: Document, start: int, end: int) -> ScriptedChat:
    """Return a model that says the code again with mistakes, words with code in them, or names."""
    last = max(end, start + 1)
    lines = doc.text[start : max(last, _end_of(doc.text, start))].split("\n")[:MOST_LINES]
    code = "\n".join(lines)

    def answer() -> str:
        match chance.randrange(4):
            case 0:
                return " ".join(chance.choices(WORDS, k=chance.randrange(1, 8)))
            case 1:
                return chance.choice(["part", "compute_total", "class", "", "1st", "naïve", "x y"])
            case _:
                return fenced(doc.language, mutated(chance, code))

    wishes = [(chance.choice("=+-<>(,. "), chance.choice("=+-<>([,.01 ")) for _ in range(3)]
    return ScriptedChat([answer() for _ in range(20)] * 500, wishes=wishes, natural=["=", "("])


def _end_of(text: str, start: int) -> int:
    after = HEADER.search(text, text.find("\n", start) + 1)
    return after.start() if after else len(text)


def is_worse(language: str, before: str, after: str) -> bool:
    """Whether a text has syntax errors that it had not."""
    trees = parse(before, language), parse(after, language)
    assert None not in trees
    n_before, n_after = (tree.n_errors if tree else 0 for tree in trees)
    if n_after > n_before:
        return True
    return language == "python" and _is_python(before) and not _is_python(after)


def _is_python(text: str) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about escapes in old files
        try:
            ast.parse(text)
        except (SyntaxError, ValueError):
            return False
    return True
