"""For people: the line of the source, a mark under the place, and what to write instead.

Columns count code points, from 1; the mark stands where a terminal shows the character.
"""

from unicodedata import combining, east_asian_width

from lsp_local.lint.finding import Finding
from lsp_local.lint.formats.concise import line, printable
from lsp_local.lint.report import Report

TAB = " " * 4
N_BEFORE, N_SHOWN = 60, 120  # characters before a place in a long line, and of the line


def rendered(report: Report) -> str:
    """Return some lines for each finding, and an empty one."""
    return "".join(f"{_block(one)}\n" for one in report.findings)


def _block(finding: Finding) -> str:
    source = finding.source.split("\n")[0].removesuffix("\r")
    start = finding.column - 1
    end = finding.end_column - 1 if finding.end_line == finding.line else len(source)
    first = max(0, start - N_BEFORE) if len(source) > N_SHOWN else 0
    shown = source[first : first + N_SHOWN]
    mark = "^" * max(1, _width(shown[start - first : end - first]))
    number = str(finding.line)
    margin = " " * len(number)
    rows = [line(finding)]
    if shown or start == 0:
        rows.append(f"{margin} |")
        rows.append(f"{number} | {_visible(shown)}".rstrip())
        rows.append(f"{margin} | {' ' * _width(shown[: start - first])}{mark}")
    if finding.replacement is not None:
        instead = f"`{printable(finding.replacement)}`" if finding.replacement else "nothing"
        rows.append(f"{margin} = write {instead} instead")
    return "".join(f"{row}\n" for row in rows)


def _visible(text: str) -> str:
    return printable(text.replace("\t", TAB))


def _width(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    return sum(
        0 if combining(char) else 1 + (east_asian_width(char) in "WF") for char in _visible(text)
    )
