"""`lsp-local bench index`: what the index of a project costs, and how soon it answers."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer

from lsp_local.cli.choices import AsJson
from lsp_local.cli.printing import say
from lsp_local.cli.waiting import waiting
from lsp_local.evals import indexing


def bench_index(
    folder: Annotated[Path, typer.Argument(help="A project; it is copied, not changed.")],
    n: Annotated[int, typer.Option("-n", help="Places at which it is asked.", min=1)] = 200,
    seed: Annotated[int, typer.Option(help="Of the places.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Build the index of a copy, change one file and many, and ask it at random places."""
    says = waiting(f"copying {folder.name}, building its index and asking it")
    with TemporaryDirectory(prefix="lsp-local-bench-") as made, says:
        project = indexing.copied(folder, Path(made))
        found: dict[str, Any] = {"n_files": len(project.paths)}
        found["source_mb"] = round(project.n_bytes / 1e6, 1)
        found |= indexing.building(project)
        found |= indexing.asking(project, n, seed)
    say(found, as_json)
