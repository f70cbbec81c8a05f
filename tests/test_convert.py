import random
import re
from pathlib import Path

import pytest
from lsprotocol import types

from lsp_local.lsp.convert import (
    absolute_path,
    changed_text,
    clean_text,
    inline_items,
    item_id_in,
    offset_at,
    path_on_disk,
    place_in,
    position_at,
    position_in,
    project_and_path,
    range_in,
)
from lsp_local.text import Outcome, Reason, Suggestion

MARK = "<CURSOR>"


def check_position(marked: str, encoding: str, line: int, character: int) -> None:
    """The mark and the position must be the same place, seen from both sides."""
    assert marked.count(MARK) == 1
    text, offset = marked.replace(MARK, ""), marked.index(MARK)
    assert offset_at(text, types.Position(line, character), encoding) == offset
    assert position_at(text, offset, encoding) == types.Position(line, character)


@pytest.mark.parametrize(
    ("marked", "line", "utf_8", "utf_16", "utf_32"),
    [
        pytest.param("<CURSOR>", 0, 0, 0, 0, id="an empty text has one place"),
        pytest.param("ab<CURSOR>c", 0, 2, 2, 2, id="ascii counts the same in all three"),
        pytest.param("a\nb\n<CURSOR>", 2, 0, 0, 0, id="after the last newline is a line"),
        pytest.param("a\r\nb<CURSOR>\r\n", 1, 1, 1, 1, id="CRLF is one line end"),
        pytest.param("a\rb<CURSOR>\rc", 1, 1, 1, 1, id="a lone CR ends a line"),
        pytest.param("a\n\r\n\rb<CURSOR>", 3, 1, 1, 1, id="line ends may be mixed"),
        pytest.param("a\u2028b\fc\vd\x85e<CURSOR>", 0, 12, 9, 9, id="nothing else ends a line"),
        pytest.param("é<CURSOR>", 0, 2, 1, 1, id="two bytes, one unit"),
        pytest.param("変数<CURSOR> = 1", 0, 6, 2, 2, id="three bytes, one unit"),
        pytest.param("x = '😋<CURSOR>'", 0, 9, 7, 6, id="four bytes, two units, one code point"),
        pytest.param("😋\n😋😋<CURSOR>", 1, 8, 4, 2, id="only the cursor's line counts"),
        pytest.param("e\u0301<CURSOR>", 0, 3, 2, 2, id="a combining accent is a code point"),
        pytest.param("👩\u200d💻<CURSOR>", 0, 11, 5, 3, id="a joined emoji is three code points"),
    ],
)
def test_a_place_in_every_encoding(
    marked: str, line: int, utf_8: int, utf_16: int, utf_32: int
) -> None:
    check_position(marked, "utf-8", line, utf_8)
    check_position(marked, "utf-16", line, utf_16)
    check_position(marked, "utf-32", line, utf_32)


@pytest.mark.parametrize(
    ("marked", "encoding", "line", "character"),
    [
        pytest.param("ab<CURSOR>\nc", "utf-16", 0, 99, id="past the line end is the line end"),
        pytest.param("ab<CURSOR>\r\nc", "utf-16", 0, 3, id="never between CR and LF"),
        pytest.param("é<CURSOR>\r\nc", "utf-8", 0, 3, id="nor on a line that is not ascii"),
        pytest.param("a\nbc<CURSOR>", "utf-32", 1, 99, id="past the end of the last line"),
        pytest.param("a\nbc<CURSOR>", "utf-16", 7, 0, id="past the last line is the text's end"),
        pytest.param("a\n<CURSOR>", "utf-16", 1, 5, id="past the end of an empty last line"),
        pytest.param("<CURSOR>", "utf-8", 3, 3, id="anywhere in an empty text"),
        pytest.param("a\r<CURSOR>\rb", "utf-16", 1, 1, id="an empty line between lone CRs"),
        pytest.param("<CURSOR>😋", "utf-16", 0, 1, id="inside a surrogate pair is before it"),
        pytest.param("é<CURSOR>😋x", "utf-8", 0, 4, id="inside a character's bytes is before it"),
        pytest.param("x😋<CURSOR>", "utf-16", 0, 2**31 - 1, id="the largest number of all"),
    ],
)
def test_offset_at_odd_positions(marked: str, encoding: str, line: int, character: int) -> None:
    text = marked.replace(MARK, "")
    assert offset_at(text, types.Position(line, character), encoding) == marked.index(MARK)


def test_an_offset_between_cr_and_lf_is_the_line_end() -> None:
    assert position_at("ab\r\nc", 3, "utf-16") == types.Position(0, 2)


def partial(line: int, start: int, end: int, text: str) -> types.TextDocumentContentChangePartial:
    span = types.Range(types.Position(line, start), types.Position(line, end))
    return types.TextDocumentContentChangePartial(range=span, text=text)


@pytest.mark.parametrize(
    ("before", "change", "after"),
    [
        pytest.param("ab\ncd\n", partial(1, 1, 1, "X"), "ab\ncXd\n", id="insert"),
        pytest.param("ab\ncd\n", partial(1, 0, 2, ""), "ab\n\n", id="delete a line's text"),
        pytest.param("x = '😋'", partial(0, 5, 7, "é"), "x = 'é'", id="replace an emoji"),
        pytest.param("a\fb\nc", partial(1, 0, 1, "X"), "a\fb\nX", id="a form feed ends no line"),
        pytest.param("a\u2028b\nc", partial(1, 0, 1, "X"), "a\u2028b\nX", id="nor does U+2028"),
        pytest.param("a", partial(0, 1, 1, "b"), "ab", id="append without a last newline"),
        pytest.param("a", partial(0, 9, 9, "b"), "ab", id="past the end appends"),
        pytest.param(
            "abc", partial(0, 2, 1, "X"), "abXc", id="an end before its start is its start"
        ),
        pytest.param("", partial(0, 0, 0, "a\r\n"), "a\r\n", id="line ends are kept as they are"),
        pytest.param("a", partial(0, 0, 1, "\ud83d"), "\ufffd", id="half an emoji is replaced"),
        pytest.param(
            "old", types.TextDocumentContentChangeWholeDocument("new"), "new", id="the whole text"
        ),
    ],
)
def test_changed_text(
    before: str, change: types.TextDocumentContentChangeEvent, after: str
) -> None:
    assert changed_text(before, change, "utf-16") == after


@pytest.mark.trust
@pytest.mark.parametrize("seed", range(20))
def test_random_edits_agree_with_arrays_of_utf_16(seed: int) -> None:
    """The reference is what VS Code does: lines of 16-bit units, and edits that are slices."""
    chance = random.Random(seed)
    text = ""
    for _ in range(100):
        lines = re.split(r"(?<=\n)|(?<=\r)(?!\n)", text)
        at = [chance.randrange(len(lines)) for _ in range(2)]
        start, end = sorted((n, chance.randrange(len(lines[n].rstrip("\r\n")) + 1)) for n in at)
        inserted = "".join(
            chance.choices(["a", "é", "😋", "\n", "\r\n", "\r", "\u2028", "\f"], k=5)
        )
        span = types.Range(*(units(lines, *place) for place in (start, end)))
        change = types.TextDocumentContentChangePartial(range=span, text=inserted)
        offsets = [sum(map(len, lines[:n])) + column for n, column in (start, end)]
        want = text[: offsets[0]] + inserted + text[offsets[1] :]
        text = changed_text(text, change, "utf-16")
        assert text == want


def units(lines: list[str], line: int, column: int) -> types.Position:
    return types.Position(line, len(lines[line][:column].encode("utf-16-le")) // 2)


def test_clean_text_keeps_what_is_whole() -> None:
    assert clean_text("é 😋 \udc00\ud800") == "é 😋 \ufffd\ufffd"


@pytest.mark.parametrize(
    ("uri", "folders", "want"),
    [
        pytest.param("file:///w/a/b.py", ["file:///w"], ("w", "a/b.py"), id="below the folder"),
        pytest.param("file:///w/a/b.py", ["file:///w/"], ("w", "a/b.py"), id="with a last slash"),
        pytest.param(
            "file:///w/a/b.py", ["file:///w", "file:///w/a"], ("a", "b.py"), id="innermost"
        ),
        pytest.param("file:///w2/b.py", ["file:///w"], ("", "b.py"), id="a folder is no prefix"),
        pytest.param("file:///w/../etc/b", ["file:///w"], ("", "b"), id="dots lead outside"),
        pytest.param("file:///w/b%20c.py", ["file:///w"], ("w", "b c.py"), id="percent signs"),
        pytest.param("file:///a%23b/c.py", ["file:///a%23b"], ("a#b", "c.py"), id="a hash, quoted"),
        pytest.param("file:///w/b.py", [], ("", "b.py"), id="no folder"),
        pytest.param("untitled:Untitled-1", ["file:///w"], ("", "Untitled-1"), id="never saved"),
        pytest.param("file:///w", ["file:///w"], ("", "w"), id="the folder itself"),
        pytest.param("file:///b.py", ["file:///"], ("", "b.py"), id="the root as a folder"),
        pytest.param("http://[bad/b.py", ["file:///w"], ("", "b.py"), id="no URI at all"),
        pytest.param("", ["file:///w"], ("", ""), id="nothing"),
    ],
)
def test_project_and_path(uri: str, folders: list[str], want: tuple[str, str]) -> None:
    assert project_and_path(uri, folders) == want


def test_paths_on_disk() -> None:
    assert absolute_path("file:///home/me/.ssh/config") == "/home/me/.ssh/config"


@pytest.mark.parametrize(
    ("uri", "want"),
    [
        pytest.param("file:///home/a%20b", "/home/a b", id="an escape"),
        pytest.param("file://localhost/home/b.py", "/home/b.py", id="this machine by its name"),
        pytest.param("FILE:///home/b.py", "/home/b.py", id="in capitals"),
        pytest.param("file:///w/%2e%2e/b.py", "/b.py", id="dots in escapes"),
        pytest.param("file://elsewhere/home/b.py", None, id="on another machine"),
        pytest.param("file:////elsewhere/share/b.py", None, id="on a share of Windows"),
        pytest.param("file:///%2Felsewhere/share", None, id="the same in escapes"),
        pytest.param("file:b.py", None, id="relative to nobody knows what"),
        pytest.param("file:///a%00b", None, id="a name that cannot be"),
        pytest.param("file://[bad/b.py", None, id="no URI at all"),
        pytest.param("vscode-vfs://github/x", None, id="another scheme"),
        pytest.param("untitled:/home/b.py", None, id="never saved"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_path_on_disk(uri: str, want: str | None) -> None:
    assert path_on_disk(uri) == (Path(want) if want else None)


def test_an_item_is_inserted_at_the_cursor() -> None:
    outcome = Outcome(Suggestion(5, "print()"), Reason.SHOWN)
    at = types.Position(1, 2)
    (item,) = inline_items(outcome, "😋\r\n\tx", "utf-16", "7")
    assert (item.insert_text, item.range) == ("print()", types.Range(at, at))
    assert item.command is not None
    assert (item.command.command, item.command.arguments) == ("lspLocal.accepted", ["7"])


def test_silence_is_an_empty_list() -> None:
    assert inline_items(Outcome(None, Reason.BLANK), "x", "utf-8", "") == []


@pytest.mark.parametrize(
    ("params", "want"),
    [
        pytest.param({"item": {"command": {"arguments": ["7", 1]}}}, "7", id="as Copilot's do"),
        pytest.param({"item": {"command": {"arguments": [7]}}}, "", id="an id is a text"),
        pytest.param({"item": {"insertText": "x"}}, "", id="a client that drops the command"),
        pytest.param(None, "", id="nothing"),
        pytest.param([3], "", id="something else"),
    ],
)
def test_the_item_of_a_notification(params: object, want: str) -> None:
    assert item_id_in(params) == want


@pytest.mark.parametrize(
    ("told", "want"),
    [
        pytest.param({"line": 1, "character": 2}, (1, 2), id="a position"),
        pytest.param({"line": 0, "character": 2**31 - 1}, (0, 2**31 - 1), id="the largest"),
        pytest.param({"line": 2**31, "character": 0}, None, id="larger than that"),
        pytest.param({"line": 0, "character": -1}, None, id="less than nothing"),
        pytest.param({"line": "1", "character": 2}, None, id="no number"),
        pytest.param({"line": 1}, None, id="half of one"),
        pytest.param(None, None, id="none"),
    ],
)
def test_a_position_of_json(told: object, want: tuple[int, int] | None) -> None:
    position = types.Position(*want) if want else None
    assert position_in(told) == position
    assert place_in(["file:///a", told]) == (("file:///a", position) if position else None)
    whole = {"start": {"line": 0, "character": 0}, "end": told}
    start = types.Position(0, 0)
    assert range_in(whole) == (types.Range(start, position) if position else None)
