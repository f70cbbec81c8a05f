"""`lsp-local doctor`: what is installed, what this machine can do, and what is wrong."""

import asyncio
import json
import os
import platform
import sys
import textwrap
from importlib import metadata
from pathlib import Path
from typing import Annotated, Any

import typer

from lsp_local import __version__, config, models, private_sockets
from lsp_local.cli import offline, workers
from lsp_local.cli.choices import AsJson, ModelOption, asks_model, chosen_engine, chosen_options
from lsp_local.cli.stats import in_short
from lsp_local.cli.waiting import waiting
from lsp_local.engine.base import GenerateRequest
from lsp_local.engine.opening import lacking, status_of
from lsp_local.engine.speed import physical_cores
from lsp_local.options import Job, Options, answers_as
from lsp_local.text import UserError

PACKAGES = ("ik-llama-cpp-python", "pygls", "lsprotocol", "numpy", "huggingface_hub")
N_READ = 512  # tokens of the prefill that is timed
N_WRITTEN = 32  # tokens of the decode that is timed
CPU_FLAGS = ("avx2", "fma", "f16c")  # without these the engine's wheel cannot run on x86-64


@asks_model
def examine(
    model: ModelOption = "",
    is_offline: Annotated[
        bool, typer.Option("--offline", help="Prove that nothing leaves the machine, instead.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Check the installation and measure the model; exit code 1 when something is wrong."""
    if is_offline:
        offline.prove(chosen_options(model), as_json=as_json)
        return
    findings: dict[str, Any] = {"versions": _versions(), "cpu": _cpu(), "paths": _paths()}
    problems: list[str] = list(findings["cpu"].pop("problems"))
    options = Options()
    try:
        for job, options in _jobs(model):
            name = "" if job is Job.COMPLETION else f"{job}_"
            problems += _look_at(options, name, findings)
    except UserError as error:
        problems.append(str(error))
    findings["caches"] = in_short()
    findings["model processes"] = workers.in_short(workers.shared())
    folder = private_sockets.folders()[0]
    findings["sockets"] = {
        "network": _network(options),
        "worker": f"{folder}, yours alone, or none with a name where `share_worker` is false",
        "control": f"{folder}, yours alone, for `lsp-local why` and `pause`",
    }
    findings["problems"] = problems
    print(json.dumps(findings)) if as_json else _print(findings)
    if problems:
        raise typer.Exit(1)


def _jobs(model: str) -> list[tuple[Job, Options]]:
    """Return the options of each job that has a model of its own. Raises ConfigError."""
    if model:
        return [(Job.COMPLETION, chosen_options(model))]
    found = {job: chosen_options("", job=job) for job in Job}
    alone: dict[str, tuple[Job, Options]] = {}
    for job, options in found.items():
        alone.setdefault(answers_as(options), (job, options))
    return list(alone.values())


def _look_at(options: Options, prefix: str, findings: dict[str, Any]) -> list[str]:
    """Add what is found of a model, and what it can do; return what is wrong with it."""
    try:
        findings[f"{prefix}model"] = _model(options)
        with waiting(f"measuring {answers_as(options)}, a few seconds"):
            findings[f"{prefix}speed"] = asyncio.run(_measure(options))
    except UserError as error:
        return [str(error)]
    return []


def _versions() -> dict[str, str]:
    python = f"{platform.python_version()} ({sys.executable})"
    packages = {name: metadata.version(name) for name in PACKAGES}
    return {"lsp-local": __version__, "python": python, **packages}


def _cpu() -> dict[str, Any]:
    flags = _cpu_flags()
    missing = [flag for flag in CPU_FLAGS if flags and flag not in flags]
    return {
        "machine": platform.machine(),
        "cores": physical_cores(),
        "load": [round(load, 2) for load in os.getloadavg()],
        "flags": [flag for flag in (*CPU_FLAGS, "avx512f", "asimd") if flag in flags],
        "problems": [f"this CPU has no {flag}, which the engine needs" for flag in missing],
    }


def _cpu_flags() -> set[str]:
    """Return the CPU's feature flags; empty where the system does not tell (macOS)."""
    try:
        lines = Path("/proc/cpuinfo").read_text().split("\n")
    except OSError:
        return set()
    names = ("flags", "Features")
    found = (line.partition(":")[2] for line in lines if line.split(":")[0].strip() in names)
    return set(next(found, "").split())


def _paths() -> dict[str, str]:
    return {"config": str(config.user_config_file()), "models": str(models.models_dir())}


def _network(options: Options) -> str:
    """Say what may leave the machine."""
    if options.engine != "openai":
        return "none is ever opened, but to fetch a model (`model pull`, `try`)"
    from lsp_local.engine.remote.address import address_of

    try:
        return f"to {options.remote_url} alone: {address_of(options.remote_url).notice}"
    except UserError as error:
        return f"none: {error}"


def _model(options: Options) -> dict[str, Any]:
    if options.engine == "openai":
        return {"served": answers_as(options)}
    name = options.model
    path = models.resolve(name)
    known = models.CATALOGUE.get(name)
    checksum = known.sha256 if known else models.sha256_of(path)
    verified = {"verified": models.is_verified(known)} if known else {}
    return {"path": str(path), "bytes": path.stat().st_size, "sha256": checksum, **verified}


async def _measure(options: Options) -> dict[str, Any]:
    """Time a load, a cold prefill and a decode."""
    async with chosen_engine(options) as engine:
        info = await engine.info()
        (tokens,) = await engine.tokenize([Path(textwrap.__file__).read_text()])
        answer = await engine.generate(GenerateRequest(tokens[:N_READ], N_WRITTEN))
        process = await status_of(engine)
    written_ms = answer.total_ms - answer.ttft_ms
    lacks = {"lacks": said} if (said := lacking(options.engine)) else {}
    return {
        "engine": info.computed_by.strip(" |"),
        **lacks,
        "description": info.description,
        "fill_in_the_middle": info.fim is not None,
        **({"confined": process["confined"]} if process else {}),
        "load_ms": info.load_ms,
        "n_ctx": info.n_ctx,
        "prefill_tokens_per_s": round(answer.n_evaluated / answer.ttft_ms * 1000, 1),
        "decode_tokens_per_s": round((answer.n_predicted - 1) / max(written_ms, 1) * 1000, 1),
    }


def _print(findings: dict[str, Any]) -> None:
    problems = findings.pop("problems")
    for title, values in findings.items():
        typer.secho(title, bold=True)
        for name, value in values.items():
            shown = " ".join(map(str, value)) if isinstance(value, list) else value
            typer.echo(f"  {name:22} {shown}")
    for problem in problems:
        typer.secho(f"problem: {problem}", fg="red")
    if not problems:
        typer.secho("no problem found", fg="green")
