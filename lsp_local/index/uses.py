"""Where a name is used: lines of code with it, not comments, strings, imports or definitions."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from lsp_local.languages import language_of
from lsp_local.outline import Chunk
from lsp_local.trees import Place, Tree, parse

LONGEST_LINE = 200  # characters


@dataclass(frozen=True, slots=True)
class Use:
    """A line that uses a name, without its indentation. `line` counts from 0."""

    path: str
    line: int
    text: str


def uses(name: str, parts: Iterable[Chunk], limit: int) -> list[Use]:
    """Return up to `limit` lines of `parts` that use `name`, one of each part before a second."""
    first: list[Use] = []
    more: list[Use] = []
    for part in parts:
        found = list(_uses(name, part))
        first += found[:1]
        more += found[1:]
        if len(first) >= limit:
            break
    return (first + more)[:limit]


def _uses(name: str, part: Chunk) -> Iterable[Use]:
    whole = re.compile(rf"(?<![\w$]){re.escape(name)}(?![\w$])")
    tree = parse(part.text, language_of(part.path))
    if tree is None:
        return
    apart = _apart(name, tree)
    lines: set[int] = set()
    for match in whole.finditer(part.text):
        line = part.text.count("\n", 0, match.start())
        is_code = tree.place(match.start() + 1) is Place.CODE
        if is_code and line not in lines | apart:
            lines.add(line)
            text = part.text.split("\n")[line].strip()
            if len(text) <= LONGEST_LINE:
                yield Use(part.path, part.line + line, text)


def _apart(name: str, tree: Tree) -> set[int]:
    """Return the lines that define or import the name."""
    found = {
        tree.text.count("\n", 0, tree.text.find(name, one.start))
        for one in tree.definitions()
        if one.name == name
    }
    for statement in tree.imports():
        start = tree.text.find(statement)
        first = tree.text.count("\n", 0, start)
        found.update(range(first, first + statement.count("\n") + 1))
    return found
