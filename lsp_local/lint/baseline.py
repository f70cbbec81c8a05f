"""Findings that a project has decided to live with: only what is new is reported."""

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from lsp_local.lint.finding import Finding
from lsp_local.text import UserError
from lsp_local.writing import replace

VERSION = 1


def write(path: Path, findings: Iterable[Finding]) -> int:
    """Write all findings as the baseline; return how many there are. Raises UserError."""
    counts = Counter((one.path, one.rule, one.fingerprint) for one in findings)
    entries = [
        {"path": name, "rule": rule, "fingerprint": fingerprint, "count": count}
        for (name, rule, fingerprint), count in sorted(counts.items())
    ]
    text = json.dumps({"version": VERSION, "findings": entries}, indent=2) + "\n"
    replace(path, text.encode())
    return counts.total()


def read(path: Path) -> Counter[str]:
    """Return how often each fingerprint may be found. Raises UserError."""
    try:
        content = json.loads(path.read_bytes())
        if content["version"] != VERSION:
            raise ValueError
        return Counter({one["fingerprint"]: int(one["count"]) for one in content["findings"]})
    except OSError as error:
        hint = "`--write-baseline` makes one"
        raise UserError(f"cannot read {path}: {error.strerror}; {hint}") from None
    except (ValueError, TypeError, LookupError, AttributeError):
        raise UserError(f"{path} is no baseline; `--write-baseline` makes one anew") from None


def new(findings: Iterable[Finding], known: Counter[str]) -> list[Finding]:
    """Return the findings that are not in the baseline, or there less often."""
    left = Counter(known)
    kept = []
    for one in findings:
        if left[one.fingerprint] > 0:
            left[one.fingerprint] -= 1
        else:
            kept.append(one)
    return kept
