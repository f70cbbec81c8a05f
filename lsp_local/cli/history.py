"""`lsp-local history export`: training examples from a repository's own commits."""

from pathlib import Path
from typing import Annotated

import typer

from lsp_local.cli.choices import chosen_options
from lsp_local.cli.waiting import advancing
from lsp_local.writing import growing

app = typer.Typer(help="Make something of a repository's history.", no_args_is_help=True)


@app.callback()
def history() -> None:
    """Keep `export` a command of its own, though it is the only one."""


@app.command("export")
def export_history(
    out: Annotated[Path, typer.Option("--out", metavar="FILE.jsonl", help="The file to write.")],
    repo: Annotated[
        Path, typer.Argument(metavar="REPO", help="The folder of a repository.")
    ] = Path(),
    since: Annotated[
        str, typer.Option(metavar="DATE", help="Only commits after this date, as git reads it.")
    ] = "",
    author: Annotated[
        str, typer.Option(metavar="PATTERN", help="Only commits whose author matches.")
    ] = "",
    limit: Annotated[int, typer.Option(min=0, help="Examples at most; 0 takes all.")] = 10_000,
) -> None:
    """Write fill-in-the-middle training examples: what each commit added, and what is around it."""
    from lsp_local.history.export import export
    from lsp_local.history.git import Repository, Wish

    repository, wish = Repository.at(repo), Wish(since, author)
    options = chosen_options("", repository.root)
    n_commits = repository.n_commits(wish)
    if repository.is_shallow:
        typer.echo(
            f"this is a shallow clone: only {n_commits} commits can be read; "
            "`git fetch --unshallow` brings all",
            err=True,
        )
    try:
        with advancing("commits", n_commits) as step, growing(out) as stream:
            count = export(repository, wish, options, limit, stream, step)
    except KeyboardInterrupt:
        typer.echo("stopped; nothing was written", err=True)
        raise typer.Exit(130) from None
    typer.echo(f"{count.n_examples} examples of {count.n_commits} commits in {out}", err=True)
    for reason, n_files in sorted(count.left_out.items()):
        typer.echo(f"  left out, {reason}: {n_files} changed files", err=True)
