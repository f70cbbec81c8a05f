"""VS Code in a browser nobody sees, as a person uses it; `code_server.py` starts it."""

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

MARK = "<CURSOR>"
GHOST = ".ghost-text-decoration"  # one element for each colour of the rest of the line
MORE_GHOST = ".suggest-preview-text .view-line"
STATUS = "[id^='lsp-local.lsp-local'] [aria-label^='lsp-local']"
SECONDS = 60.0  # for anything to come; then it is not going to


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
        row = f".explorer-viewlet [role='treeitem'][aria-label^='{name}']"
        self.until(lambda: self.texts(row) != [])
        self.click(row)
        self.until(lambda: any(name in tab for tab in self.texts(".tab.active")))
        self.press("Control+g")
        self.until(lambda: self.texts(".quick-input-list .monaco-list-row") != [])
        self.type(f"{line}:{column}")
        self.press("Enter")
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
        self.until(
            lambda: any(title in row for row in self.texts(".quick-input-list .monaco-list-row"))
        )
        self.press("Enter")

    def choose(self, text: str) -> None:
        """Choose from the list that is open."""
        self.until(
            lambda: any(text in row for row in self.texts(".quick-input-list .monaco-list-row"))
        )
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
            time.sleep(0.1)

    def _ask(self, verb: str, **rest: object) -> Any:
        assert self._browser.stdin is not None
        assert self._browser.stdout is not None
        self._browser.stdin.write(json.dumps({"verb": verb, **rest}) + "\n")
        self._browser.stdin.flush()
        answer = json.loads(self._browser.stdout.readline())
        assert "error" not in answer, answer["error"]
        return answer["answer"]
