"""Marked texts: where the cursor is in a document, and where a decode has to end."""

import re

from lsp_local.stops import Cut, Stops, cut
from lsp_local.text import Document

CURSOR = "<CURSOR>"
STOP = "<STOP>"
START, END = "<START>", "<END>"
TOKEN = re.compile(r"\w+|[ \t]+|\r?\n[ \t]*|[^\w\s]")


def split_at(marked: str, mark: str = CURSOR) -> tuple[str, str]:
    """Return what stands before and behind the one mark; anything but one is a broken test."""
    if marked.count(mark) != 1:
        raise ValueError(f"{marked.count(mark)} marks {mark} instead of one in {marked!r}")
    before, _, behind = marked.partition(mark)
    return before, behind


def doc_at(marked: str, language: str = "python", path: str = "app.py") -> tuple[Document, int]:
    """Return the document without its mark, and the offset where the mark was."""
    before, behind = split_at(marked)
    uri = f"file:///shop/{path}"
    return Document(uri, path, "shop", language, before + behind), len(before)


def doc_between(marked: str, language: str = "python") -> tuple[Document, int, int]:
    """Return the document without its marks, and the offsets between `<START>` and `<END>`."""
    before, rest = split_at(marked, START)
    inside, behind = split_at(rest, END)
    doc = Document("file:///shop/app", "app", "shop", language, before + inside + behind)
    return doc, len(before), len(before) + len(inside)


def decode(stops: Stops, answer: str) -> Cut | None:
    """Say `answer` token by token; it must end at `<STOP>`, or go on if there is no such mark."""
    said = split_at(answer, STOP)[0] if STOP in answer else answer
    tokens = TOKEN.findall(said)
    for n in range(1, len(tokens)):
        assert cut(stops, "".join(tokens[:n])) is None, f"too early: {tokens[:n]}"
    return cut(stops, said)


def range_at(
    marked: str, language: str = "python", path: str = "app.py"
) -> tuple[Document, int, int]:
    """Return the document without its marks, and the range: `<START>…<END>`, or one `<CURSOR>`."""
    if CURSOR in marked:
        doc, offset = doc_at(marked, language, path)
        return doc, offset, offset
    before, rest = split_at(marked, START)
    inside, behind = split_at(rest, END)
    uri = f"file:///shop/{path}"
    text = before + inside + behind
    return Document(uri, path, "shop", language, text), len(before), len(before + inside)
