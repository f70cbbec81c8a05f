"""What outlives the session: suggestions that were shown, figures, the user's reactions."""

import asyncio
import logging
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from lsp_local import stats
from lsp_local.adapters import voice
from lsp_local.cache import Suggestions
from lsp_local.feedback import Count, Feedback
from lsp_local.folders import completions_dir, stats_dir
from lsp_local.lsp.reactions import OnEnd, Reactions
from lsp_local.lsp.tasks import Tasks
from lsp_local.options import Options, answers_as
from lsp_local.stats import Ledger
from lsp_local.text import Document, Outcome, Reason, UserError

if TYPE_CHECKING:
    from lsp_local.disk import CompletionDisk

logger = logging.getLogger(__name__)

FLUSH_SECONDS = 60.0
CLOSE_SECONDS = 0.08  # an editor waits for the exit
LONGEST_TYPED = 8  # characters that come at once; more are pasted
# An older request's silence says nothing of what is on the screen.
OVERTAKEN = frozenset({Reason.SUPERSEDED, Reason.STALE_VERSION, Reason.CANCELLED})


class Records:
    """Disk cache and ledger. Invariant: neither delays an answer or fails one."""

    def __init__(self, on_end: OnEnd = lambda _ended: None) -> None:
        self.ledger = Ledger("", None)
        self._disk: CompletionDisk | None = None
        self._tasks = Tasks()
        self._flushing: asyncio.Task[None] | None = None
        self.feedback = Feedback()
        self.reactions = Reactions(self._on_count, on_end=on_end)

    def suggestions_for(self, options: Options) -> Suggestions:
        """Return what is known of the model that `options` name, with the disk's share."""
        is_new = self.ledger.model != answers_as(options)
        if not options.cache_mb:
            if self._disk is not None:
                self._disk.close()
            if self._flushing is not None:
                self._flushing.cancel()
            self.ledger, self._disk = Ledger(answers_as(options), None), None
            return Suggestions(voice(options))
        if self._disk is None:
            from lsp_local.disk import CompletionDisk  # its import takes 30 ms

            self.ledger = Ledger(answers_as(options), stats_dir())
            self._disk = CompletionDisk(completions_dir())
            self._tasks.spawn(asyncio.to_thread(self._disk.open))
            self._flushing = self._tasks.spawn(self._flush_for_ever())
        self.ledger.model = answers_as(options)
        if is_new:
            self._tasks.spawn(self._read_feedback(stats_dir(), answers_as(options)))
        return Suggestions(voice(options), self._disk)

    def ended(self, known: Suggestions, doc: Document, offset: int, outcome: Outcome) -> None:
        """Take note of how a request ended."""
        said, stats = outcome.text, outcome.stats
        self.ledger.add(
            source=stats.source,
            reason=outcome.reason,
            total_ms=stats.total_ms,
            ttft_ms=stats.ttft_ms,
            n_evaluated=stats.n_evaluated,
            n_predicted=stats.n_predicted,
            n_chars=len(said),
        )
        if said:
            self._tasks.spawn(asyncio.to_thread(known.keep, doc, offset, said))

    def changed(self, before: Document | None, now: Document | None) -> None:
        """Count what was typed, and what was taken of a suggestion."""
        if before is None or now is None:
            return
        n_taken = self.reactions.changed(before, now)
        n_chars = len(now.text) - len(before.text)
        if n_taken:
            self.ledger.accepted(n_taken)
        elif 0 < n_chars <= LONGEST_TYPED:
            self.ledger.typed(n_chars)

    def answered(self, doc: Document, offset: int, outcome: Outcome) -> str:
        """Take note of an answer that goes out; return the id of its item."""
        if outcome.reason in OVERTAKEN:
            return ""
        return self.reactions.answered(doc, offset, outcome.text)

    def adjustment(self, language: str) -> float:
        """Return by what the gate's threshold is to be multiplied."""
        return self.feedback.adjustment(language)

    def forget_feedback(self) -> None:
        """Forget what the user made of suggestions, here and on disk."""
        self.feedback = Feedback()
        self.ledger.forget_feedback()
        if self._disk is not None:
            self._tasks.spawn(asyncio.to_thread(_forget_feedback, stats_dir()))

    async def close(self) -> None:
        """Write the figures, if that is soon done."""
        await asyncio.wait([asyncio.create_task(self.ledger.flush())], timeout=CLOSE_SECONDS)

    def _on_count(self, language: str, name: Count, number: int) -> None:
        self.feedback.add(language, name, number)
        self.ledger.feedback(language, name, number)

    async def _read_feedback(self, folder: Path, model: str) -> None:
        """Begin with what earlier servers have counted; a file that cannot be read is none."""
        feedback = Feedback()
        self.feedback = feedback
        try:
            counts = await asyncio.to_thread(stats.read, folder)
        except UserError as error:
            logger.info("no feedback was read: %s", error)
            return
        feedback.take_over(counts, model, date.today())

    async def _flush_for_ever(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            await self.ledger.flush()


def _forget_feedback(folder: Path) -> None:
    try:
        stats.forget_feedback(folder)
    except UserError as error:
        logger.warning("%s", error)
