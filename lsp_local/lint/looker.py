"""A worker of a fleet: it looks at texts with a model that it has loaded once.

Plain values in, plain values out. Whoever asks has checked that this is its own version.
"""

import asyncio
import platform
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, replace
from typing import Any

from lsp_local import models
from lsp_local.engine.base import EngineDied
from lsp_local.lint.detector import LazyDetector
from lsp_local.lint.fleet import Job, Local
from lsp_local.lint.model import LazyModel
from lsp_local.lint.review import LazyReviewer
from lsp_local.lint.rows import row_of
from lsp_local.options import Options
from lsp_local.text import Document, UserError

FOUND, LOST, PROBLEM = "found", "lost", "problem"  # kinds of answers

BY = DETECTOR, REVIEWER = "detector", "reviewer"
N_BESIDE = 512 * 2**20  # bytes of a worker's memory beside the model's file

Answer = tuple[str, Any]


@dataclass(frozen=True, slots=True)
class Seat:
    """What every worker is started with: the options, and what its answers must depend on.

    It takes `n_cpus` processors and `n_bytes` of memory.
    """

    settings: dict[str, Any]
    wanted: dict[str, str]
    n_cpus: int
    n_bytes: int


def seat(options: Options, lookers: Mapping[str, Local]) -> Seat:
    """Return what a worker needs to look as `lookers` would here. Raises UserError.

    It keeps nothing on disk, and computes with one thread unless the user has chosen: many
    workers are quicker than many threads that wait for each other.
    """
    if options.engine != "llama.cpp":
        raise UserError(f"--on needs a model that workers can load, not engine {options.engine}")
    path = models.resolve(options.model)
    name = options.model if options.model in models.CATALOGUE else str(path.resolve())
    n_threads = options.n_threads or 1
    there = replace(options, model=name, n_threads=n_threads, cache_mb=0, log_file="", why_log="")
    return Seat(asdict(there), _described(lookers), n_threads, path.stat().st_size + N_BESIDE)


class Looker:
    """See the file. No method raises what a person must mend: that, too, is an answer."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self._options = Options(**settings)
        self._stack = AsyncExitStack()
        self._lookers: dict[str, LazyDetector | LazyReviewer] = {}

    async def load(self, wanted: dict[str, str]) -> Answer:
        """Load the model, if the answers are those that are `wanted`; tell how it computes."""
        model = LazyModel(self._stack, self._options)
        try:
            path = await asyncio.to_thread(models.resolve, self._options.model)
            self._lookers = {DETECTOR: LazyDetector(model), REVIEWER: LazyReviewer(model)}
            if _described({by: self._lookers[by] for by in wanted}) != wanted:
                raise UserError(f"{path} is another model than here, or it is read in another way")
            return FOUND, (await (await model.engine()).info()).computed_by
        except UserError as error:
            return _answer(UserError(f"{platform.node()}: {error}"))

    async def look(self, job: Sequence[Any]) -> Answer:
        """Return the rows of what is found."""
        asked = Job(*job)
        doc = Document("", asked.path, "", asked.language, asked.text)
        try:
            found = await self._lookers[asked.by].find(doc, asked.spans, asked.explain)
        except UserError as error:
            return _answer(error)
        return FOUND, [row_of(one) for one in found]


def _described(lookers: Mapping[str, Local]) -> dict[str, str]:
    return {by: one.describe() for by, one in lookers.items()}


def _answer(error: UserError) -> Answer:
    return LOST if isinstance(error, EngineDied) else PROBLEM, str(error)
