"""Where the cursor will probably be next: what to decode before anybody asks."""

from dataclasses import dataclass, replace

from lsp_local.text import Document, Outcome, Reason

OPENERS = (":", "{", "(", "[")


@dataclass(frozen=True, slots=True)
class Ahead:
    """A document as it may be in a moment, and the cursor in it."""

    doc: Document
    offset: int


def next_places(doc: Document, offset: int, outcome: Outcome) -> list[Ahead]:
    """Return the places to which the user may come from `offset`, the nearest first.

    That is behind the suggestion, once it is accepted; and where a line ends there, the next line,
    indented as editors do it.
    """
    said = outcome.text
    if outcome.reason not in (Reason.SHOWN, Reason.STATEMENT_COMPLETE):
        return []
    text, end = doc.text[:offset] + said + doc.text[offset:], offset + len(said)
    accepted = Ahead(replace(doc, text=text, version=0), end)
    places = [accepted] if said else []
    if text[end : end + 1] in ("", "\n"):
        newline = "\n" + _indentation(text, end, doc.language)
        below = text[:end] + newline + text[end:]
        places.append(Ahead(replace(doc, text=below, version=0), end + len(newline)))
    return places


def _indentation(text: str, end: int, language: str) -> str:
    """Return how the line below the one that ends at `end` will begin."""
    line = text[text.rfind("\n", 0, end) + 1 : end]
    blank = line[: len(line) - len(line.lstrip())]
    if not line.rstrip().endswith(OPENERS):
        return blank
    if "\t" in blank or (not blank and language == "go"):
        return blank + "\t"
    return blank + _step(text, end)


def _step(text: str, end: int) -> str:
    """Return one step of indentation, as the nearest indented line above has it."""
    widths = {
        len(line) - len(line.lstrip(" "))
        for line in text[max(0, end - 4000) : end].split("\n")
        if line.startswith(" ") and line.strip()
    }
    return " " * min((width for width in widths if width > 1), default=4)
