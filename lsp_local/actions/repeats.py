"""Tests that say again what others said: small models go on until they are stopped."""

import ast
import re
from collections.abc import Iterator

from lsp_local.trees import parse

MOST_ASSERTS = 6  # in one test
TITLE = re.compile(r"(?:test|it|func|def)\b\s*\(?\s*(\w+|\"[^\"\n]*\"|'[^'\n]*'|`[^`\n]*`)")


def without_repeats(text: str, language: str) -> str:
    """Return tests without those whose name or title came before, and without endless asserts.

    Text that cannot be parsed is returned as it is.
    """
    for start, end in reversed([*_repeated(text, language)]):
        text = text[:start].rstrip() + text[end:]
    return _fewer_asserts(text) if language == "python" else text


def _repeated(text: str, language: str) -> Iterator[tuple[int, int]]:
    tree = parse(text, language)
    seen = set()
    for node in tree.root.named_children if tree is not None and not tree.n_errors else ():
        said = text[node.start_byte : node.end_byte]
        title = TITLE.match(said)
        if title is None:
            continue
        if title[1] in seen:
            yield node.start_byte, node.end_byte
        seen.add(title[1])


def _fewer_asserts(text: str) -> str:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return text
    lines = text.split("\n")
    gone: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            asserts = [one for one in node.body if isinstance(one, ast.Assert)]
            for one in asserts[MOST_ASSERTS:]:
                gone |= {*range(one.lineno - 1, one.end_lineno or one.lineno)}
    return "\n".join(line for n, line in enumerate(lines) if n not in gone)
