"""Options that the user has set for one folder, in a table `[workspace."/folder"]` of the file."""

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
    place = _resolved(workspace) if workspace is not None else None
    found: list[tuple[int, str, object]] = []
    for named, options in tables.items():
        folder = _named(named)
        if folder is None:
            problems.append(
                f"{source}: `[{BY_FOLDER}.{named[:60]!r}]` must name an absolute folder, or one "
                "that begins with `~`"
            )
        elif place is not None and place.is_relative_to(folder):
            found.append((len(folder.parts), named, options))
    return [(named, options) for _, named, options in sorted(found, key=lambda one: one[0])]


def _named(entry: str) -> Path | None:
    """Return the folder that a key names, None where it names none."""
    try:
        path = Path(entry).expanduser()
    except RuntimeError:  # there is no such user, or no home
        return None
    return _resolved(path) if path.is_absolute() else None


def _resolved(path: Path) -> Path | None:
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError):  # a loop of links, a name that cannot be
        return None
