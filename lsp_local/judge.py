"""Suggestion or silence: what the model said, as it may be shown, or the reason to keep quiet."""

import re

from lsp_local import privacy
from lsp_local.brackets import line_comment, scan
from lsp_local.parsecheck import longest_beginning, longest_valid, standing
from lsp_local.stops import SHORTEST_ECHO, Kind, Stops, columns, is_apart, is_closed_by_rest
from lsp_local.text import Document, Reason

# What goes on with the line above, and may stand deeper than it.
CONTINUING = re.compile(r"\s*(\??\.[^\W\d]|\.$|&&|\|\||\?\?|[?:] |\|> ?)")
LAID_OUT_FREELY = frozenset({"yaml", "make", "makefile", "dockerfile"})  # no line opens another
CONTINUED = ",\\=+-*/&|.([{:"  # with such a last character a line goes on, deeper, below
SHORTEST_BEGINNING = 3  # characters; fewer are typed sooner than read
FENCE = "```"  # with which a chat model ends its code
PROSE = ("markdown", "restructuredtext", "plaintext")
UNREADABLE = "\ufffd"  # what stands for bytes that are no character


def judge(text: str, rule: str, stops: Stops, doc: Document, offset: int) -> tuple[str, Reason]:
    """Return what to show of `text` at `offset` and why not; `rule` is the stop rule that ended it.

    What the rules of the line let through must not break the syntax of the file.
    """
    text, reason = by_line(text, rule, stops)
    if reason is not Reason.SHOWN:
        return text, reason
    if rule == "unsure":
        sure = longest_beginning(doc, offset, text)
        is_enough = len(sure.strip()) >= SHORTEST_BEGINNING
        return (sure, Reason.SHOWN) if is_enough else ("", Reason.UNSURE)
    valid = longest_valid(doc, offset, text)
    return (valid, Reason.SHOWN) if valid.strip() else ("", Reason.BREAKS_SYNTAX)


def as_it_stands(text: str, rule: str, doc: Document, offset: int) -> tuple[str, Reason]:
    """Return what to show of a judged `text` to somebody who has not asked for it, and why not.

    It leaves no syntax error where there was none, also if the user accepts it and goes away. What
    is left of a line must be worth reading.
    """
    shown = standing(doc, offset, text)
    if not shown.strip():
        return "", Reason.UNSURE if rule == "unsure" else Reason.BREAKS_SYNTAX
    is_beginning = rule == "unsure" or shown != text
    if is_beginning and "\n" not in shown and len(shown.strip()) < SHORTEST_BEGINNING:
        return "", Reason.UNSURE
    return shown, Reason.SHOWN


def by_line(text: str, rule: str, stops: Stops) -> tuple[str, Reason]:
    """Judge `text` by what stands around the cursor, without a grammar."""
    text = text.replace("\r\n", "\n")
    text = _whole_block(text, stops) if "\n" in text else _whole_line(text, stops)
    if not text.strip():
        return "", _silence(rule, stops)
    if not all(char.isprintable() or char in "\n\t" for char in text) or UNREADABLE in text:
        return "", Reason.NOT_TYPEABLE
    if FENCE in text and stops.language not in PROSE:
        return "", Reason.BREAKS_SYNTAX
    if privacy.holds_placeholder(text):
        return "", Reason.SECRET
    if _is_too_deep(text, stops):
        return "", Reason.WRONG_INDENTATION
    if stops.kind is Kind.LINE:
        line = (stops.before + text + stops.rest).strip()
        if len(line) >= SHORTEST_ECHO and line == stops.next_line.strip():
            return "", Reason.REPEATS_SUFFIX
        if len(line) >= SHORTEST_ECHO and line == stops.line_above.strip():
            return "", Reason.REPEATS_ITSELF
    return text, Reason.SHOWN


def is_in_popup(text: str, popup: str) -> bool:
    """Whether the entry selected in the popup menu says the same, or something else.

    An editor shows a suggestion beside the menu only if it begins with that entry.
    """
    said = text.rstrip()
    return said == popup.rstrip() or not text.startswith(popup)


def is_only_comment(text: str, stops: Stops) -> bool:
    """Whether a line that begins here would say nothing but a comment: noise, unless asked for."""
    comment = line_comment(stops.language)
    if stops.before.strip() or not comment:
        return False
    return all(line.lstrip().startswith(comment) for line in text.split("\n") if line.strip())


def _is_too_deep(text: str, stops: Stops) -> bool:
    """Whether a new line would be indented deeper than the line above allows."""
    if stops.kind is Kind.BLOCK or stops.before.strip() or not text[:1].isspace():
        return False
    if CONTINUING.match(text) or stops.language in LAID_OUT_FREELY:
        return False
    above = stops.line_above.rstrip()
    is_open = bool(scan(above, stops.language).opened) or not above or above[-1] in CONTINUED
    return not is_open and columns(stops.before + text) > columns(above)


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
