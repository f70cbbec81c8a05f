"""`lsp-local bench engines`: whether two engines say the same, and how fast each is."""

import argparse
import asyncio
import textwrap
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from lsp_local.cli.choices import ENGINES, AsJson, ModelOption, chosen_engine, chosen_options
from lsp_local.cli.printing import say
from lsp_local.cli.waiting import waiting
from lsp_local.engine.opening import LiveEngine
from lsp_local.evals import agreement
from lsp_local.options import Options
from lsp_local.text import UserError

FILES = (textwrap.__file__, argparse.__file__)  # of the standard library, so that all have them


def bench_engines(
    engine: Annotated[
        str, typer.Option("--engine", metavar="NAME", help="Compared with llama.cpp.")
    ] = "ctransformers",
    model: ModelOption = "smollm2-135m",
    n_prompts: Annotated[int, typer.Option("-n", help="Prompts.", min=1, max=400)] = 20,
    as_json: AsJson = False,
) -> None:
    """Compare an engine with llama.cpp on the same weights: its greedy tokens, and its speed."""
    if engine not in ENGINES:
        raise UserError(f"--engine takes {', '.join(ENGINES)}; not {engine!r}")
    options = replace(chosen_options(model), engine=engine, n_ctx=1024)
    with waiting(f"asking both engines {n_prompts} times, some two seconds each"):
        found = asyncio.run(_compared(options, n_prompts))
    figures = {"model": options.model, "first": "llama.cpp", "second": options.engine}
    figures |= {name: f"{value}" for name, value in agreement.in_all(found).items()}
    say(figures, as_json, width=30)


async def _compared(options: Options, n_prompts: int) -> list[agreement.Compared]:
    first, second = chosen_engine(replace(options, engine="llama.cpp")), chosen_engine(options)
    async with first, second:
        prompts = await _prompts(first, n_prompts)
        return [await agreement.compare(first, second, prompt) for prompt in prompts]


async def _prompts(engine: LiveEngine, n_prompts: int) -> list[list[int]]:
    """Return pieces of code, evenly spread; none overlaps another where there is room."""
    texts = await engine.tokenize([Path(file).read_text() for file in FILES])
    tokens = [token for text in texts for token in text]
    step = (len(tokens) - agreement.N_PROMPT) // n_prompts
    return [tokens[n * step : n * step + agreement.N_PROMPT] for n in range(n_prompts)]
