"""`lsp-local purge`: erase every byte that was kept of a project, or of everything."""

import time
from pathlib import Path
from typing import Annotated

import typer

from lsp_local import config, purging
from lsp_local.cli.stats import size_of
from lsp_local.purging import Target
from lsp_local.text import UserError

N_TRIES = 3  # a server may be in the middle of a file
PAUSE_SECONDS = 0.3
WHAT = "indexes, memory, suggestions, explanations, lint results, KV states"


def purge(
    project: Annotated[
        Path | None, typer.Option("--project", metavar="DIR", help="Only what is kept of this one.")
    ] = None,
    is_sure: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase all that is kept: of one project, or of everything; models and settings stay."""
    if project is not None and not project.is_dir():
        raise UserError(f"{project} is no folder; give the folder of a project")
    root = project.resolve() if project else None
    found = _target(root, [])
    if not is_sure:
        typer.echo(_described(found, root))
        typer.confirm("Erase it?", abort=True)
    servers, logs = _told()
    n_files, n_bytes = 0, 0
    for attempt in range(N_TRIES):
        found = _target(root, logs)
        n_files, n_bytes = n_files + len(found.files), n_bytes + found.n_bytes
        left = purging.erase(found)
        if attempt < N_TRIES - 1:
            time.sleep(PAUSE_SECONDS if servers else 0)
    if left:
        names = "\n".join(str(path) for path in left)
        raise UserError(f"these could not be erased; end what uses them and try again:\n{names}")
    typer.echo(f"erased: {n_files} files, {size_of(n_bytes)}")
    if servers:
        some = "1 running server keeps" if servers == 1 else f"{servers} running servers keep"
        typer.echo(f"{some} nothing more on disk; start your editor anew to end that")


def _target(root: Path | None, logs: list[str]) -> Target:
    options = config.load(workspace=root).options
    named = [options.log_file, options.why_log, *logs]
    return purging.of_project(root, named) if root else purging.everything(named)


def _told() -> tuple[int, list[str]]:
    """Have all running servers let go; return how many, and the logs that they have written."""
    from lsp_local import private_sockets
    from lsp_local.engine import finding
    from lsp_local.lsp import sockets

    running = [path for folder in private_sockets.folders() for path in sockets.running(folder)]
    answers = list(sockets.ask_all({"request": "purge"}))
    silent = {path.stem for path in running} - {str(pid) for pid, _ in answers}
    if silent:
        raise UserError(
            f"the servers {', '.join(sorted(silent))} do not answer, and could write again what is "
            "erased; end them and try again"
        )
    finding.retire_all()  # what a model process has in its memory it would write
    return len(answers), [str(log) for _, logs in answers for log in logs]


def _described(found: Target, root: Path | None) -> str:
    of = f"of {root}" if root else "of all projects"
    lines = [f"{len(found.files)} files with {size_of(found.n_bytes)} ({WHAT}, logs), {of}"]
    if root:
        lines.append(
            "Suggestions, explanations, lint results and KV states do not say of which project "
            "they are, so those of all projects go; they are made again when needed."
        )
    return "\n".join(lines)
