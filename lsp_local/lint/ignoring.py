"""Comments by which the user has findings ignored, and those that ignore nothing any more.

`lsp-local: ignore[rule, rule] reason` is about its own line or, alone on its line, about the next
line with code; `ignore` without rules about all of them; `ignore-file` about the whole file.
"""

import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from lsp_local.grammars import STRINGS
from lsp_local.lint.finding import RULES, Finding, found, position
from lsp_local.lint.static import Spans, comments, is_within
from lsp_local.text import Document
from lsp_local.trees import Tree

MARK = re.compile(r"lsp-local:[ \t]*(ignore-file|ignore)\b[ \t]*(?:\[([^\]\n]*)\])?")
OPENING = re.compile(r"(//[/!]?|/\*[*!]?|#+)[ \t]*$")
JSX = re.compile(r"\s*\{\s*\}\s*")  # around a comment
STALE = "stale-ignore"


@dataclass(slots=True)
class Ignore:
    """A comment that ignores `rules`, all for (), in `line`, the whole file for 0.

    `start` and `end` are those of what it says, `comment` those of the whole comment.
    """

    rules: tuple[str, ...]
    line: int
    start: int
    end: int
    comment: tuple[int, int]
    used: set[str] = field(default_factory=set)

    def takes(self, finding: Finding, lines: Collection[int]) -> bool:
        """Whether a finding that stands in `lines` is ignored; it remembers that it was."""
        is_meant = not self.rules or finding.rule in self.rules
        if not is_meant or (self.line and self.line not in lines):
            return False
        self.used.add(finding.rule)
        return True


def unignored(
    doc: Document,
    tree: Tree | None,
    findings: Iterable[Finding],
    ran: Collection[str],
    spans: Spans | None,
) -> list[Finding]:
    """Return the findings that no comment ignores, and one for each that ignores nothing.

    Only rules that `ran`, and places that were looked at, tell whether a comment is stale.
    """
    if tree is None or "lsp-local:" not in doc.text:
        return list(findings)
    lines = _Lines(tree)
    ignores = list(_ignores(doc.text, lines))
    kept = []
    for one in findings:
        places = lines.around(one)
        takers = [ignore for ignore in ignores if ignore.takes(one, places)]
        kept += [] if takers else [one]
    if any(not one.line and (not one.rules or STALE in one.rules) for one in ignores):
        return kept
    judged = [one for one in ignores if _is_judged(one, lines, spans)]
    stale = (_stale(doc, one, ran) for one in judged)
    return kept + [one for one in stale if one is not None]


def lines_for(tree: Tree, finding: Finding) -> list[int]:
    """Return the lines in which a comment may ignore a finding, the last first."""
    return sorted(_Lines(tree).around(finding), reverse=True)


def _is_judged(ignore: Ignore, lines: "_Lines", spans: Spans | None) -> bool:
    """Whether all was looked at that a comment can be about."""
    return spans is None or (ignore.line > 0 and is_within(spans, *lines.span(ignore.line)))


class _Lines:
    """What stands in the lines of a text: code, or only comments and blanks."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self.comments = list(comments(tree))
        self._starts = [0, *(match.end() for match in re.finditer("\n", tree.text))]
        bare = list(tree.text)
        for start, end in self.comments:
            bare[start:end] = [" " if char != "\n" else char for char in bare[start:end]]
        rows = "".join(bare).split("\n")
        given = tree.text.split("\n")
        self._with_code = [
            n + 1
            for n, row in enumerate(rows)
            if row.strip() and not (row != given[n] and JSX.fullmatch(row))
        ]

    def has_code(self, line: int) -> bool:
        at = bisect_left(self._with_code, line)
        return at < len(self._with_code) and self._with_code[at] == line

    def next_with_code(self, line: int) -> int:
        """Return the first line with code from `line` on, or `line` where there is none."""
        at = bisect_left(self._with_code, line)
        return self._with_code[at] if at < len(self._with_code) else line

    def number(self, offset: int) -> int:
        return position(self._tree.text, offset)[0]

    def span(self, line: int) -> tuple[int, int]:
        """Return where a line begins and ends."""
        ends = [*self._starts[1:], len(self._tree.text) + 1]
        return self._starts[line - 1], ends[line - 1] - 1

    def around(self, finding: Finding) -> set[int]:
        """Return the lines in which a comment may ignore a finding.

        In a string of several lines there is no place for one but at its end; in a comment alone
        on its line, with the code that follows.
        """
        lines = {finding.line}
        for start, end in self.comments:
            if start <= finding.start < end and not self.has_code(self.number(start)):
                lines.add(self.next_with_code(self.number(end)))
        for node in self._tree.around(finding.start, finding.end):
            if node.type in STRINGS:
                lines.add(self.number(node.end_byte))
        return lines


def _ignores(text: str, lines: _Lines) -> Iterator[Ignore]:
    for start, end in lines.comments:
        for match in MARK.finditer(text, start, end):
            rules = tuple(one.strip() for one in (match[2] or "").split(",") if one.strip())
            line = lines.number(match.start())
            if match[1] == "ignore-file":
                line = 0
            elif not lines.has_code(line):
                line = lines.next_with_code(lines.number(end))
            yield Ignore(rules, line, match.start(), match.end(), (start, end))


def _stale(doc: Document, ignore: Ignore, ran: Collection[str]) -> Finding | None:
    """Return the finding about a comment of which at least one rule finds nothing."""
    unknown = [rule for rule in ignore.rules if rule not in RULES]
    idle = [rule for rule in ignore.rules if rule in ran and rule not in ignore.used]
    if not ignore.rules:
        if ignore.used or not set(RULES) - {STALE} <= set(ran):
            return None
        message = "nothing is found here that this comment could ignore"
    elif unknown:
        message = f"there is no rule `{unknown[0]}`"
    elif idle and STALE not in ignore.rules:
        message = f"`{idle[0]}` finds nothing here"
    else:
        return None
    left = [rule for rule in ignore.rules if rule not in (*unknown, *idle)]
    return _removal(doc, ignore, message, left)


def _removal(doc: Document, ignore: Ignore, message: str, left: list[str]) -> Finding:
    """Return the finding whose fix leaves the rules in `left`, or takes the comment away."""
    text, (first, last) = doc.text, ignore.comment
    if left:
        start, end = ignore.start, ignore.end
        new = MARK.sub(lambda match: f"lsp-local: {match[1]}[{', '.join(left)}]", text[start:end])
        return found(STALE, doc, start, end, message, replacement=new, is_safe=True)
    if not OPENING.fullmatch(text[first : ignore.start]):
        return found(STALE, doc, ignore.start, ignore.end, message)
    start = text.rfind("\n", 0, first) + 1
    behind = text.find("\n", last)
    behind = len(text) if behind < 0 else behind
    if text[start:first].strip():  # behind code: the blanks before it go, too
        start = len(text[:first].rstrip(" \t"))
        is_last = not text[last:behind].strip()
        return found(STALE, doc, start, last, message, replacement="", is_safe=is_last)
    end = min(behind + 1, len(text))
    return found(STALE, doc, start, end, message, replacement="", is_safe=True)
