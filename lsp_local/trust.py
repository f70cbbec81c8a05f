"""Which folders the user vouches for: only there are prompts and rules of a workspace read."""

from pathlib import Path

from lsp_local.options import Options
from lsp_local.workspaces import folder_named, resolved


def is_trusted(options: Options, folder: Path) -> bool:
    """Whether `folder` is one of the user's trusted folders, or below one.

    Symlinks are followed first, in both: a link below a trusted folder is as good as its target.
    """
    place = resolved(folder)
    if place is None:
        return False
    trusted = (folder_named(entry) for entry in options.trusted_folders)
    # `is_relative_to` compares whole names: /a/bc is not below /a/b.
    return any(root is not None and place.is_relative_to(root) for root in trusted)
