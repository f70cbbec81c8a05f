"""`lsp-local doctor --offline`: has the real server complete, and shows that it uses no network."""

import json
import subprocess
import sys
import tempfile
from typing import Any

import typer

from lsp_local.cli.waiting import waiting
from lsp_local.evals.sandbox import without_network
from lsp_local.options import Options
from lsp_local.text import UserError

WITNESS = "lsp_local.cli.witness"


def prove(options: Options, *, as_json: bool) -> None:
    """Print what was seen of a session; exit code 1 if anything asked for the internet.

    Raises UserError where there is nothing to prove, or no session.
    """
    if options.engine == "openai":
        raise UserError(
            f"the engine openai sends your code to {options.remote_url}: offline is llama.cpp"
        )
    with waiting("a session with the real server, some seconds"):
        seen = _seen(options)
    isolated = bool(without_network())
    if as_json:
        typer.echo(json.dumps({**seen, "is_isolated": isolated}))
    else:
        _print(seen, isolated)
    if seen["sockets"]:
        raise typer.Exit(1)


def _seen(options: Options) -> dict[str, Any]:
    settings = {"model": options.model, "engine": options.engine, "adapter": options.adapter}
    with tempfile.TemporaryDirectory(prefix="lsp") as folder:
        command = [sys.executable, "-P", "-m", WITNESS, folder, json.dumps(settings)]
        ran = subprocess.run(
            [*without_network(), *command], stdout=subprocess.PIPE, text=True, check=False
        )
    if ran.returncode:
        raise UserError("there was no session to look at; `lsp-local doctor` says what is wrong")
    seen: dict[str, Any] = json.loads(ran.stdout)
    return seen


def _print(seen: dict[str, Any], is_isolated: bool) -> None:
    typer.echo(f"The real server has completed {seen['asked']!r} with {seen['said']!r},")
    if is_isolated:
        typer.echo("on a network of its own that has nothing in it, not even this machine,")
    typer.echo(f"while {seen['witness']} for sockets of the internet.")
    for one in seen["sockets"]:
        typer.secho(f"problem: a socket was asked for by {one}", fg="red")
    if not seen["sockets"]:
        typer.secho("Nobody asked for one: nothing has left the machine.", fg="green")
    if not seen["has_index"]:
        typer.echo("The process that builds the project's index was not there in time.")
