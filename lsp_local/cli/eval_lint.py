"""`lsp-local eval lint`: how often lint finds a bug, and how often it is quiet where none is."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from lsp_local.cli.choices import AsJson, ModelOption, chosen_chat, chosen_options
from lsp_local.cli.eval_table import progress, show
from lsp_local.cli.evals import HalfOption, Limit, Seed, Verbose
from lsp_local.evals import edits, linting, sandbox
from lsp_local.evals.infilling import sample
from lsp_local.lint.detector import ModelDetector
from lsp_local.options import Options


def eval_lint(
    data: Annotated[Path, typer.Argument(metavar="DATA", help="A file of HumanEvalPack.")],
    model: ModelOption = "",
    half: HalfOption = "dev",
    limit: Limit = 40,
    seed: Seed = 1,
    verbose: Verbose = False,
    as_json: AsJson = False,
) -> None:
    """Look for bugs of one line, and at the code without them; beside it a plain review."""
    options = chosen_options(model)
    tasks = [one for one in edits.load(data, half) if linting.bug_line(one) is not None]
    edits.check_runnable(tasks)
    looked = asyncio.run(_look(options, sample(tasks, limit, seed), verbose))
    about = {
        "model": options.model,
        "data": data.name,
        "half": half,
        "seed": seed,
        "n": len(looked),
        "network_forbidden": not sandbox.has_network(),
    }
    show({**about, **linting.figures(looked, seed)}, as_json)


async def _look(
    options: Options, tasks: list[edits.Task], is_verbose: bool
) -> list[linting.Looked]:
    looked = []
    async with chosen_chat(options) as engine:
        with progress(len(tasks)) as step:
            async for one in linting.run(engine, ModelDetector(engine), tasks):
                looked.append(one)
                step()
                if is_verbose:
                    print(_said(one))
    return looked


def _said(one: linting.Looked) -> str:
    rank = one.lines.index(one.line) + 1 if one.line in one.lines else "-"
    review = one.reviewed.index(one.line) + 1 if one.line in one.reviewed else "-"
    repaired = "repaired" if one.is_repaired else "not repaired"
    sure = f"{one.sure:.2f}, {one.sure_of_right:.2f} without the bug"
    return f"{one.task.name}: line {rank} of {len(one.lines)}, {repaired}, {sure}; review {review}"
