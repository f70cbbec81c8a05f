"""Which traces `lsp-local bench typing` replays: what its arguments name."""

import textwrap
from collections.abc import Sequence
from pathlib import Path

from lsp_local.cli.places import document, project_root
from lsp_local.evals.commits import typed_commit
from lsp_local.evals.recorded import recorded_session
from lsp_local.evals.traces import Trace
from lsp_local.evals.typed_file import typed_file
from lsp_local.languages import language_of
from lsp_local.text import UserError


def chosen_traces(
    files: Sequence[Path], commit: str, folder: Path, seconds: float, seed: int
) -> list[Trace]:
    """Make the traces; their documents stand below `folder`, each project in its own.

    With a commit, a file only tells the repository. Raises UserError.
    """
    if commit:
        where = files[0] if files else Path.cwd()
        if not where.exists():
            raise UserError(f"there is no {where}")
        inside = project_root((where / "x" if where.is_dir() else where).resolve())
        return [typed_commit(inside, commit, folder / inside.name, language_of, seconds, seed)]
    named = files or [Path(textwrap.__file__)]
    return [_trace(file, folder / str(n), seconds, seed) for n, file in enumerate(named)]


def _trace(file: Path, folder: Path, seconds: float, seed: int) -> Trace:
    doc, root = document(file)
    if file.suffix == ".json":
        session = recorded_session(doc.text, file.stem, folder, language_of, seconds)
        if session is not None:
            return session
    return typed_file(doc, folder / root.name, seconds, seed)
