"""What a file is indented by, as its lines show it."""

import re
from collections import Counter

TAB = 4  # columns
UNITS = (2, 3, 4, 8)
LINES_READ = 2000  # of a file
LEADING = re.compile(r"[ \t]*")


def unit_of(text: str, language: str) -> str:
    """Return what a file is indented by: a tab, or so many spaces."""
    steps: Counter[str] = Counter()
    last = 0
    for line in text.split("\n", LINES_READ)[:LINES_READ]:
        if not line.strip() or line.lstrip().startswith("*"):
            continue
        if line.startswith("\t"):
            steps["\t"] += 1
        elif columns(line) - last in UNITS:
            steps[" " * (columns(line) - last)] += 1
        last = columns(line)
    return steps.most_common(1)[0][0] if steps else ("\t" if language == "go" else " " * TAB)


def leading(line: str) -> str:
    """Return the white space with which a line begins."""
    match = LEADING.match(line)
    return match[0] if match else ""


def columns(line: str) -> int:
    """Return how deep a line is indented."""
    return len(leading(line).expandtabs(TAB))
