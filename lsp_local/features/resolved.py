"""What comes of an action: edits, something to read, or the reason for neither."""

import re
from dataclasses import dataclass

from lsp_local.promptanswers import as_comment
from lsp_local.text import Diagnostic, Document, TextEdit
from lsp_local.typed_trees import parse_typed

NO_SAFE_EDIT = "no safe edit found"
NOTHING_SAID = "the model had nothing to say"
INDENTATION = re.compile(r"[ \t]*")


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file to write. `path` is relative to the project, with forward slashes."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Resolved:
    """Edits of the document, a new file, a message, diagnostics; or one sentence on why not."""

    edits: tuple[TextEdit, ...] = ()
    problem: str = ""
    message: str = ""
    diagnostics: tuple[Diagnostic, ...] = ()
    new_file: NewFile | None = None


def commented(doc: Document, start: int, answer: str) -> Resolved:
    """Put an answer above the line at `start`, as a comment of the language."""
    indentation = INDENTATION.match(doc.text, start)
    comment = as_comment(answer, doc.language, indentation[0] if indentation else "")
    if not comment.strip():
        return Resolved(problem=NOTHING_SAID)
    newline = "\r\n" if "\r\n" in doc.text else "\n"
    edit = TextEdit(start, start, comment.replace("\n", newline) + newline)
    tree = parse_typed(doc.text, doc.language)
    if tree is not None and tree.replaced(start, start, edit.text).n_errors > tree.n_errors:
        return Resolved(problem=f"{NO_SAFE_EDIT}: a comment does not fit here")
    return Resolved((edit,))
