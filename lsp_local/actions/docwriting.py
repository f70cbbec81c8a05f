"""A docstring put into a file: well formed, in its place, in the file's own style.

The model writes nothing but words, so this can never break the code: parameters that the function
does not have are dropped, what would end the comment is taken out, and what does not parse is not
returned at all.
"""

import re

from lsp_local.actions.doclayout import laid_out
from lsp_local.actions.docprose import Prose, read
from lsp_local.actions.docstyle import DIRECTIVE, Convention, convention, docstring_span
from lsp_local.actions.functions import (
    Function,
    line_end,
    line_start,
    parameters,
    returns_something,
)
from lsp_local.actions.statements import function_meant
from lsp_local.indents import unit_of
from lsp_local.languages import SCRIPTS
from lsp_local.parsecheck import is_worse
from lsp_local.text import Document, TextEdit
from lsp_local.trees import Tree
from lsp_local.typed_trees import parse_typed

MARKS = {"go": "//", "rust": "///", "ruby": "#", "shellscript": "#"}  # others: a block comment
WIDTHS = (80, 88, 100)
LONGEST_LINE = 120  # longer ones say nothing about the width that somebody keeps to
_LINE_END = re.compile(r"[ \t]*\n")


def place_docstring(
    doc: Document, start: int, end: int, prose: str, usual: Convention | None = None
) -> tuple[TextEdit, ...]:
    """Return the edit that gives the function in a range its docstring, () if there is none.

    `prose` is plain text: what the function does, `name: what it is` for parameters, `returns: …`,
    `raises Error: …`; docstrings of any convention are understood. What an old docstring says of
    parameters and errors, and its examples, stay. `usual` is the convention where the file shows
    none.
    """
    tree = parse_typed(doc.text, doc.language)
    function = function_meant(tree, start, end) if tree is not None else None
    if tree is None or function is None or doc.language == "json":
        return ()
    said = _said(tree, function, prose)
    if not said.paragraphs:
        return ()
    style = convention(doc.text, doc.language, usual)
    write = _inside if doc.language == "python" else _above
    edit = write(tree, function, said, style)
    if edit is None:
        return ()
    newline = "\r\n" if "\r\n" in doc.text else "\n"
    edit = TextEdit(edit.start, edit.end, _LINE_END.sub(newline, edit.text))
    after = tree.replaced(edit.start, edit.end, edit.text)
    return () if is_worse(tree, after) else (edit,)


def _said(tree: Tree, function: Function, prose: str) -> Prose:
    """Return what is said now, with what an old docstring says beyond that."""
    names = parameters(tree, function)
    said = read(prose, names)
    span = docstring_span(tree, function)
    old = read(tree.text[slice(*span)], names) if span else Prose()
    described = {**old.parameters, **said.parameters}
    said.parameters = {name: described[name] for name in names if described.get(name)}
    said.raises = {name: text for name, text in (said.raises or old.raises).items() if text}
    said.returns = said.returns or old.returns
    if not returns_something(tree, function):
        said.returns = ""
    said.paragraphs = said.paragraphs or old.paragraphs
    said.rest = old.rest
    if tree.language == "go" and said.paragraphs:
        said.paragraphs[0] = _named(function.name, said.paragraphs[0])
    return said


def _named(name: str, sentence: str) -> str:
    """Begin a sentence with the name, as Go does: "Adds it." becomes "Add adds it.".

    What is no third person is made one.
    """
    first, _, rest = sentence.partition(" ")
    if first.strip("`*").casefold() == name.casefold():
        return f"{name} {rest}" if rest else f"{name}."
    if first.lower() in ("a", "an", "the"):
        return f"{name} is {first.lower()} {rest}"
    verb = first[:1].lower() + first[1:] if first[1:].islower() else first
    if verb.isalpha() and not verb.endswith("s"):
        is_hissing = verb.endswith(("sh", "ch", "x", "z", "o"))
        is_y = verb.endswith("y") and verb[-2:-1] not in "aeiou"
        verb = f"{verb[:-1]}ies" if is_y else verb + ("es" if is_hissing else "s")
    return f"{name} {verb} {rest}".rstrip()


def _inside(tree: Tree, function: Function, said: Prose, style: Convention) -> TextEdit | None:
    """Write a docstring of Python: in place of the old one, or behind the header."""
    text = tree.text
    indent = _body_indent(tree, function)
    span = docstring_span(tree, function)
    body = _python_string(tree, laid_out(said, style, "python", _width(text) - len(indent)), indent)
    if span is not None:
        return TextEdit(*span, body)
    colons = [one for one in function.node.children if one.type == ":"]
    if not colons:
        return None
    colon = colons[-1].end_byte
    if function.body < function.body_end and "\n" not in text[colon : function.body]:
        return TextEdit(colon, function.body, f"\n{indent}{body}\n{indent}")
    at = line_end(text, colon)
    return TextEdit(at, at, f"\n{indent}{body}")


def _python_string(tree: Tree, lines: list[str], indent: str) -> str:
    quotes = "'''" if tree.text.count("'''") > tree.text.count('"""') else '"""'
    opening = f"r{quotes}" if any("\\" in line for line in lines) else quotes
    if len(lines) == 1 and len(indent) + len(lines[0]) + 6 <= _width(tree.text):
        return f"{opening}{lines[0]}{quotes}"
    return "\n".join([opening + lines[0], *(indent + one for one in lines[1:]), indent + quotes])


def _body_indent(tree: Tree, function: Function) -> str:
    text = tree.text
    before = text[line_start(text, function.body) : function.body]
    if function.body < function.body_end and not before.strip():
        return before
    first = line_start(text, function.head)
    own = text[first : function.head] if not text[first : function.head].strip() else ""
    return own + unit_of(text, tree.language)


def _above(tree: Tree, function: Function, said: Prose, style: Convention) -> TextEdit | None:
    """Write a comment above a function: in place of the old one, or above its decorators."""
    text = tree.text
    span = docstring_span(tree, function)
    start, end = span or (_above_orders(text, function.start), None)
    first = line_start(text, start)
    indent = text[first:start]
    is_alone = not indent.strip()
    indent = indent if is_alone else ""
    mark = _mark(tree, text[start : start + 3] if span else "")
    room = _width(text) - len(indent.expandtabs(4)) - 3
    lines = laid_out(said, style, tree.language, room)
    if mark:
        if not is_alone:
            return None
        comment = f"\n{indent}".join(f"{mark} {line}" for line in lines)
    else:
        comment = _block(lines if is_alone else [said.paragraphs[0]], indent, room)
    if end is not None:
        return TextEdit(start, end, comment)
    return TextEdit(start, start, f"{comment}\n{indent}" if is_alone else f"{comment} ")


def _above_orders(text: str, start: int) -> int:
    """Return where the orders to tools directly above a function begin, else the function."""
    first = line_start(text, start)
    while first > 0:
        above = line_start(text, first - 1)
        line = text[above : first - 1]
        if not DIRECTIVE.match(line.lstrip()):
            break
        start, first = above + len(line) - len(line.lstrip()), above
    return start


def _mark(tree: Tree, opening: str) -> str:
    """Return what begins each line of a comment, "" for a block comment."""
    language = tree.language
    if language in ("c", "cpp"):
        if opening.startswith("//"):
            return opening.rstrip(" \t\r\n") if opening in ("///", "//!") else "//"
        is_block = opening.startswith("/*") or "/**" in tree.text
        return "///" if not is_block and "\n///" in tree.text else ""
    return MARKS.get(language, "") if language not in (*SCRIPTS, "java") else ""


def _block(lines: list[str], indent: str, room: int) -> str:
    lines = [line.replace("*/", "* /").replace("/*", "/ *") for line in lines]
    if len(lines) == 1 and len(lines[0]) <= room - 4:
        return f"/** {lines[0]} */"
    inner = "\n".join(f"{indent} * {line}" for line in lines)
    return f"/**\n{inner}\n{indent} */"


def _width(text: str) -> int:
    """Return how long lines of a file may be, judging by those it has."""
    longest = max((len(line) for line in text.split("\n") if len(line) <= LONGEST_LINE), default=0)
    return next((width for width in WIDTHS if longest <= width), WIDTHS[-1])
