"""The edits that make statements a function, once it has a name."""

import builtins
import keyword
import re

from lsp_local.actions.extract import Extraction
from lsp_local.actions.functions import line_start
from lsp_local.indents import unit_of
from lsp_local.parsecheck import is_worse
from lsp_local.text import Document, TextEdit
from lsp_local.trees import Place, Tree
from lsp_local.typed_trees import parse_typed

LONGEST_NAME = 50
_SNAKE = re.compile(r"_?[a-z][a-z0-9_]*$")
_CAMEL = re.compile(r"[a-z][A-Za-z0-9]*$")
_SCRIPT_WORDS = """
abstract arguments as async await boolean break case catch class const constructor continue debugger
declare default delete do else enum eval export extends false finally for from function get if
implements import in instanceof interface is let module namespace new null number of package private
protected public return set static string super switch symbol this throw true try type typeof
undefined var void while with yield console window document process require
"""
_GO_WORDS = """
append any bool break byte cap case chan clear close complex const continue copy default defer
delete else error fallthrough false for func go goto if imag import init int interface iota len main
make map max min new nil package panic print println range real recover rune return select string
struct switch true type uint var
"""
_PYTHON_WORDS = frozenset([*keyword.kwlist, *keyword.softkwlist, *dir(builtins), "self", "cls"])


def is_free_name(doc: Document, name: str) -> bool:
    """Whether a new function can be called so: a name as the language likes it, used nowhere."""
    if doc.language == "python":
        is_good = bool(_SNAKE.match(name)) and name not in _PYTHON_WORDS
    elif doc.language == "go":
        is_good = bool(_CAMEL.match(name)) and name not in _GO_WORDS.split()
    elif doc.language == "rust":
        is_good = bool(_SNAKE.match(name))
    else:
        is_good = bool(_CAMEL.match(name)) and name not in _SCRIPT_WORDS.split()
    is_used = re.search(rf"(?<![\w$]){re.escape(name)}(?![\w$])", doc.text) is not None
    return is_good and len(name) <= LONGEST_NAME and not is_used


def edits(doc: Document, found: Extraction, name: str) -> tuple[TextEdit, ...]:
    """Return the edits that move the statements to a function `name` and call it, () if unsafe."""
    tree = parse_typed(doc.text, doc.language)
    if tree is None or not is_free_name(doc, name):
        return ()
    unit = unit_of(doc.text, doc.language)
    body = _indented(tree, found.start, found.end, found.indent + unit)
    if found.results and not found.is_tail:
        body += f"\n{found.indent}{unit}{_returned(doc, found)}"
    lines = [*_header(doc, found, name), body]
    if doc.language != "python":
        lines.append(f"{found.indent}}}")
    text = "\n".join(lines)
    is_before = doc.language == "python" and not found.receiver
    text = f"{text}\n\n\n" if is_before else f"\n\n{text}"
    call = _call(doc, found, name)
    newline = "\r\n" if "\r\n" in doc.text else "\n"
    made = [
        TextEdit(found.start, found.end, _with_breaks(call, newline)),
        TextEdit(found.insert_at, found.insert_at, _with_breaks(text, newline)),
    ]
    made.sort(key=lambda edit: edit.start)
    return tuple(made) if _parses(tree, made) else ()


def _with_breaks(text: str, newline: str) -> str:
    return text.replace("\r\n", "\n").replace("\n", newline)


def _parses(tree: Tree, made: list[TextEdit]) -> bool:
    after = tree
    for edit in reversed(made):
        after = after.replaced(edit.start, edit.end, edit.text)
    return not is_worse(tree, after)


def _indented(tree: Tree, start: int, end: int, indent: str) -> str:
    """Return statements at another depth; what stands in a string over lines stays as it is."""
    text = tree.text
    first = line_start(text, start)
    line = text[first:start]
    base = _blank(line) if line.strip() else line
    lines = []
    at = start
    for n, line in enumerate(text[start:end].split("\n")):
        is_string = n > 0 and tree.place(at) is Place.STRING
        at += len(line) + 1
        if is_string or (n and not line.strip()):
            lines.append(line)
        elif n and line.startswith(base):
            lines.append(indent + line[len(base) :])
        else:  # tabs here and spaces there
            deeper = len(_blank(line).expandtabs(4)) - len(base.expandtabs(4))
            lines.append(indent + " " * (deeper if n else 0) + line.lstrip())
    return "\n".join(lines)


def _blank(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def _header(doc: Document, found: Extraction, name: str) -> list[str]:
    """Return the lines before the body."""
    waits = "async " if found.is_async else ""
    typed = list(zip(found.parameters, found.types, strict=False))
    results = found.types[len(found.parameters) :]
    indent = found.indent
    if doc.language == "python":
        taken = [found.receiver] if found.receiver else []
        taken += [f"{one}: {kind}" if kind else one for one, kind in typed]
        returns = _python_returns(found)
        line = f"{indent}{waits}def {name}({', '.join(taken)}){returns}:"
        return [f"{indent}{found.head}", line] if found.head else [line]
    if doc.language == "go":
        taken = [f"{one} {kind}" for one, kind in typed]
        given = found.result_type if found.is_tail else ", ".join(results)
        given = f"({given})" if len(results) > 1 and not found.is_tail else given
        return [f"func {name}({', '.join(taken)}) {given}".rstrip() + " {"]
    is_typed = doc.language.startswith("typescript")
    listed = ", ".join(f"{one}: {kind}" if is_typed else one for one, kind in typed)
    if found.receiver:
        access = "private " if is_typed else ""
        return [f"{indent}{access}{found.head}{waits}{name}({listed}) {{"]
    return [f"{waits}function {name}({listed}) {{"]


def _python_returns(found: Extraction) -> str:
    if found.is_tail:
        return f" -> {found.result_type}" if found.result_type else ""
    return " -> None" if found.result_type and not found.results else ""


def _returned(doc: Document, found: Extraction) -> str:
    names = ", ".join(found.results)
    if doc.language in ("python", "go"):
        return f"return {names}"
    return f"return {names if len(found.results) == 1 else f'{{ {names} }}'}{_end(doc, found)}"


def _end(doc: Document, found: Extraction) -> str:
    said = doc.text[found.start : found.end]
    return ";" if said.endswith(";") or ";\n" in doc.text or ";\r\n" in doc.text else ""


def _call(doc: Document, found: Extraction, name: str) -> str:
    """Return what stands in place of the statements."""
    on = f"{found.receiver}." if found.receiver else ""
    waits = "await " if found.is_async else ""
    call = f"{waits}{on}{name}({', '.join(found.parameters)})"
    names = ", ".join(found.results)
    if doc.language == "python":
        return f"return {call}" if found.is_tail else (f"{names} = {call}" if names else call)
    if doc.language == "go":
        if found.is_tail and not found.result_type:
            start = line_start(doc.text, found.start)
            line = doc.text[start : found.start]
            return f"{call}\n{line if not line.strip() else ''}return"
        return (
            f"return {call}"
            if found.is_tail
            else (f"{names} {found.binding} {call}" if names else call)
        )
    end = _end(doc, found)
    if found.is_tail:
        return f"return {call}{end}"
    if len(found.results) > 1:
        return (
            f"{found.binding} {{ {names} }} = {call}{end}"
            if found.binding
            else f"({{ {names} }} = {call}){end}"
        )
    binding = f"{found.binding} " if found.binding and names else ""
    return f"{binding}{names} = {call}{end}" if names else f"{call}{end}"
