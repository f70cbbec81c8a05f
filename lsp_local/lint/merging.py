"""The results of several shards put together, as if one run had looked at everything."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from lsp_local.lint.finding import Finding, again
from lsp_local.lint.formats import json_object
from lsp_local.lint.report import Report
from lsp_local.lint.walking import Source, source
from lsp_local.text import UserError


def merged(paths: Sequence[Path]) -> Report:
    """Return the report of all result files; a finding that is in several counts once.

    Raises UserError.
    """
    reports = [json_object.read(path) for path in paths]
    findings = {one.order: one for report in reports for one in report.findings}
    unfinished = {path for report in reports for path in report.unfinished}
    problems = [report.problem for report in reports if report.problem]
    return Report(
        tuple(findings[order] for order in sorted(findings)),
        unfinished=tuple(sorted(unfinished)),
        problem=problems[0] if problems else "",
    )


def with_sources(report: Report, root: Path) -> Report:
    """Return a report with the files that can be fixed. Raises UserError if one has changed."""
    sources: dict[str, Source] = {}
    for one in report.findings:
        if one.replacement is not None:
            if one.path not in sources:
                sources[one.path] = _read(root, one.path)
            if _is_stale(one, sources[one.path]):
                raise UserError(f"{one.path} is not as it was when it was looked at; lint it anew")
    return replace(report, sources=sources)


def _read(root: Path, path: str) -> Source:
    reasons: list[str] = []
    read = source(root, path, reasons.append)
    if read is None:
        raise UserError(reasons[0])
    return read


def _is_stale(finding: Finding, source: Source) -> bool:
    """Whether a finding would be another one in the file as it is now."""
    if finding.end > len(source.doc.text):
        return True
    now = again(finding, source.doc)
    return (now.source, now.line, now.column) != (finding.source, finding.line, finding.column)
