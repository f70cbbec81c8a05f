"""Code actions in the editor: what is offered is remembered, what is chosen is done, once."""

import asyncio
import itertools
import logging
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from lsp_local.actions import catalogue as actions
from lsp_local.actions.catalogue import Offer
from lsp_local.engine.base import ChatEngine
from lsp_local.features.code_action import Wanted, read_ahead, resolve
from lsp_local.features.projects import NO_PROJECT, Project, project_at
from lsp_local.features.prompting import run_prompt, scope_of
from lsp_local.features.resolved import Resolved
from lsp_local.lsp.notices import Notices
from lsp_local.lsp.own_prompts import OwnPrompts
from lsp_local.lsp.tasks import Tasks
from lsp_local.memory.habits import Habit
from lsp_local.options import Options
from lsp_local.text import Diagnostic, Document, UserError
from lsp_local.trust import is_trusted
from lsp_local.userprompts.files import PromptFile, folders_for
from lsp_local.userprompts.languages import covers
from lsp_local.userprompts.rules import N_FOR_ACTIONS, rules_for

if TYPE_CHECKING:
    from lsp_local.lsp.remembering import Remembering

logger = logging.getLogger(__name__)

N_REMEMBERED = 256  # offers; an editor asks for a new list at every move of the cursor
WENT_WRONG = "something went wrong; the log says more"
STALE = "the text has changed; choose the action again"


@dataclass(frozen=True, slots=True)
class Chosen:
    """An action as it was offered, for the text as it was then. `prompt` is of the user's own."""

    doc: Document
    offer: Offer
    prompt: PromptFile | None = None
    instruction: str = ""


class Acting:
    """Invariant: an edit is returned only for the text that it was made for."""

    def __init__(self, notices: Notices) -> None:
        self.memory: Remembering | None = None
        self._notices = notices
        self._options = Options()
        self._root: Path | None = None
        self._folder: Path | None = None
        self._prompts = OwnPrompts()
        self._works = Tasks()
        self._keys = itertools.count(1)
        self._offered: OrderedDict[str, Chosen] = OrderedDict()

    def configure(self, options: Options, folder: Path | None) -> None:
        """Take over the options, and the folder whose rules and prompts count if it is trusted."""
        self._options = options
        self._root = folder
        self._folder = folder if folder and is_trusted(options, folder) else None

    def offers(
        self,
        doc: Document,
        start: int,
        end: int,
        diagnostics: Sequence[Diagnostic],
        only: Sequence[str],
    ) -> dict[str, Offer]:
        """Return what can be done between two offsets, by the keys under which it is chosen."""
        found = [Chosen(doc, one) for one in actions.offers(doc, start, end, diagnostics, only)]
        found += self._own(doc, start, end, diagnostics, only)
        return {self.remember(one): one.offer for one in found}

    def remember(self, chosen: Chosen) -> str:
        """Keep an offer; return its key."""
        key = str(next(self._keys))
        self._forget_texts(chosen.doc)
        self._offered[key] = chosen
        while len(self._offered) > N_REMEMBERED:
            self._offered.popitem(last=False)
        return key

    def _forget_texts(self, doc: Document) -> None:
        """Keep of what was offered for an older text only that it was: the text may be large."""
        newest = next(reversed(self._offered.values()), None)
        if newest is not None and newest.doc is doc:
            return
        for key, one in self._offered.items():
            if one.doc.uri == doc.uri and one.doc is not doc and one.doc.text:
                self._offered[key] = replace(one, doc=replace(one.doc, text=""))

    def offered(self, key: str) -> Chosen | None:
        """Return what was offered under a key; None for what was long ago."""
        return self._offered.get(key)

    async def act(
        self, chosen: Chosen, engine: ChatEngine, is_current: Callable[[], bool]
    ) -> Resolved:
        """Do what the user has chosen, and show how far it is; the user can stop it.

        Cancelling the task stops it, too. What cannot be done is a problem, never an exception.
        """
        if not is_current():
            return Resolved(problem=STALE)
        work: asyncio.Task[Resolved] | None = None

        def stop() -> None:
            if work is not None:
                work.cancel()

        async with self._notices.progress(chosen.offer.title, stop) as report:
            work = self._works.keep(asyncio.create_task(self._do(chosen, engine, report)))
            try:
                await asyncio.wait([work])
            finally:
                work.cancel()
        if work.cancelled():
            return Resolved(problem="stopped")
        if not is_current():
            return Resolved(problem=STALE)
        if self.memory is not None:
            self.memory.resolved(chosen.doc, chosen.offer, work.result().edits)
        return work.result()

    async def read_ahead(self, chosen: Chosen, engine: ChatEngine) -> None:
        """Read the code of something that is offered, before it is chosen.

        Raises UserError and EngineError as `instruct.ask` does.
        """
        rules, _ = await self._told(chosen)
        await read_ahead(engine, chosen.doc, Wanted(chosen.offer, rules=rules))

    def forget(self) -> None:
        """Forget what was offered."""
        self._offered.clear()

    def stop(self) -> None:
        """End what is under way."""
        self._works.cancel()

    async def _do(
        self, chosen: Chosen, engine: ChatEngine, report: Callable[[str], None]
    ) -> Resolved:
        n_heard = itertools.count(1)

        def hear(_text: str) -> None:
            n = next(n_heard)
            report(f"{n} token{'s' if n > 1 else ''}")

        doc, offer = chosen.doc, chosen.offer
        try:
            if chosen.prompt is not None:
                span = offer.start, offer.end
                return await run_prompt(engine, doc, chosen.prompt, span, offer.diagnostics, hear)
            rules, habits = await self._told(chosen)
            project = await self._project(offer)
            wanted = Wanted(offer, chosen.instruction, rules, project, habits)
            return await resolve(engine, doc, wanted, hear)
        except UserError as error:
            return Resolved(problem=str(error))
        except Exception:
            logger.exception("a code action failed")
            return Resolved(problem=WENT_WRONG)

    async def _told(self, chosen: Chosen) -> tuple[str, tuple[Habit, ...]]:
        """Return the rules for a piece of code: the project's own, and what was learned of it."""
        rules = await self._rules(chosen.doc)
        if self.memory is None:
            return rules, ()
        told = await self.memory.told(chosen.doc, chosen.offer.start, chosen.offer.end)
        return "\n\n".join(part for part in (rules, told.text) if part), told.habits

    async def _rules(self, doc: Document) -> str:
        """Return what the project says to those who write code in it."""
        if self._folder is None:
            return ""
        exclude = self._options.exclude
        found = await asyncio.to_thread(rules_for, self._folder, doc.path, N_FOR_ACTIONS, exclude)
        self._notices.warn(found.warnings)
        return found.text

    async def _project(self, offer: Offer) -> Project:
        """Return what tests have to know of the project."""
        if offer.name != "tests" or self._root is None:
            return NO_PROJECT
        return await asyncio.to_thread(project_at, self._root, self._options.exclude)

    def _own(
        self,
        doc: Document,
        start: int,
        end: int,
        diagnostics: Sequence[Diagnostic],
        only: Sequence[str],
    ) -> list[Chosen]:
        """Return the prompt files that apply."""
        prompts, bad = self._prompts.load(folders_for(self._folder, self._folder is not None))
        self._notices.warn([f"{one.path}:{one.line}: {one.reason}" for one in bad])
        found = []
        for prompt in prompts:
            span = scope_of(prompt, doc, start, end)
            is_wanted = actions.is_wanted(prompt.kind, only)
            if span and is_wanted and covers(prompt.languages, doc.language):
                offer = Offer(prompt.name, prompt.title, prompt.kind, *span, tuple(diagnostics))
                found.append(Chosen(doc, offer, prompt))
        return found
