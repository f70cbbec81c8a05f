"""One JSON object with everything; `--merge` reads it.

Offsets and columns count code points; offsets begin at 0, after a byte order mark, columns at 1.
"""

import json
from pathlib import Path
from typing import Any

from lsp_local import __version__
from lsp_local.lint.finding import RULES, Finding, Level
from lsp_local.lint.report import Report
from lsp_local.text import UserError

SCHEMA = 1


def rendered(report: Report) -> str:
    """Return the findings, and the files at which no model has looked."""
    content = {
        "tool": "lsp-local",
        "version": __version__,
        "schema": SCHEMA,
        "findings": [one.as_json() for one in report.findings],
        "unfinished": list(report.unfinished),
        "problem": report.problem,
    }
    return json.dumps(content, indent=2) + "\n"


def read(path: Path) -> Report:
    """Return the report that a file in this format holds. Raises UserError."""
    try:
        content = json.loads(path.read_bytes())
        if content["schema"] != SCHEMA:
            raise ValueError
        findings = tuple(_finding(one) for one in content["findings"])
        unfinished = tuple(str(one) for one in content["unfinished"])
        return Report(findings, {}, unfinished, str(content["problem"]))
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}; give what to merge") from None
    except (ValueError, TypeError, LookupError):
        raise UserError(f"{path} is no result of `lsp-local lint --format json`") from None


def _finding(values: dict[str, Any]) -> Finding:
    if values["rule"] not in RULES:
        raise ValueError(values["rule"])
    return Finding(**{**values, "level": Level(values["level"])})
