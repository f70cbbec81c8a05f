"""What the session learns from reactions and actions, and what it leaves alone."""

import asyncio
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from lsp_local.actions.catalogue import Offer
from lsp_local.lsp.reactions import WATCH_KEYS, Reactions
from lsp_local.lsp.remembering import Remembering
from lsp_local.memory import learning, pausing
from lsp_local.memory.observations import Kind
from lsp_local.memory.store import store_of
from lsp_local.options import Options
from lsp_local.text import Diagnostic, Document, TextEdit

ON = Options(memory="on")
TEXT = "load('a.txt')"


class Play:
    """A user with one document, whose suggestions end at once."""

    def __init__(self, shop: Path, options: Options = ON, path: str = "app.py") -> None:
        self.shop = shop
        self.now = 0.0
        self.memory = Remembering(lambda doc: doc.path == "silent.py")
        self.memory.configure(options, shop)
        self.reactions = Reactions(lambda *_: None, lambda: self.now, self.memory.ended)
        self.doc = Document("file:///app", path, "shop", "python", "x = \n")

    def put(self, at: int, n_removed: int, text: str) -> None:
        before = self.doc
        changed = before.text[:at] + text + before.text[at + n_removed :]
        self.doc = replace(before, text=changed)
        self.reactions.changed(before, self.doc)
        self.memory.changed(self.doc)

    def accept(self, text: str = TEXT) -> None:
        self.reactions.answered(self.doc, 4, text)
        self.put(4, 0, text)

    def refuse(self) -> None:
        self.reactions.answered(self.doc, 4, TEXT)
        self.now += 1
        self.put(4, 0, "#")

    def edit(self, at: int, n_removed: int, text: str) -> None:
        self.accept()
        self.put(at, n_removed, text)
        for _ in range(WATCH_KEYS + 1):
            self.put(len(self.doc.text), 0, "\n")

    def fix(self) -> None:
        said = (Diagnostic(0, 1, "`y` is not defined"),)
        edit = TextEdit(4, 4, "1")
        self.memory.resolved(self.doc, Offer("fix", "Fix", "quickfix", 0, 5, said), [edit])
        self.put(4, 0, "1")

    def choose(self, written: str) -> None:
        offer = Offer("docstring", "", "", 0, 5)
        self.memory.resolved(self.doc, offer, [TextEdit(5, 5, "y = 2\n")])
        self.put(5, 0, written)


async def check(
    play: Play, act: Callable[[Play], object], want: list[tuple[Kind, str, str]]
) -> None:
    act(play)
    await play.memory.settle()
    found = store_of(play.shop).observations()
    assert [(one.kind, one.text, one.was) for one in found] == want


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LSP_LOCAL_CACHE_DIR", str(tmp_path / "cache"))
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / ".gitignore").write_text("ignored.py\n")
    return tmp_path / "shop"


@pytest.mark.parametrize(
    ("act", "want"),
    [
        pytest.param(lambda play: None, [], id="nothing has happened"),
        pytest.param(Play.accept, [(Kind.ACCEPTED, TEXT, "")], id="taken"),
        pytest.param(Play.refuse, [(Kind.REJECTED, TEXT, "")], id="turned down"),
        pytest.param(
            lambda play: play.edit(9, 7, '"b"'),
            [(Kind.EDITED, 'load("b")', TEXT), (Kind.ACCEPTED, TEXT, "")],
            id="taken and changed",
        ),
        pytest.param(
            lambda play: play.edit(0, 1, "y"), [(Kind.ACCEPTED, TEXT, "")], id="taken and kept"
        ),
        pytest.param(
            Play.fix, [(Kind.FIXED, "1", "`y` is not defined")], id="a diagnostic was fixed"
        ),
        pytest.param(
            lambda play: play.choose("y = 2\n"),
            [(Kind.ACTION, "y = 2", "docstring")],
            id="an action was applied",
        ),
        pytest.param(lambda play: play.choose("z = 3\n"), [], id="or it was not, after all"),
    ],
)
async def test_events(
    shop: Path, act: Callable[[Play], object], want: list[tuple[Kind, str, str]]
) -> None:
    await check(Play(shop), act, want)


@pytest.mark.parametrize(
    ("options", "path"),
    [
        pytest.param(Options(), "app.py", id="the option is off, as it is by default"),
        pytest.param(replace(ON, enabled=False), "app.py", id="all is off"),
        pytest.param(replace(ON, exclude=("*.py",)), "app.py", id="an excluded file"),
        pytest.param(ON, "ignored.py", id="a file that git ignores"),
        pytest.param(ON, ".env", id="a file that is never read"),
        pytest.param(ON, "/elsewhere/app.py", id="a file of no project"),
        pytest.param(ON, "silent.py", id="a file in which there is silence"),
    ],
)
async def test_nothing_is_kept(shop: Path, options: Options, path: str) -> None:
    await check(Play(shop, options, path), Play.accept, [])


async def test_nothing_is_learned_in_a_pause(shop: Path) -> None:
    pausing.pause()
    await check(Play(shop), Play.accept, [])
    pausing.resume()
    await check(Play(shop), Play.accept, [(Kind.ACCEPTED, TEXT, "")])


async def test_no_folder_no_memory(shop: Path) -> None:
    memory = Remembering(lambda _doc: False)
    memory.configure(ON, None)
    doc = Document("file:///a", "a.py", "shop", "python", "x")
    assert (await memory.told(doc, 0, 1)).text == ""
    assert not store_of(shop).path.exists()


async def test_what_was_accepted_is_told(shop: Path) -> None:
    play = Play(shop)
    for n in range(6):
        play.doc = replace(play.doc, text="x = \n")
        play.accept(f"load('{'abcdef'[n]}')")
    told = await play.memory.told(play.doc, 0, 5)
    assert [one.sentence for one in told.habits] == ["Put strings in single quotes."]
    play.memory.configure(Options(), shop)
    assert (await play.memory.told(play.doc, 0, 5)).habits == ()


async def test_after_stop_nothing_is_written(shop: Path) -> None:
    play = Play(shop)
    play.memory.stop()
    await check(play, Play.accept, [])
    assert not store_of(shop).path.exists()


def test_files_and_commits_are_looked_at(shop: Path) -> None:
    (shop / "app.py").write_text("a = 'x'\n# lsp-local: private\nb = \"y\"\n")
    (shop / "ignored.py").write_text('a = "x"\n')
    (shop / "bad.py").write_bytes(b"\xff\xfe a = 'x'")
    styles = learning.styles_of(shop, (), lambda: False, rest=0)
    assert {(style.trait, style.value): n for style, n in styles.items()} == {
        ("quotes", "single"): 1
    }
    assert learning.commits_of(shop, ()) == []
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b.c"]
    for command in (
        [*git, "init", "-q"],
        [*git, "add", "."],
        [*git, "commit", "-qm", "Begin é"],
        [*git, "commit", "-qm", "Empty", "--allow-empty"],
        [*git, "mv", "app.py", "b.py"],
        [*git, "commit", "-qam", "password = 'Zx81kTq9vB7mwPl2'"],
    ):
        subprocess.run(command, cwd=shop, check=True)
    found = [(one.text, one.was) for one in learning.commits_of(shop, ())]
    assert found == [("Begin é", ".gitignore\napp.py\nbad.py")]


async def test_the_first_look_is_taken_once_a_day(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lsp_local.lsp.remembering.FIRST_LOOK_SECONDS", 0.0)
    (shop / "app.py").write_text("a = ['x', 'y', 'z', 'u', 'v', 'w']\n")
    for _ in range(2):
        play = Play(shop)
        assert play.memory._look is not None
        await asyncio.wait([play.memory._look])
        (shop / "app.py").unlink(missing_ok=True)
    assert sum(store_of(shop).styles().values()) == 6
