"""VS Code in a browser nobody sees, as a person uses it; `code_server.py` starts it."""

import json
import socket
import subprocess
import time
from collections.abc import Callable
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from processes import children_of, is_worker, kill

MARK = "<CURSOR>"
GHOST = ".ghost-text-decoration"  # one element for each colour of the rest of the line
MORE_GHOST = ".suggest-preview-text .view-line"
ROW = ".quick-input-widget:visible .monaco-list-row"
TOAST = ".notifications-toasts"
HOVER = ".monaco-hover:visible"
ACTION = ".action-widget .monaco-list-row"
STATUS = "[id^='lsp-local.lsp-local'] [aria-label^='lsp-local']"
PLACE = "[id='status.editor.selection']"
WHY, PID = "why.jsonl", "pid"  # files beside the workspace: what the server logs; its number
DOOR = "door"  # link beside the workspace to the socket at which VS Code takes files to open
SECONDS = 60.0  # for anything to come, on a busy machine; then it is not going to
ASK_AGAIN = 10.0  # seconds after which nothing comes of a request that the model was not there for


class Window:
    """One window, as a person uses it. Its files are in `folder`."""

    def __init__(self, folder: Path, browser: "subprocess.Popen[str]") -> None:
        self.folder = folder
        self._browser = browser

    def open(self, name: str, marked: str) -> Path:
        """Write a file with one mark, open it and put the cursor there."""
        assert marked.count(MARK) == 1
        before, after = marked.split(MARK)
        path = self.folder / name
        path.write_text(before + after)
        line = before.count("\n") + 1
        column = len(before.rpartition("\n")[2].encode("utf-16-le")) // 2 + 1
        self._go_to(path, line, column)
        self.until(lambda: self.texts(".tab.active") == [name])
        # The column there counts the cells of the screen.
        self.until(lambda: any(f"Ln {line}, " in one for one in self.texts(PLACE)))
        self.until(lambda: self.texts(".monaco-editor.focused") != [])
        return path

    def ghost(self) -> str:
        """Return the ghost text on the screen."""
        return "\n".join(["".join(self.texts(GHOST)), *self.texts(MORE_GHOST)])

    def until_ghost(self, want: str) -> None:
        """Wait for this ghost text, "" for none."""
        self.until(lambda: self.ghost() == want, lambda: f"{self.ghost()!r} is not {want!r}")

    def ask_by_hand(self) -> None:
        """Ask for ghost text, which may start the server and load the model, until it is there."""
        asked_at = -ASK_AGAIN

        def is_shown() -> bool:
            nonlocal asked_at
            if time.monotonic() - asked_at > ASK_AGAIN:  # sooner, it would only begin anew
                self.press("Alt+\\")
                asked_at = time.monotonic()
            return self.ghost() != ""

        self.until(is_shown)

    def key_to_ghost(self) -> float:
        """Return the milliseconds from the last key to the frame after ghost text was put there."""
        return float(self._ask("keyToGhost"))

    def status(self) -> str:
        """Return what our entry in the status bar says to a screen reader."""
        return " ".join(self._ask("labels", selector=STATUS))

    def popups(self) -> list[str]:
        """Return what stands in the corner."""
        return self.texts(f"{TOAST} .notification-list-item-message")

    def command(self, title: str) -> None:
        """Choose a command from the palette."""
        self.press("F1")
        self.until(lambda: self.texts(ROW) != [])
        self.choose(title)

    def choose(self, text: str) -> None:
        """Choose from the list that is open."""
        self.type(text)
        # Pressed before the list is narrowed, Enter would choose something else.
        self.until(lambda: any(text in row for row in self.texts(f"{ROW}.focused")))
        self.press("Enter")

    def save(self, path: Path) -> str:
        """Save, and return what is on the disk then."""
        self.press("Control+s")
        self.until(lambda: self.texts(".tab.active.dirty") == [])
        return path.read_text()

    def saved_when(self, path: Path, is_there: Callable[[str], bool]) -> str:
        """Save until the text is as wanted; return it. A file that is being written is empty."""
        seen = [""]

        def look() -> bool:
            seen[0] = self.save(path)
            return bool(seen[0]) and is_there(seen[0])

        self.until(look)
        return seen[0]

    def ends(self, path: Path) -> list[dict[str, Any]]:
        """Return what the server has logged of the requests for a file, oldest first."""
        log = self.folder.parent / WHY
        told = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
        return [one for one in told if one["uri"] == path.as_uri()]

    def kill_worker(self) -> None:
        """End the model's process as the kernel does when memory runs out."""
        server = int((self.folder.parent / PID).read_text())
        (worker,) = [pid for pid in children_of(server) if is_worker(pid)]
        kill(worker)

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

    def shot(self, path: Path, selector: str = "body", height: int | None = None) -> None:
        """Write a picture of the window, or of the upper part of an element of it."""
        self._ask("shot", path=str(path), selector=selector, height=height)

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
            time.sleep(0.03)

    def _go_to(self, path: Path, line: int, column: int) -> None:
        """Do what `code --goto` does in VS Code's own terminal."""
        door = _Door(self.folder.parent / DOOR)
        wish = {"type": "open", "fileURIs": [f"file://{path}:{line}:{column}"]}
        how = {"gotoLineMode": True, "forceReuseWindow": True}
        door.request("POST", "/", json.dumps({**wish, **how}))
        answer = door.getresponse()
        assert answer.status == HTTPStatus.OK, answer.read()
        door.close()

    def _ask(self, verb: str, **rest: object) -> Any:
        assert self._browser.stdin is not None
        assert self._browser.stdout is not None
        self._browser.stdin.write(json.dumps({"verb": verb, **rest}) + "\n")
        self._browser.stdin.flush()
        answer = json.loads(self._browser.stdout.readline())
        assert "error" not in answer, answer["error"]
        return answer["answer"]


class _Door(HTTPConnection):
    """A connection to VS Code's own socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=SECONDS)
        self._path = str(path)

    def connect(self) -> None:
        """Connect to the socket's file in place of a host."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)
