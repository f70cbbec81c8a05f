"""code-server with our extension in it, and headless Chromium, started and ended."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from vscode import DOOR, PID, SECONDS, WHY, Window

from lsp_local.locks import wait_locked

ROOT = Path(__file__).parents[2]
EXTENSION = ROOT / "editors" / "vscode"
INSTALL = "run tests/editors/install_vscode.sh"

SETTINGS: dict[str, object] = {
    # What VS Code types by itself would stand between our keys.
    "editor.autoClosingBrackets": "never",
    "editor.autoClosingQuotes": "never",
    "editor.quickSuggestions": {"other": "off", "comments": "off", "strings": "off"},
    "editor.minimap.enabled": False,
    "editor.scrollbar.vertical": "hidden",
    "editor.overviewRulerBorder": False,
    "breadcrumbs.enabled": False,
    "workbench.colorTheme": "Default Dark Modern",
    "chat.disableAIFeatures": True,
    "workbench.startupEditor": "none",
    "workbench.secondarySideBar.defaultVisibility": "hidden",
    # What was open before would be read for the next suggestion.
    "workbench.editor.limit.enabled": True,
    "workbench.editor.limit.value": 1,
    "workbench.tips.enabled": False,
    "telemetry.telemetryLevel": "off",
    "files.autoSave": "off",
}


@dataclass(frozen=True, slots=True)
class Installed:
    """Where the programs are that a test needs."""

    node: Path
    npm: Path
    app: Path
    chromium: Path


def missing() -> str:
    """Say what is not installed, and how it comes; "" if all is there."""
    if not _tools().exists():
        return f"no folder {_tools()}; {INSTALL}"
    if not (EXTENSION / "node_modules").exists():
        return f"the extension's node packages are missing; {INSTALL}"
    if _chromium() is None:
        return f"there is no chromium; {INSTALL}"
    return ""


def installed() -> Installed:
    """Return where things are. Invariant: `missing()` was empty."""
    tools, chromium = _tools(), _chromium()
    assert chromium is not None
    return Installed(tools / "bin" / "node", tools / "bin" / "npm", tools / "app", Path(chromium))


def package() -> None:
    """Pack the extension, unless that was done since it changed; for one test file at a time."""
    packed = EXTENSION / "dist" / "lsp-local.vsix"
    made = {EXTENSION / "node_modules", packed.parent}
    with (EXTENSION / "package.json").open() as lock:
        wait_locked(lock)
        tops = [path for path in EXTENSION.iterdir() if path not in made]
        sources = [path for top in tops for path in (top, *top.rglob("*"))]
        newest = max(path.stat().st_mtime for path in sources)
        if not packed.exists() or packed.stat().st_mtime < newest:
            npm("run", "package")


def npm(*arguments: str) -> None:
    """Run a script of the extension; its output is the assertion's."""
    tools = installed()
    variables = {**os.environ, "PATH": f"{tools.node.parent}:{os.environ['PATH']}"}
    ran = subprocess.run(
        [tools.npm, *arguments],
        cwd=EXTENSION,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


@contextmanager
def window(folder: Path, options: dict[str, object], trusted: bool = True) -> Iterator[Window]:
    """Open VS Code with our extension, on a new folder; close all at the end."""
    user, workspace = folder / "user", folder / "shop"
    workspace.mkdir(exist_ok=True)
    # What only a machine may set is not read from the user's own file in a remote window.
    settings = user / "Machine" / "settings.json"
    settings.parent.mkdir(parents=True)
    ours = {"serverPath": _server(folder), "whyLog": str(folder / WHY), **options}
    told = {f"lsp-local.{name}": value for name, value in ours.items()}
    settings.write_text(json.dumps({**SETTINGS, **told}))
    own = user / "User" / "settings.json"
    own.parent.mkdir()
    own.write_text(json.dumps({"security.workspace.trust.startupPrompt": "never"}))
    _install(folder)
    with _serving(folder, trusted) as url, _browsing() as browser:
        opened = Window(workspace, browser)
        opened.goto(f"{url}/?folder={workspace}")
        opened.until((folder / DOOR).exists)  # the extension has started our server
        yield opened


def _server(folder: Path) -> str:
    """Write a program that is the server of this tree, whatever is installed."""
    path = folder / "lsp-local"
    path.write_text(
        f"#!/bin/sh\n"
        f'if [ "$1" = serve ]; then\n'
        f"    echo $$ >{folder / PID}\n"
        f'    ln -sf "$VSCODE_IPC_HOOK_CLI" {folder / DOOR}\n'
        f"fi\n"
        f'PYTHONPATH={ROOT} exec {sys.executable} -m lsp_local "$@"\n'
    )
    path.chmod(0o755)
    return str(path)


def _command(folder: Path) -> list[str]:
    (folder / "empty.yaml").touch()
    tools = installed()
    return [
        *(str(tools.node), str(tools.app / "node_modules" / "code-server" / "out/node/entry.js")),
        *("--auth", "none", "--disable-telemetry", "--disable-update-check"),
        *("--config", str(folder / "empty.yaml"), "--user-data-dir", str(folder / "user")),
        *("--extensions-dir", str(folder / "extensions")),
    ]


def _variables(folder: Path) -> dict[str, str]:
    # Without a gallery it looks nothing up on the network.
    home = {"HOME": str(folder / "home"), "EXTENSIONS_GALLERY": '{"serviceUrl":""}'}
    return {**os.environ, **home}


def _install(folder: Path) -> None:
    (folder / "home").mkdir()
    subprocess.run(
        [*_command(folder), "--install-extension", str(EXTENSION / "dist" / "lsp-local.vsix")],
        env=_variables(folder),
        check=True,
        capture_output=True,
    )


@contextmanager
def _serving(folder: Path, trusted: bool) -> Iterator[str]:
    address = f"127.0.0.1:{_free_port()}"
    trust = ["--disable-workspace-trust"] if trusted else []
    with (folder / "code-server.log").open("w") as log:
        server = subprocess.Popen(
            [*_command(folder), *trust, "--bind-addr", address],
            env=_variables(folder),
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            _wait_for(address)
            yield f"http://{address}"
        finally:
            os.killpg(server.pid, 15)
            server.wait(20)


@contextmanager
def _browsing() -> Iterator["subprocess.Popen[str]"]:
    tools = installed()
    script = Path(__file__).with_name("vscode_page.mjs")
    scale = "2" if os.environ.get("UPDATE") else "1"  # pictures are to be sharp
    browser = subprocess.Popen(
        [tools.node, script, tools.app, tools.chromium, scale],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with browser:
        try:
            yield browser
        finally:
            assert browser.stdin is not None
            browser.stdin.close()
            browser.wait(20)


def _wait_for(address: str) -> None:
    host, _, port = address.partition(":")
    end = time.monotonic() + SECONDS
    while True:
        try:
            socket.create_connection((host, int(port)), 1).close()
        except OSError:
            assert time.monotonic() < end, "code-server does not listen"
            time.sleep(0.05)
        else:
            return


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _tools() -> Path:
    return Path(os.environ.get("VSCODE_FOR_TESTS") or ROOT / "build" / "vscode")


def _chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser")
