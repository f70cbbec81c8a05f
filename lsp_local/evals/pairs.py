"""A folder of files with mistakes beside a folder of the same files without them."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lsp_local.evals.mistakes import Subject, changed_line, mistake, window
from lsp_local.evals.suspecting import looked_at
from lsp_local.lint.walking import Notice, root_of, source, targets
from lsp_local.privacy import hidden
from lsp_local.text import Document, UserError

KIND = "pair"


@dataclass(frozen=True, slots=True)
class Pairs:
    """The pairs to look at, and why others are left out: how many for each reason."""

    subjects: tuple[Subject, ...]
    left_out: dict[str, int]


def load(
    buggy: Path, fixed: Path, exclude: Sequence[str], n_functions: int, seed: int, notice: Notice
) -> Pairs:
    """Pair the files of two folders by their relative paths. Raises UserError without a pair.

    Of each corrected file at most `n_functions` are looked at, that of the mistake among them.
    """
    for folder in (buggy, fixed):
        if not folder.is_dir():
            raise UserError(f"{folder} is no folder; `--fixed` takes one, and DATA is one then")
    root = root_of([buggy])
    full = buggy.resolve()
    found: list[Subject] = []
    left_out = {"no_partner": 0, "equal": 0, "not_one_line": 0, "not_in_a_function": 0}
    for name in targets(root, [buggy], exclude, notice):
        relative = (root / name).relative_to(full).as_posix()
        if not (fixed / relative).is_file():
            left_out["no_partner"] += 1
            continue
        wrong = _document(full, relative, notice)
        right = _document(fixed.resolve(), relative, notice)
        if wrong is None or right is None:
            continue
        one = _subject(right, wrong, n_functions, random.Random(f"{seed} {relative}"))
        if isinstance(one, str):
            left_out[one] += 1
        else:
            found.append(one)
    if not found:
        reasons = ", ".join(f"{n} {why.replace('_', ' ')}" for why, n in left_out.items() if n)
        raise UserError(
            f"no file in {buggy} differs in one line of a function from that in {fixed}"
            + (f" ({reasons})" if reasons else "")
        )
    return Pairs(tuple(found), left_out)


def drawn(subjects: Sequence[Subject], limit: int, seed: int) -> list[Subject]:
    """Return at most `limit` pairs, 0 takes all, in random order."""
    found = random.Random(seed).sample(subjects, len(subjects))
    return found[:limit] if limit else found


def _document(folder: Path, relative: str, notice: Notice) -> Document | None:
    read = source(folder, relative, notice)
    return None if read is None else replace(read.doc, text=hidden(read.doc.text))


def _subject(
    right: Document, wrong: Document, n_functions: int, rng: random.Random
) -> Subject | str:
    """Return a pair, or why it is left out."""
    if right.text.rstrip() == wrong.text.rstrip():
        return "equal"
    if changed_line(right.text, wrong.text) is None:
        return "not_one_line"
    # Both are read as the same file, so that nothing but the line tells them apart.
    made = mistake(KIND, right, replace(right, text=wrong.text))
    if made is None:
        return "not_in_a_function"
    functions = looked_at(right)
    looked = window(len(functions), n_functions, rng, made.n)
    chosen = tuple(functions[n] for n in looked)
    return Subject(right, chosen, looked.start, len(functions), (made,))
