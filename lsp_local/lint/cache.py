"""What was found in a text before: the same text, language and settings are not looked at again."""

import json
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from lsp_local.disk import MAX_TEXT, CompletionDisk
from lsp_local.lint.code import code
from lsp_local.lint.finding import Finding
from lsp_local.lint.rows import finding_of, row_of
from lsp_local.lint.static import Spans
from lsp_local.text import Document

VERSION = 1  # of the entries; another one looks again
MAX_BYTES = 256 * 1024 * 1024
N_PART = MAX_TEXT - 64  # bytes; what is longer stands in several entries


class Cache:
    """Findings by content, in a folder. Whatever is wrong with it: nothing is found in it."""

    def __init__(self, folder: Path) -> None:
        self._disk = CompletionDisk(folder, MAX_BYTES)
        self._disk.open()

    def fetch(self, key: bytes, doc: Document) -> list[Finding] | None:
        """Return what was found in a text like that of `doc`, with its path; None if unknown."""
        first = self._disk.fetch(key)
        if first is None:
            return None
        n_parts, _, text = first.partition("\n")
        try:
            for n in range(1, int(n_parts)):
                part = self._disk.fetch(_part(key, n))
                if part is None:
                    return None
                text += part
            return [finding_of(one, doc) for one in json.loads(text)]
        except (ValueError, TypeError, LookupError, RecursionError):
            return None  # another version has written it, or somebody else

    def store(self, key: bytes, findings: Sequence[Finding]) -> None:
        """Keep what was found."""
        text = json.dumps([row_of(one) for one in findings])
        parts = [text[at : at + N_PART] for at in range(0, len(text), N_PART)]
        for n, part in enumerate(parts[1:], 1):
            self._disk.store(_part(key, n), part)
        self._disk.store(key, f"{len(parts)}\n{parts[0]}")

    def close(self) -> None:
        """Close the database."""
        self._disk.close()


def key_of(doc: Document, is_test: bool, spans: Spans | None, how: str) -> bytes:
    """Hash everything that findings in a text depend on; the path is not among it."""
    parts = [VERSION, code(), how, doc.language, is_test, spans, doc.text]
    return sha256(json.dumps(parts).encode()).digest()


def _part(key: bytes, n: int) -> bytes:
    return sha256(key + str(n).encode()).digest()
