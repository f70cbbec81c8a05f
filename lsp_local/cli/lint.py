"""`lsp-local lint`: findings for people and for CI."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from lsp_local.cli.choices import ModelOption, asks_model, chosen_options
from lsp_local.cli.lint_choices import (
    Asked,
    BaselineOption,
    CacheOption,
    Choices,
    ConfidenceOption,
    DiffOption,
    ExplainOption,
    FailOnOption,
    FixOption,
    FormatOption,
    JobsOption,
    Judged,
    MergeOption,
    ModelErrorOption,
    OnOption,
    OutputOption,
    Paths,
    ReviewOption,
    SecondsOption,
    ShardOption,
    StagedOption,
    StaticOption,
    UnsafeOption,
    Wanted,
    Where,
    WriteBaselineOption,
    check,
    fail_on_from,
    format_from,
    on_from,
    on_model_error_from,
    shard_from,
)
from lsp_local.cli.waiting import advancing
from lsp_local.lint import baseline as baselines
from lsp_local.lint import merging, planning, run
from lsp_local.lint.finding import LEAST_CONFIDENCE, Detector, Finding
from lsp_local.lint.formats import FORMATS
from lsp_local.lint.formats.concise import printable
from lsp_local.lint.planning import Plan
from lsp_local.lint.report import Report
from lsp_local.lint.run import Limits, Watch
from lsp_local.options import Job, Options
from lsp_local.text import UserError
from lsp_local.writing import replace as write

if TYPE_CHECKING:
    from lsp_local.lint.cache import Cache
    from lsp_local.lint.fleet import Local

FINDINGS, WRONG, NO_MODEL, INTERRUPTED = 1, 2, 3, 130  # exit codes
N_SENT = 256  # files that are read and wait for workers elsewhere; there are hardly more of those


class NoModelError(UserError):
    """There is no model to look at anything with."""


@asks_model
def lint(
    paths: Paths = None,
    diff: DiffOption = "",
    staged: StagedOption = False,
    static: StaticOption = False,
    format_: FormatOption = "concise",
    output: OutputOption = None,
    fix: FixOption = False,
    unsafe: UnsafeOption = False,
    min_confidence: ConfidenceOption = LEAST_CONFIDENCE,
    max_seconds: SecondsOption = None,
    baseline: BaselineOption = None,
    write_baseline: WriteBaselineOption = False,
    fail_on: FailOnOption = "note",
    on_model_error: ModelErrorOption = "fail",
    model: ModelOption = "",
    explain: ExplainOption = False,
    review: ReviewOption = False,
    jobs: JobsOption = None,
    on: OnOption = "",
    cache: CacheOption = None,
    shard: ShardOption = "",
    merge: MergeOption = False,
) -> None:
    """Find what is probably wrong in code; exit code 1 where something is."""
    with _exit_codes():
        where = Where(tuple(paths or ()), diff, staged, shard_from(shard), merge)
        asked = Asked(static, model, cache, review, on_from(on), jobs)
        wanted = Wanted(format_from(format_), output, fix, unsafe)
        failing = fail_on_from(fail_on), on_model_error_from(on_model_error)
        judged = Judged(baseline, write_baseline, *failing)
        limits = Limits(N_SENT if on else jobs or 1, max_seconds, min_confidence, explain)
        choices = Choices(where, asked, wanted, judged, limits)
        check(choices)
        raise typer.Exit(_run(choices))


@contextmanager
def _exit_codes() -> Iterator[None]:
    """Make exit codes of what can go wrong, and one line of it on standard error."""
    try:
        yield
    except (typer.Exit, BrokenPipeError):
        raise
    except KeyboardInterrupt:
        raise typer.Exit(INTERRUPTED) from None
    except NoModelError as error:
        _tell(f"error: {error}")
        raise typer.Exit(NO_MODEL) from None
    except UserError as error:
        _tell(f"error: {error}")
        raise typer.Exit(WRONG) from None
    except OSError as error:  # such as standard output on a full disk
        _tell(f"error: {error.strerror or error}")
        raise typer.Exit(WRONG) from None
    except Exception as error:
        _tell(f"error: lint failed: {type(error).__name__}: {error}; please report it")
        raise typer.Exit(WRONG) from error


def _run(choices: Choices) -> int:
    """Do what was chosen; return the exit code. Raises UserError."""
    judged = choices.judged
    report = _merged(choices) if choices.where.is_merging else _looked(choices)
    is_unfinished = bool(report.unfinished) and judged.on_model_error == "fail"
    if report.problem and judged.on_model_error != "skip":
        word = "error" if is_unfinished else "warning"
        _tell(f"{word}: {report.problem}; files not looked at: {len(report.unfinished)}")
    if judged.baseline is not None and judged.is_writing_baseline:
        if is_unfinished:  # what is not found yet would be reported as new later on
            _tell(f"{judged.baseline} was not written")
            return NO_MODEL
        n_findings = baselines.write(judged.baseline, report.findings)
        _tell(f"{judged.baseline} has {n_findings} findings now")
        return 0
    if judged.baseline is not None:
        report = _without_known(report, judged.baseline)
    if choices.wanted.is_fixing:
        report = _fixed(report, choices.wanted.is_unsafe)
    _print(report, choices)
    if is_unfinished:
        return NO_MODEL
    return FINDINGS if report.fails(judged.fail_on) else 0


def _merged(choices: Choices) -> Report:
    report = merging.merged(choices.where.paths)
    sure = run.sure_enough(report.findings, choices.limits.least_confidence)
    report = replace(report, findings=tuple(sure))
    if choices.wanted.format != "diff":
        return report
    return merging.with_sources(report, planning.root_for([Path()], is_of_changes=False))


def _looked(choices: Choices) -> Report:
    where, asked = choices.where, choices.asked
    paths = where.paths or (Path(),)
    root = planning.root_for(paths, where.is_of_changes)
    options = chosen_options(asked.model, root, Job.LINT)
    plan = _plan(where, root, paths, options)
    if not plan.items:
        changed = f"nothing has changed since {where.diff}"
        _tell(changed if where.diff else "nothing to look at")
    cache = None if asked.is_static else _cache(asked, options)
    try:
        with advancing("lint", sum(plan.n_bytes(one.path) for one in plan.items)) as advance:
            return asyncio.run(_look(choices, options, plan, cache, Watch(_tell, advance)))
    finally:
        if cache is not None:
            cache.close()


async def _look(
    choices: Choices, options: Options, plan: Plan, cache: "Cache | None", watch: Watch
) -> Report:
    async with AsyncExitStack() as stack:
        detector, reviewer = await _models(choices, options, stack)
        return await run.lint(plan, detector, cache, choices.limits, watch, reviewer)


async def _models(
    choices: Choices, options: Options, stack: AsyncExitStack
) -> tuple[Detector | None, Detector | None]:
    """Return who looks and who reviews. Raises NoModelError where there is no model for it."""
    if choices.asked.is_static:
        return None, None
    from lsp_local.lint import detector, model, review

    how = choices.judged.on_model_error
    try:
        asked = await stack.enter_async_context(model.lazy_model(options))
        looking = detector.LazyDetector(asked)
        reviewing = review.LazyReviewer(asked) if choices.asked.is_reviewing else None
        if not choices.asked.on:
            return looking, reviewing
        return await _elsewhere(choices.asked, options, (looking, reviewing), stack)
    except UserError as error:
        if how == "fail":
            raise NoModelError(str(error)) from None
        if how == "warn":
            _tell(f"warning: {error}")
        return None, None


async def _elsewhere(
    asked: Asked, options: Options, local: "tuple[Local, Local | None]", stack: AsyncExitStack
) -> tuple[Detector, Detector | None]:
    """Return the detectors that have a cluster's workers look. Raises UserError."""
    from lsp_local.lint import fleet, looker, on_ray

    lookers = {by: one for by, one in zip(looker.BY, local, strict=True) if one is not None}
    seat = looker.seat(options, lookers)
    cluster = await stack.enter_async_context(on_ray.ray_cluster(asked.on, seat, _tell))
    workers = fleet.Fleet(cluster, asked.n_workers)
    stack.push_async_callback(workers.close)
    away = {by: fleet.FleetDetector(workers, by, one) for by, one in lookers.items()}
    return away[looker.DETECTOR], away.get(looker.REVIEWER)


def _plan(where: Where, root: Path, paths: tuple[Path, ...], options: Options) -> Plan:
    if where.is_staged:
        plan = planning.staged(root, paths, options.exclude)
    elif where.diff:
        plan = planning.since(root, paths, options.exclude, where.diff)
    else:
        plan = planning.whole(root, paths, options.exclude, _tell)
    return plan.shard(*where.shard) if where.shard is not None else plan


def _cache(asked: Asked, options: Options) -> "Cache | None":
    if asked.cache is None and not options.cache_mb:
        return None
    from lsp_local.folders import lint_dir
    from lsp_local.lint.cache import Cache

    return Cache(asked.cache or lint_dir())


def _without_known(report: Report, path: Path) -> Report:
    known = baselines.read(path)
    return replace(report, findings=tuple(baselines.new(report.findings, known)))


def _fixed(report: Report, is_unsafe: bool) -> Report:
    """Write the fixes; return the report of what is left. Raises UserError."""
    from lsp_local.lint.fixing import fixed, written

    left: list[Finding] = [one for one in report.findings if one.path not in report.sources]
    n_fixed = 0
    for path, source in sorted(report.sources.items()):
        findings = [one for one in report.findings if one.path == path]
        done = fixed(source.doc, findings, is_unsafe)
        if done.taken:
            write(source.file, written(source, done.text), source.raw)
        n_fixed += len(done.taken)
        left += [one for one in findings if one not in done.taken]
    _tell(f"fixed {n_fixed} of {len(report.findings)} findings")
    return replace(report, findings=tuple(sorted(left, key=lambda one: one.order)))


def _print(report: Report, choices: Choices) -> None:
    wanted = choices.wanted
    text = FORMATS[wanted.format](replace(report, is_unsafe=wanted.is_unsafe))
    content = text.encode(errors="surrogateescape")  # paths may hold any bytes
    if wanted.output is not None:
        write(wanted.output, content)
        return
    sys.stdout.buffer.write(content)
    sys.stdout.flush()


def _tell(sentence: str) -> None:
    print(printable(f"lsp-local: {sentence}"), file=sys.stderr)
