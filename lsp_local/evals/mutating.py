"""Makes mistakes in the files of a repository: one in a function, at seeded places."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lsp_local.actions.functions import Function
from lsp_local.actions.testfiles import is_test
from lsp_local.evals.mistakes import Mistake, Subject, mistake, window
from lsp_local.evals.mutations import KINDS, Mutation, mutations
from lsp_local.evals.suspecting import looked_at
from lsp_local.lint.walking import Notice, root_of, source, targets
from lsp_local.parsecheck import python_error
from lsp_local.privacy import hidden
from lsp_local.text import Document, UserError
from lsp_local.trees import Tree, parse
from lsp_local.verify.meaning import means_the_same
from lsp_local.verify.minimal import applied

MOST_TRIED = 20  # mutations of one kind in a function, of which none may do


@dataclass(frozen=True, slots=True)
class Choice:
    """How many mistakes are made, 0 for all, in how many functions of a file, and where."""

    limit: int
    n_functions: int
    seed: int
    with_tests: bool = False


@dataclass(frozen=True, slots=True)
class _Opened:
    doc: Document
    looked: range
    functions: Sequence[Function]
    mistakes: Iterator[Mistake]
    made: list[Mistake]


def subjects(
    paths: Sequence[Path], exclude: Sequence[str], choice: Choice, notice: Notice
) -> list[Subject]:
    """Return files with mistakes: of all files one first, then of all a second one.

    Raises UserError where there is nothing to make a mistake in.
    """
    root = root_of(paths)
    names = targets(root, paths, exclude, notice)
    random.Random(choice.seed).shuffle(names)
    opened: list[_Opened] = []
    n_made = 0
    for name in names:
        if choice.limit and n_made >= choice.limit:
            break
        one = _opened(root, name, choice, notice)
        if one is not None:
            opened.append(one)
            n_made += 1
    _fill(opened, choice.limit)
    if not opened:
        raise UserError(
            "no function was found to make a mistake in: ignored files are left out, and tests "
            "without `--tests`"
        )
    return [_subject(one) for one in opened]


def mutant(doc: Document, tree: Tree, function: Function, rng: random.Random) -> Mistake | None:
    """Make one mistake in a function: the kind is drawn first, then the place."""
    by_kind: dict[str, list[Mutation]] = {kind: [] for kind in KINDS}
    for one in mutations(tree, function):
        by_kind[one.kind].append(one)
    kinds = [kind for kind in KINDS if by_kind[kind]]
    rng.shuffle(kinds)
    for kind in kinds:
        found = by_kind[kind]
        for one in rng.sample(found, min(MOST_TRIED, len(found))):
            made = _made(doc, tree, function, one)
            if made is not None:
                return made
    return None


def _made(doc: Document, tree: Tree, function: Function, mutation: Mutation) -> Mistake | None:
    """Return the mistake that a mutation makes; None unless it parses and does something else."""
    edits = (mutation.edit,)
    wrong = replace(doc, text=applied(doc.text, edits))
    changed = parse(wrong.text, doc.language)
    if changed is None or changed.n_errors > tree.n_errors:
        return None
    if doc.language == "python" and python_error(wrong.text) is not None:
        return None
    if means_the_same(doc, function.start, function.end, edits):
        return None
    return mistake(mutation.kind, doc, wrong)


def _opened(root: Path, name: str, choice: Choice, notice: Notice) -> _Opened | None:
    """Return a file in which at least one mistake can be made."""
    read = source(root, name, notice)
    if read is None or (is_test(name, read.doc.language) and not choice.with_tests):
        return None
    doc = replace(read.doc, text=hidden(read.doc.text))
    tree = parse(doc.text, doc.language)
    functions = looked_at(doc)
    if tree is None or not functions:
        return None
    if doc.language == "python" and python_error(doc.text) is not None:
        return None
    rng = random.Random(f"{choice.seed} {name}")
    looked = window(len(functions), choice.n_functions, rng)
    mistakes = _mistakes(doc, tree, [functions[n] for n in looked], rng)
    first = next(mistakes, None)
    return None if first is None else _Opened(doc, looked, functions, mistakes, [first])


def _mistakes(
    doc: Document, tree: Tree, functions: list[Function], rng: random.Random
) -> Iterator[Mistake]:
    for function in rng.sample(functions, len(functions)):
        made = None if function.node.has_error else mutant(doc, tree, function, rng)
        if made is not None:
            yield made


def _fill(opened: Sequence[_Opened], limit: int) -> None:
    """Make one more mistake in each file in turn, until there are enough or no more."""
    n_made = len(opened)
    waiting = list(opened)
    while waiting and not (limit and n_made >= limit):
        one = waiting.pop(0)
        made = next(one.mistakes, None)
        if made is not None:
            one.made.append(made)
            waiting.append(one)
            n_made += 1


def _subject(one: _Opened) -> Subject:
    functions = tuple(one.functions[n] for n in one.looked)
    return Subject(one.doc, functions, one.looked.start, len(one.functions), tuple(one.made))
