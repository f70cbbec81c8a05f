"""The messages of code actions: the list at once, the work when one was chosen."""

import asyncio
from typing import Protocol

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from lsp_local.actions import catalogue as actions
from lsp_local.features.resolved import Resolved
from lsp_local.lsp import convert, convert_edits, convert_findings, diagnostics
from lsp_local.lsp.acting import Chosen
from lsp_local.lsp.convert_edits import ACT

REWRITE = "lspLocal.rewrite"
PREVIEW = "lspLocal/rewrite"
UNKNOWN = "this action is no longer known; choose it again"
NOT_HERE = "this code is not to be read: it is private, excluded by your options, or all is paused"
KINDS = ("quickfix", "refactor.rewrite", "refactor.extract", "source")


class WithSession(diagnostics.WithSession, Protocol):
    """A server with a session whose client can change documents."""

    async def workspace_apply_edit_async(
        self, params: types.ApplyWorkspaceEditParams
    ) -> types.ApplyWorkspaceEditResult:
        """Have the client change documents."""


def register(server: LanguageServer) -> None:
    """Let `server`, which has a session, offer code actions and do them."""
    kinds = [types.CodeActionKind(kind) for kind in KINDS]
    options = types.CodeActionOptions(code_action_kinds=kinds, resolve_provider=True)
    server.feature(types.TEXT_DOCUMENT_CODE_ACTION, options)(code_action)
    server.feature(types.CODE_ACTION_RESOLVE)(resolve_code_action)
    server.feature(PREVIEW)(preview)
    server.command(ACT)(act)
    server.command(REWRITE)(rewrite)


def code_action(ls: WithSession, params: types.CodeActionParams) -> list[types.CodeAction]:
    """List what can be done in a range, without the model. LSP, "Code Action Request"."""
    doc = ls.session.readable(params.text_document.uri)
    if doc is None:
        return []
    ls.session.instructed.get_ready()
    start, end = convert_edits.span_of(doc.text, params.range, ls.encoding)
    # What lint has found needs no model to be mended.
    theirs = [one for one in params.context.diagnostics if not convert_findings.is_ours(one)]
    complaints = convert_edits.diagnostics_in(doc, theirs, ls.encoding)
    only = [str(getattr(one, "value", one)) for one in params.context.only or []]
    found = ls.session.instructed.acting.offers(doc, start, end, complaints, only)
    if found and params.context.trigger_kind is types.CodeActionTriggerKind.Invoked:
        ls.session.instructed.read_ahead(Chosen(doc, next(iter(found.values()))))
    can_resolve = convert_edits.can_resolve(ls.client_capabilities)
    is_mending = actions.is_wanted(convert_findings.QUICK_FIX.value, only)
    mending = diagnostics.quick_fixes(ls, doc, start, end, params) if is_mending else []
    return mending + [
        convert_edits.code_action(offer, key, doc, params, ls.encoding, can_resolve)
        for key, offer in found.items()
    ]


async def resolve_code_action(ls: WithSession, action: types.CodeAction) -> types.CodeAction:
    """Do what was chosen. LSP, "Code Action Resolve Request"."""
    chosen = ls.session.instructed.acting.offered(convert_edits.key_in(action.data))
    if chosen is None:
        ls.session.instructed.notices.say(UNKNOWN)
        return action
    action.edit = _told(ls, chosen, await ls.session.instructed.act(chosen))
    return action


def act(ls: WithSession, *arguments: object) -> None:
    """Do what was chosen, and have the client apply it: for clients that cannot resolve."""
    match arguments:
        case (str(key), *_):
            chosen = ls.session.instructed.acting.offered(key)
            if chosen is None:
                ls.session.instructed.notices.say(UNKNOWN)
            else:
                ls.session.instructed.tasks.spawn(_apply(ls, chosen))


def rewrite(ls: WithSession, *arguments: object) -> None:
    """Follow an instruction: arguments are a URI, a range and the text. The client applies it."""
    chosen = _instructed(ls, *arguments)
    if chosen is not None:
        ls.session.instructed.tasks.spawn(_apply(ls, chosen))


async def preview(ls: WithSession, params: object) -> types.WorkspaceEdit | None:
    """Return the edit that follows an instruction, for the client to show before it applies it.

    Our own request: `textDocument.uri`, `range` and `instruction`.
    """
    match params:
        case {"textDocument": {"uri": uri}, "range": where, "instruction": said}:
            chosen = _instructed(ls, uri, where, said)
            return _told(ls, chosen, await ls.session.instructed.act(chosen)) if chosen else None
    return None


def _instructed(ls: WithSession, *arguments: object) -> Chosen | None:
    match arguments:
        case (str(uri), told, str(instruction)) if instruction.strip():
            where = convert.range_in(told)
            if where is None:
                return None
            doc = ls.session.readable(uri)
            if doc is None:
                ls.session.instructed.notices.say(NOT_HERE)
                return None
            span = convert_edits.span_of(doc.text, where, ls.encoding)
            offer = actions.offer("rewrite", doc, *span, [])
            if offer is not None:
                return Chosen(doc, offer, instruction=instruction.strip())
            ls.session.instructed.notices.say(NOT_HERE)
    return None


async def _apply(ls: WithSession, chosen: Chosen) -> None:
    edit = _told(ls, chosen, await ls.session.instructed.act(chosen))
    if edit is None:
        return
    title = chosen.offer.title
    params = types.ApplyWorkspaceEditParams(edit, label=f"lsp-local: {title}")
    answer = await asyncio.shield(ls.workspace_apply_edit_async(params))
    if isinstance(answer, types.ApplyWorkspaceEditResult) and not answer.applied:
        reason = f": {answer.failure_reason}" if answer.failure_reason else ""
        ls.session.instructed.notices.say(f"{title}: the editor did not apply the edit{reason}")


def _told(ls: WithSession, chosen: Chosen, found: Resolved) -> types.WorkspaceEdit | None:
    """Return the edit of what came of an action, and tell the user the rest."""
    doc, encoding = chosen.doc, ls.encoding
    if found.message or found.problem:
        ls.session.instructed.notices.say(found.message or f"{chosen.offer.title}: {found.problem}")
    if found.diagnostics is not None:
        if not found.diagnostics:
            ls.session.instructed.notices.say(f"{chosen.offer.title}: nothing was found")
        ls.session.instructed.findings.put(doc, chosen.offer.name, found.diagnostics)
        diagnostics.publish(ls, doc.uri)
    capabilities = ls.client_capabilities
    edit = convert_edits.workspace_edit(doc, found, chosen.offer.title, encoding, capabilities)
    if edit is None and (found.new_file or found.edits):
        ls.session.instructed.notices.say("this editor cannot make new files for a language server")
    return edit
