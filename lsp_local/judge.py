"""Suggestion or silence: what the model said, as it may be shown, or the reason to keep quiet."""

from lsp_local.stops import SHORTEST_ECHO, Kind, Stops
from lsp_local.text import Reason


def judge(text: str, rule: str, stops: Stops) -> tuple[str, Reason]:
    """Return what to show of `text` and why not; `rule` is the stop rule that ended it."""
    text = text.rstrip()
    if not text:
        return "", _silence(rule, stops)
    if not all(char.isprintable() or char in "\n\t" for char in text):
        return "", Reason.NOT_TYPEABLE
    if _is_echo(text, stops):
        return "", Reason.REPEATS_SUFFIX
    return text, Reason.SHOWN


def _silence(rule: str, stops: Stops) -> Reason:
    """Name the reason for an empty text."""
    if rule in ("rest-of-line", "next-line"):
        return Reason.REPEATS_SUFFIX
    if rule == "line-end" and stops.before.strip():
        return Reason.STATEMENT_COMPLETE
    return Reason.BLANK


def _is_echo(text: str, stops: Stops) -> bool:
    """Whether the text, on the line it would complete, says what the next line says already."""
    if stops.kind is Kind.BLOCK:
        return False
    line = (stops.before + text + stops.rest).strip()
    return len(line) >= SHORTEST_ECHO and line == stops.next_line.strip()
