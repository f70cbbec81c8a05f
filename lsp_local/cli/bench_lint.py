"""`lsp-local bench lint`: whether lint says the same every time, and how soon."""

import asyncio
import bisect
import fnmatch
from collections.abc import Callable
from inspect import getsource
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer

from lsp_local.cli.choices import AsJson, ModelOption, asks_model, chosen_options
from lsp_local.cli.printing import say
from lsp_local.cli.waiting import advancing
from lsp_local.evals import latency, steadiness
from lsp_local.evals.steadiness import Run
from lsp_local.lint import planning
from lsp_local.lint.planning import Plan
from lsp_local.options import Job, Options
from lsp_local.text import UserError


@asks_model
def bench_lint(
    folder: Annotated[
        Path | None, typer.Argument(help="A folder of code; else a part of the standard library.")
    ] = None,
    model: ModelOption = "",
    n: Annotated[int, typer.Option("-n", help="Runs that are compared.", min=2)] = 20,
    n_lines: Annotated[int, typer.Option(help="Lines of the change that is timed; 0: none.")] = 200,
    seed: Annotated[int, typer.Option(help="Of the order of files.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Lint again and again, cold and warm, shuffled, in one and two jobs; compare all bytes."""
    options = chosen_options(model, job=Job.LINT)
    with TemporaryDirectory() as made:
        plan = _plan(folder, Path(made), options)
        with advancing("lint", n) as advance:
            runs = asyncio.run(_runs(options, plan, Path(made), n, seed, advance))
        found: dict[str, Any] = {"model": options.model, "n_files": len(plan.items)}
        found |= _figures(runs)
        if n_lines:
            change = steadiness.changed_file(Path(made), "changed.py", _code(), n_lines)
            timed = asyncio.run(steadiness.cold_and_warm(options, change, Path(made) / "timed"))
            found["changed_lines"] = n_lines
            found["cold_s"], found["warm_s"] = (one.seconds for one in timed)
    say(found, as_json)
    if found["n_same"] < len(runs):
        raise typer.Exit(1)


async def _runs(
    options: Options,
    plan: Plan,
    made: Path,
    n: int,
    seed: int,
    advance: Callable[[int], None],
) -> list[Run]:
    found = []
    async for one in steadiness.runs(options, plan, made / "caches", n, seed):
        found.append(one)
        advance(1)
    return found


def _plan(folder: Path | None, made: Path, options: Options) -> Plan:
    if folder is None:
        folder = made / "code"
        folder.mkdir()
        for name, code in zip(("a.py", "b.py", "c.py"), _functions(), strict=True):
            (folder / name).write_text(code, encoding="utf-8")
    root = planning.root_for([folder], is_of_changes=False)
    plan = planning.whole(root, [folder], options.exclude, lambda _: None)
    if not plan.items:
        raise UserError(f"there is nothing to lint in {folder}; name a folder with code")
    return plan


def _figures(runs: list[Run]) -> dict[str, Any]:
    cold = [one.seconds for one in runs if one.is_cold]
    warm = [one.seconds for one in runs if not one.is_cold]
    return {
        "n_findings": runs[0].n_findings,
        "n_runs": len(runs),
        "n_same": steadiness.n_same(runs),
        "run_cold_s": latency.spread(cold),
        "run_warm_s": latency.spread(warm),
    }


def _functions() -> list[str]:
    """Return three short pieces of the standard library, each with a function."""
    searches = getsource(bisect).split("\n\n\n")
    matches = getsource(fnmatch).split("\n\n")
    is_function = [one for one in (*searches, *matches) if one.lstrip().startswith("def ")]
    return [f"{one.strip()}\n" for one in is_function[:3]]


def _code() -> str:
    """Return some 300 lines of the standard library."""
    return "\n".join(getsource(one) for one in (fnmatch, bisect))
