"""A trace of a git commit: its added lines are typed where they went, file by file."""

import subprocess
from collections.abc import Callable
from difflib import SequenceMatcher
from pathlib import Path

from lsp_local.evals.rhythm import Rhythm
from lsp_local.evals.traces import Trace, Typist
from lsp_local.text import Document, UserError

EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"  # what git calls no files at all
LanguageOf = Callable[[str], str]


def typed_commit(
    repository: Path, rev: str, root: Path, language_of: LanguageOf, seconds: float, seed: int
) -> Trace:
    """Type what `rev` added to each file, about `seconds` in all. Raises UserError."""
    commit = _git(repository, "rev-parse", "--verify", "--end-of-options", f"{rev}^{{commit}}")
    top = Path(_git(repository, "rev-parse", "--show-toplevel").strip())
    before = _parent(top, commit.strip())
    typist = Typist(Rhythm(f"{seed} {commit.strip()}"))
    paths = _changed_paths(top, before, commit.strip())
    for n, path in enumerate(paths):
        old, new = (_text(top, tree, path) for tree in (before, commit.strip()))
        if old is None or new is None:
            continue
        # Each file gets an equal part of the time that is left.
        until = typist.seconds + (seconds - typist.seconds) / (len(paths) - n)
        doc = Document((root / path).as_uri(), path, root.name, language_of(path), old, 1)
        type_changes(typist, doc, new, until)
        if typist.seconds >= seconds:
            break
    if not typist.steps:
        raise UserError(f"{rev} adds no lines of text")
    return Trace(f"{root.name} {commit[:10]}", root, tuple(typist.steps))


def type_changes(typist: Typist, doc: Document, new: str, until: float) -> None:
    """Turn the text of `doc` into `new` from top to bottom, line by line, while there is time."""
    old_lines, new_lines = doc.text.split("\n"), new.split("\n")
    matcher = SequenceMatcher(None, old_lines, new_lines, autojunk=False)
    is_open = False
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            continue
        if not is_open:
            typist.open(doc)
            is_open = True
        # What stands above is as in `new` already. A line begins with the line end before it,
        # except at the top of the file, where it has its own behind it.
        typist.move(len("\n".join(new_lines[:j1])))
        is_top = j1 == 0
        removed, added = old_lines[i1:i2], new_lines[j1:j2]
        is_all = is_top and i2 == len(old_lines)
        n_removed = sum(len(line) + 1 for line in removed) - is_all
        if n_removed > 0:
            typist.cut(n_removed)
        for n, line in enumerate(added):
            is_last = n == len(added) - 1
            typist.type(line + "\n" * (not (is_all and is_last)) if is_top else "\n" + line)
            if typist.seconds >= until:
                return


def _parent(top: Path, commit: str) -> str:
    parents = _git(top, "rev-list", "--parents", "-n", "1", commit).split()[1:]
    return parents[0] if parents else EMPTY_TREE


def _changed_paths(top: Path, before: str, after: str) -> list[str]:
    """Return the text files with added lines, in git's order."""
    listed = _git(top, "diff", "--numstat", "-z", "--no-renames", before, after)
    rows = (row.split("\t", 2) for row in listed.split("\0") if row)
    return [path for n_added, _, path in rows if n_added not in ("-", "0")]


def _text(top: Path, tree: str, path: str) -> str | None:
    """Return a file's text, "" where it is not in `tree`, None where it is no UTF-8 text."""
    shown = subprocess.run(
        ["git", "-C", str(top), "show", f"{tree}:{path}"], capture_output=True, check=False
    )
    if shown.returncode:
        return ""
    try:
        return shown.stdout.decode()
    except UnicodeDecodeError:
        return None


def _git(folder: Path, *arguments: str) -> str:
    try:
        ran = subprocess.run(
            ["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        raise UserError("`--commit` needs git, which is not installed") from None
    if ran.returncode:
        raise UserError(f"git in {folder}: {ran.stderr.strip() or 'no such commit'}")
    return ran.stdout
