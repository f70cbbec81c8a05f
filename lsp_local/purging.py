"""Erasing what was kept of a project, or of all: every file, and what is left is said."""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from lsp_local import folders
from lsp_local.folders import project_key
from lsp_local.ignores import FOLDERS
from lsp_local.memory.store import Store
from lsp_local.text import UserError

# What holds pieces of all projects and says of none whose it is: all of it goes.
SHARED = (
    folders.states_dir,
    folders.completions_dir,
    folders.explanations_dir,
    folders.lint_dir,
)
OF_PROJECTS = (folders.indexes_dir, folders.memory_dir)  # files named by the project's key
NUMBERS = (folders.stats_dir,)  # by day, model and language; no project is in them
MOST_FOLDERS = 50_000  # below a project that may be projects, too


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be erased: files and the contents of folders; `n_bytes` is their size.

    `inside` are memories of projects around, from which what is below a folder is erased.
    """

    files: tuple[Path, ...]
    inside: tuple[tuple[Path, str], ...] = ()

    @property
    def n_bytes(self) -> int:
        """Return the size of the files."""
        return sum(_size(path) for path in self.files)


def everything(logs: Iterable[str] = ()) -> Target:
    """Return all that was ever kept, of all projects, but models and settings."""
    stores = (*SHARED, *OF_PROJECTS, *NUMBERS)
    files = [path for store in stores for path in _files_in(store())]
    return Target(tuple(dict.fromkeys([*files, *_logs(logs)])))


def of_project(root: Path, logs: Iterable[str] = ()) -> Target:
    """Return what was kept of the project at `root`, of those in it, and in part of those around.

    Where nothing says which project a piece is of, it is the pieces of all.
    """
    files = [path for store in SHARED for path in _files_in(store())]
    inside: list[tuple[Path, str]] = []
    for folder in [root, *_folders_below(root)]:
        files += [path for store in OF_PROJECTS for path in _of_key(store(), project_key(folder))]
    for folder in root.parents:
        key = project_key(folder)
        files += _of_key(folders.indexes_dir(), key)
        memory = folders.memory_dir() / f"{key}.sqlite"
        files += [path for path in _of_key(memory.parent, key) if path.suffix == ".set-aside"]
        if memory.exists():
            inside.append((memory, f"{root.relative_to(folder).as_posix()}/"))
    return Target(tuple(dict.fromkeys([*files, *_logs(logs)])), tuple(inside))


def erase(target: Target) -> list[Path]:
    """Erase it; return the files that could not be erased. Call it again: a server may be slow."""
    for path in target.files:
        with suppress(OSError):
            path.unlink(missing_ok=True)
    for place in (*SHARED, *OF_PROJECTS, *NUMBERS):
        _remove_empty(place())
    left = [path for path in target.files if os.path.lexists(path)]
    for memory, start in target.inside:
        store = Store(memory).insisting()
        try:
            found = store.observations()
            store.forget([one.id for one in found if _is_below(one.path, one.was, start)])
        except UserError:
            left.append(memory)
    return left


def _is_below(path: str, others: str, start: str) -> bool:
    return any(one.startswith(start) for one in (path, *others.split("\n")))


def _folders_below(root: Path) -> Iterator[Path]:
    n_folders = 0
    for top, names, _ in os.walk(root):
        names[:] = [name for name in names if name not in FOLDERS]
        for name in names:
            n_folders += 1
            if n_folders > MOST_FOLDERS:
                return
            yield Path(top) / name


def _of_key(folder: Path, key: str) -> list[Path]:
    """Return the files of one project in a folder, with those that SQLite puts beside them."""
    return [] if folder.is_symlink() else sorted(folder.glob(f"{key}*"))


def _files_in(folder: Path) -> Iterator[Path]:
    if folder.is_symlink():  # what is behind it is not ours
        yield folder
        return
    for top, names, files in os.walk(folder):
        links = [name for name in names if (Path(top) / name).is_symlink()]
        yield from (Path(top) / name for name in sorted([*files, *links]))


def _logs(names: Iterable[str]) -> list[Path]:
    found = [folders.worker_log(), *(Path(name).expanduser() for name in names if name)]
    return [path for path in found if path.is_file() and not path.is_symlink()]


def _remove_empty(folder: Path) -> None:
    if folder.is_symlink():
        return
    for top, names, _ in os.walk(folder, topdown=False):
        for name in names:
            with suppress(OSError):
                (Path(top) / name).rmdir()


def _size(path: Path) -> int:
    with suppress(OSError):
        return path.lstat().st_size
    return 0
