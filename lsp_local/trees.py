"""What tree-sitter knows of a file: its errors, definitions, imports, names and strings."""

import re
import threading
from collections.abc import Hashable, Iterator
from importlib import import_module
from typing import TYPE_CHECKING, Any

from lsp_local.grammars import (
    COMMENTS,
    DEFINITIONS,
    GRAMMARS,
    IDENTIFIERS,
    IMPORTS,
    STRINGS,
    UNTOLD,
    WRAPPERS,
)
from lsp_local.nodes import defines, head_end, is_docstring, is_whole, name_of, roles
from lsp_local.parts import Definition as Definition
from lsp_local.parts import Leaf, Part, Role
from lsp_local.parts import Place as Place

if TYPE_CHECKING:
    import tree_sitter
    from tree_sitter import Node as Node
    from tree_sitter import Parser

DEEPEST = 20  # types in types
LONGEST_BINARY = 10_000  # characters
LONGEST_TEXT = 1_000_000  # characters; what is longer is generated, and takes over 0.2 s
NAME = re.compile(r"[^\W\d]\w*")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")


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
            name, body = name_of(node), node.child_by_field_name("body")
            if kind == "constant" and depth and self.language == "python":
                kind = "field"
            if name is not None:
                begin, end = start.start_byte, max(node.end_byte, start.end_byte)
                head = body.start_byte if body is not None else end
                found.append(Definition(self._named(name), kind, begin, head, end, depth))
            if kind in ("type", "module") and body is not None and depth < DEEPEST:
                self._define(body, body, depth + 1, found)

    def _named(self, node: Part) -> str:
        """Return the bare name: `Point` for `Point<T>`, `area` for `Point::area`."""
        return self.text[node.start_byte : node.end_byte].partition("<")[0].rpartition("::")[2]

    def part_at(self, start: int, end: int) -> Part:
        """Return the smallest node around what is between two offsets."""
        return self._root.descendant_for_byte_range(start, end) or self._root

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
            name = name_of(node) if node.type in kinds else None
            body = node.child_by_field_name("body")
            if name is not None and body is not None:
                start = node.parent if node.parent and node.parent.type in WRAPPERS else node
                kind = kinds[node.type]
                span = start.start_byte, body.start_byte, node.end_byte
                around.append(Definition(self._named(name), kind, *span, 0))
            node = node.parent
        return around[::-1]

    def outermost(self, start: int, end: int) -> list[Definition]:
        """Return what is defined wholly between two offsets, outside of functions there.

        A variable that holds a function is a function. `depth` counts from 0 here.
        """
        kinds = DEFINITIONS[self.language]
        found: list[Definition] = []
        waiting = [(self._root, self._root.start_byte, 0)]
        while waiting:
            node, begin, depth = waiting.pop()
            if node.end_byte <= start or node.start_byte >= end:
                continue
            name = name_of(node) if node.type in kinds else None
            if name is not None and start <= begin and node.end_byte <= end:
                head = head_end(node)
                kind = kinds[node.type] if head is None else "function"
                span = begin, node.end_byte if head is None else head, node.end_byte
                found.append(Definition(self._named(name), kind, *span, depth))
                depth += 1
                if kind == "function":
                    continue
            # Never asks for a parent: that is as slow as the code is deep.
            is_around = node.type in WRAPPERS
            waiting += [
                (child, begin if is_around else child.start_byte, depth)
                for child in reversed(node.named_children)
            ]
        return found

    def leaves(self, start: int, end: int) -> list[Leaf]:
        """Return the tokens between two offsets, also those that stand there in part."""
        found: list[Leaf] = []
        waiting = [(self._root, Role.CODE, 0)]
        while waiting:
            node, role, trail = waiting.pop()
            if node.end_byte <= start or node.start_byte >= end:
                continue
            if node.type in COMMENTS or (self.language == "python" and is_docstring(node)):
                role = Role.NOTE
            if is_whole(node, role):
                text = self.text[node.start_byte : node.end_byte]
                leaf = Leaf(node.start_byte, node.end_byte, text, node.type, role, trail)
                found += [leaf] if text.strip() or (text and "string" in node.type) else []
                continue
            trail = trail if node.type in UNTOLD else hash((trail, node.type))
            children = zip(node.children, roles(node, role), strict=True)
            waiting += [(child, role, trail) for child, role in children][::-1]
        return found

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
                is_defined = defines(node)
                if is_defined:
                    defined.add(self.text[node.start_byte : node.end_byte])
                elif is_defined is not None:
                    used.append(self.text[node.start_byte : node.end_byte])
        return [name for name in dict.fromkeys(used) if name not in defined]


def knows(language: str) -> bool:
    """Whether there is a grammar for `language`, an LSP language id."""
    return language in GRAMMARS


def parse(text: str, language: str) -> Tree | None:
    """Parse `text`; None where there is no grammar, or it is too long. 4 ms for 1,000 lines.

    What is binary is not parsed: to look for code in 300 kB of it takes a grammar a minute.
    """
    if language not in GRAMMARS or len(text) > LONGEST_TEXT:
        return None
    if len(text) > LONGEST_BINARY and "\0" in text:
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
