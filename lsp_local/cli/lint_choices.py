"""The options of `lsp-local lint`."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from lsp_local.lint.finding import Level
from lsp_local.lint.formats import FORMATS
from lsp_local.lint.planning import shard_of
from lsp_local.lint.run import Limits
from lsp_local.text import UserError

LEVELS = {"none": None, "note": Level.NOTE, "warning": Level.WARNING}
ON_MODEL_ERROR = ("fail", "warn", "skip")

Paths = Annotated[
    list[Path] | None,
    # Readable or not is for us to say, in one line.
    typer.Argument(
        metavar="[PATHS]", readable=False, help="Files and folders; with --merge, result files."
    ),
]
DiffOption = Annotated[
    str, typer.Option("--diff", metavar="REF", help="Only lines changed since REF.")
]
StagedOption = Annotated[bool, typer.Option("--staged", help="Only lines about to be committed.")]
StaticOption = Annotated[bool, typer.Option("--static", help="Only checks without a model.")]
FormatOption = Annotated[
    str, typer.Option("--format", metavar="FORMAT", help=f"One of {', '.join(FORMATS)}.")
]
OutputOption = Annotated[
    Path | None,
    typer.Option("--output", metavar="FILE", readable=False, help="Write results there instead."),
]
FixOption = Annotated[bool, typer.Option("--fix", help="Write fixes that are safe.")]
UnsafeOption = Annotated[
    bool, typer.Option("--unsafe", help="With --fix or the format diff: other fixes, too.")
]
ConfidenceOption = Annotated[
    float,
    typer.Option("--min-confidence", metavar="P", min=0.0, max=1.0, help="Least to report."),
]
SecondsOption = Annotated[
    float | None,
    typer.Option("--max-seconds", metavar="S", min=0.0, help="Most time for the model."),
]
BaselineOption = Annotated[
    Path | None,
    typer.Option(
        "--baseline", metavar="FILE", readable=False, help="Leave out what is known there."
    ),
]
WriteBaselineOption = Annotated[
    bool, typer.Option("--write-baseline", help="Write what is found into the baseline.")
]
FailOnOption = Annotated[
    str, typer.Option("--fail-on", metavar="LEVEL", help="none, note or warning: exit code 1.")
]
ModelErrorOption = Annotated[
    str,
    typer.Option("--on-model-error", metavar="HOW", help="fail (exit code 3), warn or skip."),
]
ExplainOption = Annotated[bool, typer.Option("--explain", help="Add a sentence of the model's.")]
ReviewOption = Annotated[
    bool,
    typer.Option(
        "--review", help="Ask the model for remarks, too; only large ones are any good at it."
    ),
]
JobsOption = Annotated[
    int | None,
    typer.Option(
        "--jobs", metavar="N", min=1, help="Files to look at at once; with --on, most workers."
    ),
]
OnOption = Annotated[
    str,
    typer.Option("--on", metavar="ray[:ADDRESS]", help="Have a Ray cluster's workers look."),
]
CacheOption = Annotated[
    Path | None,
    typer.Option("--cache", metavar="DIR", readable=False, help="Keep results there."),
]
ShardOption = Annotated[
    str, typer.Option("--shard", metavar="I/N", help="Only the Ith of N parts of the files.")
]
MergeOption = Annotated[
    bool, typer.Option("--merge", help="Put JSON results of shards, given as PATHS, together.")
]


@dataclass(frozen=True, slots=True)
class Where:
    """What is looked at. Invariant: `diff` is "" with `is_staged`, and both are off in a merge."""

    paths: tuple[Path, ...]
    diff: str
    is_staged: bool
    shard: tuple[int, int] | None
    is_merging: bool

    @property
    def is_of_changes(self) -> bool:
        """Whether only changed lines are looked at."""
        return bool(self.diff) or self.is_staged


@dataclass(frozen=True, slots=True)
class Asked:
    """Which model is asked, if any, and where its answers are kept.

    `on` is the address of the cluster that does it with at most `n_workers`, "" for nobody else.
    """

    is_static: bool
    model: str
    cache: Path | None
    is_reviewing: bool = False
    on: str = ""
    n_workers: int | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What becomes of findings."""

    format: str
    output: Path | None
    is_fixing: bool
    is_unsafe: bool


@dataclass(frozen=True, slots=True)
class Judged:
    """Which findings count, and which make a run fail."""

    baseline: Path | None
    is_writing_baseline: bool
    fail_on: Level | None
    on_model_error: str


@dataclass(frozen=True, slots=True)
class Choices:
    """What the user chose for one run."""

    where: Where
    asked: Asked
    wanted: Wanted
    judged: Judged
    limits: Limits


def check(choices: Choices) -> None:
    """Refuse options that do not go together. Raises UserError."""
    where, asked, wanted, judged = choices.where, choices.asked, choices.wanted, choices.judged
    is_part = where.is_of_changes or where.shard is not None
    is_idle = wanted.is_unsafe and not wanted.is_fixing and wanted.format != "diff"
    for is_wrong, sentence in (
        (where.diff and where.is_staged, "--diff and --staged exclude each other"),
        (where.is_staged and wanted.is_fixing, "--fix changes files, not what is staged"),
        (where.is_merging and wanted.is_fixing, "--merge looks at no files: no --fix"),
        (where.is_merging and is_part, "--merge takes all results: no --diff, --staged, --shard"),
        (where.is_merging and not where.paths, "--merge needs the result files of shards"),
        (asked.is_reviewing and where.is_merging, "--merge asks no model: no --review"),
        (asked.is_reviewing and asked.is_static, "--static asks no model: no --review"),
        (asked.on and where.is_merging, "--merge asks no model: no --on"),
        (asked.on and asked.is_static, "--static asks no model: no --on"),
        (is_idle, "--unsafe needs --fix, or --format diff"),
        (judged.is_writing_baseline and judged.baseline is None, "--write-baseline needs a FILE"),
        (judged.is_writing_baseline and is_part, "a baseline is of whole files, all of them"),
    ):
        if is_wrong:
            raise UserError(sentence)


def format_from(text: str) -> str:
    """Read --format. Raises UserError."""
    return _one_of("--format", text, tuple(FORMATS))


def fail_on_from(text: str) -> Level | None:
    """Read --fail-on. Raises UserError."""
    return LEVELS[_one_of("--fail-on", text, tuple(LEVELS))]


def on_model_error_from(text: str) -> str:
    """Read --on-model-error. Raises UserError."""
    return _one_of("--on-model-error", text, ON_MODEL_ERROR)


def shard_from(text: str) -> tuple[int, int] | None:
    """Read --shard, which may be left out. Raises UserError."""
    return shard_of(text) if text else None


def on_from(text: str) -> str:
    """Read --on, which may be left out. Raises UserError."""
    if not text:
        return ""
    from lsp_local.lint.on_ray import address_of

    return address_of(text)


def _one_of(option: str, value: str, known: tuple[str, ...]) -> str:
    if value not in known:
        raise UserError(f"{option} takes {', '.join(known)}; not {value!r}")
    return value
