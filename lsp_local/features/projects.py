"""What is known of a project beside its code: which files there are, what names its tools."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from lsp_local.ignores import Ignores

MANIFESTS = ("pyproject.toml", "package.json", "requirements.txt", "Cargo.toml")
MOST_BYTES = 100_000  # of a manifest


@dataclass(frozen=True, slots=True)
class Project:
    """The paths of a project's files, relative to it, and texts that name its test tools."""

    paths: Collection[str] = ()
    manifests: tuple[str, ...] = ()


NO_PROJECT = Project()


def project_at(root: Path, exclude: Sequence[str] = ()) -> Project:
    """Look at the files of a project; takes up to a second where there are many."""
    texts = (_text(root / name) for name in MANIFESTS)
    return Project(frozenset(Ignores(root, exclude).files()), tuple(text for text in texts if text))


def _text(path: Path) -> str:
    try:
        if not path.is_file():  # reading a pipe would never end
            return ""
        with path.open("rb") as stream:
            return stream.read(MOST_BYTES).decode(errors="replace")
    except OSError:
        return ""
