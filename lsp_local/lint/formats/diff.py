"""The fixes as one diff that `git apply` takes; nothing is written, and it counts in lines.

The lines around a fix stand there as they are, secrets too.
"""

import difflib
import re

from lsp_local.lint.fixing import fixed
from lsp_local.lint.report import Report

LINE = re.compile(r"[^\n]*\n|[^\n]+")  # \f and \u2028 end none
ODD = re.compile(r'[\x00-\x1f\x7f"\\]')
BOM = "\ufeff"


def rendered(report: Report) -> str:
    """Return the diff of all files in which something can be fixed."""
    return "".join(_diff(report, path) for path in sorted(report.sources))


def _diff(report: Report, path: str) -> str:
    source = report.sources[path]
    findings = [one for one in report.findings if one.path == path]
    after = fixed(source.doc, findings, report.is_unsafe).text
    mark = BOM if source.raw.startswith(BOM.encode()) else ""
    lines = LINE.findall(mark + source.doc.text), LINE.findall(mark + after)
    found = difflib.unified_diff(*lines, _name(f"a/{path}"), _name(f"b/{path}"))
    return "".join(_whole(line) for line in found)


def _whole(line: str) -> str:
    return line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _name(name: str) -> str:
    """Return a path as git reads it: odd ones in quotes, a tab behind one with a blank."""
    if ODD.search(name):
        return '"' + ODD.sub(lambda odd: f"\\{ord(odd[0]):03o}", name) + '"'
    return f"{name}\t" if " " in name else name
