"""The messages of diagnostics: clients ask for them, or are told."""

import asyncio
import logging
from typing import Protocol

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from lsp_local.lint.finding import RULES
from lsp_local.lsp import convert_edits, convert_findings
from lsp_local.lsp.session import Session
from lsp_local.text import Document

logger = logging.getLogger(__name__)

Report = types.RelatedFullDocumentDiagnosticReport | types.RelatedUnchangedDocumentDiagnosticReport


class WithSession(Protocol):
    """A server with a session."""

    session: Session

    @property
    def encoding(self) -> str:
        """Return what the client counts in."""

    @property
    def client_capabilities(self) -> types.ClientCapabilities:
        """Return what the client can do."""

    def text_document_publish_diagnostics(self, params: types.PublishDiagnosticsParams) -> None:
        """Show diagnostics."""

    async def workspace_diagnostic_refresh_async(self, params: None) -> None:
        """Have the client ask again."""


def register(server: LanguageServer) -> None:
    """Let `server`, which has a session, be asked for diagnostics, and tell what is new."""
    # Static, whatever the option says: Neovim and eglot register nothing later.
    options = types.DiagnosticOptions(
        inter_file_dependencies=False,
        workspace_diagnostics=False,
        identifier=convert_findings.SOURCE,
    )
    server.feature(types.TEXT_DOCUMENT_DIAGNOSTIC, options)(pull)
    server.command(convert_findings.EXPLAIN_RULE)(explain_rule)


async def pull(ls: WithSession, params: types.DocumentDiagnosticParams) -> Report:
    """Say what lint has found. LSP, "Document Diagnostics".

    At once to a client that we can tell when there is more; another waits for it.
    """
    uri, looking = params.text_document.uri, ls.session.looking
    if not is_pulling(ls):
        looking.is_pulled = True
        if looking.findings(uri):
            publish(ls, uri)  # or its user would see all of it twice
    if not _can_refresh(ls.client_capabilities):
        await looking.settled(uri)
    shown = _lint(ls, uri)
    name = convert_findings.result_id(shown)
    if params.previous_result_id == name:
        return types.RelatedUnchangedDocumentDiagnosticReport(name)
    return types.RelatedFullDocumentDiagnosticReport(shown, result_id=name)


def announce(ls: WithSession, uri: str) -> None:
    """Tell the client that something else is found in a document, in the way that it knows."""
    if not is_pulling(ls):
        publish(ls, uri)
    elif _can_refresh(ls.client_capabilities):
        ls.session.messages.spawn(_refresh(ls))


def publish(ls: WithSession, uri: str) -> None:
    """Send all that a client does not ask for: what prompts have found, and lint for older ones."""
    doc = ls.session.documents.get(uri)
    if doc is None:
        return
    own = ls.session.instructed.findings.of(uri)
    shown = convert_edits.diagnostics_out(doc, own, ls.encoding)
    if not is_pulling(ls):
        shown += _lint(ls, uri)
    shown.sort(key=lambda one: (one.range.start.line, one.range.start.character))
    params = types.PublishDiagnosticsParams(uri, shown, version=doc.version)
    ls.text_document_publish_diagnostics(params)


def closed(ls: WithSession, uri: str) -> None:
    """Take back what was sent about a document that is no longer open."""
    has_sent = not is_pulling(ls) and bool(ls.session.looking.findings(uri))
    if ls.session.instructed.findings.forget(uri) or has_sent:
        ls.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))


def quick_fixes(
    ls: WithSession, doc: Document, start: int, end: int, params: types.CodeActionParams
) -> list[types.CodeAction]:
    """Return what can be done about the findings that touch a range."""
    found = ls.session.looking.findings(doc.uri)
    here = [one for one in found if one.start <= end and start <= one.end]
    return [
        action
        for one in here
        for action in convert_findings.quick_fixes(
            doc, one, ls.encoding, ls.client_capabilities, params.context.diagnostics
        )
    ]


def explain_rule(ls: WithSession, *arguments: object) -> None:
    """Say what a rule means; its name is the only argument."""
    match arguments:
        case (str(name), *_) if name in RULES:
            ls.session.instructed.notices.say(f"{name}: {RULES[name].long}")


def is_pulling(ls: WithSession) -> bool:
    """Whether the client asks for what lint finds: it said that it can, or has done so."""
    document = ls.client_capabilities.text_document
    return bool(document and document.diagnostic) or ls.session.looking.is_pulled


def _lint(ls: WithSession, uri: str) -> list[types.Diagnostic]:
    doc = ls.session.readable(uri)
    found = ls.session.looking.findings(uri) if doc is not None else []
    return [convert_findings.diagnostic(doc, one, ls.encoding) for one in found] if doc else []


def _can_refresh(capabilities: types.ClientCapabilities) -> bool:
    workspace = capabilities.workspace
    support = workspace.diagnostics if workspace else None
    return bool(support and support.refresh_support)


async def _refresh(ls: WithSession) -> None:
    try:
        await asyncio.shield(ls.workspace_diagnostic_refresh_async(None))
    except Exception as error:  # the client said no
        logger.info("the client does not ask again: %s", error)
