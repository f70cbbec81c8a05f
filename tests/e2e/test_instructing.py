"""Code actions and hover with a real model, as editors of different skills ask for them."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from editor import AUTOMATIC, Editor, start_server, stop_server, until
from lsprotocol import types

from lsp_local.text import TextEdit
from lsp_local.verify.minimal import applied

pytestmark = pytest.mark.asyncio(loop_scope="module")

CLIP = """\
def clip(value, low, high):
    if value < low:
        return low
    if value > high:
        return low
    return value
"""
WHOLE_SKILL = types.ClientCapabilities(
    workspace=types.WorkspaceClientCapabilities(
        apply_edit=True,
        workspace_edit=types.WorkspaceEditClientCapabilities(
            document_changes=True,
            resource_operations=[types.ResourceOperationKind.Create],
            change_annotation_support=types.ChangeAnnotationsSupportOptions(),
        ),
    ),
    text_document=types.TextDocumentClientCapabilities(
        code_action=types.CodeActionClientCapabilities(
            data_support=True,
            resolve_support=types.ClientCodeActionResolveOptions(["edit"]),
        ),
        hover=types.HoverClientCapabilities(content_format=[types.MarkupKind.Markdown]),
    ),
)


class Desk(Editor):
    """An editor in which somebody asks for code actions."""

    def said(self) -> list[str]:
        """Return the messages that the user has seen."""
        return [one.message for one in self.client.messages]

    async def listed(
        self, uri: str, where: types.Range, diagnostics: list[types.Diagnostic] | None = None
    ) -> dict[str, types.CodeAction]:
        """Return the actions in a range by their titles."""
        params = types.CodeActionParams(
            types.TextDocumentIdentifier(uri), where, types.CodeActionContext(diagnostics or [])
        )
        found = await self.client.text_document_code_action_async(params)
        actions = [one for one in found or [] if isinstance(one, types.CodeAction)]
        return {one.title: one for one in actions}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(qwen: Path) -> AsyncIterator[Desk]:
    """One server for the whole file, and a client that can do everything."""
    with tempfile.TemporaryDirectory(prefix="lsp") as folder:
        environment = {"LSP_LOCAL_CACHE_DIR": folder, "LSP_LOCAL_CACHE_MB": "64"}
        client = await start_server(environment)
        desk = Desk(client)
        await desk.start(qwen, capabilities=WHOLE_SKILL, hoverMs=60_000)
        yield desk
        await client.shutdown_session()
        await stop_server(client)


def edits_of(edit: types.WorkspaceEdit | None, uri: str) -> list[Any]:
    """Return the text edits of a document, which must be for a version of it."""
    assert edit is not None
    (change,) = edit.document_changes or []
    assert isinstance(change, types.TextDocumentEdit)
    assert (change.text_document.uri, change.text_document.version is None) == (uri, False)
    return list(change.edits)


def after(text: str, edits: list[types.TextEdit]) -> str:
    """Return a text with edits, which are ASCII."""
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)

    def offset(at: types.Position) -> int:
        return starts[at.line] + at.character

    ours = [TextEdit(offset(e.range.start), offset(e.range.end), e.new_text) for e in edits]
    return applied(text, tuple(ours))


def at(line: int, character: int = 0, last: int | None = None) -> types.Range:
    end = types.Position(line if last is None else last, character)
    return types.Range(types.Position(line, character), end)


async def test_a_diagnostic_is_fixed_and_the_rest_stays(desk: Desk) -> None:
    uri = desk.open("clip.py", "<CURSOR>" + CLIP)
    wrong = types.Diagnostic(at(4, 8), "clip(9, 0, 5) returns 0, not 5", source="tests")
    found = await desk.listed(uri, at(4, 8), [wrong])
    fix = found["Fix: clip(9, 0, 5) returns 0, not 5"]
    assert (fix.kind, fix.edit, fix.diagnostics) == ("quickfix", None, (wrong,))
    resolved = await desk.client.code_action_resolve_async(fix)
    edits = edits_of(resolved.edit, uri)
    assert after(CLIP, edits) == CLIP.replace(
        "high:\n        return low", "high:\n        return high"
    )
    assert all(isinstance(one, types.AnnotatedTextEdit) for one in edits)


async def test_a_docstring_is_written_in_its_place(desk: Desk) -> None:
    uri = desk.open("docstring.py", "<CURSOR>" + CLIP)
    found = await desk.listed(uri, at(0, 5))
    resolved = await desk.client.code_action_resolve_async(found["Write the docstring of `clip`"])
    text = after(CLIP, edits_of(resolved.edit, uri))
    head, *rest = CLIP.split("\n")
    assert text.startswith(f'{head}\n    """')
    assert text.endswith("\n".join(rest))


async def test_what_was_made_for_another_text_is_not_applied(desk: Desk) -> None:
    uri = desk.open("stale.py", CLIP + "<CURSOR>")
    found = await desk.listed(uri, at(0, 5))
    action = found["Write the docstring of `clip`"]
    resolving = asyncio.ensure_future(desk.client.code_action_resolve_async(action))
    await asyncio.sleep(0)
    desk.type(uri, "x")
    assert (await resolving).edit is None
    assert "the text has changed" in desk.said()[-1]


async def test_the_user_can_stop_it(desk: Desk) -> None:
    uri = desk.open("stopped.py", "<CURSOR>" + CLIP)
    action = (await desk.listed(uri, at(0, 5)))["Write the docstring of `clip`"]
    resolving = asyncio.ensure_future(desk.client.code_action_resolve_async(action))
    worker = desk.worker
    await desk.until_decoding(worker)
    tokens = list(desk.client.progress_reports)
    desk.client.window_work_done_progress_cancel(types.WorkDoneProgressCancelParams(tokens[-1]))
    assert (await resolving).edit is None


async def test_an_instruction_is_followed_by_an_edit_of_the_clients(desk: Desk) -> None:
    applied_edits: list[types.ApplyWorkspaceEditParams] = []

    @desk.client.feature(types.WORKSPACE_APPLY_EDIT)  # type: ignore[untyped-decorator]
    def apply(params: types.ApplyWorkspaceEditParams) -> types.ApplyWorkspaceEditResult:
        applied_edits.append(params)
        return types.ApplyWorkspaceEditResult(applied=True)

    uri = desk.open("rewrite.py", "<CURSOR>def add(a, b):\n    return a + b\n")
    where = {"start": {"line": 0, "character": 0}, "end": {"line": 1, "character": 16}}
    command = types.ExecuteCommandParams(
        "lspLocal.rewrite", arguments=[uri, where, "Rename `add` to `plus`."]
    )
    await desk.client.workspace_execute_command_async(command)
    await until(lambda: bool(applied_edits))
    edits = edits_of(applied_edits[0].edit, uri)
    assert "def plus(a, b)" in after("def add(a, b):\n    return a + b\n", edits)


async def test_a_hover_has_facts_and_an_explanation(desk: Desk) -> None:
    uri = desk.open("hover.py", "<CURSOR>" + CLIP)
    params = types.HoverParams(types.TextDocumentIdentifier(uri), types.Position(0, 5))
    found = await desk.client.text_document_hover_async(params)
    assert found is not None
    assert isinstance(found.contents, types.MarkupContent)
    facts, _, explanation = found.contents.value.partition("---")
    assert "def clip(value, low, high)" in facts
    assert explanation.strip()
    again = await desk.client.text_document_hover_async(params)
    assert again == found


async def test_a_completion_goes_first(desk: Desk) -> None:
    uri = desk.open("first.py", "def add(a, b):\n    return <CURSOR>\n")
    action = (await desk.listed(uri, at(0, 5)))["Write the docstring of `add`"]
    resolving = asyncio.ensure_future(desk.client.code_action_resolve_async(action))
    await desk.until_decoding(desk.worker)
    assert desk.text_of(uri, await desk.ask(uri, AUTOMATIC)[1]) == "a + b"
    assert not resolving.done()
    assert (await resolving).edit is not None
