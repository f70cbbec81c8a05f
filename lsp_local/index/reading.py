"""What the index keeps of a file: symbols, parts, and the words by which parts are found."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from lsp_local import outline, privacy
from lsp_local.ignores import GENERATED
from lsp_local.languages import language_of
from lsp_local.outline import Chunk, Symbol
from lsp_local.trees import NAME, parse

# Of these a file says nothing about the code, however many words they share with it.
NOT_CODE = ("plaintext", "markdown", "json", "css", "html")
LONGEST_MEAN_LINE = 300  # characters; what has longer lines was not written by hand
UNNAMEABLE = re.compile("[\0\ud800-\udfff]")  # SQLite takes no file name that is not UTF-8
PARTS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
NOT_WORD = re.compile("[^a-z0-9]")


@dataclass(frozen=True, slots=True)
class Content:
    """What is kept of a file's content, without what is private."""

    symbols: tuple[Symbol, ...] = ()
    chunks: tuple[Chunk, ...] = ()


def may_hold(path: str) -> bool:
    """Whether a file of this name is code that somebody has written."""
    is_code = language_of(path) not in NOT_CODE and not GENERATED.search(path)
    return is_code and not UNNAMEABLE.search(path)


def digest(path: str, raw: bytes) -> bytes:
    """Return the hash of a content; the same bytes in another language are another content."""
    return hashlib.sha256(language_of(path).encode() + b"\0" + raw).digest()


def is_marked(raw: bytes) -> bool:
    """Whether something in a file is marked as private, which it may not have been before."""
    return privacy.PRIVATE.encode() in raw


def read(path: str, raw: bytes) -> Content:
    """Take a file apart, without what is private; of what is no text nothing is kept."""
    if b"\0" in raw[:8000]:
        return Content()
    text = raw.decode(errors="replace")
    if len(text) > LONGEST_MEAN_LINE * (text.count("\n") + 1):
        return Content()
    text = privacy.redact(privacy.hidden(text))
    tree = parse(text, language_of(path))
    symbols = tuple(outline.symbols(tree, path)) if tree else ()
    return Content(symbols, tuple(outline.chunks(text, tree, path)))


def words(text: str) -> str:
    """Return the names in `text`, whole and in their parts, in lower case."""
    return " ".join(word for name in NAME.findall(text) for word in words_of(name))


@lru_cache(maxsize=30_000)  # a project says the same names again and again
def words_of(name: str) -> tuple[str, ...]:
    """Return a name as a word, and its parts if it has several; none of less than 3 letters."""
    return tuple(word for word in _words_of(name) if len(word) > 2)


def _words_of(name: str) -> Iterator[str]:
    parts = PARTS.findall(name)
    yield NOT_WORD.sub("", name.lower())
    if len(parts) > 1:
        yield from (part.lower() for part in parts)
