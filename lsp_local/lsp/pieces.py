"""What the session consists of, made and configured together."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsp_local import config
from lsp_local.cache import Suggestions
from lsp_local.engine.base import EngineError
from lsp_local.engine.opening import status_of
from lsp_local.features.inline_completion import is_disabled
from lsp_local.lsp.convert import absolute_path
from lsp_local.lsp.documents import Documents
from lsp_local.lsp.instructed import Instructed
from lsp_local.lsp.jobs import Models
from lsp_local.lsp.logs import log_as_told
from lsp_local.lsp.looking import Looking
from lsp_local.lsp.notices import Notices
from lsp_local.lsp.pulling import Pulling
from lsp_local.lsp.reactions import Ended
from lsp_local.lsp.recent import Recent
from lsp_local.lsp.records import Records
from lsp_local.lsp.surroundings import Neighbourhood
from lsp_local.lsp.tasks import Tasks
from lsp_local.options import Job, Options, for_job
from lsp_local.text import Document
from lsp_local.windows import Windows

if TYPE_CHECKING:
    from lsp_local.lsp.remembering import Remembering

KEEPS_NOTHING: dict[str, Any] = {
    "cache_mb": 0,
    "n_repository": 0,
    "memory": "off",
    "why_log": "",
    "log_file": "",
}


class Pieces:
    """Invariant: once it is purged, none of them writes anything, whatever the options say."""

    def __init__(self, notices: Notices) -> None:
        self.documents = Documents()
        self.messages = Tasks()  # to the client; a pause does not stop them
        self._notices = notices
        self._models = Models(notices)
        self._loader = self._models.completion
        self.pulling = Pulling(notices, self._models)
        self.instructed = Instructed(notices, self._models.instruct, self.documents)
        self.looking = Looking(self._models.lint, self.readable)
        self._options = Options()
        self._folder: Path | None = None
        self._is_purged = False  # then nothing is written until the server is started anew
        self._windows = Windows()
        self._known = Suggestions("")
        self.memory: Remembering | None = None  # until the option `memory` is on
        self.records = Records(self._ended)
        self._neighbourhood = Neighbourhood()
        self.recent = Recent()
        self.is_paused = False

    def configure(self, editor: Sequence[object], folder: Path | None) -> None:
        """Read all options again and load the model that they name."""
        loaded = config.load(workspace=folder, editor=editor)
        kept = KEEPS_NOTHING if self._is_purged else {}
        problem = self._apply(replace(loaded.options, **kept), folder)
        self._notices.warn([*loaded.warnings, *([problem] if problem else [])])

    def _apply(self, options: Options, folder: Path | None) -> str | None:
        """Do as the options say; return what is wrong with the log."""
        self._options, self._folder = options, folder
        self._known = self.records.suggestions_for(options)
        self.recent.log_to(options.why_log)
        self._models.want(options)
        self._neighbourhood.configure(folder, options)
        self._learn_of(options, folder)
        self.instructed.configure(for_job(options, Job.INSTRUCT), folder)
        self.looking.configure(for_job(options, Job.LINT), folder is not None)
        return log_as_told(options)

    def _learn_of(self, options: Options, folder: Path | None) -> None:
        """Learn of the project if the options say so; who has it off does not even import it."""
        if self.memory is None and options.memory == "on":
            from lsp_local.lsp.remembering import Remembering

            self.memory = self.instructed.acting.memory = Remembering(self._is_silent)
        if self.memory is not None:
            self.memory.configure(options, folder)

    def _ended(self, ended: Ended) -> None:
        if self.memory is not None:
            self.memory.ended(ended)

    def readable(self, uri: str) -> Document | None:
        """Return an open document that may be read, None also while the server is paused."""
        doc = self.documents.get(uri)
        return None if doc is None or self.is_paused or self._is_silent(doc) else doc

    async def figures(self) -> dict[str, object]:
        """Return what this server has done so far.

        `work` is all that the model did, for other windows too; `worker` is who did it.
        """
        engine = self._loader.engine()
        known: dict[str, object] = {"work": None, "worker": None}
        with suppress(EngineError):  # it dies just now, or has died too often
            if engine is not None:
                known |= {"work": asdict(await engine.work()), "worker": await status_of(engine)}
        feedback = self.records.feedback.as_json()
        models = self._models.in_memory()
        ledger = self.records.ledger.as_json()
        return {**ledger, "feedback": feedback, "models": models, **known}

    def _is_silent(self, doc: Document) -> bool:
        return is_disabled(self._options, doc, absolute_path(doc.uri))
