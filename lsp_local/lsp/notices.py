"""What the server tells the person at the editor, each thing once."""

import asyncio
import itertools
import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from lsprotocol import types
from pygls.lsp.server import LanguageServer

logger = logging.getLogger(__name__)


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

    def _show(self, kind: types.MessageType, messages: Iterable[str]) -> None:
        new = [message for message in dict.fromkeys(messages) if message not in self._told]
        if not new:
            return
        self._told.update(new)
        text = "lsp-local: " + "\n".join(new)
        self._server.window_show_message(types.ShowMessageParams(kind, text))

    @asynccontextmanager
    async def progress(self, title: str) -> AsyncIterator[None]:
        """Show `title` while the body runs, in clients that can.

        Never for use in a handler: Helix answers no request while it waits for one.
        """
        window = self._server.client_capabilities.window
        if window is None or not window.work_done_progress:
            yield
            return

        token = f"lsp-local/{next(self._tokens)}"
        # The body does not wait: a client may take its time, or never answer.
        begun = asyncio.create_task(self._begin(token, title))
        try:
            yield
        finally:
            if not begun.cancel() and begun.result():
                self._server.work_done_progress.end(token, types.WorkDoneProgressEnd())

    async def _begin(self, token: str, title: str) -> bool:
        try:
            await self._server.work_done_progress.create_async(token)
        except Exception as error:  # the client said no
            logger.info("no progress is shown: %s", error)
            return False
        begin = types.WorkDoneProgressBegin(title, cancellable=False)
        self._server.work_done_progress.begin(token, begin)
        return True
