"""How many tokens each key costs, exactly: scripted sessions with the real server and model."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from editor import AUTOMATIC, Editor, start_server, stop_server, until
from lsprotocol import types
from processes import cpu_ticks
from pytest_lsp import LanguageClient

pytestmark = pytest.mark.asyncio(loop_scope="module")

SHAPES = (
    "import math\n\n\nclass Square:\n    def area(self):\n        return self.side ** 2\n\n\n"
    "class Circle:\n    def area(self):\n        <CURSOR>\n\n\n"
    "class Cube:\n    def volume(self):\n        return self.side ** 3\n"
)
AT = (10, 8)  # the cursor in it


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client(qwen: Path) -> AsyncIterator[LanguageClient]:
    client = await start_server()
    editor = Editor(client)
    # Without other places to read: what those cost has a test of its own.
    await editor.start(qwen, nRepository=0)
    await editor.ghost_text(editor.open("load.py", "waits = <CURSOR>"))  # until the model is there
    yield client
    await client.shutdown_session()
    await stop_server(client)


@pytest.fixture
def editor(client: LanguageClient) -> Editor:
    return Editor(client)


async def cost(editor: Editor, uri: str) -> tuple[str, int]:
    """Ask, and return who answered and how many tokens were read for it."""
    await editor.ask(uri, AUTOMATIC)[1]
    newest = (await editor.why(uri))[0]
    return newest["source"], newest["n_evaluated"]


async def test_typing_forward_reads_what_was_typed(editor: Editor) -> None:
    uri = editor.open("forward.py", SHAPES)
    costs = [await cost(editor, uri)]
    for typed in ("zq", "_xw", " = ", "qux", "(", "1, ", "zeta[7:9]"):
        editor.type(uri, typed)
        costs.append(await cost(editor, uri))
    assert costs == [("model", n) for n in (49, 1, 2, 1, 1, 1, 2, 6)]


async def test_typing_through_and_back_costs_no_model(editor: Editor) -> None:
    uri = editor.open("through.py", SHAPES)
    assert (await cost(editor, uri))[0] == "model"
    said = (await editor.ghost_text(uri))[:12]
    costs = []
    for letter in said:
        editor.type(uri, letter)
        costs.append(await cost(editor, uri))
    for n_left in range(len(said) - 1, -1, -1):
        editor.edit(uri, (AT[0], AT[1] + n_left), 1)
        editor.put(uri, AT[0], AT[1] + n_left)
        costs.append(await cost(editor, uri))
    assert costs == [("cache", 0)] * 24


async def test_an_edit_above_reads_from_there_on(editor: Editor) -> None:
    uri = editor.open("above.py", SHAPES)
    before = await cost(editor, uri)
    editor.edit(uri, (5, 20), 4, "edge")
    costs = [before, await cost(editor, uri)]
    assert costs == [("model", 49), ("model", 12)]


async def test_a_jump_reads_both_sides_and_the_way_back_nothing(editor: Editor) -> None:
    uri = editor.open("jump.py", SHAPES)
    costs = [await cost(editor, uri)]
    editor.put(uri, 5, 29)
    costs.append(await cost(editor, uri))
    editor.put(uri, *AT)
    editor.type(uri, "z")
    costs.append(await cost(editor, uri))
    assert costs == [("model", 49), ("model", 43), ("model", 1)]


async def test_undo_is_known(editor: Editor) -> None:
    uri = editor.open("undo.py", SHAPES)
    costs = [await cost(editor, uri)]
    editor.type(uri, "raise")
    costs.append(await cost(editor, uri))
    editor.edit(uri, AT, 5)
    editor.put(uri, *AT)
    costs.append(await cost(editor, uri))
    assert costs == [("model", 49), ("model", 1), ("cache", 0)]


async def test_a_bracket_that_the_editor_closes_costs_one_key(editor: Editor) -> None:
    uri = editor.open("bracket.py", SHAPES)
    costs = [await cost(editor, uri)]
    editor.type(uri, "zeta")
    costs.append(await cost(editor, uri))
    editor.edit(uri, (AT[0], AT[1] + 4), 0, "()")
    editor.put(uri, AT[0], AT[1] + 5)
    costs.append(await cost(editor, uri))
    assert costs == [("model", 50), ("model", 1), ("model", 1)]


async def test_two_files_in_turn_are_each_read_once(editor: Editor) -> None:
    left, right = editor.open("left.py", SHAPES), editor.open("right.py", SHAPES + "\n# right\n")
    costs = []
    for typed in ("", "z", "q", "w"):
        for uri in (left, right):
            editor.type(uri, typed)
            costs.append(await cost(editor, uri))
    assert costs == [("model", 49), ("model", 52), *[("model", 1)] * 6]


async def test_a_cursor_that_is_told_is_read_before_the_key(editor: Editor) -> None:
    uri = editor.open("told.py", SHAPES)
    editor.tell_cursor(uri)
    await asyncio.sleep(2)
    editor.type(uri, "z")
    costs = [await cost(editor, uri)]
    assert costs == [("model", 2)]


async def test_a_restart_reads_nothing_again(qwen: Path, tmp_path: Path) -> None:
    environment = {"LSP_LOCAL_CACHE_DIR": str(tmp_path), "LSP_LOCAL_CACHE_MB": "64"}
    code = SHAPES.replace("<CURSOR>", "return 3 * self.radius\n") * 3 + SHAPES
    costs: list[tuple[str, int]] = []
    for typed in ("", "", "z"):
        client = await start_server(environment)
        editor = Editor(client)
        await editor.start(qwen, deadlineMs=60_000)
        # Another text each time: the disk must not answer before the model is there.
        await editor.ghost_text(editor.open("load.py", f"waits_{len(costs)} = <CURSOR>"))
        uri = editor.open("restart.py", code)
        editor.type(uri, typed)
        costs.append(await cost(editor, uri))
        # What would be read and decoded ahead now, and in which order, depends on the machine.
        await client.workspace_execute_command_async(types.ExecuteCommandParams("lspLocal.pause"))
        await until(lambda: any(tmp_path.glob("states/*/*.kv")))
        await client.shutdown_session()
        await stop_server(client)
    assert costs == [("model", 202), ("cache", 0), ("model", 1)]


async def test_what_comes_next_is_decoded_before_it_is_asked_for(editor: Editor) -> None:
    uri = editor.open("next.py", SHAPES)
    said = await editor.ghost_text(uri)
    await until_idle(editor)
    editor.type(uri, said)
    costs = [await cost(editor, uri)]
    editor.edit(uri, (AT[0], AT[1] + len(said)), 0, "\n" + " " * AT[1])
    editor.put(uri, AT[0] + 1, AT[1])
    costs.append(await cost(editor, uri))
    assert costs == [("cache", 0), ("cache", 0)]


async def test_a_key_that_agrees_with_a_decode_does_not_end_it(editor: Editor) -> None:
    uri = editor.open("agrees.py", SHAPES.replace("import", "import os\n" * 20 + "import"))
    editor.put(uri, AT[0] + 20, AT[1])
    _, first = editor.ask(uri)
    await editor.until_decoding(editor.worker)
    editor.type(uri, "return")
    _, second = editor.ask(uri)
    assert await first == []
    assert await second != []
    newest, oldest = (await editor.why(uri))[:2]
    assert (oldest["reason"], newest["reason"]) == ("stale-version", "shown")
    assert newest["n_evaluated"] > 80  # what was read for the first one, and only once


async def test_after_a_deletion_nobody_is_asked_but_what_is_known_is_shown(editor: Editor) -> None:
    uri = editor.open("deleted.py", SHAPES.replace("<CURSOR>", "ret = <CURSOR>"))
    editor.edit(uri, (AT[0], AT[1] + 5), 1)
    editor.put(uri, AT[0], AT[1] + 5)
    _, answer = editor.ask(uri, AUTOMATIC)
    assert await answer == []
    assert await editor.reason(uri) == "after-deletion"
    _, answer = editor.ask(uri)  # by hand
    await answer
    assert await editor.reason(uri) != "after-deletion"


async def test_what_the_popup_menu_offers_is_not_offered_again(editor: Editor) -> None:
    uri = editor.open("popup.py", SHAPES)
    said = await editor.ghost_text(uri)
    span = types.Range(types.Position(*AT), types.Position(*AT))
    for entry, want in ((said, "in-popup"), ("zzz", "in-popup"), (said[:3], "shown")):
        _, answer = editor.ask(uri, selected=types.SelectedCompletionInfo(span, entry))
        assert bool(await answer) == (want == "shown")
        assert await editor.reason(uri) == want


async def until_idle(editor: Editor) -> None:
    """Wait until the worker has computed nothing for a third of a second."""
    n_ticks = -1
    while n_ticks != cpu_ticks(editor.worker):
        n_ticks = cpu_ticks(editor.worker)
        await asyncio.sleep(0.35)
