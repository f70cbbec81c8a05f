"""Fixes put into a text, as far as it still parses."""

from codecs import BOM_UTF8
from collections.abc import Iterable
from dataclasses import dataclass

from lsp_local.lint.finding import Finding
from lsp_local.lint.walking import Source
from lsp_local.parsecheck import is_worse
from lsp_local.text import Document, TextEdit
from lsp_local.trees import parse
from lsp_local.verify.minimal import applied


@dataclass(frozen=True, slots=True)
class Fixed:
    """A text with some findings fixed: those in `taken`."""

    text: str
    taken: tuple[Finding, ...]


def fixed(doc: Document, findings: Iterable[Finding], is_unsafe: bool) -> Fixed:
    """Fix what can be fixed; of fixes that touch, the first, and none that breaks the syntax."""
    taken: list[Finding] = []
    edits: tuple[TextEdit, ...] = ()
    for one in sorted(findings, key=lambda one: one.order):
        edit = edit_of(doc, one)
        is_wanted = one.is_safe or is_unsafe
        if edit is None or not is_wanted or (edits and edit.start <= edits[-1].end):
            continue
        if _is_sound(doc, applied(doc.text, (*edits, edit))):
            edits = (*edits, edit)
            taken.append(one)
    return Fixed(applied(doc.text, edits), tuple(taken))


def written(source: Source, text: str) -> bytes:
    """Return the bytes of a text in place of what a file holds, with its byte order mark."""
    mark = BOM_UTF8 if source.raw.startswith(BOM_UTF8) else b""
    return mark + text.encode()


def edit_of(doc: Document, finding: Finding) -> TextEdit | None:
    """Return the edit of a finding, with the line ends of the file."""
    if finding.replacement is None:
        return None
    text = finding.replacement
    if "\r\n" in doc.text and "\r" not in text:
        text = text.replace("\n", "\r\n")
    return TextEdit(finding.start, finding.end, text)


def _is_sound(doc: Document, text: str) -> bool:
    """Whether what has changed parses no worse than before."""
    before, after = parse(doc.text, doc.language), parse(text, doc.language)
    return before is not None and after is not None and not is_worse(before, after)
