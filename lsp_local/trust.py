"""Which folders the user vouches for: only there are prompts and rules of a workspace read."""

from pathlib import Path

from lsp_local.options import Options


def is_trusted(options: Options, folder: Path) -> bool:
    """Whether `folder` is one of the user's trusted folders, or below one.

    Symlinks are followed first, in both: a link below a trusted folder is as good as its target.
    """
    place = _resolved(folder)
    if place is None:
        return False
    trusted = (_named(entry) for entry in options.trusted_folders)
    # `is_relative_to` compares whole names: /a/bc is not below /a/b.
    return any(root is not None and place.is_relative_to(root) for root in trusted)


def _named(entry: str) -> Path | None:
    """Return the folder that an entry of the option names, None where it names none."""
    try:
        path = Path(entry).expanduser()
    except RuntimeError:  # there is no such user, or no home
        return None
    # A relative path would mean another folder in each process.
    return _resolved(path) if path.is_absolute() else None


def _resolved(path: Path) -> Path | None:
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError):  # a loop of links, a name that cannot be
        return None
