"""Workflow commands of GitHub, which become annotations; columns count code points, from 1.

GitHub takes columns only for a place within one line.
"""

from lsp_local.lint.finding import Finding, Level
from lsp_local.lint.formats.concise import printable
from lsp_local.lint.report import Report

COMMANDS = {Level.NOTE: "notice", Level.WARNING: "warning", Level.ERROR: "error"}


def rendered(report: Report) -> str:
    """Return a command for each finding."""
    return "".join(_command(one) + "\n" for one in report.findings)


def _command(finding: Finding) -> str:
    fields = {"file": finding.path, "line": finding.line, "endLine": finding.end_line}
    if finding.line == finding.end_line:
        fields |= {"col": finding.column, "endColumn": finding.end_column}
    fields["title"] = f"lsp-local: {finding.rule}"
    listed = ",".join(f"{name}={_property(str(value))}" for name, value in fields.items())
    message = "\n".join(printable(one) for one in finding.message.split("\n"))
    return f"::{COMMANDS[finding.level]} {listed}::{_escaped(message)}"


def _escaped(text: str) -> str:
    """Escape what would end a command, as the runner's own toolkit does."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
