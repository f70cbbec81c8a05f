"""Tests for a function: the model writes them, into a file where the project keeps such."""

import itertools
import posixpath
import re
from collections.abc import Iterator
from dataclasses import replace

from lsp_local import names, privacy
from lsp_local.actions import testfiles
from lsp_local.actions.functions import TYPES, Function
from lsp_local.actions.gotables import Table, table_of
from lsp_local.actions.repeats import without_repeats
from lsp_local.engine.base import ChatEngine, OnText
from lsp_local.features.instruct import FENCE, Question, ask
from lsp_local.features.projects import Project
from lsp_local.features.resolved import NO_SAFE_EDIT, OF_SECRET, NewFile, Resolved
from lsp_local.parsecheck import python_error
from lsp_local.text import Document
from lsp_local.trees import Tree, parse
from lsp_local.typed_trees import parse_typed
from lsp_local.verify.answers import code_in

N_TESTS = 320  # tokens
N_CASES = 200  # tokens of the rows of a table
MOST_CUT = 3  # lines at the end of an answer
TASK = (
    "Write tests for `{name}` with {framework}: two or three short test functions, each for one "
    "case, among them an edge case. {reached}"
)
GAP = re.compile(r"\n{4,}")
OPENINGS = {
    "pytest": "import pytest\n\n",
    "unittest": "import unittest\n\n",
    "vitest": 'import { describe, expect, it } from "vitest";\n',
    "node:test": 'import assert from "node:assert/strict";\nimport { test } from "node:test";\n',
}


async def write_tests(
    engine: ChatEngine,
    doc: Document,
    function: Function,
    beginning: str,
    project: Project,
    on_text: OnText = lambda _text: None,
) -> Resolved:
    """Return a new file with tests of `function`; one that exists is never touched.

    `beginning` shows the model the code, as all questions about it do.
    Raises EngineError and UserError as `instruct.ask` does.
    """
    place = testfiles.test_place(doc.path, doc.language, project.paths)
    if place == doc.path:
        return Resolved(problem="tests of this language stand in the file itself; write them there")
    path = next(one for one in _places(place, function.name) if one not in project.paths)
    table = _table(doc, function)
    task, opening = _asked(doc, function, path, project, table)
    question = Question(
        f"{beginning}\n\n{task}",
        N_CASES if table else N_TESTS,
        opening=f"{FENCE}{doc.language}\n{opening}{table.head if table else ''}",
        until=f"\n{FENCE}",
    )
    text = code_in(await ask(engine, question, on_text), doc.language)
    if table is not None:
        filled = table.filled(text)
        text = f"{opening}{filled}" if filled else ""
    found = without_repeats(_whole(text, doc.language), doc.language)
    if function.name not in found.removeprefix(opening.rstrip()):
        return Resolved(problem=f"{NO_SAFE_EDIT}: the model wrote no test that can be read")
    if privacy.holds_placeholder(found):
        return Resolved(problem=OF_SECRET)
    strange = _strange(doc, path, found)
    if strange:
        return Resolved(problem=f"{NO_SAFE_EDIT}: `{strange}` is not defined anywhere")
    return Resolved(new_file=NewFile(path, _tidied(found)))


def _table(doc: Document, function: Function) -> Table | None:
    tree = parse_typed(doc.text, doc.language) if doc.language == "go" else None
    return table_of(tree, function) if tree is not None else None


def _asked(
    doc: Document, function: Function, path: str, project: Project, table: Table | None
) -> tuple[str, str]:
    """Return what to ask, and the beginning of the file at `path`, which is ours."""
    tool = testfiles.framework(doc.language, project.paths, project.manifests)
    owner = _owner(doc, function)
    reached = testfiles.import_line(
        owner or function.name, doc.path, doc.language, path, project.paths, doc.text
    )
    opening = OPENINGS.get(tool, "") + (f"{reached}\n\n\n" if reached else "")
    if doc.language == "go":
        opening = _go_opening(doc, table)
    said = f"It is a method of `{owner}`. " if owner else ""
    said += f"{f'`{owner}`' if owner else 'It'} is imported by `{reached}`." if reached else ""
    task = TASK.format(name=function.name, framework=tool or doc.language, reached=said).rstrip()
    return task, opening


def _go_opening(doc: Document, table: Table | None) -> str:
    package = next((line for line in doc.text.split("\n") if line.startswith("package ")), "")
    imports = table.imports if table else 'import "testing"\n\n'
    return f"{package.strip() or 'package main'}\n\n{imports}"


def _places(path: str, name: str) -> Iterator[str]:
    """Yield `path`, then names beside it that tell the tests of `name`."""
    yield path
    folder, base = posixpath.split(path)
    stem, dot, ending = base.partition(".")
    mark = next((one for one in ("_test", "_spec", "Test") if stem.endswith(one)), "")
    stem = stem.removesuffix(mark)
    name = re.sub(r"\W", "", name)
    named = f"{name[:1].upper()}{name[1:]}" if mark == "Test" else f"_{name}"
    for n in itertools.count(1):
        number = str(n) if n > 1 else ""
        yield posixpath.join(folder, f"{stem}{named}{number}{mark}{dot}{ending}")


def _owner(doc: Document, function: Function) -> str:
    """Return what has to be imported to reach a method, "" for a function."""
    tree = parse_typed(doc.text, doc.language)
    around = tree.around(function.head, function.end) if tree is not None else []
    for node in around:
        named = node.child_by_field_name("name") if node.type in TYPES else None
        if named is not None and function.is_method:
            return doc.text[named.start_byte : named.end_byte]
    return ""


def _whole(text: str, language: str) -> str:
    """Return as many of the tests as can be read, from the first on; "" where none can."""
    lines = text.rstrip().split("\n")
    n_cut = 0
    while lines:
        candidate = "\n".join(lines).rstrip() + "\n"
        tree = parse(candidate, language)
        error = python_error(candidate) if language == "python" else None
        if error is None and (tree is None or not tree.n_errors):
            return candidate
        n_cut += 1  # an answer that ran out of tokens ends within a line, else within a part
        lines = lines[:-1] if n_cut <= MOST_CUT else lines[: _last_start(tree, lines)]
    return ""


def _tidied(text: str) -> str:
    """Leave out what we opened the file with and the tests do not need, and gaps."""
    unused = OPENINGS["pytest"]
    text = text.removeprefix(unused) if "pytest." not in text else text
    return GAP.sub("\n\n\n", text)


def _last_start(tree: Tree | None, lines: list[str]) -> int:
    """Return the line at which the last part begins that stands at the left edge."""
    starts = [n for n, line in enumerate(lines) if n and line[:1].strip() and line[0] not in ")}]"]
    return starts[-1] if starts and tree is not None else 0


def _strange(doc: Document, path: str, text: str) -> str:
    """Return a name that the tests use and nobody defines."""
    if doc.language != "python":
        return ""
    empty = replace(doc, text="", path=path)
    unknown = names.unknown(empty, 0, text)
    return unknown[0] if unknown else ""
