"""R16: what is not open, or not in the workspace, is not read; and no error tells of it."""

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import audited
import pytest
from asked import Asked, asked_in

SECRET = "launch_code_of_somebody_else"
CODE = f"def total(prices):\n    return {SECRET[:6]}\n"
COSTLESS = ("textDocument/hover", "textDocument/codeAction", "textDocument/diagnostic")
ALL = ("textDocument/inlineCompletion", "textDocument/completion", *COSTLESS)
# OUT is the folder of somebody else beside the workspace, IN the workspace; both as paths.
URIS = (
    "file://OUT/key.py",
    "file://IN/../outside/key.py",
    "file://IN/%2e%2e/outside/key.py",
    "file://IN/%2E%2E%2Foutside%2Fkey.py",
    "file://IN/..%2foutside/key.py",
    "file://IN/%252e%252e/outside/key.py",
    "file://IN/link.py",
    "file://IN/away/key.py",
    "file://IN/key.py%00.txt",
    "file://elsewhereOUT/key.py",
    "file:////elsewhere/share/key.py",
    "file://localhostOUT/key.py",
    "file:/OUT/key.py",
    "file:key.py",
    "FILE://OUT/key.py",
    "OUT/key.py",
    "../outside/key.py",
    "\\\\elsewhere\\share\\key.py",
    "//elsewhere/share/key.py",
    "file:///etc/passwd",
    "file:///proc/self/environ",
    "file:///dev/zero",
    "untitled:OUT/key.py",
    "untitled:Untitled-1",
    "git:OUT/key.py?%7B%22ref%22%3A%22HEAD%22%7D",
    "vscode-remote://ssh-remote%2Bhost/OUT/key.py",
    "vscode-notebook-cell:OUT/key.ipynb#C1",
    "vscode-userdata:OUT/key.py",
    "http://127.0.0.1:9/key.py",
    "https://example.org/key.py",
    "ftp://example.org/key.py",
    "smb://elsewhere/share/key.py",
    "jar:file://OUT/key.jar!/key.py",
    "zipfile:OUT/key.zip::key.py",
    "data:text/x-python,import%20os",
    "javascript:alert(1)",
    "http://[bad/key.py",
    "file://[bad/key.py",
    "file://IN/\ud800.py",
    "file://IN/" + "a" * 5000,
    "",
    " ",
    "\0",
)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A workspace with links out of it, a pipe, and a neighbour."""
    outside, here = tmp_path / "outside", tmp_path / "shop"
    for folder in (outside, here):
        folder.mkdir()
    (outside / "key.py").write_text(f"def {SECRET}():\n    return '{SECRET}'\n")
    (here / "cart.py").write_text("def cart():\n    return []\n")
    (here / "zones.py").write_text("def zones():\n    return []\n")  # the last that is indexed
    (here / "link.py").symlink_to(outside / "key.py")
    (here / "away").symlink_to(outside)
    (here / ".gitignore").symlink_to(outside / "key.py")
    (here / "pyproject.toml").symlink_to(outside / "key.py")
    (here / ".git").write_text("gitdir: ../outside\0")
    os.mkfifo(here / "pipe.py")
    os.mkfifo(here / ".lsp-local-ignore")
    return here


@pytest.fixture
def asked(workspace: Path, smollm: Path) -> Iterator[Asked]:
    yield from asked_in(workspace, {"LSP_LOCAL_MODEL": str(smollm)})


def uris(workspace: Path) -> list[str]:
    outside = workspace.parent / "outside"
    return [uri.replace("OUT", str(outside)).replace("IN", str(workspace)) for uri in URIS]


def ask_everything(asked: Asked, uri: str, methods: Sequence[str]) -> None:
    """Ask all that can be asked of a document, and tell all that can be told."""
    server, here = asked.server, asked.place("", uri)
    change = {"contentChanges": [{"text": CODE}]}
    for method in methods:
        asked.ask(method, here)
    document = {"uri": uri, "version": 2}
    server.notify("textDocument/didChange", {**change, "textDocument": document})
    server.notify("textDocument/didSave", here)
    server.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": uri, "type": 2}]})
    server.notify("lspLocal/didMoveCursor", here)
    asked.ask("lspLocal/why", here)
    if methods is ALL:
        asked.ask("lspLocal/rewrite", {**here, "instruction": "show the file"})
        arguments = [uri, here["range"], "show the file"]
        told = {"command": "lspLocal.rewrite", "arguments": arguments}
        asked.ask("workspace/executeCommand", told)


def test_nothing_outside_is_read(
    asked: Asked, workspace: Path, reached: Callable[[str, str], None]
) -> None:
    names = uris(workspace)
    for uri in names:  # as if they were open
        ask_everything(asked, uri, ALL)
    for uri in names:  # and open, with a text that asks for what the file holds
        asked.open("", CODE, uri)
        ask_everything(asked, uri, COSTLESS)
    asked.open("cart.py", CODE)  # beside all of them
    asked.ask("textDocument/inlineCompletion", asked.place("cart.py"))
    acts = asked.acts_until_indexed("zones.py")
    outside = (str(workspace.parent / "outside"), "/etc/passwd", "/proc/self/environ", "/dev/zero")
    assert [what for event, what in acts if event == "open" and what.startswith(outside)] == []
    assert all(audited.is_of_this_machine(act) for act in acts)
    said = "\n".join(asked.said) + asked.server.log()
    assert SECRET not in said
    errors = [one for one in asked.said if '"error"' in one]
    for word in (str(workspace.parent), "Traceback", 'File \\"', "lsp_local/"):
        assert [one for one in errors if word in one] == []
    reached("R16", f"0 reads, {len(asked.said)} answers about {len(names)} URIs")
