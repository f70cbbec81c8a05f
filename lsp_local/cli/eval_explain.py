"""`lsp-local eval explain`: whether what the model says of symbols is so."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from lsp_local.cli.choices import AsJson, ModelOption, asks_model, chosen_engine, chosen_options
from lsp_local.cli.eval_table import progress, show
from lsp_local.cli.places import document
from lsp_local.evals import explain
from lsp_local.evals.explain import Case, Explained
from lsp_local.options import Job, Options


@asks_model
def eval_explain(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files of code.")],
    model: ModelOption = "",
    limit: Annotated[int, typer.Option(help="Symbols at most; 0 takes all.", min=0)] = 30,
    seed: Annotated[int, typer.Option(help="Of the sample and the intervals.")] = 1,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Print every case.")] = False,
    as_json: AsJson = False,
) -> None:
    """Explain symbols of real files, and check what is said of parameters, results and names."""
    options = chosen_options(model, job=Job.INSTRUCT)
    todo = explain.cases([document(path)[0] for path in files], limit, seed)
    explained = asyncio.run(_explain(options, todo))
    for one in explained if verbose else ():
        facts = one.case.hover.facts
        print(f"{'passes' if one.ours.passes else 'FAILS'} {facts.kind} {facts.name} {facts.where}")
        print(f"  {_rules(one)}\n  said   {one.answer!r}\n  shown  {one.shown!r}")
    about = {"model": options.model, "seed": seed, "n": len(explained)}
    show({**about, **explain.figures(explained, seed)}, as_json)


def _rules(one: Explained) -> str:
    rules = ("names_parameters", "says_returned", "invents_nothing")
    return ", ".join(f"{rule} {getattr(one.raw, rule)}/{getattr(one.ours, rule)}" for rule in rules)


async def _explain(options: Options, todo: list[Case]) -> list[Explained]:
    explained = []
    async with chosen_engine(options) as engine:
        with progress(len(todo)) as step:
            async for one in explain.run(engine, todo):
                explained.append(one)
                step()
    return explained
