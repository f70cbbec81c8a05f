"""The command line: parse, call, print."""

import sys
from typing import Annotated

import typer

from lsp_local import __version__
from lsp_local.cli import bench, complete, doctor, model, tour
from lsp_local.text import UserError

app = typer.Typer(
    name="lsp-local",
    help="Code completion from a small model on your own CPU; nothing leaves this machine.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(model.app, name="model")
app.add_typer(bench.app, name="bench")
app.command("complete")(complete.complete_at)
app.command("try")(tour.try_out)
app.command("doctor")(doctor.examine)


@app.command()
def serve() -> None:
    """Start the language server on standard input and output; editors call this."""
    from lsp_local.lsp.server import serve as serve_client  # pygls is half a second of imports

    serve_client()


def _print_version(is_wanted: bool) -> None:
    if is_wanted:
        typer.echo(f"lsp-local {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Take the options that stand before a command."""


def main() -> None:
    """Run the command line; what a person must mend is one line, not a traceback."""
    try:
        app()
    except UserError as error:
        typer.echo(f"error: {error}", err=True)
        sys.exit(1)
    except BrokenPipeError:
        sys.exit(141)  # as a program that the shell's pipe has ended


if __name__ == "__main__":
    main()
