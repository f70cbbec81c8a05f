"""The index of a project, for commands that cannot wait until all of it is read."""

import time
from pathlib import Path

import typer

from lsp_local.cli.waiting import waiting
from lsp_local.index import Index
from lsp_local.options import Options

MOST_SECONDS = 15.0


def index_of(root: Path, options: Options) -> Index:
    """Return the index of the project at `root`, up to date as far as some seconds bring it.

    The next command goes on there, or a server that has the project open.
    """
    index = Index(root, options.exclude)
    end = time.monotonic() + MOST_SECONDS
    with waiting(f"reading the project {root.name}"):
        index.refresh(lambda: time.monotonic() > end)
    if time.monotonic() > end:
        typer.echo(f"{root} is large: not all of it was read yet", err=True)
    return index
