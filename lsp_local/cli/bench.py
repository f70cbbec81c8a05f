"""`lsp-local bench`: figures of this machine, for people and for scripts."""

import asyncio
import textwrap
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from lsp_local.cli import bench_actions, bench_engines, bench_index, bench_lint, bench_typing
from lsp_local.cli.choices import AsJson, ModelOption, asks_model, chosen_engine, chosen_options
from lsp_local.cli.places import document
from lsp_local.cli.printing import say
from lsp_local.cli.waiting import waiting
from lsp_local.evals import latency
from lsp_local.options import Options

app = typer.Typer(help="Measure speed on this machine.", no_args_is_help=True)
app.command("typing")(bench_typing.bench_typing)
app.command("actions")(bench_actions.bench_actions)
app.command("engines")(bench_engines.bench_engines)
app.command("lint")(bench_lint.bench_lint)
app.command("index")(bench_index.bench_index)

TYPED = "self.wordsep_simple_re.split(text)"  # cut out of the standard library's textwrap


@app.command("cancel")
@asks_model
def bench_cancel(
    model: ModelOption = "",
    n_cancels: Annotated[int, typer.Option("-n", help="Cancels of each kind.", min=1)] = 100,
    as_json: AsJson = False,
) -> None:
    """Measure how soon the model is silent when told to stop, in decode and in prefill."""
    options = chosen_options(model)
    with waiting(f"cancelling {n_cancels} decodes and prefills, about half a second each"):
        silence = asyncio.run(_cancel(options, n_cancels))
    found = {
        "model": options.model,
        "n_cancels": n_cancels,
        "decode_ms": latency.spread(silence.decode_ms),
        "prefill_ms": latency.spread(silence.prefill_ms),
    }
    say(found, as_json)


@app.command("keys")
@asks_model
def bench_keys(model: ModelOption = "", as_json: AsJson = False) -> None:
    """Measure a cold completion and the ones after each further key of the same line."""
    options = chosen_options(model)
    with waiting("typing a line key by key, some ten seconds"):
        keys = asyncio.run(_keys(options))
    warm = [outcome.stats for outcome in keys.warm]
    ttft = latency.spread([stats.ttft_ms for stats in warm])
    cold = keys.cold.stats
    found = {
        "model": options.model,
        "cold_n_evaluated": cold.n_evaluated,
        "cold_ttft_ms": cold.ttft_ms,
        "n_keys": len(warm),
        "n_evaluated_per_key": latency.spread([float(stats.n_evaluated) for stats in warm]),
        "ttft_ms": ttft,
        "total_ms": latency.spread([stats.total_ms for stats in warm]),
        "cold_over_warm_ttft": round(cold.ttft_ms / ttft["median"], 1),
    }
    say(found, as_json)


async def _cancel(options: Options, n_cancels: int) -> latency.Silence:
    async with chosen_engine(options) as engine:
        text = Path(textwrap.__file__).read_text()
        return await latency.cancel_to_silence(engine, text, n_cancels)


async def _keys(options: Options) -> latency.Keys:
    doc, _ = document(Path(textwrap.__file__))
    offset = doc.text.index(TYPED)
    text = doc.text[:offset] + doc.text[offset + len(TYPED) :]
    cut = replace(doc, text=text)
    async with chosen_engine(options) as engine:
        await engine.info()
        return await latency.one_key_later(engine, options, cut, offset, TYPED)
