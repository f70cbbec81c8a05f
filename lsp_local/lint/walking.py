"""Which files lint looks at, and what is in them."""

import os
import stat
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path

from lsp_local.ignores import GENERATED, Ignores
from lsp_local.languages import language_of
from lsp_local.text import Document, UserError

Notice = Callable[[str], None]

MOST_BYTES = 1_000_000  # of a file; what is larger was not written by hand
N_PROBED = 8000  # bytes in which a binary file shows itself, as for git
MARKERS = ("pyproject.toml", "package.json", "go.mod", "Cargo.toml")
LANGUAGES = frozenset(
    {
        *("python", "javascript", "javascriptreact", "typescript", "typescriptreact"),
        *("go", "rust", "java", "c", "cpp"),
    }
)


@dataclass(frozen=True, slots=True)
class Source:
    """A file as it was read: `raw` is all of its bytes, `doc.text` without a byte order mark."""

    doc: Document
    raw: bytes
    file: Path


def root_of(paths: Sequence[Path]) -> Path:
    """Return the folder from which findings count their paths: a repository, a project, or less.

    It holds all `paths`. Raises UserError for a path that leads nowhere, or where none may look.
    """
    for path in paths:
        _check(path)
    full = [_absolute(path) for path in paths]
    folders = [path if path.is_dir() else path.parent for path in full]
    try:
        common = Path(os.path.commonpath(folders))
    except ValueError:  # Windows: on two drives
        raise UserError("the paths have no folder in common; lint them one by one") from None
    above = (common, *common.parents)
    repositories = (up for up in above if os.path.lexists(up / ".git"))
    projects = (up for up in above if any(_is_file(up / marker) for marker in MARKERS))
    return next(repositories, next(projects, common))


def targets(root: Path, paths: Sequence[Path], exclude: Sequence[str], notice: Notice) -> list[str]:
    """Return the paths of the files to look at, relative to `root`, sorted, each once.

    In folders, ignored files are left out; a file that is named is taken, unless it is private.
    """
    ignores = Ignores(root, exclude)
    found: set[str] = set()
    for path in paths:
        relative = _absolute(path).relative_to(root).as_posix()
        if path.is_dir():
            below = "" if relative == "." else relative
            found.update(_walked(ignores, below, notice))
        elif _is_wanted(root, ignores, relative, notice):
            found.add(relative)
    return sorted(found)


def chosen(
    root: Path, paths: Sequence[Path], exclude: Sequence[str], changed: Collection[str]
) -> list[str]:
    """Return which of the changed files are to be looked at: below `paths`, and not ignored."""
    ignores = Ignores(root, exclude)
    roots = [_absolute(path).relative_to(root).as_posix() for path in paths]
    return sorted(
        one
        for one in changed
        if language_of(one) in LANGUAGES
        and not ignores.is_ignored(one)
        and any(up in (".", one) or one.startswith(f"{up}/") for up in roots)
    )


def source(root: Path, path: str, notice: Notice, raw: bytes | None = None) -> Source | None:
    """Read a file, or take the bytes that are its; None, and a sentence, where it is no text."""
    try:
        content = _bytes_of(root / path) if raw is None else raw
    except OSError as error:
        notice(f"cannot read {path}: {error.strerror}; it is left out")
        return None
    if len(content) > MOST_BYTES:
        notice(f"{path} has more than {MOST_BYTES:,} bytes; it is left out")
        return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = None
    if text is None or b"\0" in content[:N_PROBED]:
        notice(f"{path} is binary, or not UTF-8; it is left out")
        return None
    uri = (root / path).as_uri()
    return Source(Document(uri, path, root.name, language_of(path), text), content, root / path)


def _check(path: Path) -> None:
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        raise UserError(f"there is no {path}; give the paths of files or folders") from None
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}") from None


def _is_file(path: Path) -> bool:
    """Whether there is a file; the method of Path raises in a folder without rights."""
    try:
        return path.is_file()
    except OSError:
        return False


def _walked(ignores: Ignores, below: str, notice: Notice) -> Iterator[str]:
    def on_error(folder: str, error: OSError) -> None:
        notice(f"cannot read the folder {folder or '.'}: {error.strerror}; it is left out")

    for path in ignores.files(below, inf, inf, on_error):
        if language_of(path) in LANGUAGES and not GENERATED.search(path):
            yield path


def _is_wanted(root: Path, ignores: Ignores, path: str, notice: Notice) -> bool:
    """Whether a file that is named may be looked at; a sentence where it may not."""
    if ignores.is_private_here(path):
        notice(f"{path} is private (`exclude`); it is left out")
    elif language_of(path) not in LANGUAGES:
        notice(f"{path} is in no language that lint knows; it is left out")
    elif not Path(os.path.realpath(root / path)).is_relative_to(os.path.realpath(root)):
        notice(f"{path} leads out of {root.name}; it is left out")
    else:
        return True
    return False


def _bytes_of(path: Path) -> bytes:
    """Return no more than one byte too many of a plain file. Raises OSError."""
    if not stat.S_ISREG(path.stat().st_mode):
        raise OSError(0, "not a plain file")  # a pipe would never end
    with path.open("rb") as stream:
        return stream.read(MOST_BYTES + 1)


def _absolute(path: Path) -> Path:
    """Return the full path without links, but for the last part of a file's."""
    return path.resolve() if path.is_dir() else path.parent.resolve() / path.name
