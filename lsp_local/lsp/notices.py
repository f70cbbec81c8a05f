"""What the server tells the person at the editor, each thing once."""

import asyncio
import itertools
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Protocol

from lsprotocol import types
from pygls.lsp.server import LanguageServer

logger = logging.getLogger(__name__)

REPORT_SECONDS = 0.25  # between two reports: nobody reads faster


class Report(Protocol):
    """Says how far something is, in percent where that is known."""

    def __call__(self, message: str, percentage: int | None = None, /) -> None:
        """Say it, unless something was said just now."""


class Notices:
    """Popups and progress. LSP, "ShowMessage Notification" and "Work Done Progress"."""

    def __init__(self, server: LanguageServer) -> None:
        self._server = server
        self._told: set[str] = set()
        self._tokens = itertools.count(1)

    def error(self, message: str) -> None:
        """Show what a person must mend."""
        self._show(types.MessageType.Error, [message])

    def warn(self, messages: Iterable[str]) -> None:
        """Show what was ignored, all of it in one popup."""
        self._show(types.MessageType.Warning, messages)

    def say(self, message: str) -> None:
        """Show what came of something that the user asked for, each time."""
        self._say(types.MessageType.Info, message)

    def fail(self, message: str) -> None:
        """Show that what the user asked for did not work, each time."""
        self._say(types.MessageType.Error, message)

    @property
    def can_ask(self) -> bool:
        """Whether the client shows questions with answers to click at."""
        window = self._server.client_capabilities.window
        return bool(window and window.show_message and window.show_message.message_action_item)

    async def ask(self, question: str, answers: Iterable[str]) -> str | None:
        """Return the answer that the user has clicked at, "" for none, None if it was not shown.

        Await it in a task of its own: the user may take hours, and no request waits for the client.
        """
        actions = [types.MessageActionItem(answer) for answer in answers]
        kind = types.MessageType.Info
        params = types.ShowMessageRequestParams(kind, f"lsp-local: {question}", actions)
        try:
            chosen = await self._server.window_show_message_request_async(params)
        except Exception as error:  # the client said no
            logger.info("the user was not asked: %s", error)
            return None
        return chosen.title if isinstance(chosen, types.MessageActionItem) else ""

    def _say(self, kind: types.MessageType, message: str) -> None:
        self._server.window_show_message(types.ShowMessageParams(kind, f"lsp-local: {message}"))

    def _show(self, kind: types.MessageType, messages: Iterable[str]) -> None:
        new = [message for message in dict.fromkeys(messages) if message not in self._told]
        if not new:
            return
        self._told.update(new)
        text = "lsp-local: " + "\n".join(new)
        self._server.window_show_message(types.ShowMessageParams(kind, text))

    @property
    def has_progress(self) -> bool:
        """Whether the client shows progress."""
        window = self._server.client_capabilities.window
        return bool(window and window.work_done_progress)

    @asynccontextmanager
    async def progress(
        self, title: str, stop: Callable[[], None] | None = None, percentage: int | None = None
    ) -> AsyncIterator[Report]:
        """Show `title` while the body runs, in clients that can; yield what says how far it is.

        With `stop` the user can end it, with a `percentage` to begin with it has a bar. No request
        waits for the client: Helix answers none while it waits for one.
        """
        if not self.has_progress:
            yield lambda _message, _percentage=None: None
            return

        token = f"lsp-local/{next(self._tokens)}"
        begin = types.WorkDoneProgressBegin(
            title, cancellable=stop is not None, percentage=percentage
        )
        # The body does not wait: a client may take its time, or never answer.
        begun = asyncio.create_task(self._begin(token, begin, stop))
        try:
            yield self._reporter(token, begun)
        finally:
            # The client may not have answered yet: it is told all the same, as soon as it has.
            begun.add_done_callback(lambda task: self._end(token, task))

    def _end(self, token: str, begun: "asyncio.Task[bool]") -> None:
        if not begun.cancelled() and begun.result():
            self._server.work_done_progress.end(token, types.WorkDoneProgressEnd())
            self._server.work_done_progress.tokens.pop(token, None)

    async def _begin(
        self, token: str, begin: types.WorkDoneProgressBegin, stop: Callable[[], None] | None
    ) -> bool:
        progress = self._server.work_done_progress
        try:
            await progress.create_async(token)
        except Exception as error:  # the client said no
            logger.info("no progress is shown: %s", error)
            return False
        if stop is not None:
            progress.tokens[token].add_done_callback(
                lambda one: stop() if one.cancelled() else None
            )
        progress.begin(token, begin)
        return True

    def _reporter(self, token: str, begun: asyncio.Task[bool]) -> Report:
        last = 0.0

        def report(message: str, percentage: int | None = None) -> None:
            nonlocal last
            now = time.monotonic()
            is_shown = begun.done() and not begun.cancelled() and begun.result()
            if is_shown and now - last >= REPORT_SECONDS:
                last = now
                said = types.WorkDoneProgressReport(message=message, percentage=percentage)
                self._server.work_done_progress.report(token, said)

        return report
