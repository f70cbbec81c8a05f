"""What a real server learns from what is accepted, and that a purge leaves nothing of it."""

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from editor import Editor, start_server, stop_server, until
from lsprotocol import types

from lsp_local import private_sockets

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(not private_sockets.HAS_SOCKETS, reason="purge asks through a Unix socket"),
]

SKILL = types.ClientCapabilities(
    workspace=types.WorkspaceClientCapabilities(
        workspace_edit=types.WorkspaceEditClientCapabilities(document_changes=True)
    )
)
WORD = "plover_xyzzy"
AREA = "def area(width, height):\n    return width * height\n"
RAISE = "Raise a ValueError with a message if `width` is negative."
WORDS = (
    ("red", "rot"),
    ("green", "gelb"),
    ("one", "eins"),
    ("two", "zwei"),
    ("a", "b"),
    ("x", "y"),
)
PLANTED = f"def {WORD}(a, b):\n    return a + b\n\n\ndef twice_{WORD}(a):\n    return <CURSOR>\n"


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """A project on disk and a cache folder, with a short name: the path of a socket must be."""
    with tempfile.TemporaryDirectory(prefix="lsp") as name:
        (Path(name) / "shop").mkdir()
        (Path(name) / "shop" / "planted.py").write_text(PLANTED.replace("<CURSOR>", "1"))
        yield Path(name)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def editor(qwen: Path, home: Path) -> AsyncIterator[Editor]:
    """One server for the whole file, which remembers the project."""
    environment = {"LSP_LOCAL_CACHE_DIR": f"{home}/cache", "LSP_LOCAL_CACHE_MB": "512"}
    client = await start_server(environment)
    editor = Editor(client)
    editor.root = (home / "shop").as_uri()
    why_log = f"{home}/why.log"
    await editor.start(qwen, SKILL, memory="on", hoverMs=60_000, whyLog=why_log)
    yield editor
    if client._server is not None and client._server.returncode is None:
        await client.shutdown_session()
    await stop_server(client)


async def command(home: Path, *arguments: str) -> str:
    """Run a command beside the server."""
    environment = {
        **os.environ,
        "LSP_LOCAL_CACHE_DIR": f"{home}/cache",
        "LSP_LOCAL_WHY_LOG": f"{home}/why.log",
    }
    ran = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "lsp_local", *arguments],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return str(ran.stdout)


async def rewritten(editor: Editor, name: str) -> str:
    """Return what an instruction makes of `area`, in a file that shows no style."""
    uri = editor.open(name, f"<CURSOR>{AREA}")
    where = {"start": {"line": 0, "character": 5}, "end": {"line": 0, "character": 5}}
    params = {"textDocument": {"uri": uri}, "range": where, "instruction": RAISE}
    answer = editor.client.protocol.send_request("lspLocal/rewrite", params)
    edit = await asyncio.wrap_future(answer)
    (change,) = edit.documentChanges
    return "".join(str(one.newText) for one in change.edits)


async def test_accepted_strings_change_what_an_action_writes(editor: Editor, home: Path) -> None:
    assert 'ValueError("' in await rewritten(editor, "before.py")
    for n, (one, other) in enumerate(WORDS):
        known = f"    '{one}': '{other}',\n    'b{one}': '{other}s',\n"
        uri = editor.open(f"words_{n}.py", f"WORDS = {{\n{known}    'c{one}': <CURSOR>\n}}\n")
        text = await editor.ghost_text(uri)
        assert text.count("'") >= 2
        editor.insert(uri, text)
        editor.close(uri)
    await editor.why("")  # what was sent before is handled
    assert "ValueError('" in await rewritten(editor, "after.py")
    said = await command(home, "memory", "list", "--project", f"{home}/shop")
    assert said.startswith("python.quotes")
    assert "Put strings in single quotes." in said


def holding(home: Path) -> set[str]:
    """Return what in the data folders, beside the sockets, holds the planted word or any state."""
    places = [path for path in (home / "cache").rglob("*") if path.is_file()]
    places += [home / "why.log"] if (home / "why.log").exists() else []
    found = [path for path in places if _holds(path)]
    found += [home / "cache" / "states" / "any"] * any((home / "cache").rglob("*.kv"))
    return {"why.log" if path.parent == home else path.parent.name for path in found}


def _holds(path: Path) -> bool:
    try:
        content = path.read_bytes().lower()
    except FileNotFoundError:
        return False
    return any(word.encode() in content for word in (WORD, WORD.replace("_", "")))


async def use(editor: Editor, name: str) -> None:
    """Complete, accept, and hover over the planted word."""
    uri = editor.open(name, PLANTED)
    text = await editor.ghost_text(uri)
    assert text
    editor.insert(uri, text)
    params = types.HoverParams(types.TextDocumentIdentifier(uri), types.Position(0, 6))
    assert await editor.client.text_document_hover_async(params) is not None
    document = types.TextDocumentIdentifier(uri)
    editor.client.text_document_did_save(types.DidSaveTextDocumentParams(document))


@pytest.mark.trust
async def test_a_purge_leaves_nothing_and_nothing_comes_back(editor: Editor, home: Path) -> None:
    await use(editor, "planted.py")
    wanted = {"states", "indexes", "memory", "completions"}
    await until(lambda: wanted <= holding(home))
    said = await command(home, "purge", "--project", f"{home}/shop", "--yes")
    assert "1 running server keeps nothing more on disk" in said
    assert holding(home) == set()
    await use(editor, "again.py")
    editor.client.workspace_did_change_configuration(types.DidChangeConfigurationParams({}))
    await use(editor, "third.py")
    await editor.why("")
    assert holding(home) == set()
