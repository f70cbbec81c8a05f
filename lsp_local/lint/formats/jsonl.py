"""One JSON object a line for each finding; offsets and columns count code points, as in `json`."""

import json

from lsp_local.lint.report import Report


def rendered(report: Report) -> str:
    """Return a line for each finding."""
    return "".join(json.dumps(one.as_json()) + "\n" for one in report.findings)
