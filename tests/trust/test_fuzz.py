"""Fuzz targets: what reads bytes and text of others must not fail on any.

Each is a few examples here; `pytest tests/trust/test_fuzz.py --long` tries thousands.
"""

from collections.abc import Callable
from io import BytesIO

from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types
from raw_server import framed_bytes
from trying import tried

from lsp_local import judge, languages, privacy, prompt
from lsp_local.context import NOTHING
from lsp_local.lsp import stdio
from lsp_local.lsp.convert import changed_text, clean_text, offset_at, position_at
from lsp_local.stops import cut
from lsp_local.syntax import stops_at
from lsp_local.text import Document, Reason
from lsp_local.windows import Windows

Many = Callable[..., int]

HEADER_PIECES = [
    *(b"Content-Length: ", b"content-length:", b"Content-Type: x", b"\r\n", b"\n", b"\r\n\r\n"),
    *(b": ", b"7", b"99999999", b"-1", b"{}", b'{"a": "', b"\xff", b"\0", b"x" * 5000),
]
SOURCE_PIECES = [
    *("def f(x):\n    ", "return x\n", "if x:\n", "\n", "\r\n", "\r", "    ", "\t", "}", "{\n"),
    *("(", ")", "[", "]", '"""', "'", "`", "# a\n", "// b\n", "/*", "*/", "x = ", "import os\n"),
    *("😋", "\u202e", "\u200d", "\ufeff", "\u2028", "\0", "\f", "<|fim_middle|>", "```"),
    *("acquire()\n", "acquire()  # lsp-local: private\n", "import acquire\n", "acquire"),
    *("# lsp-local: private\n", "# lsp-local: public\n", "password = 'hunter2hunter2'\n"),
    *("-----BEGIN PRIVATE KEY-----\n", "-----END PRIVATE KEY-----\n", "x" * 300, "class A {\n"),
]
SOURCES = st.lists(st.sampled_from(SOURCE_PIECES) | st.text(max_size=4), max_size=30)
TEXTS = SOURCES.map(lambda pieces: clean_text("".join(pieces)))
LANGUAGES = st.sampled_from([*sorted(set(languages.LANGUAGES.values())), "", "klingon"])
POSITIONS = st.builds(types.Position, st.integers(0, 2**31 - 1), st.integers(0, 2**31 - 1))
NEAR = st.builds(types.Position, st.integers(0, 12), st.integers(0, 40))
ENCODINGS = st.sampled_from(["utf-8", "utf-16", "utf-32"])


def test_the_header_reader(many: Many) -> None:
    @tried(many(short=60, long=20_000))
    @given(st.lists(st.sampled_from(HEADER_PIECES) | st.binary(max_size=5), max_size=20))
    def check(pieces: list[bytes]) -> None:
        noise = b"".join(pieces)
        stream, lost, last = BytesIO(noise + b"\n" + framed_bytes(b"{0}")), None, b""
        while True:
            try:
                body, lost = stdio.read_message(stream, lost), None
            except stdio.FrameError as error:
                lost = error
                continue
            if body is None:
                break
            last = body
        # Nothing is lost where nothing said that it were part of a message.
        if b"content-length" not in noise.lower():
            assert last == b"{0}"

    check()


def test_the_conversion_of_positions(many: Many) -> None:
    @tried(many(short=60, long=20_000))
    @given(TEXTS, POSITIONS | NEAR, POSITIONS | NEAR, ENCODINGS, st.text(max_size=5))
    def check(
        text: str, first: types.Position, second: types.Position, encoding: str, typed: str
    ) -> None:
        start, end = offset_at(text, first, encoding), offset_at(text, second, encoding)
        assert 0 <= start <= len(text)
        # There and back is the same place, or before a character that the position was inside of.
        assert offset_at(text, position_at(text, start, encoding), encoding) == start
        before = (first.line, first.character) <= (second.line, second.character)
        assert (start <= end) if before else (end <= start)
        change = types.TextDocumentContentChangePartial(types.Range(first, second), typed)
        behind = text[max(start, end) :]
        assert changed_text(text, change, encoding) == text[:start] + clean_text(typed) + behind

    check()


def test_the_judge(many: Many) -> None:
    @tried(many(short=40, long=10_000))
    @given(TEXTS, TEXTS, TEXTS, LANGUAGES, st.sampled_from(["", "line-end", "dedent", "unsure"]))
    def check(prefix: str, suffix: str, said: str, language: str, rule: str) -> None:
        doc = Document("file:///a", "a", "", language, prefix + suffix)
        stops = stops_at(prefix, suffix, language)
        found = cut(stops, said)
        for text in (said, found.text if found else said):
            shown, reason = judge.judge(text, rule, stops, doc, len(prefix))
            check_shown(shown, reason)
            shown, reason = judge.as_it_stands(shown, rule, doc, len(prefix))
            check_shown(shown, reason)

    def check_shown(shown: str, reason: Reason) -> None:
        assert (reason is Reason.SHOWN) == bool(shown.strip())
        assert all(char.isprintable() or char in "\n\t" for char in shown)
        assert not privacy.holds_placeholder(shown)

    check()


def test_the_prompt_builder(many: Many) -> None:
    @tried(many(short=40, long=10_000))
    @given(TEXTS, st.lists(st.tuples(st.integers(0, 400), TEXTS), max_size=4), LANGUAGES)
    def check(text: str, edits: list[tuple[int, str]], language: str) -> None:
        windows = Windows()
        for offset, typed in [(0, ""), *edits]:
            offset = min(offset, len(text))
            text, offset = text[:offset] + typed + text[offset:], offset + len(typed)
            doc = windows.seen(Document("file:///a", "a", "", language, text), NOTHING)
            assert len(doc.text) == len(text)
            for n_tokens in (1, 32, 600):
                window = windows.at(doc, offset, n_tokens)
                assert window.prefix == doc.text[window.start : offset]
                assert len(window.suffix) <= n_tokens * prompt.CHARS_PER_TOKEN
                for part in (window.head, window.prefix, window.suffix):
                    assert "acquire" not in part or "acquire" in doc.text
                    assert privacy.redact(part).count("\n") == part.count("\n")

    check()
