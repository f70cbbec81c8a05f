"""GitLab's code quality report; it shows lines, from 1, and has no columns."""

import json

from lsp_local.lint.finding import Finding, Level
from lsp_local.lint.report import Report

SEVERITIES = {Level.NOTE: "info", Level.WARNING: "minor", Level.ERROR: "critical"}


def rendered(report: Report) -> str:
    """Return a list with an object for each finding."""
    return json.dumps([_issue(one) for one in report.findings], indent=2) + "\n"


def _issue(finding: Finding) -> dict[str, object]:
    return {
        "description": finding.message,
        "check_name": finding.rule,
        "fingerprint": finding.fingerprint,
        "severity": SEVERITIES[finding.level],
        "location": {
            "path": finding.path,
            "lines": {"begin": finding.line, "end": finding.end_line},
        },
    }
