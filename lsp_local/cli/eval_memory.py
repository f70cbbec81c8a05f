"""`lsp-local eval memory`: how often actions follow what was learned from accepted edits."""

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from lsp_local.cli.choices import AsJson, ModelOption, asks_model, chosen_engine, chosen_options
from lsp_local.cli.eval_table import progress, show
from lsp_local.cli.evals import Verbose
from lsp_local.evals import following
from lsp_local.evals.following_cases import CASES
from lsp_local.options import Options


@asks_model
def eval_memory(
    n: Annotated[int, typer.Option("-n", help="Tasks of each kind.", min=1, max=len(CASES))] = 24,
    n_accepted: Annotated[
        int, typer.Option("--accepted", help="Edits that are accepted before.", min=0)
    ] = 200,
    told: Annotated[
        bool, typer.Option("--told", help="Also where the model is told, and no more is done.")
    ] = False,
    model: ModelOption = "",
    verbose: Verbose = False,
    as_json: AsJson = False,
) -> None:
    """Ask for docstrings and strings before and after edits of one style were accepted."""
    options = chosen_options(model)
    modes = following.MODES if told else following.ENDS
    results = asyncio.run(_followed(options, n, n_accepted, modes, verbose))
    about = {"model": options.model, "n": n, "accepted": n_accepted}
    show({**about, **following.figures(results)}, as_json)


async def _followed(
    options: Options, n: int, n_accepted: int, modes: Sequence[str], is_verbose: bool
) -> list[following.Result]:
    results = []
    with tempfile.TemporaryDirectory(prefix="lsp-local-eval-") as folder:
        async with chosen_engine(options) as engine:
            with progress(2 * len(modes) * n) as step:
                async for one in following.run(engine, Path(folder), n, n_accepted, modes):
                    results.append(one)
                    step()
                    if is_verbose:
                        print(
                            f"{one.name}: {one.action} {one.mode}: {one.style or '-'}", flush=True
                        )
    return results
