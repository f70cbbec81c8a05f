"""Findings of lint in LSP's form: diagnostics, and what can be done about one."""

from collections.abc import Iterator, Sequence
from hashlib import sha256

from lsprotocol import types

from lsp_local.features.resolved import Resolved
from lsp_local.lint.finding import RULES, Finding, Level
from lsp_local.lint.fixing import edit_of, fixed
from lsp_local.lint.ignore_edits import ignoring
from lsp_local.lint.ignoring import STALE
from lsp_local.lsp.convert_edits import range_at, workspace_edit
from lsp_local.text import Document, TextEdit

SOURCE = "lsp-local"
EXPLAIN_RULE = "lspLocal.explainRule"
QUICK_FIX = types.CodeActionKind.QuickFix
LONGEST_SHOWN = 40  # characters of a replacement in a title
HIGH_CONFIDENCE = 0.9  # of a fix that an editor may choose by itself


def diagnostic(doc: Document, finding: Finding, encoding: str) -> types.Diagnostic:
    """Return what the client shows of a finding.

    A hint: the model is often wrong, and other tools have the louder colours. A secret in the code
    is a warning, because once it is pushed it cannot be taken back.
    """
    is_loud = finding.level is Level.ERROR
    severity = types.DiagnosticSeverity.Warning if is_loud else types.DiagnosticSeverity.Hint
    sure = "" if finding.confidence is None else f" ({finding.confidence:.0%} sure)"
    return types.Diagnostic(
        range_at(doc.text, finding.start, finding.end, encoding),
        f"{finding.message}{sure}",
        severity=severity,
        code=finding.rule,
        source=SOURCE,
        tags=[types.DiagnosticTag.Unnecessary] if finding.rule == STALE else None,
    )


def is_ours(diagnostic: types.Diagnostic) -> bool:
    """Whether a client's diagnostic is a finding of lint."""
    return diagnostic.source == SOURCE and diagnostic.code in RULES


def result_id(diagnostics: Sequence[types.Diagnostic]) -> str:
    """Name what a report says: equal reports have equal names, also after a restart."""
    parts = [
        (at.start.line, at.start.character, at.end.line, at.end.character, one.code, one.message)
        for at, one in ((one.range, one) for one in diagnostics)
    ]
    return sha256(repr(parts).encode(errors="surrogatepass")).hexdigest()[:32]


def quick_fixes(
    doc: Document,
    finding: Finding,
    encoding: str,
    capabilities: types.ClientCapabilities,
    theirs: Sequence[types.Diagnostic],
) -> Iterator[types.CodeAction]:
    """Yield what can be done about a finding; edits are cheap, so they come with the list.

    `theirs` are the client's diagnostics at the place: those of the finding are named.
    """
    ours = diagnostic(doc, finding, encoding)
    same = [
        one for one in theirs if is_ours(one) and (one.code, one.range) == (ours.code, ours.range)
    ]
    for title, edit, is_preferred in _edits(doc, finding):
        changes = workspace_edit(doc, Resolved((edit,)), title, encoding, capabilities)
        yield types.CodeAction(
            title,
            kind=QUICK_FIX,
            diagnostics=same or [ours],
            is_preferred=is_preferred or None,
            edit=changes,
        )
    title = f"Explain `{finding.rule}`"
    command = types.Command(title, EXPLAIN_RULE, arguments=[finding.rule])
    yield types.CodeAction(title, kind=QUICK_FIX, diagnostics=same or [ours], command=command)


def _edits(doc: Document, finding: Finding) -> Iterator[tuple[str, TextEdit, bool]]:
    edit = edit_of(doc, finding)
    if edit is not None and fixed(doc, [finding], is_unsafe=True).taken:
        is_sure = finding.is_safe or (finding.confidence or 0.0) >= HIGH_CONFIDENCE
        yield _title(doc, finding), edit, is_sure
    edit = ignoring(doc, finding)
    if edit is not None:
        yield f"Ignore `{finding.rule}` here", edit, False


def _title(doc: Document, finding: Finding) -> str:
    old, new = doc.text[finding.start : finding.end].strip(), (finding.replacement or "").strip()
    if not new:
        return "Remove the comment" if finding.rule == STALE else f"Remove {_short(old)}"
    return f"Replace {_short(old)} by {_short(new)}" if old else f"Insert {_short(new)}"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return f"`{line if len(line) <= LONGEST_SHOWN else f'{line[:LONGEST_SHOWN]}…'}`"
