"""One line for each finding, as compilers print them; columns count code points, from 1."""

from lsp_local.lint.finding import Finding
from lsp_local.lint.report import Report


def rendered(report: Report) -> str:
    """Return `path:line:column: level: message [rule]` for each finding."""
    return "".join(f"{line(one)}\n" for one in report.findings)


def line(finding: Finding) -> str:
    """Return a finding in one line."""
    place = f"{finding.path}:{finding.line}:{finding.column}"
    sure = "" if finding.confidence is None else f" ({finding.confidence:.0%} sure)"
    return printable(f"{place}: {finding.level}: {finding.message} [{finding.rule}]{sure}")


def printable(text: str) -> str:
    """Return a text without what no terminal should be told, and what ends a line."""
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)
