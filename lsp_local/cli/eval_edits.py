"""`lsp-local eval edits`: how often an action's edit is right, beside the model asked plainly."""

import asyncio
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from lsp_local.cli.choices import AsJson, ModelOption, asks_model, chosen_engine, chosen_options
from lsp_local.cli.eval_table import progress, show
from lsp_local.cli.evals import HalfOption, Limit, Seed, Verbose
from lsp_local.evals import edits, sandbox
from lsp_local.evals.infilling import sample
from lsp_local.options import Job, Options


class Action(StrEnum):
    """What is done with each function: `fix` gets it with a bug, `simplify` without."""

    FIX = "fix"
    SIMPLIFY = "simplify"


ActionOption = Annotated[Action, typer.Option("--action", help="Which action is tried.")]


@asks_model
def eval_edits(
    data: Annotated[Path, typer.Argument(metavar="DATA", help="A file of HumanEvalPack.")],
    action: ActionOption = Action.FIX,
    model: ModelOption = "",
    half: HalfOption = "dev",
    limit: Limit = 40,
    seed: Seed = 1,
    verbose: Verbose = False,
    as_json: AsJson = False,
) -> None:
    """Repair or simplify functions: our action, and the same model asked plainly."""
    options = chosen_options(model, job=Job.INSTRUCT)
    tasks = sample(edits.load(data, half, action), limit, seed)
    edits.check_runnable(tasks)
    results = asyncio.run(_edits(options, tasks, verbose))
    about = {
        "model": options.model,
        "data": data.name,
        "action": action,
        "half": half,
        "seed": seed,
        "n": len(results),
        "network_forbidden": not sandbox.has_network(),
    }
    show({**about, **edits.figures(results, seed)}, as_json)


async def _edits(options: Options, tasks: list[edits.Task], is_verbose: bool) -> list[edits.Result]:
    results = []
    async with chosen_engine(options) as engine:
        with progress(len(tasks)) as step:
            async for one in edits.run(engine, tasks):
                results.append(one)
                step()
                if is_verbose:
                    print(f"{one.task.name}: plain {_said(one.plain)}, ours {_said(one.ours)}")
    return results


def _said(one: edits.Attempt) -> str:
    verdict = "passes" if one.passes else "breaks" if one.breaks else "fails" if one.text else "-"
    return f"{verdict} {one.seconds:.1f} s {one.problem}".rstrip()
