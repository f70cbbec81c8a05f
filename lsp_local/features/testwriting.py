"""Tests for a function: the model writes them, into a file where the project keeps such."""

import posixpath
from collections.abc import Collection
from dataclasses import dataclass, replace

from lsp_local import names, privacy, testfiles
from lsp_local.answers import code_in
from lsp_local.engine.base import ChatEngine, OnText
from lsp_local.features.instruct import FENCE, Question, ask
from lsp_local.features.resolved import NO_SAFE_EDIT, NewFile, Resolved
from lsp_local.functions import Function
from lsp_local.keeping import python_error
from lsp_local.text import Document
from lsp_local.trees import Tree, parse

N_TESTS = 320  # tokens
TASK = (
    "Write tests for `{name}` with {framework}: two or three short test functions, each for one "
    "case, among them an edge case. {reached}"
)
OPENINGS = {
    "pytest": "import pytest\n\n",
    "unittest": "import unittest\n\n",
    "vitest": 'import { describe, expect, it } from "vitest";\n',
    "node:test": 'import assert from "node:assert/strict";\nimport { test } from "node:test";\n',
}


@dataclass(frozen=True, slots=True)
class Project:
    """What is known of a project: the paths of its files, and texts that name its test tools."""

    paths: Collection[str] = ()
    manifests: tuple[str, ...] = ()


NO_PROJECT = Project()


async def write_tests(
    engine: ChatEngine,
    doc: Document,
    function: Function,
    project: Project,
    on_text: OnText = lambda _text: None,
) -> Resolved:
    """Return a new file with tests of `function`; one that exists is never touched.

    Raises EngineError and UserError as `instruct.ask` does.
    """
    path = _free(testfiles.test_place(doc.path, doc.language, project.paths), function, project)
    if path == doc.path:
        return Resolved(problem="tests of this language stand in the file itself; write them there")
    tool = testfiles.framework(doc.language, project.paths, project.manifests)
    reached = testfiles.import_line(
        function.name, doc.path, doc.language, path, project.paths, doc.text
    )
    opening = OPENINGS.get(tool, "")
    opening += f"{reached}\n\n\n" if reached else ""
    if doc.language == "go":
        opening = _go_opening(doc)
    code = privacy.shown(doc.text, function.start, function.end)
    shown = f"{FENCE}{doc.language}\n{code}\n{FENCE}"
    said = f"It is imported by `{reached}`." if reached else ""
    task = TASK.format(name=function.name, framework=tool or doc.language, reached=said)
    asked = Question(
        f"{shown}\n\n{task}",
        N_TESTS,
        opening=f"{FENCE}{doc.language}\n{opening}",
        until=f"\n{FENCE}",
    )
    text = code_in(await ask(engine, asked, on_text), doc.language)
    found = _whole(text, doc.language)
    if function.name not in found.removeprefix(opening.rstrip()):
        return Resolved(problem=f"{NO_SAFE_EDIT}: the model wrote no test that can be read")
    strange = _strange(doc, path, found)
    if strange:
        return Resolved(problem=f"{NO_SAFE_EDIT}: `{strange}` is not defined anywhere")
    return Resolved(new_file=NewFile(path, found))


def _go_opening(doc: Document) -> str:
    package = next((line for line in doc.text.split("\n") if line.startswith("package ")), "")
    return f'{package or "package main"}\n\nimport "testing"\n\n'


def _free(path: str, function: Function, project: Project) -> str:
    """Return `path`, or a name beside it that no file of the project has."""
    if path not in project.paths:
        return path
    folder, base = posixpath.split(path)
    stem, dot, ending = base.partition(".")
    if stem.endswith("_test"):
        stem = f"{stem.removesuffix('_test')}_{function.name}_test"
    else:
        stem = f"{stem}_{function.name}"
    return posixpath.join(folder, f"{stem}{dot}{ending}")


def _whole(text: str, language: str) -> str:
    """Return as many of the tests as can be read, from the first on; "" where none can."""
    lines = text.rstrip().split("\n")
    while lines:
        candidate = "\n".join(lines) + "\n"
        tree = parse(candidate, language)
        error = python_error(candidate) if language == "python" else None
        if error is None and (tree is None or not tree.n_errors):
            return candidate
        lines = lines[: _last_start(tree, lines)]
    return ""


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
