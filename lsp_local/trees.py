"""What tree-sitter knows of a file: its errors, definitions, imports, names and strings."""

import re
import threading
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from typing import TYPE_CHECKING, Any

from lsp_local.grammars import (
    COMMENTS,
    DEFINITIONS,
    FIELDS,
    GRAMMARS,
    IDENTIFIERS,
    IMPORTS,
    NAMING,
    STRINGS,
    WRAPPERS,
)

if TYPE_CHECKING:
    import tree_sitter
    from tree_sitter import Node as Node
    from tree_sitter import Parser

DEEPEST = 20  # types in types
LONGEST_TEXT = 1_000_000  # characters; what is longer is generated, and takes over 0.2 s
NAME = re.compile(r"[^\W\d]\w*")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")


class Place(StrEnum):
    """What an offset stands in."""

    CODE = "code"
    COMMENT = "comment"
    STRING = "string"


@dataclass(frozen=True, slots=True)
class Definition:
    """Something that a file defines. `start`, `body` and `end` are offsets in its text.

    `text[start:body]` is the signature; without a body `body` equals `end`. `depth` counts the
    definitions around it.
    """

    name: str
    kind: str
    start: int
    body: int
    end: int
    depth: int


class Tree:
    """A parsed text. Nothing here raises on any text; `n_errors` counts what did not parse."""

    def __init__(self, text: str, language: str, tree: "tree_sitter.Tree") -> None:
        self.text = text
        self.language = language
        self._tree = tree
        self._root = tree.root_node
        # What was found out about this very text, by those who did: names of functions.
        self.memo: dict[Hashable, Any] = {}
        self._last: tuple[tuple[int, int, str], Tree] | None = None

    def replaced(self, start: int, end: int, text: str) -> "Tree":
        """Return the tree of the text with `text` in place of what is between two offsets.

        Only what changes is parsed again: some 0.3 ms, whatever the length of the file. The last
        one is kept: what is judged is judged in several ways.
        """
        if self._last is not None and self._last[0] == (start, end, text):
            return self._last[1]
        whole = self.text[:start] + text + self.text[end:]
        edited = self._tree.copy()
        edited.edit(
            start,
            end,
            start + len(text),
            _point(self.text, start),
            _point(self.text, end),
            _point(whole, start + len(text)),
        )
        tree = _parser(self.language).parse(_as_ascii(whole), edited)
        found = Tree(whole, self.language, tree)
        self._last = (start, end, text), found
        return found

    @property
    def root(self) -> "Node":
        """Return the node of the whole text; bytes in its tree are code points of the text."""
        return self._root

    def around(self, start: int, end: int) -> "list[Node]":
        """Return the nodes that cover what is between two offsets, outermost first."""
        found = [self._root]
        cursor = self._root.walk()  # Node.first_child_for_byte crashes where there is no child
        while cursor.goto_first_child_for_byte(start) is not None:
            node = cursor.node
            if node is None or node.start_byte > start or node.end_byte < end:
                break
            found.append(node)
        return found

    @property
    def n_errors(self) -> int:
        """Return how many nodes are errors or missing."""
        return sum(1 for _ in self.errors()) if self._root.has_error else 0

    def errors(self) -> Iterator[tuple[int, int]]:
        """Yield where an error starts and ends, or something is missing (an empty range)."""
        waiting = [self._root]
        while waiting:
            node = waiting.pop()
            if node.is_error or node.is_missing:
                yield node.start_byte, node.end_byte
            if node.has_error:
                waiting += reversed(node.children)

    def place(self, offset: int) -> Place:
        """Say what the cursor at `offset` stands in; on the edge of a string or comment: outside.

        At the end of a line comment the cursor is in it.
        """
        node: Node | None = self._root.descendant_for_byte_range(max(0, offset - 1), offset)
        while node is not None:
            is_inside = node.start_byte < offset < node.end_byte
            if node.type in COMMENTS and (is_inside or self._is_open_comment(node, offset)):
                return Place.COMMENT
            if node.type in STRINGS and is_inside:
                return Place.STRING
            node = node.parent
        return Place.CODE

    def _is_open_comment(self, node: "Node", offset: int) -> bool:
        is_block = self.text[node.start_byte : node.start_byte + 2] == "/*"
        return node.end_byte == offset and not is_block

    def definitions(self) -> list[Definition]:
        """Return all definitions outside of functions, in the order of the text."""
        found: list[Definition] = []
        self._define(self._root, self._root, 0, found)
        return found

    def _define(self, parent: "Node", outer: "Node", depth: int, found: list[Definition]) -> None:
        kinds = DEFINITIONS[self.language]
        for node in parent.named_children:
            start = outer if outer.type in WRAPPERS else node
            kind = kinds.get(node.type)
            if kind is None:
                if node.type in WRAPPERS:
                    self._define(node, start, depth, found)
                continue
            name, body = _name_of(node), node.child_by_field_name("body")
            if kind == "constant" and depth and self.language == "python":
                kind = "field"
            if name is not None:
                begin, end = start.start_byte, max(node.end_byte, start.end_byte)
                head = body.start_byte if body is not None else end
                found.append(Definition(self._named(name), kind, begin, head, end, depth))
            if kind in ("type", "module") and body is not None and depth < DEEPEST:
                self._define(body, body, depth + 1, found)

    def _named(self, node: "Node") -> str:
        """Return the bare name: `Point` for `Point<T>`, `area` for `Point::area`."""
        return self.text[node.start_byte : node.end_byte].partition("<")[0].rpartition("::")[2]

    def imports(self) -> list[str]:
        """Return the statements that import, as they are written."""
        wanted = IMPORTS.get(self.language, ())
        nodes = [node for node in self._root.named_children if node.type in wanted]
        return [self.text[node.start_byte : node.end_byte] for node in nodes]

    def enclosing(self, offset: int) -> list[Definition]:
        """Return the definitions around `offset`, functions in functions too, outermost first."""
        kinds = DEFINITIONS[self.language]
        around: list[Definition] = []
        node: Node | None = self._root.descendant_for_byte_range(max(0, offset - 1), offset)
        while node is not None:
            name = _name_of(node) if node.type in kinds else None
            body = node.child_by_field_name("body")
            if name is not None and body is not None:
                start = node.parent if node.parent and node.parent.type in WRAPPERS else node
                kind = kinds[node.type]
                span = start.start_byte, body.start_byte, node.end_byte
                around.append(Definition(self._named(name), kind, *span, 0))
            node = node.parent
        return around[::-1]

    def used_names(self, start: int, end: int) -> list[str]:
        """Return the names that the code between two offsets uses, and does not define there.

        Attributes and the names of arguments are none.
        """
        used: list[str] = []
        defined: set[str] = set()
        waiting = [self._root]
        while waiting:
            node = waiting.pop()
            if node.end_byte <= start or node.start_byte >= end:
                continue
            waiting += reversed(node.children)
            if node.type in IDENTIFIERS:
                is_defined = _defines(node)
                if is_defined:
                    defined.add(self.text[node.start_byte : node.end_byte])
                elif is_defined is not None:
                    used.append(self.text[node.start_byte : node.end_byte])
        return [name for name in dict.fromkeys(used) if name not in defined]


def knows(language: str) -> bool:
    """Whether there is a grammar for `language`, an LSP language id."""
    return language in GRAMMARS


def parse(text: str, language: str) -> Tree | None:
    """Parse `text`; None where there is no grammar, or it is too long. 4 ms for 1,000 lines."""
    if language not in GRAMMARS or len(text) > LONGEST_TEXT:
        return None
    return Tree(text, language, _parser(language).parse(_as_ascii(text)))


def _as_ascii(text: str) -> bytes:
    """Keep offsets code points: to a grammar any letter is as good as another."""
    return (text if text.isascii() else _NOT_ASCII.sub("x", text)).encode()


def _point(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset), offset - text.rfind("\n", 0, offset) - 1


_OF_THREAD = threading.local()  # a parser is not for two threads


def _parser(language: str) -> "Parser":
    if not hasattr(_OF_THREAD, "parsers"):
        _OF_THREAD.parsers = {}
    parsers: dict[str, Parser] = _OF_THREAD.parsers
    if language not in parsers:
        parsers[language] = _new_parser(language)
    return parsers[language]


def _new_parser(language: str) -> "Parser":
    from tree_sitter import Language, Parser

    module, function = GRAMMARS[language]
    return Parser(Language(getattr(import_module(module), function)()))


def _defines(node: "Node") -> bool | None:
    """Whether an identifier is defined where it stands; None for a name of something's part."""
    parent = node.parent
    if parent is not None and parent.type == "expression_list":  # Go's `a, b := f()`
        node, parent = parent, parent.parent
    if parent is None or parent.type in NAMING:
        return True
    wanted = FIELDS.get(parent.type)
    if wanted is None:
        return False
    for field, defines in wanted.items():
        if node in parent.children_by_field_name(field):
            return defines
    return False


def _name_of(node: "Node") -> "Node | None":
    """Return the node that names a definition."""
    for field in ("name", "left", "declarator", "type"):
        named = node.child_by_field_name(field)
        while named is not None and (deeper := named.child_by_field_name("declarator")):
            named = deeper
        if named is not None:
            return named
    for child in node.named_children:  # `type T struct`, `const x = 1`, `x = 1` on its own line
        if child.type in ("type_spec", "const_spec", "var_spec", "variable_declarator") or (
            child.type in ("assignment", "variable_declaration", "type_alias")
        ):
            return _name_of(child)
    return None
