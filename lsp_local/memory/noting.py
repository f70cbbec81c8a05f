"""What of an event may be kept at all: nothing private, ignored or secret ever becomes memory."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from lsp_local import privacy
from lsp_local.ignores import Ignores
from lsp_local.languages import family
from lsp_local.memory.observations import Kind, Observation, shortened
from lsp_local.memory.styles import Style, styles_in
from lsp_local.text import Document
from lsp_local.trees import Tree, parse

MOST_READ = 200_000  # characters of a document that is looked at


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in a document, between two offsets of it as it is now.

    `was` is a text that stood there before, or what says of what kind the event is.
    """

    kind: Kind
    doc: Document
    start: int
    end: int
    was: str = ""


@dataclass(frozen=True, slots=True)
class Noted:
    """What is kept of an event: an observation, and the habits that it shows."""

    observation: Observation
    styles: Counter[Style]


def noted(event: Event) -> Noted | None:
    """Return what may be kept of an event, None for what holds anything private or secret."""
    doc, start, end = event.doc, event.start, event.end
    text = doc.text[start:end]
    if not text.strip() or len(doc.text) > MOST_READ or not may_keep(doc.text, start, end):
        return None
    if event.was != privacy.redact(event.was) or not _may_keep_before(event):
        return None
    tree = parse(doc.text, doc.language)
    seen = Observation(
        event.kind,
        _clean(doc.path),
        _clean(_symbol(tree, start)),
        family(doc.language),
        _clean(shortened(text)),
        _clean(shortened(event.was)),
    )
    is_wanted = event.kind is not Kind.REJECTED
    styles = styles_in(tree, doc, start, end) if tree is not None and is_wanted else Counter()
    return Noted(seen, styles)


def may_keep(text: str, start: int, end: int) -> bool:
    """Whether what stands between two offsets is neither marked as private nor has a secret.

    Whole lines are judged: what is secret often shows by the name before it.
    """
    if privacy.is_private(text, start) or privacy.hidden(text)[start:end] != text[start:end]:
        return False
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", end)
    lines = text[first : last if last >= 0 else len(text)]
    # A key has many lines, and only the first and last say that it is one.
    whole = text if privacy.KEY_END.search(text) else lines
    begin = 0 if whole is text else first
    redacted = privacy.redact(whole).split("\n")
    n_first = text.count("\n", begin, first)
    n_lines = lines.count("\n") + 1
    return "\n".join(redacted[n_first : n_first + n_lines]) == lines


def _may_keep_before(event: Event) -> bool:
    """Whether what stood there before may be kept: it is judged in its place, too."""
    if event.kind is not Kind.EDITED:
        return True
    text, start = event.doc.text, event.start
    before = text[:start] + event.was + text[event.end :]
    return may_keep(before, start, start + len(event.was))


def is_of_project(root: Path, path: str, exclude: Sequence[str]) -> bool:
    """Whether a file is one of the project's that may be read. It reads the ignore files."""
    pure = PurePosixPath(path)
    if not path or pure.is_absolute() or ".." in pure.parts:
        return False
    return not Ignores(root, exclude).is_ignored(path)


def _symbol(tree: Tree | None, offset: int) -> str:
    around = tree.enclosing(offset) if tree is not None else []
    return around[-1].name if around else ""


def _clean(text: str) -> str:
    """Return what a database takes: no half characters."""
    return text.encode("utf-8", "replace").decode()
