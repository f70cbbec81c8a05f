"""`lsp-local model`: pull, list, show, verify and remove models."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated

import typer

from lsp_local import models
from lsp_local.cli.choices import AsJson
from lsp_local.download import pull
from lsp_local.models import Model, ModelError, OnProgress

if TYPE_CHECKING:
    from rich.progress import Progress

app = typer.Typer(help="Fetch, list, check and remove models.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="A name of `lsp-local model list`.")]


@app.command("pull")
def pull_model(
    name: Name = models.DEFAULT,
    from_file: Annotated[
        Path | None,
        typer.Option("--from", metavar="FILE", help="Take the model from FILE, not the network."),
    ] = None,
) -> None:
    """Fetch a model, verify it, and print its path. Running it again resumes a broken pull."""
    typer.echo(pull_with_progress(models.find(name), from_file))


def pull_with_progress(model: Model, from_file: Path | None = None) -> Path:
    """Pull with a bar on a terminal and with plain lines elsewhere, all on standard error.

    Raises ModelError; Ctrl-C ends the command with code 130 and keeps what is fetched.
    """
    size, licence = _megabytes(model.n_bytes), f"{model.licence} ({model.licence_url})"
    typer.echo(f"{model.name}: {size}, licence {licence}", err=True)
    if models.is_verified(model):
        typer.echo("already here, nothing to fetch", err=True)
    try:
        with _progress() as on_progress:
            path = pull(model, from_file=from_file, on_progress=on_progress)
    except KeyboardInterrupt:
        typer.echo("stopped; the same command goes on from here", err=True)
        raise typer.Exit(130) from None
    typer.echo(f"verified SHA-256 {model.sha256}", err=True)
    return path


@app.command("convert")
def convert_model(
    name: Annotated[str, typer.Argument(metavar="NAME|PATH", help="A model that is here.")],
    engine: Annotated[
        str,
        typer.Option(
            "--for", metavar="ENGINE", help="ctransformers or openvino; no other needs it."
        ),
    ],
) -> None:
    """Write a model again in a form that an engine can load, and print the path of the file."""
    if engine == "ctransformers":
        from lsp_local.engine.conversion import convert
    elif engine == "openvino":
        from lsp_local.engine.openvino.converting import convert
    else:
        raise ModelError(
            f"{engine!r} needs no converted models; only ctransformers and openvino do"
        )
    try:
        with _progress() as on_progress:
            path = convert(name, on_progress)
    except KeyboardInterrupt:
        typer.echo("stopped; nothing is left of it", err=True)
        raise typer.Exit(130) from None
    typer.echo(path)


@app.command("list")
def list_models(as_json: AsJson = False) -> None:
    """List the known models and which of them are here."""
    rows = [_row(model) for model in models.CATALOGUE.values()]
    if as_json:
        typer.echo(json.dumps(rows, indent=2))
        return
    for row in rows:
        name, size = f"{row['name']}", _megabytes(int(f"{row['n_bytes']}"))
        default = " (default)" if row["default"] else ""
        typer.echo(f"{name:20} {size:>10}  {row['state']:13} {row['description']}{default}")


@app.command("show")
def show_model(name: Name, as_json: AsJson = False) -> None:
    """Show everything known about one model."""
    model = models.find(name)
    row = {**_row(model), "sources": [asdict(source) for source in model.sources]}
    if as_json:
        typer.echo(json.dumps(row, indent=2))
        return
    for key, value in _row(model).items():
        typer.echo(f"{key:12} {value}")
    for source in model.sources:
        typer.echo(f"{'source':12} {_describe(source)}")


@app.command("verify")
def verify_model(name: Name) -> None:
    """Hash an installed model again and compare it with the catalogue."""
    with _progress() as on_progress:
        models.verify(name, on_progress)
    typer.echo(f"verified SHA-256 {models.find(name).sha256}")


@app.command("rm")
def remove_model(name: Name) -> None:
    """Delete a model's file and whatever an unfinished pull left."""
    typer.echo(f"removed {models.remove(name)}")


def _row(model: Model) -> dict[str, object]:
    """Return what `--json` says about a model; its keys are stable."""
    fields = asdict(model)
    del fields["sources"]
    return {
        **fields,
        "default": model.name == models.DEFAULT,
        "state": _state(model),
        "path": str(models.path_of(model)),
    }


def _state(model: Model) -> str:
    path = models.path_of(model)
    if not path.is_file():
        part = models.part_of(model)
        return "part is here" if part.exists() and part.stat().st_size else "not here"
    if path.stat().st_size != model.n_bytes:
        return "damaged"
    return "verified" if models.is_verified(model) else "not verified"


def _describe(source: models.HubFile | models.Wheels) -> str:
    if isinstance(source, models.HubFile):
        return f"model hub: {source.repo} at {source.revision}"
    first, last = source.chunks[0], source.chunks[-1]
    name = first.package if first == last else f"{first.package} to {last.package}"
    return f"Python packages: {name}, version {first.version}"


def _megabytes(n_bytes: int) -> str:
    return f"{n_bytes / 1e6:.1f} MB"


@contextmanager
def _progress() -> Iterator[OnProgress]:
    if not sys.stderr.isatty():
        yield _plain_lines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    text = TextColumn("{task.description}", markup=False)
    columns = (text, BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        yield _bar(bar)


def _plain_lines() -> OnProgress:
    """Return a reporter that prints a line for every stage, then every 5 % but once a second."""
    shown, shown_at = ("", -1), 0.0

    def on_progress(stage: str, n_done: int, n_total: int) -> None:
        nonlocal shown, shown_at
        percent = n_done * 20 // n_total * 5 if n_total else 0
        is_soon = monotonic() - shown_at < 1 and percent < 100
        if (stage, percent) == shown or (stage == shown[0] and is_soon):
            return
        shown, shown_at = (stage, percent), monotonic()
        typer.echo(f"{stage}: {percent} % of {_megabytes(n_total)}" if n_total else stage, err=True)

    return on_progress


def _bar(bar: "Progress") -> OnProgress:
    """Return a reporter that moves one bar; a remark is printed above it."""
    task = bar.add_task("starting", total=None)
    shown = ""

    def on_progress(stage: str, n_done: int, n_total: int) -> None:
        nonlocal shown
        if not n_total:
            bar.console.print(stage, markup=False, highlight=False)
            return
        if stage != shown:
            shown = stage
            # Reset, or the bytes of an earlier pull would count as this one's speed.
            bar.reset(task, total=n_total, completed=n_done, description=stage)
        bar.update(task, completed=n_done)

    return on_progress
