"""The suggestion as an entry of the editor's completion menu, where it shows no ghost text."""

import re
import textwrap
from typing import Protocol

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from lsp_local.lsp import convert
from lsp_local.lsp.requests import Request
from lsp_local.lsp.session import Session
from lsp_local.symbols import markdown
from lsp_local.text import Document, Outcome

# Beside letters, which make every client ask. Without the end of a line: there Enter would take it.
TRIGGERS = (" ", ".", ",", ":", "=", "(", "[", "{")
FIRST = "!"  # in front of all that language servers sort by
LONGEST_LABEL, LONGEST_WORD = 60, 100
NEW_LINE = "\N{DOWNWARDS ARROW WITH CORNER LEFTWARDS}"
_WORD = re.compile(r"\w*\Z")


class WithSession(Protocol):
    """A server with a session."""

    session: Session

    @property
    def encoding(self) -> str:
        """Return what the client counts in."""

    @property
    def client_capabilities(self) -> types.ClientCapabilities:
        """Return what the client can do."""


def register(
    server: LanguageServer, completion_item: str, client: types.ClientCapabilities
) -> None:
    """Let `server`, which has a session, answer for the menu if the option asks for it.

    Static, and so before `initialize` is answered: Helix and eglot register nothing later.
    """
    document = client.text_document
    has_ghost_text = bool(document and document.inline_completion)
    if completion_item == "on" or (completion_item == "auto" and not has_ghost_text):
        options = types.CompletionOptions(trigger_characters=list(TRIGGERS))
        server.feature(types.TEXT_DOCUMENT_COMPLETION, options)(completion)


async def completion(ls: WithSession, params: types.CompletionParams) -> types.CompletionList:
    """Suggest what follows the cursor. LSP, "Completion Request".

    Never complete: what a later key brings is another suggestion. Who asks by hand is not known,
    as clients say "invoked" for letters, too.
    """
    doc = ls.session.documents.get(params.text_document.uri)
    if doc is None:
        return types.CompletionList(is_incomplete=True, items=[])
    at = params.position
    offset = convert.offset_at(doc.text, at, ls.encoding)
    request = Request(doc, offset, at.line, at.character, is_automatic=True, is_menu=True)
    outcome = await ls.session.suggest(request)
    item_id = ls.session.records.answered(doc, offset, outcome)
    is_markdown = _takes_markdown(ls.client_capabilities)
    found = items(outcome, doc, ls.encoding, item_id, is_markdown)
    return types.CompletionList(is_incomplete=True, items=found)


def items(
    outcome: Outcome, doc: Document, encoding: str, item_id: str, is_markdown: bool
) -> list[types.CompletionItem]:
    """Return the one entry of the menu, or none.

    It takes the place of the word before the cursor, which clients compare with `filter_text`; what
    stands behind the cursor stays. That is the same for clients that insert and that replace.
    """
    if outcome.suggestion is None:
        return []
    offset = outcome.suggestion.offset
    word = _WORD.search(doc.text[max(0, offset - LONGEST_WORD) : offset])
    start = offset - len(word[0]) if word else offset
    text = doc.text[start:offset] + outcome.suggestion.text
    first = convert.position_at(doc.text, start, encoding)
    last = convert.position_at(doc.text, offset, encoding)
    return [
        types.CompletionItem(
            label=_label(text),
            kind=types.CompletionItemKind.Text,
            detail="lsp-local",
            documentation=_documentation(doc, start, text, is_markdown),
            preselect=False,
            sort_text=FIRST,
            filter_text=text.strip().partition("\n")[0],
            insert_text_format=types.InsertTextFormat.PlainText,
            # The lines have their indentation already.
            insert_text_mode=types.InsertTextMode.AsIs,
            text_edit=types.TextEdit(types.Range(first, last), text),
            command=types.Command("took the suggestion", convert.ACCEPTED, arguments=[item_id]),
        )
    ]


def _label(text: str) -> str:
    """Return a text in one line that fits into a menu."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    line = f" {NEW_LINE} ".join(line for line in lines if line)
    return line if len(line) <= LONGEST_LABEL else f"{line[: LONGEST_LABEL - 1].rstrip()}…"


def _documentation(
    doc: Document, start: int, text: str, is_markdown: bool
) -> types.MarkupContent | None:
    """Return what the label cannot show: the lines as they will be."""
    if "\n" not in text and len(text) <= LONGEST_LABEL:
        return None
    before = doc.text[:start][-LONGEST_WORD:].rpartition("\n")[2]
    block = textwrap.dedent(before + text).strip("\n")
    if is_markdown:
        return types.MarkupContent(types.MarkupKind.Markdown, markdown.fenced(block, doc.language))
    return types.MarkupContent(types.MarkupKind.PlainText, block)


def _takes_markdown(capabilities: types.ClientCapabilities) -> bool:
    document = capabilities.text_document
    entry = document.completion.completion_item if document and document.completion else None
    return types.MarkupKind.Markdown in ((entry and entry.documentation_format) or ())
