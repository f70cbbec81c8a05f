"""R7: positions are right, in every encoding that LSP knows."""

import re
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types
from trying import tried

from lsp_local.lsp.convert import offset_at, position_at
from lsp_local.lsp.documents import Documents
from lsp_local.text import Document

URI = "file:///shop/cart.py"
PIECES = [
    *(
        "a",
        "b c",
        "\t",
        "é",
        "変",
        "😋",
        "\U0001d4b3",
        "\u200d",
        "👩\u200d💻",
        "e\u0301",
        "\ufe0f",
        "🇩🇪",
    ),
    *("\n", "\r\n", "\r", "\n\r", "\r\r\n", "\u2028", "\u2029", "\x85", "\f", "\v", "\0"),
    *("\ufeff", "\ud800", "\udc00", "\ud83d\ude0b", "\uffff", "\U0010ffff", "if x:\r\n    "),
]
TEXTS = st.lists(st.sampled_from(PIECES) | st.characters(), max_size=14).map("".join)
ENCODINGS = ["utf-8", "utf-16", "utf-32"]
FAR = 2**31 - 1


def n_units(char: str, encoding: str) -> int:
    """What a character counts, computed from its number as the standards have it."""
    if encoding == "utf-32":
        return 1
    if encoding == "utf-16":
        return 2 if ord(char) > 0xFFFF else 1
    return 1 + sum(ord(char) > most for most in (0x7F, 0x7FF, 0xFFFF))


def cleaned(text: str) -> str:
    """What is left of half a character. LSP speaks Unicode, which has none."""
    return "".join("\ufffd" if 0xD800 <= ord(char) <= 0xDFFF else char for char in text)


def places(text: str, encoding: str) -> list[tuple[int, int]]:
    """The line and character of every offset, by counting from the start; a CRLF is one end."""
    found, line, character = [(0, 0)], 0, 0
    for before, char in zip(text, (text + " ")[1:], strict=True):
        is_end = before == "\n" or (before == "\r" and char != "\n")
        is_split = before == "\r" and not is_end
        line, character = line + is_end, 0 if is_end else character + n_units(before, encoding)
        found.append(found[-1] if is_split else (line, character))
    return found


def test_every_place_of_a_text(
    many: Callable[..., int], reached: Callable[[str, str], None]
) -> None:
    n_trips = 0

    @tried(many(short=80, long=3500))
    @given(TEXTS)
    def check(text: str) -> None:
        nonlocal n_trips
        text = cleaned(text)
        for encoding in ENCODINGS:
            for offset, (line, character) in enumerate(places(text, encoding)):
                n_trips += 1
                at = types.Position(line, character)
                is_split = text[max(0, offset - 1) : offset + 1] == "\r\n"
                assert position_at(text, offset, encoding) == at
                assert offset_at(text, at, encoding) == offset - is_split
                inside = types.Position(line, character + 1)  # of a character, or the next one
                assert offset <= offset_at(text, inside, encoding) + is_split <= offset + 1
            for line in range(len(re.split("\r\n|\r|\n", text)) + 2):
                end = offset_at(text, types.Position(line, FAR), encoding)
                assert text[end : end + 1] in ("", "\r", "\n")

    check()
    reached("R7", f"{n_trips:,} round trips: 0 wrong")


EDITS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 6), TEXTS), max_size=8)


def test_a_document_follows_its_editor(
    many: Callable[..., int], reached: Callable[[str, str], None]
) -> None:
    n_edits = 0

    @tried(many(short=40, long=3500))
    @given(TEXTS, EDITS, st.sampled_from(ENCODINGS))
    def check(text: str, edits: list[tuple[int, int, str]], encoding: str) -> None:
        nonlocal n_edits
        documents, text = Documents(), cleaned(text)
        documents.open(types.TextDocumentItem(URI, "python", 1, text), [])
        for version, (start, n_chars, inserted) in enumerate(edits, 2):
            n_edits += 1
            known = places(text, encoding)
            start = min(start, len(text))
            end = min(start + n_chars, len(text))
            span = types.Range(types.Position(*known[start]), types.Position(*known[end]))
            start, end = known.index(known[start]), known.index(known[end])
            text = text[:start] + cleaned(inserted) + text[end:]
            change = types.TextDocumentContentChangePartial(span, inserted)
            named = types.VersionedTextDocumentIdentifier(version, URI)
            documents.change(types.DidChangeTextDocumentParams(named, [change]), encoding)
            assert documents.get(URI) == Document(URI, "cart.py", "", "python", text, version)

    check()
    reached("R7", f"{n_edits:,} edits followed")
