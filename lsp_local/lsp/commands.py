"""What the editor tells and commands beside the text: suggestions shown and taken, pause."""

from typing import Protocol

from pygls.lsp.server import LanguageServer

from lsp_local.lsp.convert import ACCEPTED, item_id_in
from lsp_local.lsp.session import Session

PAUSE, RESUME, TOGGLE = "lspLocal.pause", "lspLocal.resume", "lspLocal.togglePause"
FORGET_FEEDBACK = "lspLocal.forgetFeedback"
PULL_MODEL = "lspLocal.pullModel"
# The names that clients of Copilot's language server use.
DID_SHOW = "textDocument/didShowCompletion"
DID_TAKE_PART = "textDocument/didPartiallyAcceptCompletion"


class WithSession(Protocol):
    """A server with a session."""

    session: Session


def register(server: LanguageServer) -> None:
    """Let `server`, which has a session, take these commands and notifications."""
    for name, handler in (
        (PAUSE, pause),
        (RESUME, resume),
        (TOGGLE, toggle_pause),
        (FORGET_FEEDBACK, forget_feedback),
        (ACCEPTED, accepted),
        (PULL_MODEL, pull_model),
    ):
        server.command(name)(handler)
    server.feature(DID_SHOW)(did_show)
    server.feature(DID_TAKE_PART)(did_take_part)


def pause(ls: WithSession, *_: object) -> bool:
    """Be silent from now on; return whether the server is paused."""
    ls.session.pause(True)
    return ls.session.is_paused


def resume(ls: WithSession, *_: object) -> bool:
    """Suggest again."""
    ls.session.pause(False)
    return ls.session.is_paused


def toggle_pause(ls: WithSession, *_: object) -> bool:
    """Do the one or the other."""
    ls.session.pause(not ls.session.is_paused)
    return ls.session.is_paused


def forget_feedback(ls: WithSession, *_: object) -> None:
    """Forget what the user made of suggestions."""
    ls.session.records.forget_feedback()


def pull_model(ls: WithSession, *arguments: object) -> str:
    """Fetch the model named by the only argument, or the one that the options name.

    Return when it has begun, as that takes minutes: "begun", "running" (another one, first),
    "already-here" or "unknown". Progress and messages say what comes of it.
    """
    match arguments:
        case (str(name), *_):
            return ls.session.pulling.begin(name)
    return ls.session.pulling.begin()


def accepted(ls: WithSession, *arguments: object) -> None:
    """Take note that the user took a suggestion; its id is the only argument."""
    match arguments:
        case (str(item_id), *_):
            ls.session.records.reactions.accepted(item_id)


def did_show(ls: WithSession, params: object) -> None:
    """Take note that a suggestion is on the screen."""
    ls.session.records.reactions.seen(item_id_in(params))


def did_take_part(ls: WithSession, params: object) -> None:
    """Take note of a part that the user took; `acceptedLength` counts UTF-16 units of the whole."""
    match params:
        case {"acceptedLength": int(n_units)}:
            ls.session.records.reactions.taken(item_id_in(params), n_units)
