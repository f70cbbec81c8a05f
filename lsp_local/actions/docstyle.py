"""Which docstrings a file has: where they stand, and by which convention they are written."""

import re
from collections import Counter
from enum import StrEnum

from lsp_local.actions.functions import Function, line_start, whole_start
from lsp_local.languages import SCRIPTS
from lsp_local.trees import Tree

ABOVE = {  # what a line of a docstring above a function begins with
    "go": re.compile(r"//"),
    "rust": re.compile(r"///(?!/)"),
    "ruby": re.compile(r"#(?!!)"),
    "shellscript": re.compile(r"#(?!!)"),
    **dict.fromkeys(("c", "cpp"), re.compile(r"//")),
}
DIRECTIVE = re.compile(
    r"//(go:|nolint|export |line |[a-z]+:[a-z])|#\s*(shellcheck|rubocop:|frozen_)"
)

_GOOGLE = re.compile(r"^[ \t]*(Args|Arguments|Returns|Raises|Yields|Attributes):[ \t]*$", re.M)
_NUMPY = re.compile(r"^[ \t]*(Parameters|Returns|Raises|Yields)[ \t]*\r?\n[ \t]*-{3,}", re.M)
_REST = re.compile(r"^[ \t]*:(param|type|returns?|rtype|raises)\b[^\n:]*:", re.M)
_TAGS = re.compile(r"[@\\](param|returns?|throws|tparam)\b")
_PYTHON_DOC = re.compile(r"^[ \t]*[rR]?(\"\"\"|''').*?\1", re.S | re.M)
_BLOCK_DOC = re.compile(r"/\*[*!].*?\*/", re.S)
_LINE_DOC = re.compile(r"(?:^[ \t]*//[/!][^\n]*\n)+", re.M)
ENOUGH = 2  # docstrings that show a convention by what they lack


class Convention(StrEnum):
    """How a docstring says what is taken and returned; PLAIN does not."""

    GOOGLE = "google"
    NUMPY = "numpy"
    REST = "rest"
    TAGS = "tags"  # `@param` of JSDoc, Javadoc and Doxygen
    PLAIN = "plain"


def shown_by(text: str, language: str) -> Convention | None:
    """Return the convention that a text shows, None where it shows none."""
    return _python(text) if language == "python" else _tagged(text, language)


def convention(text: str, language: str, usual: Convention | None = None) -> Convention:
    """Return the convention of a file, or else `usual`, or else the usual one of the language."""
    found = shown_by(text, language) or usual
    if found is not None:
        return found
    if language == "python":
        return Convention.GOOGLE
    is_tagged = language in (*SCRIPTS, "java", "c", "cpp")
    return Convention.TAGS if is_tagged else Convention.PLAIN


def docstring_span(tree: Tree, function: Function) -> tuple[int, int] | None:
    """Return where the docstring of a function begins and ends, with its marks; None without."""
    if tree.language == "python":
        return _inside(tree, function)
    text = tree.text
    start = whole_start(text, function.start)
    if text[:start].strip() and start != line_start(text, start):
        return _block_before(tree, function.start)
    mark = ABOVE.get(tree.language)
    lines = _lines_above(text, start, mark) if mark is not None else None
    return lines or _block_before(tree, start)


def _inside(tree: Tree, function: Function) -> tuple[int, int] | None:
    """Find a string that is the first statement of a body."""
    body = function.node.child_by_field_name("body")
    first = body.named_children[0] if body is not None and body.named_child_count else None
    if first is None or first.type != "expression_statement" or first.named_child_count != 1:
        return None
    string = first.named_children[0]
    opening = tree.text[string.start_byte : string.start_byte + 2].lower()
    if string.type != "string" or "f" in opening or "b" in opening:
        return None
    return string.start_byte, string.end_byte


def _lines_above(text: str, start: int, mark: re.Pattern[str]) -> tuple[int, int] | None:
    """Find the line comments directly above, without the orders to tools at their end."""
    found: list[tuple[int, int]] = []
    while start > 0:
        begin = line_start(text, start - 1)
        line = text[begin : start - 1].rstrip("\r")
        code = line.lstrip()
        if not mark.match(code):
            break
        if found or not DIRECTIVE.match(code):
            found.append((begin + len(line) - len(code), begin + len(line)))
        start = begin
    while len(found) > 1 and text[slice(*found[0])].strip("/# \t") == "":
        del found[0]  # Go puts an empty line before the orders
    return (found[-1][0], found[0][1]) if found else None


def _block_before(tree: Tree, start: int) -> tuple[int, int] | None:
    """Find a block comment that ends on the line before, or before on the same line."""
    text = tree.text
    end = len(text[:start].rstrip())
    if text[end:start].count("\n") > 1 or not text[:end].endswith("*/"):
        return None
    node = next((one for one in tree.around(end - 1, end) if "comment" in one.type), None)
    if node is None:
        return None
    opening = text[node.start_byte : node.start_byte + 3]
    is_any = tree.language in ("c", "cpp", "go")
    return (node.start_byte, end) if is_any or opening in ("/**", "/*!") else None


def _python(text: str) -> Convention | None:
    counts = Counter(
        {
            Convention.GOOGLE: len(_GOOGLE.findall(text)),
            Convention.NUMPY: len(_NUMPY.findall(text)),
            Convention.REST: len(_REST.findall(text)),
        }
    )
    found, n = counts.most_common(1)[0]
    if n:
        return found
    return Convention.PLAIN if len(_PYTHON_DOC.findall(text)) >= ENOUGH else None


def _tagged(text: str, language: str) -> Convention | None:
    docs = [*_BLOCK_DOC.findall(text), *_LINE_DOC.findall(text)]
    if language == "ruby":
        docs = re.findall(r"(?:^[ \t]*#[^\n]*\n)+", text, re.M)
    if language in ("go", "rust", "shellscript"):
        return Convention.PLAIN
    if any(_TAGS.search(doc) for doc in docs):
        return Convention.TAGS
    return Convention.PLAIN if len(docs) >= ENOUGH else None
