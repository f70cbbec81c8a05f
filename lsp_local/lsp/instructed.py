"""What the instruct head does for the editor, beside the completions: code actions and hover."""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from lsp_local.engine.base import ChatEngine
from lsp_local.features import instruct
from lsp_local.features.resolved import Resolved
from lsp_local.lsp.acting import WENT_WRONG, Acting, Chosen
from lsp_local.lsp.documents import Documents
from lsp_local.lsp.findings import Findings
from lsp_local.lsp.hovering import Hovering
from lsp_local.lsp.jobs import JobModel
from lsp_local.lsp.notices import Notices
from lsp_local.lsp.tasks import Tasks
from lsp_local.options import Options
from lsp_local.text import Document, UserError

logger = logging.getLogger(__name__)

WARM_SECONDS = 0.5  # after the first look: whoever goes on typing is not disturbed


class Instructed:
    """Invariant: nothing here fails or delays a completion, and no exception leaves it."""

    def __init__(self, notices: Notices, loader: JobModel, documents: Documents) -> None:
        self.acting = Acting(notices)
        self.hovering = Hovering()
        self.notices = notices
        self.findings = Findings()
        self.tasks = Tasks()  # which ask the model
        self._loader = loader
        self._documents = documents
        self._ready: ChatEngine | None = None
        self._ahead: asyncio.Task[None] | None = None

    def configure(self, options: Options, folder: Path | None) -> None:
        """Take over the options; their `model` is the one that follows instructions."""
        self.acting.configure(options, folder)
        self.hovering.configure(options)

    async def act(self, chosen: Chosen) -> Resolved:
        """Do what the user has chosen, for the text as it is now."""
        try:
            engine = await self._loader.need()
        except UserError as error:
            return Resolved(problem=str(error))
        except Exception:
            logger.exception("loading a model failed")
            return Resolved(problem=WENT_WRONG)
        is_current = self._is_current(chosen)
        return await self.acting.act(chosen, engine, is_current)

    def get_ready(self) -> None:
        """Have the head read, once somebody looks at what can be done: who only types needs none.

        Its KV state is kept on disk, so this costs seconds only once.
        """
        engine = self._loader.engine()
        if engine is not None and engine is not self._ready:
            self._ready = engine
            self.tasks.spawn(self._warm(engine))

    def read_ahead(self, chosen: Chosen) -> None:
        """Have the code of an offer read: a menu is open, and something may be chosen from it."""
        engine = self._loader.engine()
        if self._ahead is not None:
            self._ahead.cancel()
        if engine is not None:
            self._ahead = self.tasks.spawn(self.acting.read_ahead(chosen, engine))

    def changed(self, uri: str, before: Document | None, now: Document | None) -> None:
        """Take note of a new text."""
        self.hovering.changed(uri)
        if before is not None and now is not None:
            self.findings.changed(before, now)

    def stop(self) -> None:
        """Leave the model alone."""
        self.acting.stop()
        self.hovering.stop()
        self.tasks.cancel()

    def forget(self) -> None:
        """Let go of what is on disk, and of what was offered."""
        self.acting.forget()
        self.close()

    def close(self) -> None:
        """Stop at once."""
        self.stop()
        self.hovering.close()

    def _is_current(self, chosen: Chosen) -> Callable[[], bool]:
        return lambda: self._documents.get(chosen.doc.uri) is chosen.doc

    async def _warm(self, engine: ChatEngine) -> None:
        await asyncio.sleep(WARM_SECONDS)
        await instruct.warm(engine)
