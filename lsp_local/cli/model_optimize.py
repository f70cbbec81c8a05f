"""`lsp-local model optimize`: other weights for a model, and whether they are worth it."""

import asyncio
import json
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer

from lsp_local import models
from lsp_local.cli.choices import AsJson, chosen_options
from lsp_local.cli.eval_table import progress, show
from lsp_local.cli.waiting import waiting
from lsp_local.engine import quantizing
from lsp_local.engine.opening import open_engine
from lsp_local.evals import infilling, requantized
from lsp_local.evals.answered import Answered
from lsp_local.options import Options
from lsp_local.text import UserError
from lsp_local.writing import replace as write


def optimize(
    name: Annotated[str, typer.Argument(metavar="NAME|PATH", help="A model that is here.")],
    kind: Annotated[
        str, typer.Option("--type", help=f"One of {', '.join(quantizing.TYPES)}.")
    ] = "Q8_0",
    data: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Tasks of `eval infilling`, to measure the answers by."),
    ] = None,
    limit: Annotated[int, typer.Option(min=0, help="Tasks at most; 0 takes all.")] = 200,
    seed: Annotated[int, typer.Option(help="Of the sample and the intervals.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Requantize a model, measure it beside its source, and say whether to switch.

    The source stays, and nothing is switched: the line for your config.toml is printed.
    """
    if kind not in quantizing.TYPES:
        raise UserError(f"--type is one of {', '.join(quantizing.TYPES)}, not {kind!r}")
    tasks = infilling.sample(infilling.load(data, "all"), limit, seed) if data else []
    source = models.resolve(name)
    try:
        target, record = _requantized(source, kind)
        found = {**record, **asyncio.run(_measured(source, target, tasks, seed, record))}
    except KeyboardInterrupt:
        typer.echo("stopped; no file is left half written", err=True)
        raise typer.Exit(130) from None
    objections = requantized.objections(found)
    show({**found, "is_proposed": not objections, "objections": objections}, as_json)
    for reason in objections:
        typer.echo(f"no switch is proposed: {reason}", err=True)
    if not objections:
        typer.echo(f"to switch, write into your config.toml:\nmodel = {json.dumps(str(target))}")


def _requantized(source: Path, kind: str) -> tuple[Path, dict[str, Any]]:
    """Return the file with other weights and what is on record of it; make it if it is not here."""
    target = source.with_name(f"{source.stem}.{kind}.gguf")
    beside = target.with_name(f"{target.name}.json")
    with waiting(f"hashing {source.name}"):
        digest = models.sha256_of(source)
        made = models.sha256_of(target) if target.exists() else ""
    record = _record(beside)
    if not made or (record.get("source_sha256"), record.get("sha256")) != (digest, made):
        with waiting(f"writing {target.name}, some seconds"):
            quantizing.quantize(source, target, kind, Options().n_threads)
            made = models.sha256_of(target)
        record = {"source": source.name, "source_sha256": digest, "type": kind, "sha256": made}
        write(beside, json.dumps(record, indent=2).encode())
    typer.echo(f"{target}\n  SHA-256 {record['sha256']}\n  source  {digest}", err=True)
    return target, record


def _record(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    keys = {"source", "source_sha256", "type", "sha256"}
    return found if isinstance(found, dict) and set(found) == keys else {}


async def _measured(
    source: Path, target: Path, tasks: list[infilling.Task], seed: int, record: dict[str, Any]
) -> dict[str, Any]:
    options = replace(chosen_options(""), adapter="", engine="llama.cpp")
    first, second = (replace(options, model=str(path)) for path in (source, target))
    mark = f"{version('lsp-local')} {record['source_sha256']} {record['sha256']} {options}"
    kept = Answered(target.with_name(f"{target.name}.answers.jsonl"), mark)
    pairs, missing = kept.split(tasks)
    async with (
        open_engine(first, keeps_states=False) as one,
        open_engine(second, keeps_states=False) as other,
    ):
        with waiting("measuring speed"):
            speeds = await requantized.rates(one, other)
        with progress(len(missing)) as step:
            async for pair in requantized.answers(one, other, options, missing):
                kept.add(pair)
                pairs.append(pair)
                step()
    return requantized.figures(speeds, pairs, seed)
