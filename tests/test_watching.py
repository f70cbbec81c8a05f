"""A project's files change outside of the editor: the client tells, and the index follows."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from raw_server import RawServer, serving
from wired import Editor

from lsp_local.index import Index
from lsp_local.lsp import watching

PATIENCE = 45.0  # seconds; the process has the lowest priority
CREATED, DELETED = 1, 3


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RawServer]:
    yield from serving(tmp_path)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "shop"
    root.mkdir()
    (root / "tax.py").write_text("def with_tax(net): ...\n")
    return root


def until_known(root: Path, *names: str) -> None:
    """Wait until the index has just these names; fail if it never does."""
    wanted = {"with_tax", "vat", "Cart"}
    index = Index(root)
    end = time.monotonic() + PATIENCE
    while {one.name for one in index.symbols(wanted)} != set(names):
        assert time.monotonic() < end, f"{names} are never in the index"
        threading.Event().wait(0.05)


def initialize(server: RawServer, root: Path, *, can_watch: bool) -> None:
    capabilities = {"didChangeWatchedFiles": {"dynamicRegistration": can_watch}}
    folder = {"uri": root.as_uri(), "name": "shop"}
    server.initialize({"workspaceFolders": [folder], "capabilities": {"workspace": capabilities}})


def asked(server: RawServer) -> list[str]:
    """Return for what the server registers, up to the answer to a question of ours."""
    found = []
    server.request("last", "lspLocal/stats")
    while (message := server.receive()) is not None and message.get("id") != "last":
        if message.get("method") == "client/registerCapability":
            (registration,) = message["params"]["registrations"]
            (watcher,) = registration["registerOptions"]["watchers"]
            found.append(f"{registration['method']} {watcher['globPattern'][:9]}")
            server.send({"jsonrpc": "2.0", "id": message["id"], "result": None})
    return found


def test_what_the_client_tells_is_read(server: RawServer, root: Path) -> None:
    initialize(server, root, can_watch=True)
    assert asked(server) == ["workspace/didChangeWatchedFiles **/*.{bas"]
    until_known(root, "with_tax")
    (root / "cart.py").write_text("class Cart: ...\n")
    (root / "tax.py").unlink()
    changes = [
        {"uri": (root / "cart.py").as_uri(), "type": CREATED},
        {"uri": (root / "tax.py").as_uri(), "type": DELETED},
        {"uri": "untitled:1", "type": CREATED},
        {"uri": (root.parent / "beside.py").as_uri(), "type": CREATED},
    ]
    server.notify("workspace/didChangeWatchedFiles", {"changes": changes})
    until_known(root, "Cart")


def test_a_client_that_cannot_is_not_asked(server: RawServer, root: Path) -> None:
    initialize(server, root, can_watch=False)
    assert asked(server) == []
    until_known(root, "with_tax")
    uri = (root / "tax.py").as_uri()
    item = {"uri": uri, "languageId": "python", "version": 1, "text": "def vat(): ...\n"}
    server.notify("textDocument/didOpen", {"textDocument": item})
    (root / "tax.py").write_text("def vat(): ...\n")
    server.notify("textDocument/didSave", {"textDocument": {"uri": uri}})
    until_known(root, "vat")


async def test_a_pause_does_not_take_the_question_back() -> None:
    editor = Editor(None)
    watches = {"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}}}
    await editor.begin(watches, "x = 1\n")
    watching.ask(editor.server)
    editor.server.session.pause(True)
    await editor.hear(lambda said: said.get("method") == "client/registerCapability")
