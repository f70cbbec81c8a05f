"""What is offered and done in the editor: prompt files, rules, projects, and what goes wrong."""

import asyncio
from pathlib import Path

import pytest
from scripted_chat import ScriptedChat, fenced
from wired import DOCUMENT_CHANGES, PROGRESS, RESOLVES, URI, Editor, Json

from lsp_local.actions.catalogue import Offer
from lsp_local.engine.base import EngineDied
from lsp_local.lsp.acting import N_REMEMBERED, Chosen
from lsp_local.options import Options
from lsp_local.text import Document

CODE = "def add(a, b):\n    c = a + b\n    return c\n"
GOOD = fenced("python", "def add(a, b):\n    return a + b")
SIMPLIFY = "Simplify `add`"
RULES = "Rules of the house"
CREATES = {
    "workspace": {"workspaceEdit": {"documentChanges": True, "resourceOperations": ["create"]}}
}
CHECK = "---\noutput: diagnostic\nscope: function\ntitle: Check it\n---\nCheck."


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a prompt file and rules, and a user with a prompt file."""
    monkeypatch.setenv("LSP_LOCAL_CONFIG", str(tmp_path / "home" / "config.toml"))
    own, its = tmp_path / "home" / "prompts", tmp_path / "shop" / ".lsp-local" / "prompts"
    for folder, name in ((own, "mine"), (its, "theirs")):
        folder.mkdir(parents=True)
        (folder / f"{name}.md").write_text(f"---\noutput: message\nscope: function\n---\n{name}?")
    (tmp_path / "shop" / "AGENTS.md").write_text(f"- {RULES}\n")
    (tmp_path / "shop" / "cart.py").write_text(CODE)
    return tmp_path / "shop"


async def editor(
    engine: ScriptedChat, shop: Path, is_trusted: bool = True, edits: Json = DOCUMENT_CHANGES
) -> Editor:
    one = Editor(engine)
    await one.begin({**RESOLVES, **edits}, CODE)
    trusted = (str(shop),) if is_trusted else ()
    one.server.session.instructed.acting.configure(Options(trusted_folders=trusted), shop)
    return one


async def choose(one: Editor, title: str, only: tuple[str, ...] = ()) -> Json:
    """Choose an action in the header of the function; return it with what came of it."""
    listed = (await one.actions((0, 5), only=only))[title]
    found: Json = await one.request("codeAction/resolve", listed)
    return found


@pytest.mark.parametrize("is_trusted", [True, False])
async def test_prompts_of_a_project_are_offered_where_it_is_trusted(
    shop: Path, is_trusted: bool
) -> None:
    one = await editor(ScriptedChat(["It adds."]), shop, is_trusted)
    listed = await one.actions((0, 5))
    assert ("Theirs" in listed, "Mine" in listed) == (is_trusted, True)
    await choose(one, "Mine")
    assert one.said() == ["lsp-local: It adds."]


async def test_a_bad_prompt_file_is_named_once_and_the_rest_goes_on(shop: Path) -> None:
    bad = shop / ".lsp-local" / "prompts" / "bad.md"
    bad.write_text("---\nscope: all\n---\nx")
    one = await editor(ScriptedChat(), shop)
    for _ in range(2):
        assert "Theirs" in await one.actions((0, 5))
    (said,) = one.said()
    assert said.startswith(f"lsp-local: {bad}:2: `scope` cannot be `all`")


async def test_a_prompt_file_counts_as_it_is_now(shop: Path) -> None:
    one = await editor(ScriptedChat(), shop)
    folder = shop / ".lsp-local" / "prompts"
    assert "Theirs" in await one.actions((0, 5))
    (folder / "theirs.md").rename(folder / "others.md")
    listed = await one.actions((0, 5))
    assert ("Theirs" in listed, "Others" in listed) == (False, True)
    (folder / "others.md").write_text("---\ntitle: Changed\nscope: function\n---\nx")
    assert "Changed" in await one.actions((0, 5))
    (folder / "gone.md").symlink_to(folder / "nowhere.md")
    (folder / "others.md").unlink()
    assert "Changed" not in await one.actions((0, 5))
    (folder / "gone.md").unlink()
    folder.rmdir()
    assert "Mine" in await one.actions((0, 5))


@pytest.mark.parametrize("is_trusted", [True, False])
async def test_rules_of_a_project_count_where_it_is_trusted(shop: Path, is_trusted: bool) -> None:
    engine = ScriptedChat([GOOD])
    one = await editor(engine, shop, is_trusted)
    await choose(one, SIMPLIFY, only=("refactor",))
    assert (RULES in engine.question) == is_trusted


@pytest.mark.parametrize(
    ("answer", "want", "said"),
    [
        pytest.param("2: adds nothing", [(1, "adds nothing")], [], id="one finding"),
        pytest.param("NONE", [], ["lsp-local: Check it: nothing was found"], id="none"),
    ],
)
async def test_diagnostics_are_published_and_none_clear_the_old_ones(
    shop: Path, answer: str, want: list[tuple[int, str]], said: list[str]
) -> None:
    (shop / ".lsp-local" / "prompts" / "check.md").write_text(CHECK)
    one = await editor(ScriptedChat([answer]), shop)
    await choose(one, "Check it")
    (published,) = one.of("textDocument/publishDiagnostics")
    got = [(at["range"]["start"]["line"], at["message"]) for at in published["diagnostics"]]
    assert (published["version"], got, one.said()) == (1, want, said)
    for _ in range(2):
        one.notify("textDocument/didClose", {"textDocument": {"uri": URI}})
    assert one.of("textDocument/publishDiagnostics")[1:] == [{"uri": URI, "diagnostics": []}]


async def test_what_a_prompt_finds_replaces_only_its_own_findings(shop: Path) -> None:
    for name in ("Check", "Audit"):
        its = CHECK.replace("Check it", name)
        (shop / ".lsp-local" / "prompts" / f"{name}.md").write_text(its)
    one = await editor(ScriptedChat(["2: wrong", "1: unnamed", "NONE", "2: slow"]), shop)

    def shown() -> list[str]:
        published = one.of("textDocument/publishDiagnostics")[-1]
        return [diagnostic["message"] for diagnostic in published["diagnostics"]]

    await choose(one, "Check")
    await choose(one, "Audit")
    assert shown() == ["unnamed", "wrong"]
    await choose(one, "Check")
    assert shown() == ["unnamed"]
    one.change("def add(b, a):\n    return a - b\n")
    await choose(one, "Check")
    assert shown() == ["slow"]


TEST = "def test_adds():\n    assert add(1, 2) == 3\n```"


@pytest.mark.parametrize(
    ("tests", "want"),
    [
        pytest.param([], "file:///shop/tests/test_cart.py", id="a new file"),
        pytest.param(
            ["tests/test_cart.py"], "file:///shop/tests/test_cart_add.py", id="beside one's own"
        ),
        pytest.param(["test_x.py"], "file:///shop/test_cart.py", id="where others stand"),
    ],
)
async def test_tests_go_where_the_project_keeps_them(
    shop: Path, tests: list[str], want: str
) -> None:
    for path in tests:
        (shop / path).parent.mkdir(exist_ok=True)
        (shop / path).touch()
    one = await editor(ScriptedChat([TEST]), shop, edits=CREATES)
    found = await choose(one, "Write tests for `add`")
    created, filled = found["edit"]["documentChanges"]
    assert created == {"kind": "create", "uri": want}
    assert filled["textDocument"] == {"uri": want, "version": None}
    assert one.said() == []


async def test_an_editor_that_makes_no_files_says_so(shop: Path) -> None:
    one = await editor(ScriptedChat([TEST]), shop)
    found = await choose(one, "Write tests for `add`")
    assert "edit" not in found
    assert one.said() == ["lsp-local: this editor cannot make new files for a language server"]


@pytest.mark.parametrize(
    ("engine", "said"),
    [
        pytest.param(ScriptedChat(failure=EngineDied("it is gone")), "it is gone", id="it dies"),
        pytest.param(
            ScriptedChat(n_ctx=99), "this is too much code for a context of 99 tokens", id="long"
        ),
        pytest.param(ScriptedChat(template=None), "this model has no chat template", id="a base"),
        pytest.param(
            ScriptedChat(template="{{ 1 / 0 }}"), "the model's chat template does not", id="odd"
        ),
    ],
)
async def test_what_cannot_be_done_is_one_sentence(
    shop: Path, engine: ScriptedChat, said: str
) -> None:
    one = await editor(engine, shop)
    assert "edit" not in await choose(one, SIMPLIFY, only=("refactor",))
    (told,) = one.said()
    assert told.startswith(f"lsp-local: {SIMPLIFY}: {said}")


async def test_a_pause_stops_what_is_under_way(shop: Path) -> None:
    engine = ScriptedChat([GOOD], gate=asyncio.Event())
    one = await editor(engine, shop)
    listed = (await one.actions((0, 5), only=("refactor",)))[SIMPLIFY]
    number = one.ask("codeAction/resolve", listed)
    await engine.asked.wait()
    await one.request("workspace/executeCommand", {"command": "lspLocal.pause"})
    assert "edit" not in await one.answer(number)
    assert (engine.n_cancelled, one.said()) == (1, [f"lsp-local: {SIMPLIFY}: stopped"])


async def test_an_editor_that_shows_no_progress_after_all(shop: Path) -> None:
    one = await editor(ScriptedChat([GOOD]), shop, edits=PROGRESS)
    one.answers["window/workDoneProgress/create"] = {"code": -32601, "message": "no"}
    found = await choose(one, SIMPLIFY, only=("refactor",))
    assert "changes" in found["edit"]
    assert one.of("$/progress") == []


async def test_a_fault_of_ours_is_one_sentence_too(shop: Path) -> None:
    engine = ScriptedChat([])  # which is an assertion when it is asked
    one = await editor(engine, shop)
    await choose(one, SIMPLIFY, only=("refactor",))
    assert one.said() == [f"lsp-local: {SIMPLIFY}: something went wrong; the log says more"]


async def test_the_oldest_offers_are_forgotten(shop: Path) -> None:
    one = await editor(ScriptedChat(), shop)
    acting = one.server.session.instructed.acting
    doc = Document("file:///shop/a.py", "a.py", "shop", "python", CODE)
    chosen = Chosen(doc, Offer("simplify", "x", "refactor.rewrite", 0, 5))
    keys = [acting.remember(chosen) for _ in range(N_REMEMBERED + 1)]
    assert [acting.offered(key) for key in (keys[0], keys[1], "")] == [None, chosen, None]


async def test_what_was_offered_for_older_texts_does_not_keep_them(shop: Path) -> None:
    one = await editor(ScriptedChat([GOOD]), shop)
    offered = next(iter((await one.actions((0, 5))).values()))
    one.change(CODE + "# more\n")
    await one.actions((0, 5))
    kept = one.server.session.instructed.acting._offered.values()
    assert {chosen.doc.text for chosen in kept} == {"", CODE + "# more\n"}
    assert "edit" not in await one.request("codeAction/resolve", offered)
    (said,) = one.said()
    assert said.endswith("the text has changed; choose the action again")
