"""One model completes, a larger one acts, a third looks for mistakes, and not all have room."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from editor import Editor, start_server, stop_server, until
from lsprotocol import types

pytestmark = pytest.mark.asyncio(loop_scope="module")

ADD = "def add(a, b):\n    return a + <CURSOR>\n"
TITLE = "Write the docstring of `add`"
RESOLVES = types.ClientCapabilities(
    text_document=types.TextDocumentClientCapabilities(
        code_action=types.CodeActionClientCapabilities(
            data_support=True, resolve_support=types.ClientCodeActionResolveOptions(["edit"])
        )
    )
)


class Desk(Editor):
    """An editor whose server has several models."""

    async def docstring(self, uri: str) -> str:
        """Choose the action that writes a docstring; return what it writes."""
        document, start = types.TextDocumentIdentifier(uri), types.Position(0, 5)
        context = types.CodeActionContext([])
        params = types.CodeActionParams(document, types.Range(start, start), context)
        found = await self.client.text_document_code_action_async(params)
        (action,) = [one for one in found or [] if one.title == TITLE]
        assert isinstance(action, types.CodeAction)
        edit = (await self.client.code_action_resolve_async(action)).edit
        assert edit is not None, [one.message for one in self.client.messages]
        (changed,) = (edit.changes or {}).values()
        return "".join(one.new_text for one in changed)

    async def in_memory(self) -> list[str]:
        """Return the models that the server says are loaded."""
        answer = self.client.protocol.send_request("lspLocal/stats", {})
        return list((await asyncio.wrap_future(answer)).models)

    def models(self) -> list[str]:
        """Return the files that the workers were told to load."""
        lines = [_command_line(pid) for pid in self.workers]
        return sorted(Path(one[one.index("--model") + 1]).name for one in lines if "--model" in one)


def _command_line(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    except (FileNotFoundError, ProcessLookupError):  # it ends just now
        return []


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(smollm: Path, qwen: Path) -> AsyncIterator[Desk]:
    """A server with room for two of its three models."""
    with tempfile.TemporaryDirectory(prefix="lsp") as folder:
        third = Path(folder) / "third.gguf"
        shutil.copyfile(smollm, third)
        client = await start_server({"LSP_LOCAL_CACHE_DIR": folder})
        desk = Desk(client)
        own = {"instructModel": str(qwen), "lintModel": str(third), "memoryMb": 1200}
        await desk.start(smollm, capabilities=RESOLVES, lint="on", deadlineMs=60_000, **own)
        yield desk
        await client.shutdown_session()
        await stop_server(client)


async def test_each_job_is_done_by_its_model(desk: Desk, smollm: Path, qwen: Path) -> None:
    uri = desk.open("add.md", ADD, "markdown")  # no lint, so far
    assert (await desk.ghost_text(uri)).startswith("b")
    assert desk.models() == [smollm.name]

    uri = desk.open("add.py", ADD)
    assert await desk.docstring(uri)
    assert desk.models() == sorted([smollm.name, qwen.name])
    assert await desk.in_memory() == [smollm.name, qwen.name]
    reports: list[Any] = [one for ones in desk.client.progress_reports.values() for one in ones]
    begun = [one for one in reports if isinstance(one, types.WorkDoneProgressBegin)]
    # On a slow machine lint comes first, and has to go.
    titles = [one.title for one in begun if "third" not in one.title]
    assert titles == [f"Loading {smollm.name}", f"Loading {qwen.name}", TITLE]


async def test_what_had_to_go_comes_back(desk: Desk, smollm: Path, qwen: Path) -> None:
    uri = desk.open("again.py", ADD)
    # Lint waits until nobody has asked for an action for a while, and then takes its place.
    await until(lambda: desk.models() == sorted([smollm.name, "third.gguf"]))
    assert (await desk.ghost_text(uri)).startswith("b")
    assert await desk.docstring(uri)
    assert desk.models() == sorted([smollm.name, qwen.name])
    assert (await desk.ghost_text(uri)).startswith("b")
    assert [one.message for one in desk.client.messages] == []
