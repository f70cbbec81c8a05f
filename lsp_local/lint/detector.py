"""Where the detector is made that looks for findings with a model."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from lsp_local.lint.finding import Detector
from lsp_local.options import Options
from lsp_local.text import UserError

# The least confidence that is reported unless `--min-confidence` says otherwise.
LEAST_CONFIDENCE = 0.5


@asynccontextmanager
async def detector(options: Options) -> AsyncIterator[Detector]:
    """Give the detector for the model that `options` name. Raises UserError without one."""
    raise UserError(
        f"nothing is looked for with {options.model} as yet; `--static` does what needs no model"
    )
    yield
