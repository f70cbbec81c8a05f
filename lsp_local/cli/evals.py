"""`lsp-local eval`: how often what we say is right, beside the bare model in the same run."""

import asyncio
import tempfile
from pathlib import Path
from typing import Annotated, Literal

import typer

from lsp_local.cli.choices import AsJson, ModelOption, asks_model, chosen_engine, chosen_options
from lsp_local.cli.eval_table import progress, show
from lsp_local.evals import gate_fit, holes, infilling, quiet, repo_tests, sandbox
from lsp_local.index import Index
from lsp_local.options import Options
from lsp_local.text import UserError

app = typer.Typer(help="Measure how often suggestions are right.", no_args_is_help=True)

Half = Literal["dev", "test", "all"]
HalfOption = Annotated[
    Half, typer.Option("--half", help="Even problems (to tune on), odd ones (for tables), or all.")
]
Limit = Annotated[int, typer.Option("--limit", help="Cases at most; 0 takes all.", min=0)]
Seed = Annotated[int, typer.Option("--seed", help="Of the sample and the intervals.")]

Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Print every case.")]


@app.command("infilling")
@asks_model
def eval_infilling(
    data: Annotated[Path, typer.Argument(metavar="DATA", help="A .jsonl or .jsonl.gz file.")],
    model: ModelOption = "",
    half: HalfOption = "dev",
    limit: Limit = 200,
    seed: Seed = 1,
    shown: Annotated[bool, typer.Option("--shown", help="Also ask as a key does.")] = False,
    gate: Annotated[
        list[int] | None,
        typer.Option(metavar="N", help="As --shown, with `least_probability` = N.", min=0, max=100),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Fill the gaps of HumanEval-Infilling or SantaCoder-FIM, ours beside the bare model."""
    options = chosen_options(model)
    tasks = infilling.sample(infilling.load(data, half), limit, seed)
    gates = sorted({*(gate or ()), *([options.least_probability] if shown else [])})
    results = asyncio.run(_infilling(options, tasks, gates))
    found = {
        "model": options.model,
        "data": data.name,
        "half": half,
        "seed": seed,
        "n": len(results),
        "network_forbidden": not sandbox.has_network(),
        **infilling.figures(results, seed),
    }
    show(found, as_json)


async def _infilling(
    options: Options, tasks: list[infilling.Task], gates: list[int]
) -> list[infilling.Result]:
    results = []
    async with chosen_engine(options) as engine:
        with progress(len(tasks)) as step:
            async for result in infilling.run(engine, options, tasks, gates):
                results.append(result)
                step()
    return results


@app.command("holes")
@asks_model
def eval_holes(
    repo: Annotated[Path, typer.Argument(metavar="REPO", help="The folder of a repository.")],
    model: ModelOption = "",
    kinds: Annotated[str, typer.Option(help="Which holes: rest, line, block.")] = "rest,line,block",
    cross: Annotated[
        bool, typer.Option("--cross", help="Only holes that need what another file defines.")
    ] = False,
    run_tests: Annotated[
        str, typer.Option(metavar="CMD", help="Also run these tests of the repository, in a copy.")
    ] = "",
    test_limit: Annotated[int, typer.Option(min=1, help="Holes for which tests are run.")] = 10,
    limit: Limit = 100,
    seed: Seed = 1,
    verbose: Verbose = False,
    as_json: AsJson = False,
) -> None:
    """Fill holes in the files of a repository, with the rest of it to help."""
    options = chosen_options(model)
    root = repo.resolve()
    wanted = [kind for kind in kinds.split(",") if kind]
    if not wanted or set(wanted) - set(holes.KINDS):
        raise UserError(f"--kinds takes some of {','.join(holes.KINDS)}, not {kinds!r}")
    filled = asyncio.run(_holes(options, root, (wanted, limit, seed), cross))
    if verbose:
        for one in filled:
            verdict = "right" if holes.is_exact(one.invoked.shown, one.hole) else "wrong"
            print(f"{verdict} {one.hole.kind} {one.hole.place} {one.automatic.reason}")
            print(f"  wanted {one.hole.truth!r}\n  said   {one.invoked.shown!r}")
            print(f"  shown  {one.automatic.shown!r}\n  raw    {one.raw.text!r}")
    figures = holes.figures(filled, seed)
    if run_tests:
        figures["tests"] = repo_tests.run(root, run_tests, filled[:test_limit])
    about = {"model": options.model, "repository": root.name, "seed": seed, "n": len(filled)}
    show({**about, "only_cross": cross, **figures}, as_json)


@app.command("quiet")
@asks_model
def eval_quiet(
    data: Annotated[Path, typer.Argument(metavar="DATA", help="A file of scenarios, or a folder.")],
    model: ModelOption = "",
    half: HalfOption = "all",
    seed: Seed = 1,
    verbose: Verbose = False,
    as_json: AsJson = False,
) -> None:
    """Show, or keep quiet, in scenarios that say which is right."""
    options = chosen_options(model)
    scenarios = quiet.load(data, half)
    verdicts = asyncio.run(_quiet(options, scenarios))
    if verbose:
        for one in verdicts:
            print(f"{_verdict(one)} {one.scenario.title} [{one.ours.reason}]")
            print(f"  wanted {one.scenario.wants[:1]!r}\n  shown  {one.ours.shown!r}")
            print(f"  said   {one.ours.text!r} {one.ours.confidence}\n  raw    {one.raw.shown!r}")
    about = {"model": options.model, "data": data.name, "half": half, "n": len(verdicts)}
    show({**about, "seed": seed, **quiet.figures(verdicts, seed)}, as_json)


def _verdict(one: quiet.Verdict) -> str:
    shown = one.ours.shown
    if one.scenario.is_quiet:
        return "NOISE" if shown.strip() else "quiet"
    if not shown.strip():
        return "SILENT"
    if quiet.is_right(shown, one.scenario):
        return "right"
    return "beginning" if quiet.begins_right(shown, one.scenario) else "WRONG"


async def _holes(
    options: Options, root: Path, choice: tuple[list[str], int, int], is_cross: bool
) -> list[holes.Filled]:
    filled = []
    with tempfile.TemporaryDirectory(prefix="lsp-local-eval-") as folder:
        index = Index(root, options.exclude, Path(folder) / "index.sqlite")
        await asyncio.to_thread(index.refresh)
        found = holes.punch(root, *choice, index if is_cross else None)
        async with chosen_engine(options) as engine:
            with progress(len(found)) as step:
                async for one in holes.fill(engine, options, found, index):
                    filled.append(one)
                    step()
    return filled


async def _quiet(options: Options, scenarios: list[quiet.Scenario]) -> list[quiet.Verdict]:
    verdicts = []
    async with chosen_engine(options) as engine:
        with progress(len(scenarios)) as step:
            async for one in quiet.run(engine, options, scenarios):
                verdicts.append(one)
                step()
    return verdicts


@app.command("gate")
@asks_model
def eval_gate(
    data: Annotated[
        list[Path], typer.Argument(metavar="DATA...", help="Repositories, scenarios, .jsonl files.")
    ],
    model: ModelOption = "",
    limit: Limit = 100,
    seed: Seed = 1,
    as_json: AsJson = False,
) -> None:
    """Say how sure the model should be before something is shown, by what is wanted."""
    options = chosen_options(model)
    judged = asyncio.run(_gate(options, data, limit, seed))
    about = {"model": options.model, "data": ", ".join(path.name for path in data), "seed": seed}
    show({**about, "n": len(judged), **gate_fit.figures(judged)}, as_json)


async def _gate(options: Options, data: list[Path], limit: int, seed: int) -> list[gate_fit.Judged]:
    judged = []
    with tempfile.TemporaryDirectory(prefix="lsp-local-eval-") as folder:
        found: list[gate_fit.Case] = []
        for n, path in enumerate(data):
            index = None
            if path.is_dir():
                index = Index(path.resolve(), options.exclude, Path(folder) / f"{n}.sqlite")
                await asyncio.to_thread(index.refresh)
            found += gate_fit.cases(path, limit, seed, index)
        async with chosen_engine(options) as engine:
            with progress(len(found)) as step:
                async for one in gate_fit.run(engine, options, found):
                    judged.append(one)
                    step()
    return judged
