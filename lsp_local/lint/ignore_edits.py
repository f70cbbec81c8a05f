"""The comment by which a person has one finding ignored, put where it is one and breaks nothing."""

import re
from collections.abc import Iterator

from lsp_local.lint.finding import RULES, Finding, again, found
from lsp_local.lint.ignoring import MARK, STALE, lines_for, unignored
from lsp_local.parsecheck import is_worse
from lsp_local.text import Document, TextEdit
from lsp_local.trees import Tree, parse
from lsp_local.verify.meaning import means_the_same
from lsp_local.verify.minimal import applied

INDENTATION = re.compile(r"[ \t]*")
# With what a comment begins: behind code, and alone on its line.
HASH = ("  # ", "# ")
SLASHES = (" // ", "// ")


def ignoring(doc: Document, finding: Finding) -> TextEdit | None:
    """Return the edit after which a comment ignores a finding of `doc`; None without a place.

    At the line's end; where that cannot be, on a line of its own above. An `ignore` that stands
    there already takes the rule in.
    """
    tree = parse(doc.text, doc.language)
    if tree is None or finding.rule == STALE:
        return None
    finding = again(finding, doc)
    is_meant = (one for one in _edits(doc, tree, finding) if _ignores(doc, tree, finding, one))
    return next(is_meant, None)


def _edits(doc: Document, tree: Tree, finding: Finding) -> Iterator[TextEdit]:
    """Yield what might do, the best first."""
    text, mark = doc.text, f"lsp-local: ignore[{finding.rule}]"
    behind, alone = HASH if doc.language == "python" else SLASHES
    places = [_line(text, n) for n in lines_for(tree, finding)]
    for start, end in places:
        for known in MARK.finditer(text, start, end):
            if known[1] == "ignore" and known[2]:
                at = known.end() - 1
                yield TextEdit(at, at, f", {finding.rule}")
    for start, end in places:
        last = start + len(text[start:end].rstrip())
        yield TextEdit(last, end, f"{behind}{mark}")
    newline = "\r\n" if "\r\n" in text else "\n"
    for start, end in places:
        indentation = INDENTATION.match(text, start, end)
        before = indentation[0] if indentation else ""
        yield TextEdit(start, start, f"{before}{alone}{mark}{newline}")


def _ignores(doc: Document, tree: Tree, finding: Finding, edit: TextEdit) -> bool:
    """Whether an edit leaves the program as it is and no finding of this rule at this place."""
    text = applied(doc.text, (edit,))
    after = parse(text, doc.language)
    if after is None or is_worse(tree, after):
        return False
    n_more = len(text) - len(doc.text) if edit.start <= finding.start else 0
    start, end = finding.start + n_more, finding.end + n_more
    changed = Document(doc.uri, doc.path, doc.project, doc.language, text, doc.version)
    there = found(finding.rule, changed, start, end, finding.message)
    left = unignored(changed, after, [there], RULES, [(start, end)])
    is_ignored = all(one.rule != finding.rule for one in left)
    return is_ignored and means_the_same(doc, 0, len(doc.text), [edit])


def _line(text: str, number: int) -> tuple[int, int]:
    """Return where a line, from 1, begins and ends without its line end."""
    start = 0
    for _ in range(number - 1):
        start = text.find("\n", start) + 1
    end = text.find("\n", start)
    end = len(text) if end < 0 else end
    return start, end - 1 if end > start and text[end - 1] == "\r" else end
