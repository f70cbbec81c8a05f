"""What is written where a name is defined: in its file, in open ones, in the project."""

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from lsp_local import outline, privacy
from lsp_local.grammars import WRAPPERS
from lsp_local.imports import named_by
from lsp_local.index import Index
from lsp_local.languages import SCRIPTS, language_of
from lsp_local.outline import Symbol
from lsp_local.parts import Part, ancestors
from lsp_local.symbols import notes, resolving, scopes
from lsp_local.symbols.declarations import IMPORTS, TYPES
from lsp_local.symbols.functions import function_in, text_of
from lsp_local.symbols.scopes import Declared
from lsp_local.text import Document
from lsp_local.trees import Tree
from lsp_local.typed_trees import parse_typed

MOST_SIGNATURE = 600  # characters
MOST_LINES = 12  # of a type that is shown whole
MOST_OTHERS = 4  # open files that are parsed for one look
# Languages in which a name can come from another file without an import.
SHARING = ("go", "c", "cpp", "java", "ruby")


@dataclass(frozen=True, slots=True)
class Found:
    """A definition. `line` counts from 0, `code` is all of it as far as it is known here."""

    kind: str
    signature: str
    note: str
    path: str
    line: int
    code: str
    parameters: tuple[str, ...] = ()
    is_guess: bool = False


def in_document(doc: Document, tree: Tree, declared: Declared) -> Found:
    """Return what is written where a name is declared."""
    whole = declared.part
    function = function_in(whole) if declared.kind == "function" else None
    code = text_of(tree, whole)
    return Found(
        _kind(declared, code),
        _signature(tree, declared, function),
        _note(tree, whole, function, declared.kind),
        doc.path,
        tree.text.count("\n", 0, declared.name_start),
        _with_header(tree, declared, code),
        resolving.parameters_of(tree, function) if function is not None else (),
    )


def elsewhere(
    doc: Document,
    tree: Tree,
    name: Part,
    imported: Declared | None,
    index: Index | None,
    others: Sequence[Document],
) -> Found | None:
    """Return what another file defines under a name that this one uses; `imported` is how.

    None where nobody can tell, and where it is not of this project.
    """
    text = text_of(tree, name)
    if imported is None and scopes.is_member(name):
        return _of_member(doc, tree, name, index, others)
    if imported is None:
        is_shared = doc.language in SHARING or re.search(r"import\s+\*|::\*", tree.text)
        return _only(doc, text, index, others) if is_shared else None
    statement = import_around(tree, imported.part)
    paths = _paths(doc, statement, index, others)
    found = next(_candidates(original(statement, text), paths, index, others), None)
    return found or _module(text, paths)


def original(statement: str, name: str) -> str:
    """Return what is called `name` by an import, as it is called where it is defined."""
    renamed = re.search(rf"([\w$]+)\s+as\s+{re.escape(name)}(?![\w$])", statement)
    return renamed[1] if renamed else name


def import_around(tree: Tree, part: Part) -> str:
    """Return the whole statement that `part` of an import belongs to."""
    around = [part, *ancestors(tree.root, part)]
    return text_of(tree, next((one for one in around if one.type in IMPORTS), part))


def go_package(tree: Tree, name: str) -> str:
    """Return the path of the package that Go code calls `name`, as the import quotes it."""
    for statement in tree.imports():
        if found := re.search(rf'"(?:[^"\n]*/)?{re.escape(name)}"', statement):
            return found[0]
    return ""


def _paths(
    doc: Document, statement: str, index: Index | None, others: Sequence[Document]
) -> list[str]:
    known = {other.path for other in others} | set(index.paths() if index else ())
    return [path for path, _ in named_by([statement], doc.language, doc.path, known)]


def _candidates(
    name: str, paths: Sequence[str], index: Index | None, others: Sequence[Document]
) -> Iterator[Found]:
    """Yield the definitions of `name` at the top of these files, of open ones as they are now."""
    opened = {other.path: other for other in others}
    for path in paths[:MOST_OTHERS]:
        if path in opened and (found := _in_other(opened[path], name)):
            yield found
    if index is not None:
        for symbol in index.symbols([name]):
            if symbol.path in paths and symbol.path not in opened:
                yield _of_symbol(symbol)


def _of_member(
    doc: Document, tree: Tree, name: Part, index: Index | None, others: Sequence[Document]
) -> Found | None:
    """Look in the module before the dot, else for the only member of that name anywhere."""
    text = text_of(tree, name)
    before = resolving.owner_of(name)
    module = resolving.resolve(tree, before) if before is not None else None
    if before is not None and module is not None and module.kind == "import":
        paths = _paths(doc, import_around(tree, module.part), index, others)
        return next(_candidates(text, paths, index, others), None)
    package = go_package(tree, text_of(tree, before)) if before and doc.language == "go" else ""
    if package:
        return next(
            _candidates(text, _paths(doc, f"import {package}", index, others), index, others), None
        )
    found = _only(doc, text, index, others)
    return found if found is not None and found.kind in ("method", "field", "function") else None


def _only(
    doc: Document, name: str, index: Index | None, others: Sequence[Document]
) -> Found | None:
    """Return the only definition of `name` in other files of the language."""
    opened = {other.path: other for other in others}
    symbols = index.symbols([name]) if index is not None else []
    known = [one for one in symbols if _is_akin(doc, one.path) and one.path not in opened]
    near = [other for other in others if _is_akin(doc, other.path) and name in other.text]
    found = [_of_symbol(one, is_guess=True) for one in known if one.path != doc.path]
    for other in near[:MOST_OTHERS]:
        here = _in_other(other, name, is_guess=True)
        found += [here] if here is not None else []
    return found[0] if len(found) == 1 else None


def _is_akin(doc: Document, path: str) -> bool:
    """Whether what `doc` uses can stand in a file; Go shares what is in one folder."""
    theirs = language_of(path)
    if doc.language == "go" and posixpath.dirname(path) != posixpath.dirname(doc.path):
        return False
    families = (SCRIPTS, ("c", "cpp"))
    return theirs == doc.language or any(
        theirs in family and doc.language in family for family in families
    )


def _in_other(other: Document, name: str, is_guess: bool = False) -> Found | None:
    text = privacy.hidden(other.text)
    tree = parse_typed(text, other.language) if name in text else None
    declared = resolving.at_top(tree, name) if tree is not None else None
    if tree is None or declared is None:
        return None
    return replace(in_document(other, tree, declared), is_guess=is_guess)


def _of_symbol(symbol: Symbol, is_guess: bool = False) -> Found:
    signature, mark, note = symbol.text.partition("  # ")
    if not mark or symbol.kind != "function":
        signature, note = symbol.text, ""
    kind = "method" if symbol.kind == "function" and symbol.parent else symbol.kind
    shown = _shortened(signature.strip().removesuffix(":"))
    return Found(kind, shown, note, symbol.path, symbol.line, symbol.text, is_guess=is_guess)


def _module(name: str, paths: Sequence[str]) -> Found | None:
    """Return the file that an import of a whole module means."""
    if len(paths) != 1:
        return None
    stem = posixpath.basename(paths[0]).partition(".")[0]
    if stem not in (name, "__init__", "index", "mod"):
        return None
    return Found("module", "", "", paths[0], 0, "")


def _kind(declared: Declared, code: str) -> str:
    """Return the word for a person."""
    if declared.kind == "function":
        is_of_type = declared.scope is not None and declared.scope.type in TYPES
        return "method" if is_of_type or declared.part.type == "method_declaration" else "function"
    if declared.kind == "alias":
        return "type"
    is_constant = re.match(r"(export\s+|pub\s+)*(const|static|#define|final)\b", code)
    name = re.match(r"[A-Z][A-Z0-9_]*\b", code)
    if declared.kind == "constant" and not is_constant and not name:
        return "variable"
    return declared.kind


def _signature(tree: Tree, declared: Declared, function: Part | None) -> str:
    whole = declared.part
    code = text_of(tree, whole)
    if declared.kind == "import":
        return _shortened(" ".join(import_around(tree, whole).split()))
    if declared.kind == "parameter":
        return _shortened(code)
    body = _body(whole if function is None else function)
    if declared.kind in ("type", "function", "module", "variable") and body is not None:
        code = tree.text[whole.start_byte : body.start_byte]
        if declared.kind == "variable" and whole.type == "match_arm":
            code = code.rstrip().removesuffix("=>")
    elif declared.kind in ("constant", "field", "variable"):
        code = code.split("\n")[0]
    lines = outline.undecorated(code.rstrip().split("\n"))
    code = _dedented("\n".join(lines)).strip().removesuffix("=>").rstrip()
    return _shortened(code.removesuffix(":").removesuffix("{").rstrip(" ;"))


def _body(part: Part) -> Part | None:
    inner = part
    while inner.type in WRAPPERS and inner.named_children:
        inner = inner.named_children[-1]
    if inner.type == "match_arm":
        return inner.child_by_field_name("value")
    return inner.child_by_field_name("body")


def _note(tree: Tree, whole: Part, function: Part | None, kind: str) -> str:
    if kind in ("parameter", "variable", "import"):
        return ""
    if tree.language == "python":
        body = _body(whole if function is None else function)
        if body is not None:
            return notes.docstring(tree.text[body.start_byte : body.end_byte])
    above = notes.comment_above(tree.text, whole.start_byte, tree.language)
    return above or notes.comment_behind(tree.text, whole.end_byte, tree.language)


def _with_header(tree: Tree, declared: Declared, code: str) -> str:
    """Return a member's code below the first line of its type."""
    scope = declared.scope
    if scope is None or scope.type not in TYPES:
        return code
    header = text_of(tree, scope).split("\n")[0].rstrip()
    start = tree.text.rfind("\n", 0, declared.part.start_byte) + 1
    indent = tree.text[start : declared.part.start_byte]
    if indent.strip() or header == code:
        return code
    return f"{header}\n{indent}{code}"


def _dedented(code: str) -> str:
    first, *rest = code.split("\n")
    indents = [len(line) - len(line.lstrip()) for line in rest if line.strip()]
    least = min(indents, default=0)
    if rest and rest[-1].strip()[:1] in (")", "]", "}", ">"):
        least = len(rest[-1]) - len(rest[-1].lstrip())
    return "\n".join([first.lstrip(), *(line[min(least, len(line)) :] for line in rest)])


def _shortened(code: str) -> str:
    lines = code.split("\n")
    if len(lines) > MOST_LINES:
        lines = [*lines[: MOST_LINES - 1], "…"]
    text = "\n".join(line.rstrip() for line in lines)
    return text if len(text) <= MOST_SIGNATURE else f"{text[:MOST_SIGNATURE]} …"
