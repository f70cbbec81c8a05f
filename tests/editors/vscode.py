"""VS Code in a browser nobody sees: code-server, our extension in it, and headless Chromium."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
EXTENSION = ROOT / "editors" / "vscode"
INSTALL = "run tests/editors/install_vscode.sh"
MARK = "<CURSOR>"
GHOST = ".ghost-text-decoration"  # one element for each colour of the rest of the line
MORE_GHOST = ".suggest-preview-text .view-line"
STATUS = "[id^='lsp-local.lsp-local'] [aria-label^='lsp-local']"
SECONDS = 300.0  # for anything to come; then it is not going to

SETTINGS: dict[str, object] = {
    # What VS Code types by itself would stand between our keys.
    "editor.autoClosingBrackets": "never",
    "editor.autoClosingQuotes": "never",
    "editor.quickSuggestions": {"other": "off", "comments": "off", "strings": "off"},
    "editor.minimap.enabled": False,
    "chat.disableAIFeatures": True,
    "workbench.startupEditor": "none",
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


class Window:
    """One window, as a person uses it. Its files are in `folder`, its settings in `settings`."""

    def __init__(self, folder: Path, settings: Path, browser: "subprocess.Popen[str]") -> None:
        self.folder = folder
        self._settings = settings
        self._browser = browser

    def open(self, name: str, marked: str) -> Path:
        """Write a file with one mark, open it and put the cursor there."""
        assert marked.count(MARK) == 1
        before, after = marked.split(MARK)
        path = self.folder / name
        path.write_text(before + after)
        line = before.count("\n") + 1
        column = len(before.rpartition("\n")[2].encode("utf-16-le")) // 2 + 1
        self.press("Control+p")
        self.until(lambda: self.texts(".quick-input-widget:not([style*='none'])") != [])
        self.type(f"{path}:{line}:{column}")
        self.until(lambda: any(name in row for row in self.texts(".quick-input-list-row")))
        self.press("Enter")
        self.until(lambda: self.texts(".tab.active .label-name") == [name])
        return path

    def ghost(self) -> str:
        """Return the ghost text on the screen."""
        return "\n".join(["".join(self.texts(GHOST)), *self.texts(MORE_GHOST)])

    def until_ghost(self, want: str) -> None:
        """Wait for this ghost text, "" for none."""
        self.until(lambda: self.ghost() == want, lambda: f"{self.ghost()!r} is not {want!r}")

    def is_shown_by_hand(self) -> bool:
        """Ask for ghost text, which may start the server or load the model; tell if it is there."""
        self.press("Alt+\\")
        time.sleep(1)
        return self.ghost() != ""

    def status(self) -> str:
        """Return what our entry in the status bar says to a screen reader."""
        return " ".join(self._ask("labels", selector=STATUS))

    def command(self, title: str) -> None:
        """Choose a command from the palette."""
        self.press("F1")
        self.type(title)
        self.until(lambda: any(title in row for row in self.texts(".quick-input-list-row")))
        self.press("Enter")

    def choose(self, text: str) -> None:
        """Choose from the list that is open."""
        self.until(lambda: any(text in row for row in self.texts(".quick-input-list-row")))
        self.type(text)
        self.press("Enter")

    def save(self, path: Path) -> str:
        """Save, and return what is on the disk then."""
        self.press("Control+s")
        self.until(lambda: self.texts(".tab.active.dirty") == [])
        return path.read_text()

    def set(self, **options: object) -> None:
        """Change settings while the window is open."""
        told = json.loads(self._settings.read_text())
        told |= {f"lsp-local.{name}": value for name, value in options.items()}
        self._settings.write_text(json.dumps(told))

    def press(self, *keys: str) -> None:
        """Press keys, in Playwright's names."""
        for key in keys:
            self._ask("press", key=key)

    def type(self, text: str, delay: int = 0) -> None:
        """Type a text, with `delay` milliseconds between two keys."""
        self._ask("type", text=text, delay=delay)

    def texts(self, selector: str) -> list[str]:
        """Return the texts of all elements."""
        return list(self._ask("texts", selector=selector))

    def click(self, selector: str) -> None:
        """Click on the first element."""
        self._ask("click", selector=selector)

    def shot(self, path: Path, clip: dict[str, int] | None = None) -> None:
        """Write a picture of the window, or of a part of it."""
        self._ask("shot", path=str(path), clip=clip)

    def goto(self, url: str) -> None:
        """Open VS Code."""
        self._ask("goto", url=url)

    def until(
        self, is_true: Callable[[], bool], complaint: Callable[[], str] = lambda: "it did not come"
    ) -> None:
        """Wait for something on the screen; fail with `complaint` where it never comes."""
        end = time.monotonic() + SECONDS
        while not is_true():
            if time.monotonic() > end:
                self.shot(self.folder.parent / "failed.png")
                raise AssertionError(f"{complaint()}; see {self.folder.parent / 'failed.png'}")
            time.sleep(0.02)

    def _ask(self, verb: str, **rest: object) -> Any:
        assert self._browser.stdin is not None
        assert self._browser.stdout is not None
        self._browser.stdin.write(json.dumps({"verb": verb, **rest}) + "\n")
        self._browser.stdin.flush()
        answer = json.loads(self._browser.stdout.readline())
        assert "error" not in answer, answer["error"]
        return answer["answer"]


@contextmanager
def window(folder: Path, options: dict[str, object], trusted: bool = True) -> Iterator[Window]:
    """Open VS Code with our extension, on a new folder; close all at the end."""
    user, workspace = folder / "user", folder / "shop"
    workspace.mkdir()
    settings = user / "User" / "settings.json"
    settings.parent.mkdir(parents=True)
    told = {f"lsp-local.{name}": value for name, value in options.items()}
    settings.write_text(json.dumps({**SETTINGS, "lsp-local.serverPath": _server(folder), **told}))
    _install(folder)
    with _serving(folder, trusted) as url, _browsing() as browser:
        opened = Window(workspace, settings, browser)
        opened.goto(f"{url}/?folder={workspace}")
        yield opened


def _server(folder: Path) -> str:
    """Write a program that is the server of this tree, whatever is installed."""
    path = folder / "lsp-local"
    path.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m lsp_local "$@"\n')
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
    browser = subprocess.Popen(
        [tools.node, script, tools.app, tools.chromium],
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
    return Path(os.environ.get("LSP_LOCAL_TEST_VSCODE") or ROOT / "build" / "vscode")


def _chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser")
