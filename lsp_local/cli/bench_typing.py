"""`lsp-local bench typing`: what a user sees who types, in real time, beside a rival."""

import asyncio
import json
import sys
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lsp_local import models
from lsp_local.cli.choices import AsJson, ModelOption, chosen_options
from lsp_local.engine.speed import physical_cores
from lsp_local.text import UserError

if TYPE_CHECKING:
    from lsp_local.evals.figures import Figures
    from lsp_local.evals.measure import Conditions, Measured
    from lsp_local.evals.system import System
    from lsp_local.evals.traces import Trace

SECONDS = 120.0
PEERS = ("llama-vim", "llama-vim-quick")

FilesArgument = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="[TRACE|FILE]...",
        help="A recorded session (JSON), or a file whose middle is typed again. "
        "Default: a module of the standard library.",
    ),
]
CommitOption = Annotated[
    str, typer.Option("--commit", metavar="REV", help="Type the lines that a git commit added.")
]
PeerOption = Annotated[
    str,
    typer.Option(
        "--peer",
        metavar="NAME",
        help="A rival to run as well: llama-vim (as documented, and with its quickest settings), "
        "or llama-vim-quick alone.",
    ),
]
SecondsOption = Annotated[float, typer.Option("--seconds", help="Length of a trace.", min=1)]
SeedOption = Annotated[int, typer.Option("--seed", help="Of the made-up rhythm.")]
AcceptOption = Annotated[
    bool, typer.Option("--accept/--no-accept", help="Whether the user accepts what is right.")
]
AsMarkdown = Annotated[
    bool, typer.Option("--markdown", help="Print the table of docs/performance.md.")
]
PlotOption = Annotated[
    Path | None, typer.Option("--plot", metavar="FILE.png", help="Draw the times to a picture.")
]


def bench_typing(
    files: FilesArgument = None,
    commit: CommitOption = "",
    model: ModelOption = "",
    peer: PeerOption = "",
    seconds: SecondsOption = SECONDS,
    seed: SeedOption = 1,
    accept: AcceptOption = True,
    as_json: AsJson = False,
    as_markdown: AsMarkdown = False,
    plot: PlotOption = None,
) -> None:
    """Type in real time at the real server: what is shown, how soon, and what it costs."""
    from lsp_local.cli.typing_traces import chosen_traces
    from lsp_local.evals.measure import Conditions, summary

    _check(peer, plot)
    options = chosen_options(model)
    n_threads = options.n_threads or physical_cores()
    conditions = Conditions(models.resolve(options.model), n_threads, accept)
    with tempfile.TemporaryDirectory() as folder:
        traces = chosen_traces(files or [], commit, Path(folder), seconds, seed)
        measured = asyncio.run(_measure(traces, peer, conditions))
    told = {"model": options.model, "n_threads": n_threads, "seed": seed, "accepts": accept}
    _print({**told, **summary(measured, traces)}, as_json, as_markdown)
    if plot is not None:
        from lsp_local.evals.plots import draw

        draw(measured.runs, plot)


def _check(peer: str, plot: Path | None) -> None:
    """Say what is wrong before minutes of measuring."""
    if peer not in ("", *PEERS):
        raise UserError(f"there is no rival {peer!r}; those that can be run: {', '.join(PEERS)}")
    needed = {"xllamacpp": bool(peer), "matplotlib": plot is not None}
    missing = [name for name, is_needed in needed.items() if is_needed and not find_spec(name)]
    if missing:
        raise UserError(f"{' and '.join(missing)} missing: `pip install 'lsp-local[bench]'`")


def _systems(peer: str) -> Sequence["System"]:
    from lsp_local.evals.ours import Ours

    if not peer:
        return [Ours()]
    from lsp_local.evals.llama_vim import variants

    return [Ours(), *variants(peer)]


async def _measure(traces: Sequence["Trace"], peer: str, conditions: "Conditions") -> "Measured":
    from lsp_local.evals.clock import RealClock
    from lsp_local.evals.measure import Measured, replays

    measured = Measured()
    for trace in traces:
        note = f" ({trace.note})" if trace.note else ""
        _tell(f"{trace.name}: {trace.seconds:.0f} s, {trace.n_keys} keys{note}")
    rounds = replays(lambda: _systems(peer), traces, conditions, RealClock())
    async for system, run in rounds:
        measured.add(system, run)
        _tell(f"{system.name}: {run.trace.name} typed in {run.seconds:.0f} s")
    return measured


def _tell(what: str) -> None:
    """Say how far it is; these are minutes."""
    print(what, file=sys.stderr, flush=True)


def _print(found: "Figures", as_json: bool, as_markdown: bool) -> None:
    if as_json:
        print(json.dumps(found))
        return
    if as_markdown:
        from lsp_local.cli.typing_page import page

        print(page(found))
        return
    from lsp_local.cli.typing_table import show

    show(found)
