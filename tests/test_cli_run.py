"""`lsp-local run` as a user meets it, with a scripted model."""

import json
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from scripted_chat import ScriptedChat, fenced
from typer.testing import CliRunner, Result

from lsp_local.cli import run as command
from lsp_local.cli.app import app
from lsp_local.cli.places import selection_at
from lsp_local.features import instruct
from lsp_local.options import Options
from lsp_local.text import UserError

CODE = "import os\n\n\ndef add(a, b):\n    return a - b\n"
GOOD = fenced("python", "def add(a, b):\n    return a + b")
BROKEN = fenced("python", "def add(a, b):\n    return b +")
DIFF = (
    "--- a/cart.py\n+++ b/cart.py\n@@ -2,4 +2,4 @@\n \n \n def add(a, b):\n"
    "-    return a - b\n+    return a + b\n"
)


async def unread(engine: ScriptedChat) -> None:
    """Read nothing before the question."""


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ScriptedChat:
    scripted = ScriptedChat([GOOD])

    @asynccontextmanager
    async def chosen(options: Options) -> AsyncIterator[ScriptedChat]:
        yield scripted

    monkeypatch.setattr(command, "chosen_chat", chosen)
    monkeypatch.setattr(instruct, "warm", unread)
    (tmp_path / "home").mkdir(exist_ok=True)
    (tmp_path / "home" / "config.toml").touch()
    monkeypatch.setenv("LSP_LOCAL_CONFIG", str(tmp_path / "home" / "config.toml"))
    return scripted


@pytest.fixture
def cart(tmp_path: Path) -> Path:
    path = tmp_path / "shop" / "cart.py"
    path.parent.mkdir()
    path.write_bytes(CODE.encode())
    (path.parent / "pyproject.toml").touch()
    return path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["run", *arguments])


def told(ran: Result) -> str:
    """Return the one sentence that the user is told."""
    assert isinstance(ran.exception, UserError), ran.exception
    return str(ran.exception)


def test_a_diff_is_printed_and_nothing_written(engine: ScriptedChat, cart: Path) -> None:
    ran = run("fix", f"{cart}:5", "--message", "adds nothing")
    assert (ran.exception, ran.stdout) == (None, DIFF)
    assert cart.read_text() == CODE
    assert "Fix the bug in this code: adds nothing (in the line `return a - b`)" in engine.question


def test_json(engine: ScriptedChat, cart: Path) -> None:
    at = CODE.index("-")
    assert json.loads(run("fix", f"{cart}:5", "--json").stdout) == {
        "edits": [{"start": at, "end": at + 1, "text": "+"}],
        "new_file": None,
        "message": "",
        "problem": "",
        "diagnostics": [],
    }
    assert not engine.answers


@pytest.mark.parametrize(
    "before",
    [
        pytest.param(CODE.encode(), id="as it is"),
        pytest.param(CODE.replace("\n", "\r\n").encode(), id="line ends of Windows"),
        pytest.param(b"\xef\xbb\xbf" + CODE.encode(), id="a byte order mark"),
        pytest.param(CODE.replace("os\n", "os\r\n").encode(), id="line ends of both kinds"),
        pytest.param(CODE.rstrip().encode(), id="no line end at the end"),
        pytest.param(f"# 🙂\x0c\u2028é\n{CODE[10:]}".encode(), id="signs beyond ASCII"),
    ],
)
def test_only_what_changes_is_written(engine: ScriptedChat, cart: Path, before: bytes) -> None:
    cart.write_bytes(before)
    cart.chmod(0o640)
    ran = run("fix", f"{cart}:4-5", "--write")
    assert (ran.exception, ran.stdout) == (None, "")
    assert cart.read_bytes() == before.replace(b"a - b", b"a + b")
    assert stat.S_IMODE(cart.stat().st_mode) == 0o640
    assert sorted(one.name for one in cart.parent.iterdir()) == ["cart.py", "pyproject.toml"]


def test_a_link_goes_on_leading_to_the_file(
    engine: ScriptedChat, cart: Path, tmp_path: Path
) -> None:
    link = tmp_path / "link.py"
    link.symlink_to(cart)
    assert run("fix", f"{link}:5", "--write").exception is None
    assert link.is_symlink()
    assert cart.read_text() == CODE.replace("-", "+")


def test_a_file_that_has_changed_meanwhile_stays(
    engine: ScriptedChat, cart: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generate = engine.generate

    async def meanwhile(*arguments: object) -> object:
        cart.write_text("# mine\n")
        return await generate(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(engine, "generate", meanwhile)
    said = told(run("fix", f"{cart}:5", "--write"))
    assert said == f"{cart} has changed meanwhile; nothing was written"
    assert cart.read_text() == "# mine\n"
    assert sorted(one.name for one in cart.parent.iterdir()) == ["cart.py", "pyproject.toml"]


def test_what_cannot_be_written_is_one_sentence(
    engine: ScriptedChat, cart: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Path, content: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    said = told(run("fix", f"{cart}:5", "--write"))
    assert said == f"cannot write {cart}: No space left on device; check path and rights"
    assert cart.read_text() == CODE


def test_without_a_safe_edit_nothing_is_written(engine: ScriptedChat, cart: Path) -> None:
    engine.answers = [BROKEN, BROKEN]
    said = told(run("fix", f"{cart}:5", "--write"))
    assert said == "no safe edit found: line 2: does not parse: `return b +`"
    assert cart.read_text() == CODE


TEST = "def test_adds():\n    assert add(1, 2) == 3\n"


def test_tests_become_a_file(engine: ScriptedChat, cart: Path) -> None:
    engine.answers = [f"{TEST}```"]
    ran = run("tests", f"{cart}:4", "--write")
    assert (ran.exception, ran.stderr) == (None, "wrote tests/test_cart.py\n")
    found = (cart.parent / "tests" / "test_cart.py").read_text()
    assert found == f"from cart import add\n\n\n{TEST}"


def test_a_file_with_tests_is_never_replaced(engine: ScriptedChat, cart: Path) -> None:
    tests = cart.parent / "tests"
    tests.mkdir()
    (tests / "test_cart.py").write_text("# mine\n")
    engine.answers = [f"{TEST}```"]
    assert "+++ b/tests/test_cart_add.py\n" in run("tests", f"{cart}:4").stdout
    (cart.parent / ".gitignore").write_text("tests\n")
    engine.answers = [f"{TEST}```"]
    said = told(run("tests", f"{cart}:4", "--write"))
    assert said == f"{tests / 'test_cart.py'} exists already; nothing was written"
    assert (tests / "test_cart.py").read_text() == "# mine\n"


@pytest.mark.parametrize("is_trusted", [True, False])
def test_rules_of_a_project_count_where_it_is_trusted(
    engine: ScriptedChat, cart: Path, is_trusted: bool
) -> None:
    (cart.parent / "AGENTS.md").write_text("- Be\u200b brief.\n")
    ran = run("fix", f"{cart}:5", *(["--trust"] if is_trusted else []))
    assert ("Be brief." in engine.question) == is_trusted
    assert ("AGENTS.md:1 holds" in ran.stderr) == is_trusted


@pytest.fixture
def prompts(tmp_path: Path) -> Path:
    folder = tmp_path / "home" / "prompts"
    folder.mkdir(parents=True)
    (folder / "say.md").write_text("---\noutput: message\nscope: function\n---\nExplain.")
    (folder / "bad.md").write_text("---\nscope: all\n---\nx")
    (folder / "check.md").write_text("---\noutput: diagnostic\nscope: selection\n---\nCheck.")
    (folder / "tidy.md").write_text("---\nlanguages: [go, js]\n---\nTidy.")
    return folder


@pytest.mark.usefixtures("prompts")
def test_prompt_files(engine: ScriptedChat, cart: Path) -> None:
    engine.answers = ["It adds.", "1: bad"]
    assert run("say", f"{cart}:5").stdout == "It adds.\n"
    assert run("check", f"{cart}:5-5").stdout == "cart.py:5: bad\n"
    engine.answers = ["NONE"]
    nothing = run("check", f"{cart}:5-5")
    assert (nothing.exit_code, nothing.stdout) == (0, "")
    assert nothing.stderr.endswith("nothing was found\n")


@pytest.mark.usefixtures("prompts", "engine")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["nothing", "cart.py:1"], "'nothing'; there are fix, .*, say", id="no name"),
        pytest.param(["bad", "cart.py:1"], r"bad\.md:2: `scope` cannot be `all`", id="bad"),
        pytest.param(["say", "cart.py:1"], "`say` is about a function; there is none", id="scope"),
        pytest.param(["check", "cart.py:5"], "about a selection; there is none here", id="cursor"),
        pytest.param(["tidy", "cart.py:5"], "is for go, javascript, not for python", id="language"),
        pytest.param(["rewrite", "cart.py:5"], "say what to do: `--do TEXT`", id="no words"),
        pytest.param(["body", "cart.py:5"], "not possible here; the function has one", id="body"),
        pytest.param(["fix", "cart.py"], "is no range; write FILE:LINE", id="no line"),
        pytest.param(["fix", "cart.py:99"], "has 6 lines; there is no line 99", id="beyond"),
        pytest.param(["fix", "cart.py:5:99-6"], "there is no column 99", id="no column"),
        pytest.param(["fix", "cart.py:5-4"], "ends before it begins", id="reversed"),
        pytest.param(["fix", "cart.py:0"], "counted from 1", id="line 0"),
        pytest.param(["fix", "cart.py:5:0"], "counted from 1", id="column 0"),
        pytest.param(["fix", "gone.py:1"], "cannot read .*No such file", id="no file"),
        pytest.param(["fix", "bytes.py:1"], "is not UTF-8 text", id="bytes"),
        pytest.param(["fix", ".env:1"], r"\.env is never read", id="excluded"),
        pytest.param(["fix", ".ssh/config:1"], r"config is never read", id="a folder above"),
    ],
)
def test_errors_are_one_line(cart: Path, arguments: list[str], message: str) -> None:
    (cart.parent / ".env").write_text("TOKEN=1\n")
    (cart.parent / ".ssh" / ".git").mkdir(parents=True)
    (cart.parent / ".ssh" / "config").write_text("Host *\n")
    (cart.parent / "bytes.py").write_bytes(b"\xff\xfe")
    name, place = arguments
    with pytest.raises(UserError, match=message):
        raise UserError(told(run(name, f"{cart.parent / place}")))


@pytest.mark.parametrize(
    ("place", "want"),
    [
        pytest.param(":1", "", id="a line is a cursor"),
        pytest.param(":1-1", "x = 1", id="a whole line"),
        pytest.param(":1-2", "x = 1\r\ny = 2", id="two lines of Windows"),
        pytest.param(":1:5-2:2", "1\r\ny", id="columns"),
        pytest.param(":1:6-2:1", "\r\n", id="behind the last character"),
        pytest.param(":3-3", "", id="the last line, which is empty"),
    ],
)
def test_ranges(tmp_path: Path, place: str, want: str) -> None:
    path = tmp_path / "a-1:2.py"
    path.write_bytes(b"\xef\xbb\xbfx = 1\r\ny = 2\r\n")
    found = selection_at(f"{path}{place}")
    assert found.doc.text[found.start : found.end] == want
    assert found.raw == path.read_bytes()
