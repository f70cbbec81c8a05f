"""A file in short: the signatures of what it defines, and the parts that it consists of."""

from collections.abc import Iterator
from dataclasses import dataclass

from lsp_local.trees import Definition, Tree

MOST_TYPE = 1200  # characters of a type with the signatures of its members
MOST_WHOLE = 600  # characters of an interface, a struct, an alias
MOST_CONSTANT = 120
MOST_NOTE = 80  # characters of a docstring's first line
N_LINES = 60  # of a part
BLANK_LINES = 40  # of a part of a file without a grammar


@dataclass(frozen=True, slots=True)
class Symbol:
    """Something that a file defines: `text` is its signature, `line` counts from 0."""

    name: str
    kind: str
    path: str
    line: int
    text: str
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some lines of a file."""

    path: str
    line: int
    text: str


def symbols(tree: Tree, path: str) -> list[Symbol]:
    """Return what the file at `path` defines outside of functions, in order."""
    definitions = tree.definitions()
    found = []
    around: list[Definition] = []  # some of what is around may have no name, and is no definition
    for n, one in enumerate(definitions):
        while around and around[-1].depth >= one.depth:
            around.pop()
        parent = around[-1].name if around else ""
        around.append(one)
        line = tree.text.count("\n", 0, one.start)
        text = _text(tree.text, definitions, n)
        if text:
            found.append(Symbol(one.name, one.kind, path, line, text, parent))
    return found


def chunks(text: str, tree: Tree | None, path: str) -> Iterator[Chunk]:
    """Yield the parts of a file: definitions, small ones together, large ones cut."""
    lines = text.split("\n")
    starts = _starts(tree, len(lines)) if tree else list(range(0, len(lines), BLANK_LINES))
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        part = "\n".join(lines[start:end]).strip("\n")
        if part.strip():
            yield Chunk(path, start, part)


def _starts(tree: Tree, n_lines: int) -> list[int]:
    """Return the lines at which parts begin: at definitions, `N_LINES` apart if possible."""
    borders = [tree.text.count("\n", 0, one.start) for one in tree.definitions() if one.depth < 2]
    starts = [0]
    for here, after in zip(borders, [*borders, n_lines][1:], strict=True):
        if here > starts[-1] and after - starts[-1] > N_LINES:
            starts.append(here)
    whole: list[int] = []
    for start, end in zip(starts, [*starts[1:], n_lines], strict=True):
        whole += range(start, max(end, start + 1), N_LINES)
    return whole


def _text(text: str, definitions: list[Definition], n: int) -> str:
    one = definitions[n]
    if one.kind in ("constant", "field"):
        return text[one.start : one.end].split("\n")[0][:MOST_CONSTANT]
    if one.kind == "alias":
        return _cut(text[one.start : one.end], MOST_WHOLE)
    head = _signature(text, one)
    if one.kind == "function":
        return head
    members = []
    for member in definitions[n + 1 :]:
        if member.depth <= one.depth:
            break
        if member.depth == one.depth + 1:
            members.append(f"    {_member(text, member)}")
    return _cut("\n".join([head, *members]), MOST_TYPE)


def _member(text: str, one: Definition) -> str:
    if one.kind == "function":
        return _signature(text, one)
    return text[one.start : one.end].split("\n")[0][:MOST_CONSTANT]


def _signature(text: str, one: Definition) -> str:
    """Return what stands before the body, without decorators, with a docstring's first line."""
    lines = undecorated(text[one.start : one.body].rstrip().split("\n"))
    head = "\n".join(line if n == 0 else line.rstrip() for n, line in enumerate(lines)).lstrip()
    first = text[one.body : one.body + MOST_NOTE + 6].split("\n")[0].strip()
    is_note = first.startswith(('"""', "'''")) and len(first) <= MOST_NOTE
    return f"{head}  # {first.strip(chr(34) + chr(39))}" if is_note else head


def undecorated(lines: list[str]) -> list[str]:
    """Leave out decorators, also those over several lines, but not what makes a property."""
    while lines[0].lstrip().startswith("@"):
        if "property" in lines[0] or "dataclass" in lines[0]:
            break
        n_open = n_lines = 0
        for line in lines:
            n_lines += 1
            n_open += sum(line.count(one) for one in "([{") - sum(line.count(one) for one in ")]}")
            if n_open <= 0:
                break
        if n_lines == len(lines):
            break
        lines = lines[n_lines:]
    return lines


def _cut(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    return text[: text.rfind("\n", 0, most)] if "\n" in text[:most] else text[:most]
