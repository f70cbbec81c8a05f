"""What is known of a project beside its code: which files there are, what names its tools."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from lsp_local.ignores import Ignores
from lsp_local.plain import content

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
    return (content(path, MOST_BYTES) or b"").decode(errors="replace")
