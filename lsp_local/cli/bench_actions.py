"""`lsp-local bench actions`: how soon lists, hovers and the first token of an action come."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer

from lsp_local import models
from lsp_local.cli.choices import AsJson, ModelOption, chosen_options
from lsp_local.cli.places import document
from lsp_local.cli.waiting import waiting
from lsp_local.evals import latency
from lsp_local.options import Job


def bench_actions(
    file: Annotated[Path | None, typer.Argument(help="A file of code.")] = None,
    model: ModelOption = "",
    n: Annotated[int, typer.Option("-n", help="Requests of each kind.", min=1)] = 100,
    n_starts: Annotated[int, typer.Option(help="Starts with and without a saved head.", min=1)] = 3,
    seed: Annotated[int, typer.Option(help="Of the places.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Measure lists of actions and hovers beside completions, and what the saved head gains."""
    import textwrap

    from lsp_local.evals import acting  # the protocol's types take 0.5 s, of every command

    options = chosen_options(model, job=Job.INSTRUCT)
    path = models.resolve(options.model)
    doc, _ = document(file or Path(textwrap.__file__))
    with waiting(f"asking {n} times each, beside completions"):
        waits = asyncio.run(acting.waits(doc, path, n, seed))
    with waiting(f"starting the model {3 * n_starts + 1} times"):
        heads = asyncio.run(acting.heads(doc, path, n_starts))
    cold, restored = latency.spread(heads.cold), latency.spread(heads.restored)
    ahead = latency.spread(heads.ahead)
    found = {
        "model": options.model,
        "n": n,
        "list_ms": latency.spread(waits.lists),
        "first_hover_ms": latency.spread(waits.facts),
        "explained_hover_ms": latency.spread(waits.explained),
        "head_cold_ttft_ms": cold,
        "head_restored_ttft_ms": restored,
        "head_gain": round(cold["median"] / max(restored["median"], 0.1), 1),
        "menu_open_ttft_ms": ahead,
        "menu_open_gain": round(cold["median"] / max(ahead["median"], 0.1), 1),
    }
    if as_json:
        print(json.dumps(found))
        return
    for name, value in found.items():
        print(f"{name:22} {value}")
