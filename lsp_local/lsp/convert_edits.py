"""Code actions, edits and diagnostics in LSP's form and back."""

import posixpath
from collections.abc import Sequence
from urllib.parse import quote

from lsprotocol import types

from lsp_local.actions.catalogue import Offer
from lsp_local.features.resolved import NewFile, Resolved
from lsp_local.lsp.convert import offset_at, position_at
from lsp_local.text import Diagnostic, Document, TextEdit

ACT = "lspLocal.act"  # the command of actions for clients that cannot resolve them
ANNOTATION = "lsp-local"


def range_at(text: str, start: int, end: int, encoding: str) -> types.Range:
    """Return what is between two offsets as a range."""
    return types.Range(position_at(text, start, encoding), position_at(text, end, encoding))


def span_of(text: str, where: types.Range, encoding: str) -> tuple[int, int]:
    """Return the offsets of a range; a reversed one is turned round."""
    start, end = (offset_at(text, one, encoding) for one in (where.start, where.end))
    return min(start, end), max(start, end)


def diagnostics_in(
    doc: Document, diagnostics: Sequence[types.Diagnostic], encoding: str
) -> list[Diagnostic]:
    """Return a client's diagnostics, of any server."""
    found = []
    for one in diagnostics:
        start, end = span_of(doc.text, one.range, encoding)
        code = "" if one.code is None else str(one.code)
        found.append(Diagnostic(start, end, str(one.message), one.source or "", code))
    return found


def diagnostics_out(
    doc: Document, diagnostics: Sequence[Diagnostic], encoding: str
) -> list[types.Diagnostic]:
    """Return what prompts have found, as remarks: none of it is an error or a warning."""
    return [
        types.Diagnostic(
            range_at(doc.text, one.start, one.end, encoding),
            one.message,
            severity=types.DiagnosticSeverity.Information,
            source=one.source,
        )
        for one in diagnostics
    ]


def code_action(
    offer: Offer,
    key: str,
    doc: Document,
    params: types.CodeActionParams,
    encoding: str,
    can_resolve: bool,
) -> types.CodeAction:
    """Return an offer as the client lists it: its edit comes when it is chosen.

    A client that cannot ask for the edit gets a command that has the server apply it.
    """
    theirs = params.context.diagnostics if offer.kind == "quickfix" else []
    read = zip(theirs, diagnostics_in(doc, theirs, encoding), strict=True)
    return types.CodeAction(
        offer.title,
        kind=offer.kind,
        diagnostics=[one for one, ours in read if ours in offer.diagnostics] or None,
        data={"key": key} if can_resolve else None,
        command=None if can_resolve else types.Command(offer.title, ACT, arguments=[key]),
    )


def key_in(data: object) -> str:
    """Return the key in an action's data, "" without one."""
    match data:
        case {"key": str(key)}:
            return key
    return ""


def can_resolve(capabilities: types.ClientCapabilities) -> bool:
    """Whether the client asks for an action's edit when it is chosen. LSP, "resolveSupport"."""
    document = capabilities.text_document
    action = document.code_action if document else None
    support = action.resolve_support if action else None
    return support is not None and "edit" in support.properties


def workspace_edit(
    doc: Document,
    found: Resolved,
    title: str,
    encoding: str,
    capabilities: types.ClientCapabilities,
) -> types.WorkspaceEdit | None:
    """Return what came of an action, for exactly this version of the document where possible.

    None where nothing is to be changed, or for a new file that the client cannot make.
    """
    workspace = capabilities.workspace
    support = workspace.workspace_edit if workspace else None
    can_annotate = support is not None and support.change_annotation_support is not None
    if support is None or not support.document_changes:
        edits = [_plain_edit(doc, one, encoding) for one in found.edits]
        return types.WorkspaceEdit(changes={doc.uri: edits}) if edits else None

    annotation = ANNOTATION if can_annotate else None
    operations = [str(one.value) for one in support.resource_operations or []]
    changes: list[types.TextDocumentEdit | types.CreateFile] = []
    if found.new_file is not None:
        if "create" not in operations:
            return None
        changes += _new_file(doc, found.new_file)
    if found.edits:
        where = types.OptionalVersionedTextDocumentIdentifier(doc.uri, doc.version)
        own = [_text_edit(doc, one, encoding, annotation) for one in found.edits]
        changes.append(types.TextDocumentEdit(where, own))
    if not changes:
        return None
    notes = {ANNOTATION: types.ChangeAnnotation(f"lsp-local: {title}")} if annotation else None
    return types.WorkspaceEdit(document_changes=changes, change_annotations=notes)


def _text_edit(
    doc: Document, edit: TextEdit, encoding: str, annotation: str | None = None
) -> types.TextEdit | types.AnnotatedTextEdit:
    plain = _plain_edit(doc, edit, encoding)
    if annotation is None:
        return plain
    return types.AnnotatedTextEdit(annotation, plain.range, plain.new_text)


def _plain_edit(doc: Document, edit: TextEdit, encoding: str) -> types.TextEdit:
    return types.TextEdit(range_at(doc.text, edit.start, edit.end, encoding), edit.text)


def _new_file(doc: Document, new: NewFile) -> "list[types.TextDocumentEdit | types.CreateFile]":
    """Make a file in the document's project and fill it; where one exists, the client refuses."""
    root = doc.uri.rsplit("/", doc.path.count("/") + 1)[0]
    uri = f"{root}/{quote(posixpath.normpath(new.path))}"
    start = types.Position(0, 0)
    where = types.OptionalVersionedTextDocumentIdentifier(uri, None)
    return [
        types.CreateFile(uri),
        types.TextDocumentEdit(where, [types.TextEdit(types.Range(start, start), new.text)]),
    ]
