"""The command line without commands, and the one command that hooks run at every commit."""

from typing import Annotated

import typer

from lsp_local import __version__


def bare() -> typer.Typer:
    """Return the command line, to which commands are added."""
    app = typer.Typer(
        name="lsp-local",
        help="Code completion from a small model on your own CPU; nothing leaves this machine.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_root)
    return app


def only_lint() -> typer.Typer:
    """Return the command line with `lint` alone: the imports of the others take 0.5 s."""
    from lsp_local.cli.lint import lint

    app = bare()
    app.command("lint")(lint)
    return app


def _print_version(is_wanted: bool) -> None:
    if is_wanted:
        typer.echo(f"lsp-local {__version__}")
        raise typer.Exit


def _root(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Take the options that stand before a command."""
