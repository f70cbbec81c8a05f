"""Findings as plain values: what the cache keeps of them, and what other machines tell of them."""

from typing import Any

from lsp_local.lint.finding import Finding, found
from lsp_local.text import Document

FIELDS = ("rule", "start", "end", "message", "replacement", "is_safe", "confidence")

Row = list[Any]


def row_of(finding: Finding) -> Row:
    """Return all of a finding that its text does not tell."""
    return [getattr(finding, name) for name in FIELDS]


def finding_of(row: Any, doc: Document) -> Finding:
    """Make a finding in a text of a row. Raises ValueError, TypeError or KeyError for no row."""
    given = dict(zip(FIELDS, row, strict=True))
    rule, start, end, message = (given.pop(name) for name in FIELDS[:4])
    if not 0 <= start <= end <= len(doc.text):
        raise ValueError("a place is not in the text")
    return found(rule, doc, start, end, message, **given)
