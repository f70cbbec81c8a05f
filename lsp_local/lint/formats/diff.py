"""The fixes as one diff that `git apply` takes; nothing is written, and it counts in lines.

The lines around a fix stand there as they are, secrets too.
"""

import re

from lsp_local.lint.report import Report
from lsp_local.unified import unified

ODD = re.compile(r'[\x00-\x1f\x7f"\\]')
BOM = "\ufeff"


def rendered(report: Report) -> str:
    """Return the diff of all files in which something can be fixed."""
    return "".join(_diff(report, path) for path in sorted(report.sources))


def _diff(report: Report, path: str) -> str:
    from lsp_local.lint.fixing import fixed  # the checks of edits: no other format needs them

    source = report.sources[path]
    findings = [one for one in report.findings if one.path == path]
    after = fixed(source.doc, findings, report.is_unsafe).text
    mark = BOM if source.raw.startswith(BOM.encode()) else ""
    names = _name(f"a/{path}"), _name(f"b/{path}")
    return unified(mark + source.doc.text, mark + after, *names)


def _name(name: str) -> str:
    """Return a path as git reads it: odd ones in quotes, a tab behind one with a blank."""
    if ODD.search(name):
        return '"' + ODD.sub(lambda odd: f"\\{ord(odd[0]):03o}", name) + '"'
    return f"{name}\t" if " " in name else name
