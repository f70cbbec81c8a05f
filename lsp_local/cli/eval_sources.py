"""`lsp-local eval sources`: what a source of context gains, on the same holes in one run."""

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from lsp_local.cli.choices import AsJson, ModelOption, asks_model, chosen_engine, chosen_options
from lsp_local.cli.eval_table import progress, show
from lsp_local.cli.evals import Limit, Seed, Verbose
from lsp_local.context import Source
from lsp_local.evals import holes, leaving_out, reads
from lsp_local.evals.holes import Hole, is_exact
from lsp_local.index import Index
from lsp_local.options import Options
from lsp_local.text import UserError

Choice = tuple[list[str], int, int]  # kinds of holes, how many, seed


@asks_model
def eval_sources(
    repo: Annotated[Path, typer.Argument(metavar="REPO", help="The folder of a repository.")],
    without: Annotated[str, typer.Option(help="Sources that are left out the second time.")],
    model: ModelOption = "",
    kinds: Annotated[str, typer.Option(help="Which holes: rest, line, block.")] = "rest,line",
    limit: Limit = 80,
    seed: Seed = 1,
    only_reads: Annotated[
        bool, typer.Option("--reads", help="Ask no model: count what is read that is right.")
    ] = False,
    verbose: Verbose = False,
    as_json: AsJson = False,
) -> None:
    """Fill holes that need what another file defines, with and without some sources."""
    options = chosen_options(model)
    left_out = [one for one in without.split(",") if one]
    if not left_out or set(left_out) - set(Source):
        raise UserError(f"--without takes some of {','.join(Source)}, not {without!r}")
    root = repo.resolve()
    sources = frozenset(map(Source, left_out))
    choice = [kind for kind in kinds.split(",") if kind], limit, seed
    if only_reads:
        _show_reads(options, root, choice, sources, verbose, as_json)
        return
    compared = asyncio.run(_compared(options, root, choice, sources))
    for one in compared if verbose else ():
        verdicts = [
            "right" if is_exact(answer.shown, one.hole) else "wrong"
            for answer in (one.full, one.less)
        ]
        print(f"{' '.join(verdicts)} {one.hole.kind} {one.hole.place}")
        print(f"  wanted {one.hole.truth!r}\n  with    {one.full.shown!r}")
        print(f"  without {one.less.shown!r}")
    about = {"model": options.model, "repository": root.name, "seed": seed, "n": len(compared)}
    show({**about, **leaving_out.figures(compared, seed)}, as_json)


async def _compared(
    options: Options, root: Path, choice: Choice, left_out: frozenset[Source]
) -> list[leaving_out.Compared]:
    answers = []
    with _punched(options, root, choice) as (index, found):
        async with chosen_engine(options) as engine:
            with progress(len(found)) as step:
                async for one in leaving_out.compare(engine, options, found, index, left_out):
                    answers.append(one)
                    step()
    return answers


def _show_reads(
    options: Options,
    root: Path,
    choice: Choice,
    left_out: frozenset[Source],
    verbose: bool,
    as_json: bool,
) -> None:
    with _punched(options, root, choice) as (index, found):
        compared = list(reads.compare(options, found, index, left_out))
    for one in compared if verbose else ():
        verdicts = ["names" if read.has_names else "no" for read in (one.full, one.less)]
        print(f"{' '.join(verdicts)} {one.hole.kind} {one.hole.place}")
        print(f"  wanted {reads.right_line(one.hole)!r}")
    about = {"repository": root.name, "seed": choice[-1], "n": len(compared)}
    show({**about, **reads.figures(compared, choice[-1])}, as_json)


@contextmanager
def _punched(options: Options, root: Path, choice: Choice) -> Iterator[tuple[Index, list[Hole]]]:
    """Build an index of a repository, for as long as it is asked, and choose holes with it."""
    with tempfile.TemporaryDirectory(prefix="lsp-local-eval-") as folder:
        index = Index(root, options.exclude, Path(folder) / "index.sqlite")
        index.refresh()
        yield index, holes.punch(root, *choice, index)
