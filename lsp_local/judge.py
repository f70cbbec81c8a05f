"""Suggestion or silence: what the model said, as it may be shown, or the reason to keep quiet."""

from lsp_local.brackets import scan
from lsp_local.stops import SHORTEST_ECHO, Kind, Stops, is_apart, is_closed_by_rest
from lsp_local.text import Reason

UNREADABLE = "\ufffd"  # what stands for bytes that are no character


def judge(text: str, rule: str, stops: Stops) -> tuple[str, Reason]:
    """Return what to show of `text` and why not; `rule` is the stop rule that ended it."""
    text = text.replace("\r\n", "\n")
    text = _whole_block(text, stops) if "\n" in text else _whole_line(text, stops)
    if not text.strip():
        return "", _silence(rule, stops)
    if not all(char.isprintable() or char in "\n\t" for char in text) or UNREADABLE in text:
        return "", Reason.NOT_TYPEABLE
    if stops.kind is Kind.LINE:
        line = (stops.before + text + stops.rest).strip()
        if len(line) >= SHORTEST_ECHO and line == stops.next_line.strip():
            return "", Reason.REPEATS_SUFFIX
        if len(line) >= SHORTEST_ECHO and line == stops.line_above.strip():
            return "", Reason.REPEATS_ITSELF
    return text, Reason.SHOWN


def _whole_block(text: str, stops: Stops) -> str:
    """Put what closes the block, if it stands right behind the cursor, on a line of its own."""
    indentation = stops.before[: len(stops.before) - len(stops.before.lstrip())]
    return text.rstrip() + ("\n" + indentation if stops.rest.strip() else "")


def _whole_line(text: str, stops: Stops) -> str:
    """Drop what would not fit to the rest of the line."""
    text = _without_overlap(_closed(text, stops), stops)
    return text if stops.rest[:1].strip() else text.rstrip()


def _closed(text: str, stops: Stops) -> str:
    """Drop a bracket or string that the text leaves open where the rest closes another one."""
    opened = scan(text, stops.language, stops.quote).opened
    return text[: opened[0]] if opened and is_closed_by_rest(stops) else text


def _without_overlap(text: str, stops: Stops) -> str:
    """Drop an ending with which the rest of the line begins: `x,` before `, y)`."""
    rest = stops.rest.lstrip()
    said = text.rstrip()
    if is_closed_by_rest(stops):
        return text
    for n in range(min(len(rest), len(said)), 0, -1):
        is_whole_word = not (rest[n - 1].isalnum() and rest[n : n + 1].isalnum())
        if said.endswith(rest[:n]) and is_whole_word and is_apart(stops, said, len(said) - n):
            return said[:-n]
    return text


def _silence(rule: str, stops: Stops) -> Reason:
    """Name the reason for an empty text."""
    if rule == "unsure":
        return Reason.UNSURE
    if rule in ("rest-of-line", "next-line"):
        return Reason.REPEATS_SUFFIX
    if rule == "repetition":
        return Reason.REPEATS_ITSELF
    if rule == "block-end" or (rule == "line-end" and stops.before.strip()):
        return Reason.STATEMENT_COMPLETE
    return Reason.BLANK
