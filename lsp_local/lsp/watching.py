"""Files that change outside of the editor: the client tells us, where it can."""

import asyncio
import logging
from typing import Protocol

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from lsp_local.index.reading import NOT_CODE
from lsp_local.languages import LANGUAGES
from lsp_local.lsp.convert import path_on_disk
from lsp_local.lsp.session import Session

logger = logging.getLogger(__name__)

REGISTRATION = "lsp-local-files"


class WithSession(Protocol):
    """A server with a session."""

    session: Session

    @property
    def client_capabilities(self) -> types.ClientCapabilities:
        """Return what the client can do."""

    async def client_register_capability_async(self, params: types.RegistrationParams) -> None:
        """Ask the client for more than it does by itself."""


def register(server: LanguageServer) -> None:
    """Let `server`, which has a session, hear of changed files."""
    server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)(did_change_watched_files)


def ask(ls: WithSession) -> None:
    """Ask the client to tell which files of code change, if it can."""
    workspace = ls.client_capabilities.workspace
    support = workspace.did_change_watched_files if workspace else None
    if support and support.dynamic_registration:
        ls.session.messages.spawn(_ask(ls))


def did_change_watched_files(ls: WithSession, params: types.DidChangeWatchedFilesParams) -> None:
    """Have the files read again, those of the project."""
    files = [path_on_disk(change.uri) for change in params.changes]
    ls.session.written(*(file for file in files if file is not None))


async def _ask(ls: WithSession) -> None:
    endings = sorted({end[1:] for end, name in LANGUAGES.items() if name not in NOT_CODE})
    watcher = types.FileSystemWatcher("**/*.{" + ",".join(endings) + "}")
    options = types.DidChangeWatchedFilesRegistrationOptions([watcher])
    method = types.WORKSPACE_DID_CHANGE_WATCHED_FILES
    registration = types.Registration(REGISTRATION, method, options)
    try:
        await asyncio.shield(
            ls.client_register_capability_async(types.RegistrationParams([registration]))
        )
    except Exception as error:  # the client said no
        logger.info("the client does not tell which files change: %s", error)
    else:
        ls.session.watched()
