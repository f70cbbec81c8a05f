"""What the author says of a definition: the first paragraph of its docstring or comment."""

import re
from itertools import takewhile

MOST_NOTE = 400  # characters
MOST_ABOVE = 6000  # characters above a definition that are searched
DOCSTRING = re.compile(
    r'\s*[rRuUbB]{0,2}(?:"""(?P<a>.*?)"""|\'\'\'(?P<b>.*?)\'\'\'|"(?P<c>[^"\n]*)"|\'(?P<d>[^\'\n]*)\')',
    re.DOTALL,
)
MARKS = re.compile(r"\s*(///?!?|/\*+!?|\*+/|\*(?!\*)|#+!?|--)\s?")
FOR_TOOLS = re.compile(
    r"\s*(go:|nolint|eslint|noqa|type:|pylint|prettier|@?ts-|clippy|SPDX|rubocop|\+build|mypy:|!)"
)
# Where a paragraph ends though no line is blank: what follows is a table of parameters.
FIELD = re.compile(
    r"\s*([@:\\]\w+|(Args|Arguments|Parameters|Returns|Raises|Examples?|Note)s?:\s*$)"
)
RULE = re.compile(r"\W*$")
HASHES = ("python", "ruby", "shellscript")


def docstring(body: str) -> str:
    """Return the first paragraph of the docstring that a body in Python begins with, or ""."""
    found = DOCSTRING.match(body[:MOST_ABOVE])
    text = next((part for part in found.groups() if part is not None), "") if found else ""
    return _paragraph(text.split("\n"))


def comment_above(text: str, start: int, language: str) -> str:
    """Return the first paragraph of the comment right above `start`, or ""."""
    begin = text.rfind("\n", 0, start) + 1
    if text[begin:start].strip():
        return ""  # something else stands in the line before it
    lines = text[max(0, begin - MOST_ABOVE) : begin].split("\n")[:-1]
    found: list[str] = []
    is_block = False
    for line in reversed(lines):
        bare = line.strip()
        is_block = is_block or bare.endswith("*/")
        if not is_block and bare.startswith(("@", "#[")):
            continue  # decorators and attributes
        if not is_block and not _is_comment(bare, language):
            break
        is_block = is_block and not bare.startswith("/*")
        found.append(MARKS.sub("", bare.removesuffix("*/"), count=1))
    return _paragraph([line for line in reversed(found) if not FOR_TOOLS.match(line)])


def comment_behind(text: str, end: int, language: str) -> str:
    """Return the comment behind `end` in its line, or ""."""
    line = text[end : end + MOST_ABOVE].split("\n")[0].lstrip(" \t;,")
    if not _is_comment(line, language):
        return ""
    comment = MARKS.sub("", line.rstrip().removesuffix("*/"), count=1)
    return "" if FOR_TOOLS.match(comment) else _paragraph([comment])


def _is_comment(line: str, language: str) -> bool:
    if language in HASHES:
        return line.startswith("#") and not line.startswith("#!")
    return line.startswith("//") or (line.startswith("/*") and line.endswith("*/"))


def _paragraph(lines: list[str]) -> str:
    while lines and RULE.match(lines[0]):
        lines = lines[1:]
    chosen = takewhile(lambda line: line.strip() and not FIELD.match(line), lines)
    text = " ".join(" ".join(chosen).split())
    if len(text) <= MOST_NOTE:
        return text
    return (
        f"{text[: text.rfind(' ', 0, MOST_NOTE)]} …"
        if " " in text[:MOST_NOTE]
        else text[:MOST_NOTE]
    )
