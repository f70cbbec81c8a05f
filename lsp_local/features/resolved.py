"""What comes of an action: edits, something to read, or the reason for neither."""

import re
from dataclasses import dataclass, replace

from lsp_local.actions.functions import line_start
from lsp_local.parsecheck import is_worse
from lsp_local.privacy import holds_placeholder
from lsp_local.text import Diagnostic, Document, TextEdit
from lsp_local.trees import Place
from lsp_local.typed_trees import parse_typed
from lsp_local.userprompts import invisible
from lsp_local.userprompts.answers import as_comment
from lsp_local.verify.verdict import Verdict

NO_SAFE_EDIT = "no safe edit found"
NOTHING_SAID = "the model had nothing to say"
OF_SECRET = f"{NO_SAFE_EDIT}: the answer holds a placeholder for a secret"
OF_UNSEEN = f"{NO_SAFE_EDIT}: the answer holds characters that nobody sees"
CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]")  # they steer a terminal
FIRST_LINES = ("#!", "<?")  # they count only where they are the first
SIGN = re.compile(r"[^\w\s.,]")  # a line without one can be words as well
INDENTATION = re.compile(r"[ \t]*")


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file to write. `path` is relative to the project, with forward slashes."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Resolved:
    """Edits of the document, a new file, a message, diagnostics; or one sentence on why not.

    `diagnostics` are None for an action that looks for none, and () where it found none.
    """

    edits: tuple[TextEdit, ...] = ()
    problem: str = ""
    message: str = ""
    diagnostics: tuple[Diagnostic, ...] | None = None
    new_file: NewFile | None = None


def of(verdict: Verdict) -> Resolved:
    """Return the edits of a verdict, or its problem as the user is told."""
    problem = f"{NO_SAFE_EDIT}: {verdict.problem}" if verdict.problem else ""
    return Resolved(verdict.edits, problem)


def seen(doc: Document, found: Resolved) -> Resolved:
    """Refuse what brings characters into the file that nobody sees; a message goes without them."""
    written = [edit.text for edit in found.edits] + [found.new_file.text if found.new_file else ""]
    if any(_unseen(text) - _unseen(doc.text) for text in written if text):
        return Resolved(problem=OF_UNSEEN)
    message, _ = invisible.removed(found.message)
    return replace(found, message=CONTROL.sub("", message))


def _unseen(text: str) -> set[str]:
    _, found = invisible.removed(text)
    return {name for line in found for name in line.names} | set(CONTROL.findall(text))


def without_code(doc: Document, start: int, end: int, answer: str) -> str:
    """Leave out the lines of an answer that only say the code between two offsets again."""
    tree = parse_typed(doc.text, doc.language)
    own: set[str] = set()
    at = start
    for line in doc.text[start:end].split("\n"):
        first = at + len(line) - len(line.lstrip())
        if tree is None or tree.place(first + 1) is Place.CODE:
            own.add(line.strip())
        at += len(line) + 1
    lines = answer.splitlines()
    return "\n".join(one for one in lines if one.strip() not in own or not SIGN.search(one))


def commented(doc: Document, start: int, answer: str) -> Resolved:
    """Put an answer above the line of `start`, as a comment of the language."""
    if holds_placeholder(answer):
        return Resolved(problem=OF_SECRET)
    at = line_start(doc.text, start)
    indentation = INDENTATION.match(doc.text, at)
    before = indentation[0] if indentation else ""
    comment = as_comment(answer, doc.language, before)
    if not comment.strip():
        return Resolved(problem=NOTHING_SAID)
    if at == 0 and doc.text.startswith(FIRST_LINES) and "\n" in doc.text:
        at = doc.text.index("\n") + 1
    newline = "\r\n" if "\r\n" in doc.text else "\n"
    edit = TextEdit(at, at, comment.replace("\n", newline) + newline)
    if _is_code(doc, edit, at + len(before)):
        return Resolved(problem=f"{NO_SAFE_EDIT}: a comment does not fit here")
    return Resolved((edit,))


def _is_code(doc: Document, edit: TextEdit, sign: int) -> bool:
    """Whether a comment that begins at `sign` would be something else, or break what follows."""
    tree = parse_typed(doc.text, doc.language)
    if tree is None:
        return False
    after = tree.replaced(edit.start, edit.end, edit.text)
    return is_worse(tree, after) or after.place(sign + 1) is not Place.COMMENT
