"""What is known of the symbol at the cursor without a model, and what a model is to read of it."""

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from lsp_local import names, privacy
from lsp_local.index import Index
from lsp_local.parts import Part
from lsp_local.symbols import lookup, markdown, resolving, scopes
from lsp_local.symbols.functions import name_of, text_of
from lsp_local.symbols.lookup import Found
from lsp_local.symbols.scopes import MOST_LOOKED_AT, Declared
from lsp_local.text import Document
from lsp_local.trees import Tree
from lsp_local.typed_trees import parse_typed

MOST_SOURCE = 1600  # characters that the model reads: some 400 tokens, 1.3 s on two cores
MOST_FOREIGN = 500  # of them of another file
SHORT = 300  # characters of a definition that says little by itself
N_AROUND = 8  # lines on each side of a use outside of all functions
LOCAL = ("parameter", "variable")


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a symbol. `start` and `end` span its name at the cursor.

    `where` is "path:line" from 1, "" where nobody knows; with `is_guess` it is the only definition
    of that name, which may not be the one that is meant. `owner` is the function of a parameter or
    local variable. `n_uses` counts the name in the code of this file, or of the owner, without
    the declaration; `n_files` other files of the project that have the word, None where that is
    not found. `source` is what the model reads, without secrets; `digest` names all of the
    definition, wherever it stands.
    """

    name: str
    start: int
    end: int
    language: str
    kind: str
    signature: str
    note: str
    where: str
    is_guess: bool
    owner: str
    parameters: tuple[str, ...]
    n_uses: int
    n_files: int | None
    source: str
    digest: str

    def as_markdown(self) -> str:
        """Return it for a client that shows Markdown; what is in the code stays text."""
        parts = [markdown.fenced(self.signature, self.language)] if self.signature else []
        parts += [markdown.prose(self.note)] if self.note else []
        return "\n\n".join([*parts, self._small_print(markdown.inline)])

    def as_plain(self) -> str:
        """Return it for a client that shows text."""
        parts = [part for part in (self.signature, self.note) if part]
        return "\n\n".join([*parts, self._small_print(str)])

    def _small_print(self, code: Callable[[str], str]) -> str:
        """Return a line with all that is no code; `code` typesets what is."""
        parts = [self.kind]
        if self.owner:
            parts[0] += f" of {code(self.owner)}"
        if self.kind == "variable" and self.owner:
            parts[0] += f", first in line {self.where.rpartition(':')[2]}"
        elif self.where and self.kind != "parameter":
            parts[0] += f"{', perhaps' if self.is_guess else ''} in {code(self.where)}"
        parts.append(_times(self.n_uses, self.owner))
        if self.n_files:
            parts.append(f"named in {self.n_files} other file{'s' if self.n_files > 1 else ''}")
        return " · ".join(parts)


def facts(
    doc: Document, offset: int, index: Index | None, others: Sequence[Document] = ()
) -> Facts | None:
    """Say what is known of the symbol at `offset`; None where there is none.

    There is none in strings, comments, keywords, private regions, names of the language itself,
    and languages without a grammar. Whether the file is to be read at all is the caller's to know.
    """
    if privacy.is_private(doc.text, offset):
        return None
    doc = replace(doc, text=privacy.hidden(doc.text))
    tree = parse_typed(doc.text, doc.language)
    name = scopes.name_at(tree, offset) if tree is not None else None
    if tree is None or name is None:
        return None
    declared = resolving.resolve(tree, name)
    found = _found(doc, tree, name, declared, index, others) or _unknown(tree, doc, name)
    is_of_language = found.kind == "name" and names.belongs_to(doc.language, found.code)
    return None if is_of_language else _facts(doc, tree, name, declared, found, index)


def _found(
    doc: Document,
    tree: Tree,
    name: Part,
    declared: Declared | None,
    index: Index | None,
    others: Sequence[Document],
) -> Found | None:
    """Return the definition: of an imported name that of the other file, if it is found."""
    if declared is not None and declared.kind != "import":
        found = lookup.in_document(doc, tree, declared)
        return replace(found, is_guess=not resolving.is_certain(tree, name, declared))
    there = lookup.elsewhere(doc, tree, name, declared, index, others)
    if there is not None or declared is None:
        return there
    return lookup.in_document(doc, tree, declared)


def _facts(
    doc: Document,
    tree: Tree,
    name: Part,
    declared: Declared | None,
    found: Found,
    index: Index | None,
) -> Facts:
    text = text_of(tree, name)
    is_local = declared is not None and found.kind in LOCAL
    function = _function(tree, name, declared) if is_local else None
    whole = found.code if function is None else text_of(tree, function)
    return Facts(
        name=text,
        start=name.start_byte,
        end=name.end_byte,
        language=doc.language,
        kind=found.kind,
        signature=privacy.redact(found.signature),
        note=privacy.redact(found.note),
        where=f"{found.path}:{found.line + 1}" if found.path else "",
        is_guess=found.is_guess,
        owner=name_of(tree, function) if function is not None else "",
        parameters=found.parameters,
        n_uses=_n_uses(tree, text, function, declared),
        n_files=_n_files(tree, text, doc, declared, index) if index and not is_local else None,
        source=_source(tree, doc, name, declared, found),
        digest=sha256("\0".join((text, found.kind, whole)).encode(errors="replace")).hexdigest(),
    )


def _unknown(tree: Tree, doc: Document, name: Part) -> Found:
    """Return what can be said of a name that nothing declares."""
    text = text_of(tree, name)
    package = lookup.go_package(tree, text) if doc.language == "go" else ""
    if package:
        return Found("import", f"import {package}", "", "", 0, package)
    return Found("member" if scopes.is_member(name) else "name", "", "", "", 0, text)


def _function(tree: Tree, name: Part, declared: Declared | None) -> Part | None:
    """Return the function with a name that a parameter or variable belongs to."""
    around = resolving.function_around(tree, declared.part if declared is not None else name)
    return around or (declared.scope if declared is not None else None)


def _n_uses(tree: Tree, text: str, function: Part | None, declared: Declared | None) -> int:
    """Count the name in code, without its declaration: of a member only what looks it up."""
    start, end = (function.start_byte, function.end_byte) if function is not None else (0, None)
    own = declared.name_start if declared is not None else -1
    is_of_type = declared is not None and resolving.is_of_type(tree, declared)
    is_plain = declared is not None and not is_of_type
    n_uses = 0
    for part in scopes.places_of(tree, text, start, end):
        is_member = scopes.is_member(part)
        is_other = (is_member and is_plain) or (is_of_type and not is_member)
        is_none = scopes.is_argument_name(part) or scopes.is_in_import(tree, part)
        n_uses += not (is_other or is_none or part.start_byte == own)
    return n_uses


def _n_files(
    tree: Tree, text: str, doc: Document, declared: Declared | None, index: Index
) -> int | None:
    if declared is not None and declared.kind == "import":
        text = lookup.original(lookup.import_around(tree, declared.part), text)
    return index.n_files_naming(text, doc.path)


def _times(n: int, owner: str) -> str:
    where = "" if owner else " in this file"
    if n == 0:
        return f"not used{where}"
    if n >= MOST_LOOKED_AT - 1:
        return f"used {n} times or more{where}"
    return f"used {'once' if n == 1 else f'{n} times'}{where}"


def _source(tree: Tree, doc: Document, name: Part, declared: Declared | None, found: Found) -> str:
    """Return the code that says most of the symbol, of at most `MOST_SOURCE` characters.

    It depends on the definition alone where that is in this file, on the function around the use
    where it is not: nothing is read again because the cursor or the function has moved.
    """
    is_here = declared is not None and declared.kind != "import"
    if declared is not None and is_here and found.kind not in LOCAL:
        is_terse = len(found.code) < SHORT and found.kind not in ("function", "method")
        use = _first_use(tree, declared) if is_terse else None
        code = _cut(found.code, 0, MOST_SOURCE // 2 if use else MOST_SOURCE)
        near = _around(tree, use, MOST_SOURCE // 2) if use else ""
        return privacy.redact(f"{code}\n\n{near}" if near else code)
    foreign = _foreign(doc, found)
    at = declared.part if declared is not None and is_here else name
    return privacy.redact(foreign + _around(tree, at, MOST_SOURCE - len(foreign)))


def _first_use(tree: Tree, declared: Declared) -> Part | None:
    """Return the first use of a constant or field: its own line says little."""
    name = tree.part_at(declared.name_start, declared.name_start + 1)
    places = scopes.places_of(tree, text_of(tree, name))
    return next((part for part in places if scopes.declared(tree, part) is None), None)


def _around(tree: Tree, part: Part, n_most: int) -> str:
    """Return the function around `part`, or the lines near it where there is none."""
    function = resolving.function_around(tree, part)
    if function is not None:
        start = tree.text.rfind("\n", 0, function.start_byte) + 1
        start = start if not tree.text[start : function.start_byte].strip() else function.start_byte
        code = tree.text[start : function.end_byte]
        return textwrap.dedent(_cut(code, part.start_byte - start, n_most))
    lines = tree.text.split("\n")
    line = tree.text.count("\n", 0, part.start_byte)
    first = max(0, line - N_AROUND)
    near = "\n".join(lines[first : line + N_AROUND + 1])
    return _cut(near, sum(len(one) + 1 for one in lines[first:line]), n_most)


def _foreign(doc: Document, found: Found) -> str:
    """Return the beginning of a definition in another file."""
    if found.path in ("", doc.path) or not found.code:
        return f"{found.signature}\n\n" if found.kind == "import" else ""
    return f"{_cut(found.code, 0, MOST_FOREIGN)}\n\n"


def _cut(code: str, at: int, n_most: int) -> str:
    """Return whole lines of `code`, the first and those around `at`, with `...` for the others."""
    if "PRIVATE KEY" in code:
        code = privacy.redact(code)  # half of it would not look like one
    if len(code) <= n_most:
        return code
    first = _line(code.partition("\n")[0], n_most // 2)
    n_left = n_most - len(first) - 10
    start = 0
    if at >= n_left * 2 // 3:
        start = code.rfind("\n", 0, max(0, at - n_left // 2)) + 1
    head = f"{first}\n...\n" if start else ""
    end = code.rfind("\n", start, start + n_left)
    rest = code[start:end] if end > start else _line(code[start:].partition("\n")[0], n_left)
    return f"{head}{rest}\n..."


def _line(line: str, n_most: int) -> str:
    """Return the beginning of a line, cut where no secret can be cut in two."""
    return line if len(line) <= n_most else privacy.redact(line[: 2 * n_most])[:n_most]
