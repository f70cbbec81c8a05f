import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

import code_server
import pytest
from vscode import ACTION, HOVER, MARK, ROW, TOAST, Window

pytestmark = pytest.mark.skipif(bool(code_server.missing()), reason=code_server.missing())

PICTURE = code_server.EXTENSION / "images" / "ghost-text.png"
SEARCH = '''def binary_search(items: list[int], target: int) -> int:
    """Return the index of target in the sorted list, or -1."""
    low, high = 0, len(items) - 1
    while low <= high:<CURSOR>
    return -1
'''
CLIP = """def clip<CURSOR>(value, low, high):
    if value < low:
        return low
    return value
"""
NESTED = """def clip(value, low, high):
    if value < low:
        return low
    else:
        if value > high:
            return <CURSOR>high
        else:
            return value
"""
PROMPT = """---
title: Say what is odd
output: comment
---
Say in one sentence what is odd about this function.

```{{language}}
{{function}}
```
"""
BOX = ".quick-input-widget:visible"
EMOJI = """def add(x, y):
    print('😋😋é'); return x + y # 😋


def sub(x, y):
    print('😋😋é'); return x<CURSOR> # 😋
"""
AREA = "def area(width, height):\n    return width * height\n\n\nar<CURSOR>ea(2, 3)\n"


def add(one: str, two: str, rest: str = "<CURSOR>") -> str:
    """Return a file whose next key is a space. Each test has names of its own, for the cache.

    The docstring leaves the model no doubt, whatever else it has read.
    """
    return f'def add({one}, {two}):\n    """Return {one} + {two}."""\n    return {one}{rest}\n'


@pytest.fixture(scope="module")
def built() -> None:
    """The extension of this tree."""
    code_server.package()


@pytest.fixture(scope="module")
def window(built: None, qwen: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Window]:
    """One window for all tests, whose model is loaded; each test opens a file of its own."""
    # However busy the machine is, and whatever was turned down before, the same is said.
    options = {"model": str(qwen), "deadlineMs": 10_000, "leastProbability": 1}
    with code_server.window(tmp_path_factory.mktemp("vscode"), options) as opened:
        path = opened.open("warm.py", "def add(a, b):\n    return <CURSOR>\n")
        opened.ask_by_hand()
        opened.press("Escape")
        opened.save(path)
        yield opened
        assert opened.popups() == []


def test_taken_whole_and_undone_in_one_step(window: Window) -> None:
    path = window.open("taken.py", add("a", "b"))
    window.type(" ")
    window.until_ghost("+ b")
    window.press("Tab")
    window.until_ghost("")
    assert window.save(path) == add("a", "b", " + b")
    window.press("Control+z")
    assert window.save(path) == add("a", "b", " ")


def test_a_key_is_one_question(window: Window) -> None:
    path = window.open("once.py", add("now", "later"))
    window.type(" ")
    window.until_ghost("+ later")
    ends = [(one["is_automatic"], one["character"], one["reason"]) for one in window.ends(path)]
    assert ends == [(True, len("    return now "), "shown")]
    window.save(path)


def test_typed_through(window: Window) -> None:
    path = window.open("typed.py", add("left", "right"))
    window.type(" ")
    window.until_ghost("+ right")
    window.type("+")
    window.until_ghost(" right")
    window.type(" ri")
    window.until_ghost("ght")
    window.type("ght")
    window.until_ghost("")
    assert window.save(path) == add("left", "right", " + right")


def test_a_word_is_taken_and_the_rest_is_known_without_the_model(window: Window) -> None:
    path = window.open("word.py", add("first", "second"))
    window.type(" ")
    window.until_ghost("+ second")
    window.press("Control+ArrowRight")
    window.until_ghost("second")
    window.until(lambda: len(window.ends(path)) == 2)
    newest = window.ends(path)[-1]
    assert (newest["reason"], newest["n_prompt"], newest["n_predicted"]) == ("shown", 0, 0)
    assert window.save(path) == add("first", "second", " + ")


def test_a_line_of_several_is_taken(window: Window) -> None:
    path = window.open("search.py", SEARCH)
    window.type("\n")
    window.until(lambda: "\n" in window.ghost())
    if os.environ.get("UPDATE"):
        window.shot(PICTURE, ".editor-group-container", 300)
    first, *rest = window.ghost().splitlines()
    window.press("Control+Alt+ArrowRight")
    window.until(lambda: window.ghost().splitlines() == rest)
    before, _ = SEARCH.split("<CURSOR>")
    assert window.save(path).startswith(f"{before}\n        {first}\n")


def test_dismissed(window: Window) -> None:
    path = window.open("dismissed.py", add("one", "two"))
    window.type(" ")
    window.until_ghost("+ two")
    window.press("Escape")
    window.until_ghost("")
    window.press("Tab")
    assert re.search(r"return one {2,}\n", window.save(path))


def test_behind_emoji(window: Window) -> None:
    # One unit too far in either direction, and it would be asked or inserted in another place.
    path = window.open("emoji.py", EMOJI)
    window.type(" ")
    window.until_ghost("- y")
    window.press("Tab")
    assert window.save(path) == EMOJI.replace("<CURSOR>", " - y")


def test_of_two_quick_edits_only_the_newest_shows(window: Window) -> None:
    path = window.open("quick.py", "def add(price, tax):\n    return<CURSOR>\n")
    window.type(" t")
    window.press("Backspace")
    window.type("price ")
    window.until_ghost("+ tax")
    time.sleep(0.5)  # for what was asked before
    assert window.ghost() == "+ tax"
    window.press("Tab")
    assert window.save(path) == "def add(price, tax):\n    return price + tax\n"


def test_paused_it_is_silent(window: Window) -> None:
    path = window.open("paused.py", add("low", "high"))
    window.command("lsp-local: Pause")
    window.until(lambda: "paused" in window.status())
    window.type(" ")
    window.until(lambda: [one["reason"] for one in window.ends(path)] == ["paused"])
    assert window.ghost() == ""
    window.command("lsp-local: Resume")
    window.until(lambda: "paused" not in window.status())
    window.ask_by_hand()
    assert window.ghost() == "+ high"


def test_a_killed_worker_is_replaced(window: Window) -> None:
    text = EMOJI.replace("x", "v").replace("y", "w")
    path = window.open("killed.py", text)
    window.kill_worker()
    window.type(" ")
    window.until_ghost("- w")
    window.press("Tab")
    assert window.save(path) == text.replace("<CURSOR>", " - w")


def test_a_hover_says_what_a_name_is(window: Window) -> None:
    window.open("hover.py", AREA)
    window.press("Control+k", "Control+i")
    window.until(lambda: any("def area(width, height)" in one for one in window.texts(HOVER)))
    window.press("Escape")


def test_a_code_action_is_resolved_when_it_is_chosen(window: Window) -> None:
    path = window.open("action.py", CLIP)
    window.until(lambda: _is_listed(window, "docstring"))
    window.click(f"{ACTION}:has-text('docstring')")
    window.until(lambda: '"""' in "".join(window.texts(".view-line")))
    written = window.save(path)
    docstring = re.search(r'\n    """.+?"""', written, re.DOTALL)
    assert docstring
    assert written.replace(docstring[0], "") == CLIP.replace("<CURSOR>", "")
    window.press("Control+z")
    assert window.save(path) == CLIP.replace("<CURSOR>", "")


def _is_listed(window: Window, title: str) -> bool:
    """Open the menu of code actions; a window that is not ready for it shows none."""
    window.press("Escape", "Control+.")
    time.sleep(2)
    return any(title in row for row in window.texts(ACTION))


def test_a_rewrite_is_seen_before_it_is_made(window: Window) -> None:
    path = window.open("rewrite.py", NESTED)
    window.command("lsp-local: Rewrite by")
    window.until(lambda: window.texts(f"{BOX}:has-text('What to do with') input:focus") != [])
    window.type("return early instead of nesting")
    window.press("Enter")
    window.until(lambda: window.popups() == ["lsp-local: Make this change?"])
    assert window.texts(".tab.active") == ["rewrite.py: Rewrite"]
    assert path.read_text() == NESTED.replace("<CURSOR>", "")
    window.click(f"{TOAST} .monaco-button:has-text('Apply')")
    window.until(lambda: window.texts(".tab.active") == ["rewrite.py"])
    window.saved_when(path, lambda text: text != NESTED.replace("<CURSOR>", ""))


def test_a_prompt_file_is_made_and_run(window: Window) -> None:
    window.command("lsp-local: New Prompt")
    window.until(lambda: window.texts(f"{BOX}:has-text('Name of the new') input:focus") != [])
    window.type("warn")
    window.press("Enter")
    window.until(lambda: window.texts(".tab.active") == ["warn.md"])
    (prompt,) = (window.folder.parent / "home").rglob("warn.md")
    prompt.write_text(PROMPT)
    path = window.open("prompted.py", CLIP)
    window.command("lsp-local: Run a Prompt")
    window.until(lambda: any("Say what is odd" in row for row in window.texts(ROW)))
    window.choose("Say what is odd")
    lines = window.saved_when(path, lambda text: "# " in text).splitlines(keepends=True)
    assert "".join(one for one in lines if not one.startswith("# ")) == CLIP.replace(MARK, "")


def test_an_explanation_is_written_anew(window: Window) -> None:
    window.open("anew.py", AREA)
    window.command("lsp-local: Explain Symbol Anew")
    said = "on this machine; it can be wrong"
    window.until(lambda: any(said in one for one in window.texts(HOVER)))
    window.press("Escape")


@pytest.mark.parametrize("script", ["check", "lint"])
def test_the_extension_has_no_complaint_from(script: str) -> None:
    code_server.npm("run", script)
