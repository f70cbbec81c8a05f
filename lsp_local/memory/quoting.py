"""Strings that an edit brings, in the quotes that are a habit of the project."""

from lsp_local.languages import SCRIPTS
from lsp_local.memory.styles import QUOTED, QUOTES, strings
from lsp_local.text import Document, TextEdit
from lsp_local.trees import Tree, parse
from lsp_local.verify.minimal import applied, minimal

EITHER = ("python", *SCRIPTS)  # in which both quotes mean the same
SIGNS = {value: sign for sign, value in QUOTES.items()}


def requoted(doc: Document, edits: tuple[TextEdit, ...], value: str) -> tuple[TextEdit, ...]:
    """Return the edits with the strings that they bring in `value` quotes.

    A string that stood in the file before stays as it was, as does one that would need escapes.
    """
    if value not in SIGNS or not edits or doc.language not in EITHER:
        return edits
    text = applied(doc.text, edits)
    before, after = parse(doc.text, doc.language), parse(text, doc.language)
    if before is None or after is None:
        return edits
    known = {before.text[n.start_byte : n.end_byte] for n in strings(before, 0, len(before.text))}
    changed = _requoted(after, _spans(edits), SIGNS[value], known)
    return minimal(doc.text, changed, 0) if changed != text else edits


def requoted_text(text: str, language: str, value: str) -> str:
    """Return a whole text with its strings in `value` quotes."""
    tree = parse(text, language) if value in SIGNS and language in EITHER else None
    return _requoted(tree, [(0, len(text))], SIGNS[value], set()) if tree is not None else text


def _requoted(tree: Tree, spans: list[tuple[int, int]], sign: str, known: set[str]) -> str:
    text = tree.text
    for start, end in spans:
        for node in strings(tree, start, end):
            said = tree.text[node.start_byte : node.end_byte]
            quoted = QUOTED.fullmatch(said)
            if quoted is None or said in known:
                continue
            first, last = node.start_byte + quoted.start(1), node.end_byte - 1
            text = f"{text[:first]}{sign}{text[first + 1 : last]}{sign}{text[last + 1 :]}"
    return text


def _spans(edits: tuple[TextEdit, ...]) -> list[tuple[int, int]]:
    """Return where the texts of edits stand when all are made."""
    found, moved = [], 0
    for edit in edits:
        start = edit.start + moved
        found.append((start, start + len(edit.text)))
        moved += len(edit.text) - (edit.end - edit.start)
    return found
