"""The user's prompt files, read again only when one has changed: twenty take as long as a list."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from lsp_local.userprompts.files import BadFile, PromptFile, load


class OwnPrompts:
    """Invariant: what is returned is what `files.load` would return now."""

    def __init__(self) -> None:
        self._stamp: tuple[object, ...] = ()
        self._found: tuple[list[PromptFile], list[BadFile]] = ([], [])

    def load(self, folders: Sequence[Path]) -> tuple[list[PromptFile], list[BadFile]]:
        """Return the prompt files, and those that are not used."""
        stamp = tuple(_stamps(folders))
        if stamp != self._stamp:
            self._found = load(folders)
            self._stamp = stamp
        return self._found


def _stamps(folders: Sequence[Path]) -> Iterator[object]:
    """Yield what differs when a file has changed, come or gone."""
    for folder in folders:
        yield folder
        try:
            with os.scandir(folder) as entries:
                yield from sorted(_stamp(one) for one in entries if one.name[-3:].lower() == ".md")
        except (OSError, ValueError) as error:
            yield type(error)


def _stamp(entry: os.DirEntry[str]) -> tuple[str, int, int, int, int]:
    try:
        found = entry.stat()
    except OSError:  # a link to nothing
        return entry.name, 0, 0, 0, 0
    return entry.name, found.st_ino, found.st_mtime_ns, found.st_size, found.st_mode
