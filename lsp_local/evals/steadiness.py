"""Whether lint says the same every time, and how long it takes, cold and warm.

A run is cold with an empty cache and a model that was just started, and warm with the cache of the
cold run before it. Files come in another order each time.
"""

import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import cycle, islice
from pathlib import Path

from lsp_local.lint.cache import Cache
from lsp_local.lint.detector import LazyDetector
from lsp_local.lint.formats import FORMATS
from lsp_local.lint.model import lazy_model
from lsp_local.lint.planning import Item, Plan
from lsp_local.lint.run import Limits, Watch, lint
from lsp_local.options import Options
from lsp_local.text import UserError

KINDS = ((True, 1), (False, 1), (True, 2), (False, 2))  # cold or warm, jobs


@dataclass(frozen=True, slots=True)
class Run:
    """One run: `digest` is of the bytes that it would have printed as JSON."""

    is_cold: bool
    n_jobs: int
    seconds: float
    n_findings: int
    digest: str


async def runs(options: Options, plan: Plan, folder: Path, n: int, seed: int) -> AsyncIterator[Run]:
    """Lint the same files `n` times; caches are kept in `folder`. Raises UserError."""
    chance = random.Random(seed)
    for at, (is_cold, n_jobs) in enumerate(islice(cycle(KINDS), n)):
        items = chance.sample(plan.items, len(plan.items))
        kept = folder / f"{at if is_cold else at - 1}"
        yield await _run(options, Plan(plan.root, tuple(items)), kept, n_jobs, is_cold)


async def cold_and_warm(options: Options, plan: Plan, folder: Path) -> tuple[Run, Run]:
    """Lint once and once again. Raises UserError."""
    cold = await _run(options, plan, folder, 1, is_cold=True)
    return cold, await _run(options, plan, folder, 1, is_cold=False)


def changed_file(root: Path, path: str, text: str, n_lines: int) -> Plan:
    """Write the first lines of a text; return the plan of a diff that adds all of them."""
    lines = text.split("\n")[:n_lines]
    (root / path).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return Plan(root, (Item(path, ((1, len(lines)),)),))


def n_same(found: Sequence[Run]) -> int:
    """Return how many runs said what most of them said."""
    return max(Counter(one.digest for one in found).values(), default=0)


async def _run(options: Options, plan: Plan, kept: Path, n_jobs: int, is_cold: bool) -> Run:
    started = time.perf_counter()
    cache = Cache(kept)
    try:
        async with lazy_model(options) as model:
            detector = LazyDetector(model)
            report = await lint(plan, detector, cache, Limits(n_jobs), Watch())
    finally:
        cache.close()
    if report.problem:
        raise UserError(report.problem)
    seconds = time.perf_counter() - started
    rendered: Callable[..., str] = FORMATS["json"]
    digest = sha256(rendered(report).encode(errors="surrogateescape")).hexdigest()
    return Run(is_cold, n_jobs, round(seconds, 2), len(report.findings), digest)
