"""What no model may read: regions that the user marks, and secrets known by their looks."""

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from detect_secrets.plugins.base import BasePlugin

PLACEHOLDER = "REDACTED_SECRET"  # a name in every language, so that what it stands in still parses
PRIVATE, PUBLIC = "lsp-local: private", "lsp-local: public"
LONGEST_LINE = 4000  # characters that are searched; minified code is no place to edit
NOT_SECRET = ("Public IP (ipv4)",)  # what detect-secrets finds and nobody keeps secret
OTHER_CODE = re.compile(r"\w")
KEY_END = re.compile(r"-----END [A-Z ]*PRIVATE KEY-----")
MORE = "[A-Za-z0-9_+/=-]*"  # rules may match no more than the beginning of a secret


def hidden(text: str) -> str:
    """Blank out what the user has marked as private, keeping every offset.

    A comment `lsp-local: private` hides its own line; where it stands alone, everything down to a
    comment `lsp-local: public`, or to the end.
    """
    if PRIVATE not in text:
        return text
    lines = text.split("\n")
    is_inside = False
    for n, line in enumerate(lines):
        if PRIVATE in line:
            is_inside = is_inside or not OTHER_CODE.search(line.partition(PRIVATE)[0])
            lines[n] = " " * len(line)
        elif is_inside:
            is_inside = PUBLIC not in line
            lines[n] = " " * len(line)
    return "\n".join(lines)


def is_private(text: str, offset: int) -> bool:
    """Whether the line at `offset` is one that the user has marked as private."""
    if PRIVATE not in text:
        return False
    start = text.rfind("\n", 0, offset) + 1
    shown = hidden(text)[start : offset + 1]
    return PRIVATE in text[start : start + len(shown)] or shown != text[start : offset + 1]


def shown(text: str, start: int, end: int) -> str:
    """Return what a model may read between two offsets, with the line ends that it knows best."""
    return redact(hidden(text)[start:end]).replace("\r\n", "\n")


def redact(text: str) -> str:
    """Replace secrets by a placeholder; the number of lines stays.

    A line is judged by itself, so that what is read once reads the same on the next key; what
    follows the first line of a private key goes with it.
    """
    lines = text.split("\n")
    key_end = next((n for n, line in enumerate(lines) if KEY_END.search(line)), -1)
    is_key = key_end >= 0 and not any(_begins_key(line) for line in lines[:key_end])
    for n, line in enumerate(lines):
        is_key = is_key or _begins_key(line)
        if not is_key:
            lines[n] = _redact_line(line)
            continue
        is_key = not KEY_END.search(line)
        lines[n] = PLACEHOLDER if OTHER_CODE.search(line) else line
    return "\n".join(lines)


def restored(said: str, text: str) -> str:
    """Put the secrets of `text` back into lines of `said` that are but for them the same.

    A placeholder elsewhere stays, as does one that could stand for several secrets.
    """
    if PLACEHOLDER not in said:
        return said
    own: dict[str, set[str]] = {}
    for line, seen in zip(text.split("\n"), redact(text).split("\n"), strict=True):
        own.setdefault(seen.strip(), set()).add(line.strip())
    lines = said.split("\n")
    for n, line in enumerate(lines):
        meant = own.get(line.strip(), set()) if PLACEHOLDER in line else set()
        if len(meant) == 1:
            lines[n] = line.replace(line.strip(), next(iter(meant)))
    return "\n".join(lines)


def holds_placeholder(text: str) -> bool:
    """Whether `text` repeats what stands for a secret."""
    return PLACEHOLDER in text or PLACEHOLDER[:8] in text


def prepare() -> None:
    """Load the rules (0.1 s), so that the first key need not."""
    _plugins()


def _begins_key(line: str) -> bool:
    return "PRIVATE KEY" in line and "BEGIN" in line


@lru_cache(maxsize=20_000)  # a line in a window is asked about at every key
def _redact_line(line: str) -> str:
    if len(line.strip()) < len(PLACEHOLDER) // 2:
        return line
    values = {
        found.secret_value
        for plugin in _plugins()
        for found in plugin.analyze_line(filename="", line=line[:LONGEST_LINE], line_number=0)
        if found.secret_value
    }
    for value in sorted(values, key=len, reverse=True):
        line = re.sub(MORE + re.escape(value) + MORE, PLACEHOLDER, line)
    return line


@cache
def _plugins() -> "list[BasePlugin]":
    from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class

    kinds: Mapping[str, type[BasePlugin]] = get_mapping_from_secret_type_to_class()
    return [kind() for name, kind in kinds.items() if name not in NOT_SECRET]
