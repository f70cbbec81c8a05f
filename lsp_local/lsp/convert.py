"""LSP's positions and values to ours and back; no other file has heard of UTF-16."""

import posixpath
import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from lsprotocol import types

from lsp_local.features.hover import Hover, State, render
from lsp_local.text import Document, Outcome

ACCEPTED = "lspLocal.accepted"  # the command of every item
MOST_UINTEGER = 2**31 - 1

# LSP, "Text Documents": \n, \r\n and \r end a line; \f and \u2028, unlike in Python, do not.
_LONE_CR = re.compile(r"\r(?!\n)")
_SURROGATE = re.compile("[\ud800-\udfff]")
_CODECS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}


def offset_at(text: str, position: types.Position, encoding: str) -> int:
    """Return the offset of `position`; past the end of a line or the text is that end.

    Inside a character is before it. LSP, "Position".
    """
    start, end = _line_span(text, position.line)
    line = text[start:end]
    if encoding == "utf-32" or line.isascii():
        return start + min(position.character, len(line))

    codec, n_bytes = _CODECS[encoding]
    before = line.encode(codec)[: position.character * n_bytes]
    # "ignore" drops the half of a character that the cut may have left at the end.
    return start + len(before.decode(codec, "ignore"))


def position_at(text: str, offset: int, encoding: str) -> types.Position:
    """Return the position of `offset`; between the two characters of a CRLF is before them."""
    if offset and text[offset - 1 : offset + 1] == "\r\n":
        offset -= 1
    text = _with_newlines(text)
    start = text.rfind("\n", 0, offset) + 1
    codec, n_bytes = _CODECS[encoding]
    return types.Position(
        line=text.count("\n", 0, offset),
        character=len(text[start:offset].encode(codec)) // n_bytes,
    )


def changed_text(text: str, change: types.TextDocumentContentChangeEvent, encoding: str) -> str:
    """Return `text` after one change of a didChange, incremental or full."""
    inserted = clean_text(change.text)
    if isinstance(change, types.TextDocumentContentChangeWholeDocument):
        return inserted

    start = offset_at(text, change.range.start, encoding)
    end = offset_at(text, change.range.end, encoding)
    return text[:start] + inserted + text[max(start, end) :]


def clean_text(text: str) -> str:
    """Replace lone surrogates, which JSON can write and no encoding can; lengths stay equal."""
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


def opened_document(item: types.TextDocumentItem, folders: Iterable[str]) -> Document:
    """Return the document of a didOpen; `folders` are the URIs of the workspace."""
    project, path = project_and_path(item.uri, folders)
    text = clean_text(item.text)
    return Document(item.uri, path, project, item.language_id, text, item.version)


def project_and_path(uri: str, folders: Iterable[str]) -> tuple[str, str]:
    """Return the name of the innermost of `folders` and the path below it.

    Outside of all it is no project and the file's name.
    """
    path = PurePosixPath(absolute_path(uri))
    roots = [PurePosixPath(absolute_path(folder)) for folder in folders]
    around = [root for root in roots if root != path and path.is_relative_to(root)]
    if not around:
        return "", path.name
    root = max(around, key=lambda root: len(root.parts))
    return root.name, str(path.relative_to(root))


def absolute_path(uri: str) -> str:
    """Return the path in a URI of any scheme, with forward slashes and without `..`."""
    try:
        path = urlsplit(uri).path
    except ValueError:
        path = uri
    return posixpath.normpath(unquote(path))


def path_on_disk(uri: str) -> Path | None:
    """Return a folder or a file of this machine, or None where the URI names neither.

    `file://host/share` and `file:////host/share` are on another machine.
    """
    try:
        parts = urlsplit(uri)
    except ValueError:
        return None
    path = absolute_path(uri)
    is_here = parts.netloc in ("", "localhost") and path.startswith("/")
    if parts.scheme != "file" or not is_here or path.startswith("//") or "\0" in path:
        return None
    return Path(path)


def inline_items(
    outcome: Outcome, text: str, encoding: str, item_id: str
) -> list[types.InlineCompletionItem]:
    """Return what the client shows; an empty list, unlike null, also clears what it showed.

    The range is empty, at the cursor: then fast accepting cannot repeat what was typed. Clients
    that can have the item's command executed when it was taken.
    """
    if outcome.suggestion is None:
        return []
    at = position_at(text, outcome.suggestion.offset, encoding)
    took = types.Command("took the suggestion", ACCEPTED, arguments=[item_id])
    text = outcome.suggestion.text
    return [types.InlineCompletionItem(text, range=types.Range(at, at), command=took)]


def hover_result(
    hover: Hover, text: str, encoding: str, is_markdown: bool, state: State
) -> types.Hover:
    """Return what the client shows of a symbol. LSP, "Hover Request"."""
    kind = types.MarkupKind.Markdown if is_markdown else types.MarkupKind.PlainText
    start = position_at(text, hover.start, encoding)
    end = position_at(text, hover.end, encoding)
    content = types.MarkupContent(kind, clean_text(render(hover, is_markdown, state)))
    return types.Hover(content, types.Range(start, end))


def takes_markdown(capabilities: types.ClientCapabilities) -> bool:
    """Whether the client shows Markdown in a hover."""
    document = capabilities.text_document
    formats = document.hover.content_format if document and document.hover else None
    return types.MarkupKind.Markdown in (formats or ())


def position_in(told: object) -> types.Position | None:
    """Return a position of JSON, None for anything else. LSP, "Position" and "Base Types"."""
    match told:
        case types.Position():
            return told
        case {"line": int(line), "character": int(character)}:
            is_place = min(line, character) >= 0 and max(line, character) <= MOST_UINTEGER
            return types.Position(line, character) if is_place else None
    return None


def range_in(told: object) -> types.Range | None:
    """Return a range of JSON, None for anything else."""
    match told:
        case {"start": start, "end": end}:
            first, last = position_in(start), position_in(end)
            return types.Range(first, last) if first is not None and last is not None else None
    return None


def place_in(arguments: object) -> tuple[str, types.Position] | None:
    """Return the URI and the position in the arguments of a command, None for anything else."""
    match arguments:
        case [str(uri), told, *_]:
            position = position_in(told)
            return (uri, position) if position is not None else None
    return None


def item_id_in(params: object) -> str:
    """Return the id of the item in `params` of a client's notification, "" without one."""
    match params:
        case {"item": {"command": {"arguments": [str(item_id), *_]}}}:
            return item_id
    return ""


def _line_span(text: str, line: int) -> tuple[int, int]:
    """Return where a line starts and where its line end does; past the last, the text's end."""
    text = _with_newlines(text)
    lines = text.split("\n", line)
    if len(lines) <= line:
        return len(text), len(text)
    start = len(text) - len(lines[-1])
    end = text.find("\n", start)
    if end == -1:
        return start, len(text)
    return start, end - text[start:end].endswith("\r")


def _with_newlines(text: str) -> str:
    """Return a text of the same length in which every line ends with a newline."""
    if text.count("\r") == text.count("\r\n"):
        return text
    return _LONE_CR.sub("\n", text)


def selected_in_popup(
    context: types.InlineCompletionContext, text: str, offset: int, encoding: str
) -> str:
    """Return what the selected entry of the popup menu would insert at `offset`, or "".

    LSP 3.18, "selectedCompletionInfo": its range reaches from the beginning of the word to the
    cursor.
    """
    selected = context.selected_completion_info
    if selected is None:
        return ""
    typed = text[offset_at(text, selected.range.start, encoding) : offset]
    return selected.text.removeprefix(typed) if selected.text.startswith(typed) else ""
