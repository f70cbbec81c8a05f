"""The checks that need no model: certain, cheap, and labelled as static."""

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING

from lsp_local.actions.docnames import RECEIVERS, DocName, documented, takes_any
from lsp_local.actions.docstyle import docstring_span
from lsp_local.actions.functions import Function, all_functions, parameters
from lsp_local.grammars import COMMENTS
from lsp_local.lint.finding import Finding, found
from lsp_local.privacy import certain_secrets
from lsp_local.text import Document
from lsp_local.trees import Tree

if TYPE_CHECKING:
    from lsp_local.trees import Node

Spans = Sequence[tuple[int, int]]

TODO = re.compile(r"\b(TODO|FIXME)\b")
CLOSE = 0.75  # how much alike two names are of which one was renamed


def find_static(doc: Document, tree: Tree | None, spans: Spans | None) -> list[Finding]:
    """Return what is certain, anywhere; a TODO only where `spans` say that lines are new."""
    findings = list(_secrets(doc))
    if tree is not None:
        findings += _mismatches(doc, tree)
        todos = _todos(doc, tree) if spans is not None else ()
        findings += (one for one in todos if is_within(spans, one.start, one.end))
    return findings


def is_within(spans: Spans | None, start: int, end: int) -> bool:
    """Whether something touches what has changed; for None, all has."""
    return spans is None or any(start <= last and first <= end for first, last in spans)


def comments(tree: Tree) -> Iterator[tuple[int, int]]:
    """Yield where comments begin and end, in the order of the text."""
    waiting = [tree.root]
    while waiting:
        node = waiting.pop()
        if node.type in COMMENTS:
            # Rust's and others' line comments hold the line end.
            yield node.start_byte, node.start_byte + len(tree.text[slice(*_span(node))].rstrip())
        else:
            waiting += reversed(node.children)


def _span(node: "Node") -> tuple[int, int]:
    return node.start_byte, node.end_byte


def _secrets(doc: Document) -> Iterator[Finding]:
    for start, end in certain_secrets(doc.text):
        message = "this looks like a secret; revoke it and read the new one from elsewhere"
        yield found("secret", doc, start, end, message)


def _todos(doc: Document, tree: Tree) -> Iterator[Finding]:
    for start, end in comments(tree):
        for match in TODO.finditer(doc.text, start, end):
            message = f"a new line leaves a {match[1]}"
            yield found("todo", doc, match.start(), match.end(), message)


def _mismatches(doc: Document, tree: Tree) -> Iterator[Finding]:
    for function in all_functions(tree):
        span = docstring_span(tree, function)
        if span is None or function.node.has_error or takes_any(tree, function):
            continue
        names = documented(doc.text[slice(*span)], doc.language)
        taken = parameters(tree, function)
        wrong = [one for one in names if one.name not in (*taken, *RECEIVERS)]
        missing = [one for one in taken if one not in {name.name for name in names}]
        for one in wrong:
            close = get_close_matches(one.name, missing, n=1, cutoff=CLOSE)
            is_clear = len(wrong) == len(missing) == 1 and _is_once(one.name, doc, span)
            yield _mismatch(doc, function, one, span[0], close, is_clear)


def _mismatch(
    doc: Document, function: Function, one: DocName, at: int, close: list[str], is_clear: bool
) -> Finding:
    hint = f"; did you mean `{close[0]}`?" if close else ""
    start = at + one.offset
    return found(
        "docstring-mismatch",
        doc,
        start,
        start + len(one.name),
        f"`{function.name}` has no parameter `{one.name}`{hint}",
        replacement=close[0] if close else None,
        is_safe=is_clear,
    )


def _is_once(name: str, doc: Document, span: tuple[int, int]) -> bool:
    return len(re.findall(rf"(?<![\w$]){re.escape(name)}(?![\w$])", doc.text[slice(*span)])) == 1
