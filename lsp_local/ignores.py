"""Which files of a project may be read as context."""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from pathspec import GitIgnoreSpec

from lsp_local.options import NEVER, is_excluded
from lsp_local.plain import content

MOST_FILES = 50_000
MOST_BYTES = 512 * 1024  # of a file; what is larger was not written by hand
MOST_RULES_BYTES = 256 * 1024  # of a file of rules
# Written by programs: long, and like everything.
GENERATED = re.compile(r"[.-]min\.\w+$|(^|/)(pnpm-lock\.yaml|[\w.-]*\.lock)$")
IGNORE_FILES = (".gitignore", ".lsp-local-ignore")

FOLDERS = frozenset(
    {".git", ".hg", ".svn", "node_modules", "__pycache__", ".venv", "venv", ".tox", ".mypy_cache"}
)


class Ignores:
    """The ignore rules of the project at `root`: git's own, `.lsp-local-ignore`, and `exclude`."""

    def __init__(self, root: Path, exclude: Sequence[str] = ()) -> None:
        self._root = root
        self._exclude = (*NEVER, *exclude)
        self._specs: dict[str, list[GitIgnoreSpec]] = {}

    def is_ignored(self, path: str) -> bool:
        """Whether a file must not be read. `path` is relative to the root, with slashes."""
        if self.is_private(path):
            return True
        folders = path.split("/")[:-1]
        parents = ["/".join(folders[:n]) for n in range(len(folders) + 1)]
        if any(name in FOLDERS for name in folders):
            return True
        return any(self._matches(parent + "/") for parent in parents[1:]) or self._matches(path)

    def is_private(self, path: str) -> bool:
        """Whether nothing may ever read a file, not even when it is named."""
        return is_excluded(self._exclude, path)

    def is_private_here(self, path: str) -> bool:
        """Tell the same of a file that is named, of which the folders above count, too."""
        return self.is_private(path) or self.is_private(f"{self._root.as_posix()}/{path}")

    def files(
        self,
        below: str = "",
        most_bytes: float = MOST_BYTES,
        most_files: float = MOST_FILES,
        on_error: Callable[[str, OSError], None] = lambda *_: None,
    ) -> Iterator[str]:
        """Yield the paths of the files that may be read, in the order of their names.

        `below` is the folder in which it begins. Folders that cannot be read go to `on_error`.
        """
        n_files = 0
        waiting = [below]
        while waiting:
            folder = waiting.pop()
            folders = []
            for entry in self._entries(folder, on_error):
                path = f"{folder}/{entry.name}".lstrip("/")
                if entry.is_dir(follow_symlinks=False):
                    if entry.name not in FOLDERS and not self._matches(path + "/"):
                        folders.append(path)
                elif self._is_readable(entry, path, most_bytes):
                    n_files += 1
                    if n_files > most_files:
                        return
                    yield path
            waiting += reversed(folders)

    def _entries(
        self, folder: str, on_error: Callable[[str, OSError], None]
    ) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(self._root / folder) as entries:
                return sorted(entries, key=lambda entry: entry.name)
        except OSError as error:  # gone meanwhile, or not ours to read
            on_error(folder, error)
            return []

    def _is_readable(self, entry: os.DirEntry[str], path: str, most_bytes: float) -> bool:
        try:
            if not entry.is_file(follow_symlinks=False) or entry.stat().st_size > most_bytes:
                return False
        except OSError:
            return False
        return not self.is_private(path) and not self._matches(path)

    def _matches(self, path: str) -> bool:
        """Whether the rules of the folders above `path` ignore it; the nearest rule decides."""
        folders = path.rstrip("/").split("/")[:-1]
        is_ignored = False
        for n in range(len(folders) + 1):
            folder = "/".join(folders[:n])
            inside = path[len(folder) + 1 :] if folder else path
            for spec in self._specs_of(folder):
                found = spec.check_file(inside).include
                is_ignored = is_ignored if found is None else found
        return is_ignored

    def _specs_of(self, folder: str) -> list[GitIgnoreSpec]:
        if folder not in self._specs:
            names = [*IGNORE_FILES, *([] if folder else [".git/info/exclude"])]
            texts = [_read(self._root / folder / name) for name in names]
            self._specs[folder] = [
                GitIgnoreSpec.from_lines(text.splitlines()) for text in texts if text
            ]
        return self._specs[folder]


def _read(path: Path) -> str:
    # As for git, a link is no such file.
    return (content(path, MOST_RULES_BYTES) or b"").decode(errors="replace")
