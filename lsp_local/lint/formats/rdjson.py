"""Reviewdog's format; columns count bytes in UTF-8, from 1, and the end is behind the last."""

import json

from lsp_local.lint.finding import Finding, Level
from lsp_local.lint.report import Report

SEVERITIES = {Level.NOTE: "INFO", Level.WARNING: "WARNING", Level.ERROR: "ERROR"}


def rendered(report: Report) -> str:
    """Return a diagnostic for each finding."""
    content = {
        "source": {"name": "lsp-local"},
        "diagnostics": [_diagnostic(one) for one in report.findings],
    }
    return json.dumps(content, indent=2) + "\n"


def _diagnostic(finding: Finding) -> dict[str, object]:
    place = _range(finding)
    diagnostic: dict[str, object] = {
        "message": finding.message,
        "location": {"path": finding.path, "range": place},
        "severity": SEVERITIES[finding.level],
        "code": {"value": finding.rule},
    }
    if finding.replacement is not None and "column" in place["start"]:
        diagnostic["suggestions"] = [{"range": place, "text": finding.replacement}]
    return diagnostic


def _range(finding: Finding) -> dict[str, dict[str, int]]:
    """Return where a finding stands; of lines that are too long to be known, only their numbers."""
    lines = finding.source.split("\n")
    start, end = {"line": finding.line}, {"line": finding.end_line}
    if finding.source or finding.column == finding.end_column == 1:
        start["column"] = _byte_column(lines[0], finding.column)
        end["column"] = _byte_column(lines[-1], finding.end_column)
    return {"start": start, "end": end}


def _byte_column(line: str, column: int) -> int:
    return len(line[: column - 1].encode(errors="surrogatepass")) + 1
