"""What changes between two texts, as a unified diff that `git apply` takes."""

import difflib
import re

LINE = re.compile(r"[^\n]*\n|[^\n]+")  # \f and \u2028 end none


def unified(before: str, after: str, old: str, new: str) -> str:
    """Return the diff of two texts under the names `old` and `new`, "" for equal ones."""
    lines = LINE.findall(before), LINE.findall(after)
    return "".join(map(_whole, difflib.unified_diff(*lines, old, new)))


def _whole(line: str) -> str:
    return line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
