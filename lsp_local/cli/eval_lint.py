"""`lsp-local eval lint`: how often lint finds a bug, and how often it is quiet where none is."""

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer

from lsp_local.cli.choices import AsJson, ModelOption, asks_model, chosen_chat, chosen_options
from lsp_local.cli.eval_lint_cases import said_of_file, said_of_task
from lsp_local.cli.eval_table import progress, show
from lsp_local.cli.evals import HalfOption, Limit, Seed, Verbose
from lsp_local.evals import (
    edits,
    linting,
    linting_figures,
    linting_files,
    mutating,
    pairs,
    sandbox,
)
from lsp_local.evals.infilling import sample
from lsp_local.evals.mistakes import Subject
from lsp_local.evals.suspecting import ModelFinder
from lsp_local.lint.detector import ModelDetector
from lsp_local.lint.formats.concise import printable
from lsp_local.options import Job, Options
from lsp_local.text import UserError

Data = Annotated[
    Path,
    typer.Argument(
        metavar="DATA",
        help="A file of HumanEvalPack, a folder with bugs (--fixed), or any code (--mutate).",
    ),
]
Fixed = Annotated[
    Path | None,
    typer.Option("--fixed", metavar="DIR", help="The same files as in DATA, corrected."),
]
Mutate = Annotated[
    bool, typer.Option("--mutate", help="Make the bugs: one in a function, at seeded places.")
]
Functions = Annotated[
    int,
    typer.Option("--functions", metavar="N", help="Functions at most of a file; 0 is all.", min=0),
]
Tests = Annotated[bool, typer.Option("--tests", help="With --mutate: also in tests.")]


@asks_model
def eval_lint(
    data: Data,
    fixed: Fixed = None,
    mutate: Mutate = False,
    functions: Functions = 6,
    tests: Tests = False,
    model: ModelOption = "",
    half: HalfOption = "dev",
    limit: Limit = 40,
    seed: Seed = 1,
    verbose: Verbose = False,
    as_json: AsJson = False,
) -> None:
    """Look for bugs of one line, and at the code without them; beside it a plain review."""
    options = chosen_options(model, job=Job.LINT)
    about = {"model": options.model, "data": data.name, "seed": seed}
    if mutate or fixed is not None:
        choice = mutating.Choice(limit, functions, seed, tests)
        subjects, counts = _subjects(options, data, fixed, mutate, choice)
        found = asyncio.run(_look_at_files(options, subjects, seed, verbose))
        show({**about, **counts, **found}, as_json)
        return
    if data.is_dir():
        raise UserError(
            f"{data} is a folder: give the corrected files with `--fixed DIR`, or have bugs made "
            "in it with `--mutate`"
        )
    tasks = [one for one in edits.load(data, half) if linting.bug_line(one) is not None]
    edits.check_runnable(tasks)
    looked = asyncio.run(_look(options, sample(tasks, limit, seed), verbose))
    about |= {"half": half, "n": len(looked), "network_forbidden": not sandbox.has_network()}
    show({**about, **linting.figures(looked, seed)}, as_json)


def _subjects(
    options: Options, data: Path, fixed: Path | None, mutate: bool, choice: mutating.Choice
) -> tuple[list[Subject], dict[str, Any]]:
    """Return files with mistakes, and how many were left out why. Raises UserError."""
    if fixed is None:
        made = mutating.subjects([data], options.exclude, choice, _notice)
        return made, {"n": sum(len(one.mistakes) for one in made)}
    if mutate:
        raise UserError("either `--fixed` or `--mutate`: the bugs are there, or they are made")
    found = pairs.load(data, fixed, options.exclude, choice.n_functions, choice.seed, _notice)
    drawn = pairs.drawn(found.subjects, choice.limit, choice.seed)
    return drawn, {"n": len(drawn), "left_out": found.left_out}


def _notice(sentence: str) -> None:
    typer.echo(sentence, err=True)


async def _look_at_files(
    options: Options, subjects: list[Subject], seed: int, is_verbose: bool
) -> dict[str, Any]:
    judged = []
    async with chosen_chat(options) as engine:
        finder = ModelFinder(ModelDetector(engine))
        with progress(linting_files.n_looks(subjects)) as step:
            async for one in linting_files.run(engine, finder, subjects, step):
                judged.append(one)
                if is_verbose:
                    print("\n".join(map(printable, said_of_file(one))), flush=True)
    return linting_figures.figures(judged, seed)


async def _look(
    options: Options, tasks: list[edits.Task], is_verbose: bool
) -> list[linting.Looked]:
    looked = []
    async with chosen_chat(options) as engine:
        finder = ModelFinder(ModelDetector(engine))
        with progress(len(tasks)) as step:
            async for one in linting.run(engine, finder, tasks):
                looked.append(one)
                step()
                if is_verbose:
                    print(said_of_task(one))
    return looked
