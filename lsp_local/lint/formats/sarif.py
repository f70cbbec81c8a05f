"""SARIF 2.1.0, for GitHub's code scanning and others; columns count code points, from 1."""

import json
import os
from urllib.parse import quote

from lsp_local import __version__
from lsp_local.lint.finding import RULES, Finding, Rule
from lsp_local.lint.report import Report

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
ORDER = {name: n for n, name in enumerate(RULES)}


def rendered(report: Report) -> str:
    """Return a log with one run."""
    driver = {
        "name": "lsp-local",
        "version": __version__,
        "rules": [_rule(rule) for rule in RULES.values()],
    }
    notes = [{"level": "error", "message": {"text": report.problem}}] if report.problem else []
    invocation = {
        "executionSuccessful": not report.unfinished,
        "toolExecutionNotifications": notes,
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [invocation],
        "results": [_result(one) for one in report.findings],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(rule: Rule) -> dict[str, object]:
    return {
        "id": rule.name,
        "shortDescription": {"text": rule.short},
        "fullDescription": {"text": rule.long},
        "help": {"text": rule.long},
        "defaultConfiguration": {"level": str(rule.level)},
        "properties": {"tags": ["static" if rule.is_static else "model"]},
    }


def _result(finding: Finding) -> dict[str, object]:
    file = {"uri": quote(os.fsencode(finding.path)), "uriBaseId": "%SRCROOT%"}
    region = {
        "startLine": finding.line,
        "startColumn": finding.column,
        "endLine": finding.end_line,
        "endColumn": finding.end_column,
    }
    result: dict[str, object] = {
        "ruleId": finding.rule,
        "ruleIndex": ORDER[finding.rule],
        "level": str(finding.level),
        "message": {"text": finding.message},
        "locations": [{"physicalLocation": {"artifactLocation": file, "region": region}}],
        "partialFingerprints": {"lspLocal/v1": finding.fingerprint},
    }
    if finding.confidence is not None:
        result["rank"] = round(finding.confidence * 100, 4)
    if finding.replacement is not None:
        change = {"deletedRegion": region, "insertedContent": {"text": finding.replacement}}
        result["fixes"] = [
            {
                "description": {"text": "safe" if finding.is_safe else "to be looked at"},
                "artifactChanges": [{"artifactLocation": file, "replacements": [change]}],
            }
        ]
    return result
