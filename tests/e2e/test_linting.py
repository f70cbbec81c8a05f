"""Lint in the editor with a real model: told and asked for, mended, ignored, interrupted.

The tests are one session of one server, in their order: who has pulled once is told no more.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from editor import AUTOMATIC, Editor, start_server, stop_server, until
from lsprotocol import types
from processes import cpu_ticks

from lsp_local.lsp.convert import offset_at

pytestmark = pytest.mark.asyncio(loop_scope="module")

CLIP = '''\
def clip(value, low, high):
    """Return value, but no less than low and no more than high."""
    if value < low:
        return low
    if value > high:
        return low
    return value
'''
LINE = 5  # of the mistake, from 0
KEY = "AKIA" + "IOSFODNN7EXAMPLF"  # made up, and put together here: no scanner finds it


class Desk(Editor):
    """An editor in which somebody looks at diagnostics."""

    def shown(self, uri: str) -> list[tuple[int, object]]:
        """Return what was pushed last of a document: lines from 0, and rules."""
        return [(one.range.start.line, one.code) for one in self.client.diagnostics.get(uri, [])]

    async def until_found(self, uri: str, line: int) -> types.Diagnostic:
        """Wait for something to be found in a line."""
        await until(lambda: any(found == line for found, _ in self.shown(uri)))
        pushed = self.client.diagnostics[uri]
        return next(one for one in pushed if one.range.start.line == line)

    async def mending(self, uri: str, one: types.Diagnostic) -> dict[str, types.CodeAction]:
        """Return what is offered to mend a diagnostic, by its first word."""
        context = types.CodeActionContext([one], only=[types.CodeActionKind.QuickFix])
        params = types.CodeActionParams(types.TextDocumentIdentifier(uri), one.range, context)
        found = await self.client.text_document_code_action_async(params)
        actions = [one for one in found or [] if isinstance(one, types.CodeAction)]
        return {one.title.split()[0]: one for one in actions}

    def apply(self, uri: str, text: str, action: types.CodeAction) -> str:
        """Make the one change of an action; return the text then."""
        assert action.edit is not None
        assert action.edit.changes is not None
        (edit,) = action.edit.changes[uri]
        start, end = (offset_at(text, at, "utf-16") for at in (edit.range.start, edit.range.end))
        at = edit.range.start
        self.edit(uri, (at.line, at.character), end - start, edit.new_text)
        return text[:start] + edit.new_text + text[end:]

    def save(self, uri: str) -> None:
        """Say that a document was written."""
        document = types.TextDocumentIdentifier(uri)
        self.client.text_document_did_save(types.DidSaveTextDocumentParams(document))

    async def pull(self, uri: str, before: str | None = None) -> Any:
        """Ask for diagnostics until a report has some, or is unchanged."""
        document = types.TextDocumentIdentifier(uri)
        params = types.DocumentDiagnosticParams(document, previous_result_id=before)
        while True:
            report: Any = await self.client.text_document_diagnostic_async(params)
            if report.kind == "unchanged" or report.items:
                return report


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(qwen: Path) -> AsyncIterator[Desk]:
    """One server for the whole file."""
    with tempfile.TemporaryDirectory(prefix="lsp") as folder:
        environment = {"LSP_LOCAL_CACHE_DIR": folder, "LSP_LOCAL_CACHE_MB": "64"}
        client = await start_server(environment)
        desk = Desk(client)
        await desk.start(qwen)
        yield desk
        await client.shutdown_session()
        await stop_server(client)


async def test_a_secret_is_told_before_the_model_has_looked(desk: Desk) -> None:
    uri = desk.open("secret.py", f'<CURSOR>key = "{KEY}"\n')
    one = await desk.until_found(uri, 0)
    assert (one.code, one.severity) == ("secret", types.DiagnosticSeverity.Warning)
    desk.close(uri)
    await until(lambda: not desk.shown(uri))


async def test_a_mistake_is_found_once_that_is_asked_for_and_mended(desk: Desk) -> None:
    uri = desk.open("clip.py", f"<CURSOR>{CLIP}")
    settings = types.DidChangeConfigurationParams({"lspLocal": {"lint": "on"}})
    desk.client.workspace_did_change_configuration(settings)
    one = await desk.until_found(uri, LINE)
    assert (one.source, one.severity) == ("lsp-local", types.DiagnosticSeverity.Hint)
    offered = await desk.mending(uri, one)
    assert offered["Replace"].diagnostics == (one,)
    text = desk.apply(uri, CLIP, offered["Replace"])
    assert text == CLIP.replace("high:\n        return low", "high:\n        return high")
    await until(lambda: not desk.shown(uri))
    desk.close(uri)


async def test_a_key_ends_a_look_and_a_completion_comes(desk: Desk) -> None:
    many = "\n\n".join(CLIP.replace("clip", f"clip_{n}") for n in range(20))
    uri = desk.open("many.py", f"{many}\n\ndef add(a, b):\n    return <CURSOR>\n")
    await desk.until_decoding(desk.worker)
    assert desk.text_of(uri, await desk.ask(uri, AUTOMATIC)[1]) == "a + b"
    desk.type(uri, "a")
    desk.close(uri)
    before = -1
    while (now := cpu_ticks(desk.worker)) != before:  # it goes on for no one
        before = now
        await asyncio.sleep(0.2)


async def test_who_pulls_gets_a_report_and_is_told_no_more(desk: Desk) -> None:
    uri = desk.open("pulled.py", f"<CURSOR>{CLIP}")
    report = await desk.pull(uri)
    assert [one.range.start.line for one in report.items] == [LINE]
    again = await desk.pull(uri, report.result_id)
    assert (again.kind, again.result_id) == ("unchanged", report.result_id)
    desk.edit(uri, (0, 0), 0, "\n")
    moved = await desk.pull(uri, report.result_id)
    assert [one.range.start.line for one in moved.items] == [LINE + 1]
    assert desk.shown(uri) == []


async def test_a_mistake_is_ignored_and_then_there_is_silence(desk: Desk) -> None:
    uri = desk.open("ignored.py", f"<CURSOR>{CLIP}")
    (one,) = (await desk.pull(uri)).items
    text = desk.apply(uri, CLIP, (await desk.mending(uri, one))["Ignore"])
    assert text.split("\n")[LINE] == f"        return low  # lsp-local: ignore[{one.code}]"
    desk.save(uri)
    params = types.DocumentDiagnosticParams(types.TextDocumentIdentifier(uri))
    report: Any = await desk.client.text_document_diagnostic_async(params)  # once it was looked at
    assert (report.kind, list(report.items)) == ("full", [])
