"""Folders that the user names, and the options set for one: `[workspace."/folder"]` in the file."""

from collections.abc import Mapping
from pathlib import Path

BY_FOLDER = "workspace"


def chosen_for(
    workspace: Path | None, tables: object, source: str, problems: list[str]
) -> list[tuple[str, object]]:
    """Return the tables for the folder `workspace` and those above it, the outermost first.

    What is no table, or not of an absolute folder, is a sentence in `problems`.
    """
    if not isinstance(tables, Mapping):
        problems.append(f'{source}: write `[{BY_FOLDER}."/folder"]` above the options of a folder')
        return []
    place = resolved(workspace) if workspace is not None else None
    found: list[tuple[int, str, object]] = []
    for named, options in tables.items():
        folder = folder_named(named)
        if folder is None:
            problems.append(
                f"{source}: `[{BY_FOLDER}.{named[:60]!r}]` must name an absolute folder, or one "
                "that begins with `~`"
            )
        elif place is not None and place.is_relative_to(folder):
            found.append((len(folder.parts), named, options))
    return [(named, options) for _, named, options in sorted(found, key=lambda one: one[0])]


def folder_named(entry: str) -> Path | None:
    """Return the folder that an entry of the user's names, None where it names none."""
    try:
        path = Path(entry).expanduser()
    except RuntimeError:  # there is no such user, or no home
        return None
    # A relative path would mean another folder in each process.
    return resolved(path) if path.is_absolute() else None


def resolved(path: Path) -> Path | None:
    """Return where a path leads once all links are followed, None where that is nowhere."""
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError):  # a loop of links, a name that cannot be
        return None
