"""Code actions in LSP's messages, from the list to the edit, with a scripted model."""

import asyncio
from typing import Any

import pytest
from scripted_chat import ScriptedChat, fenced
from wired import DOCUMENT_CHANGES, PROGRESS, RESOLVES, URI, Editor, Json, at, complaint

CODE = "def add(a, b):\n    return a - b\n"
GOOD = fenced("python", "def add(a, b):\n    return a + b")
FIX = "Fix: adds nothing"
EDIT = {"range": at((1, 13), (1, 14)), "newText": "+"}
WRONG = complaint(1, "adds nothing")


async def editor(
    engine: ScriptedChat, *capabilities: Json, text: str = CODE, language: str = "python"
) -> Editor:
    one = Editor(engine)
    merged: Json = {}
    for capability in capabilities:
        merged |= capability
    await one.begin(merged, text, language)
    return one


async def test_a_fix_from_the_list_to_the_edit() -> None:
    one = await editor(ScriptedChat([GOOD]), RESOLVES)
    listed = (await one.actions((1, 0), diagnostics=(WRONG,)))[FIX]
    assert listed == {
        "title": FIX,
        "kind": "quickfix",
        "diagnostics": [WRONG],
        "data": {"key": "1"},
    }
    resolved = await one.request("codeAction/resolve", listed)
    assert resolved == {**listed, "edit": {"changes": {URI: [EDIT]}}}
    assert one.said() == []


async def test_an_editor_that_cannot_resolve_gets_commands() -> None:
    one = await editor(ScriptedChat([GOOD]))
    listed = (await one.actions((1, 0), diagnostics=(WRONG,)))[FIX]
    command = {"title": FIX, "command": "lspLocal.act", "arguments": ["1"]}
    assert listed == {
        "title": FIX,
        "kind": "quickfix",
        "diagnostics": [WRONG],
        "command": command,
    }
    await one.request("workspace/executeCommand", command)
    applied = await one.hear(lambda heard: heard.get("method") == "workspace/applyEdit")
    assert applied["params"] == {
        "edit": {"changes": {URI: [EDIT]}},
        "label": f"lsp-local: {FIX}",
    }


async def test_an_edit_is_of_one_version_where_the_editor_can_tell() -> None:
    one = await editor(ScriptedChat([GOOD]), RESOLVES, DOCUMENT_CHANGES)
    listed = (await one.actions((1, 0), diagnostics=(WRONG,)))[FIX]
    resolved = await one.request("codeAction/resolve", listed)
    document = {"uri": URI, "version": 1}
    assert resolved["edit"] == {"documentChanges": [{"textDocument": document, "edits": [EDIT]}]}


@pytest.mark.parametrize(
    ("only", "kinds"),
    [
        pytest.param(("quickfix",), {"quickfix"}, id="quick fixes"),
        pytest.param(("refactor",), {"refactor.rewrite"}, id="all that is a refactoring"),
        pytest.param(("source",), {"source"}, id="sources"),
        pytest.param(("source.organizeImports",), set(), id="what there is not"),
    ],
)
async def test_only_the_kinds_that_were_asked_for(only: tuple[str, ...], kinds: set[str]) -> None:
    one = await editor(ScriptedChat(), RESOLVES)
    found = await one.actions((0, 4), diagnostics=(complaint(0, "bad"),), only=only)
    assert {action["kind"] for action in found.values()} == kinds


async def test_only_the_diagnostic_that_is_fixed_belongs_to_the_fix() -> None:
    one = await editor(ScriptedChat(), RESOLVES)
    worse = complaint(1, "worse")
    found = await one.actions((1, 0), diagnostics=(WRONG, worse))
    assert found[FIX]["diagnostics"] == [WRONG]
    assert found["Fix: worse"]["diagnostics"] == [worse]


async def test_what_is_not_open_has_no_actions() -> None:
    one = await editor(ScriptedChat(), RESOLVES)
    assert await one.actions((0, 0), uri="file:///shop/gone.py") == {}


async def test_paused_there_are_none() -> None:
    one = await editor(ScriptedChat(), RESOLVES)
    await one.request("workspace/executeCommand", {"command": "lspLocal.pause"})
    assert await one.actions((0, 4)) == {}


UNKNOWN = "lsp-local: this action is no longer known; choose it again"


async def test_an_action_that_nobody_knows() -> None:
    one = await editor(ScriptedChat(), RESOLVES)
    for data in ({"key": "99"}, {"key": 1}, None, "1"):
        action = {"title": "x", "data": data} if data is not None else {"title": "x"}
        assert await one.request("codeAction/resolve", action) == action
    command = {"command": "lspLocal.act", "arguments": ["99"]}
    assert await one.request("workspace/executeCommand", command) is None
    assert one.said() == [UNKNOWN] * 5


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(None, id="none"),
        pytest.param([], id="an empty list"),
        pytest.param([1], id="a number"),
        pytest.param([{"key": "1"}], id="an object"),
    ],
)
@pytest.mark.parametrize("command", ["lspLocal.act", "lspLocal.rewrite"])
async def test_commands_with_odd_arguments(command: str, arguments: object) -> None:
    one = await editor(ScriptedChat(), RESOLVES)
    params = {"command": command}
    params |= {} if arguments is None else {"arguments": arguments}  # type: ignore[dict-item]
    assert await one.request("workspace/executeCommand", params) is None
    assert one.of("workspace/applyEdit") == []


async def test_no_safe_edit_is_said_and_nothing_changed() -> None:
    broken = fenced("python", "def add(a, b):\n    return a +")
    one = await editor(ScriptedChat([broken, broken]), RESOLVES)
    listed = (await one.actions((1, 0), diagnostics=(WRONG,)))[FIX]
    assert await one.request("codeAction/resolve", listed) == listed
    why = "no safe edit found: line 2: does not parse: `return a +`"
    assert one.said() == [f"lsp-local: {FIX}: {why}"]


async def test_a_text_that_changes_meanwhile_stays() -> None:
    engine = ScriptedChat([GOOD], gate=asyncio.Event())
    one = await editor(engine, RESOLVES)
    listed = (await one.actions((1, 0), diagnostics=(WRONG,)))[FIX]
    number = one.ask("codeAction/resolve", listed)
    await engine.asked.wait()
    one.change(f"\n{CODE}")
    assert engine.gate is not None
    engine.gate.set()
    assert await one.answer(number) == listed
    stale = f"lsp-local: {FIX}: the text has changed; choose the action again"
    assert one.said() == [stale]
    # Chosen once more, the model is not even asked.
    assert await one.request("codeAction/resolve", listed) == listed
    assert (one.said(), len(engine.requests)) == ([stale] * 2, 1)


async def test_the_editor_cancels_the_request() -> None:
    engine = ScriptedChat([GOOD], gate=asyncio.Event())
    one = await editor(engine, RESOLVES, PROGRESS)
    listed = (await one.actions((1, 0), diagnostics=(WRONG,)))[FIX]
    number = one.ask("codeAction/resolve", listed)
    await engine.asked.wait()
    one.notify("$/cancelRequest", {"id": number})
    assert (await one.answer(number))["code"] == -32800
    await asyncio.sleep(0)
    assert engine.n_cancelled == 1


def kinds(one: Editor) -> list[str]:
    return [params["value"]["kind"] for params in one.of("$/progress")]


async def test_the_user_stops_it_by_its_progress() -> None:
    engine = ScriptedChat([GOOD], gate=asyncio.Event())
    one = await editor(engine, RESOLVES, PROGRESS)
    listed = (await one.actions((1, 0), diagnostics=(WRONG,)))[FIX]
    number = one.ask("codeAction/resolve", listed)
    begun = (await one.hear(lambda heard: heard.get("method") == "$/progress"))["params"]
    assert begun["value"] == {"kind": "begin", "title": FIX, "cancellable": True}
    one.notify("window/workDoneProgress/cancel", {"token": begun["token"]})
    assert await one.answer(number) == listed
    assert one.said() == [f"lsp-local: {FIX}: stopped"]
    assert (engine.n_cancelled, kinds(one)) == (1, ["begin", "end"])
    one.notify("window/workDoneProgress/cancel", {"token": begun["token"]})  # too late


async def test_progress_says_how_far_it_is() -> None:
    engine = ScriptedChat([GOOD], gate=asyncio.Event())
    one = await editor(engine, RESOLVES, PROGRESS)
    listed = (await one.actions((1, 0), diagnostics=(WRONG,)))[FIX]
    number = one.ask("codeAction/resolve", listed)
    await one.hear(lambda heard: heard.get("method") == "$/progress")
    assert engine.gate is not None
    engine.gate.set()
    await one.answer(number)
    assert kinds(one) == ["begin", "report", "end"]
    assert one.of("$/progress")[1]["value"]["message"] == "1 token"
    assert one.server.work_done_progress.tokens == {}


async def test_an_editor_that_refuses_the_edit() -> None:
    one = await editor(ScriptedChat([GOOD]))
    one.answers["workspace/applyEdit"] = {"applied": False, "failureReason": "read-only"}
    listed = (await one.actions((1, 0), diagnostics=(WRONG,)))[FIX]
    await one.request("workspace/executeCommand", listed["command"])
    await one.hear(lambda heard: heard.get("method") == "window/showMessage")
    assert one.said() == [f"lsp-local: {FIX}: the editor did not apply the edit: read-only"]


async def test_without_a_model_it_is_said_so() -> None:
    one = Editor(None)
    await one.begin(RESOLVES, CODE)
    listed = (await one.actions((1, 0), diagnostics=(WRONG,)))[FIX]
    await one.request("codeAction/resolve", listed)
    assert one.said() == [
        f"lsp-local: {FIX}: there is no model; `lsp-local doctor` says why",
    ]


def instructed(instruction: object = "Add.", uri: object = URI, where: object = None) -> Json:
    where = at((1, 0), (1, 0)) if where is None else where
    return {"textDocument": {"uri": uri}, "range": where, "instruction": instruction}


async def test_a_preview_of_an_instruction() -> None:
    engine = ScriptedChat([GOOD])
    one = await editor(engine)
    found = await one.request("lspLocal/rewrite", instructed(" Add. "))
    assert found == {"changes": {URI: [EDIT]}}
    assert "```\n\nAdd.<|end|>" in engine.question


async def test_an_instruction_that_the_editor_applies() -> None:
    one = await editor(ScriptedChat([GOOD]))
    arguments = [URI, at((1, 0), (1, 0)), "Add."]
    command = {"command": "lspLocal.rewrite", "arguments": arguments}
    await one.request("workspace/executeCommand", command)
    applied = await one.hear(lambda heard: heard.get("method") == "workspace/applyEdit")
    assert applied["params"]["edit"] == {"changes": {URI: [EDIT]}}


@pytest.mark.parametrize(
    ("params", "said"),
    [
        pytest.param(None, [], id="nothing"),
        pytest.param([], [], id="a list"),
        pytest.param(instructed(""), [], id="no instruction"),
        pytest.param(instructed(7), [], id="a number for an instruction"),
        pytest.param(instructed(where={}), [], id="no range"),
        pytest.param(instructed(where=at((-1, 0), (0, 0))), [], id="before the beginning"),
        pytest.param(instructed(where=at((0, 0), (2**31, 0))), [], id="too large a number"),
        pytest.param(
            instructed(uri="file:///shop/gone.py"),
            [
                "lsp-local: this code is not to be read: it is private, excluded by your options, "
                "or all is paused"
            ],
            id="a document that is not open",
        ),
    ],
)
async def test_a_preview_of_odd_params(params: object, said: list[str]) -> None:
    one = await editor(ScriptedChat())
    assert await one.request("lspLocal/rewrite", params) is None
    assert one.said() == said


async def test_a_range_far_beyond_the_end_is_the_end() -> None:
    one = await editor(ScriptedChat(["", ""]))
    where = at((0, 0), (2**31 - 1, 2**31 - 1))
    assert await one.request("lspLocal/rewrite", instructed(where=where)) is None
    assert len(one.said()) == 1


@pytest.mark.parametrize(
    ("encoding", "start"),
    [
        pytest.param("utf-8", 24, id="bytes"),
        pytest.param("utf-16", 21, id="UTF-16"),
        pytest.param("utf-32", 20, id="code points"),
    ],
)
async def test_positions_are_in_the_editor_s_units(encoding: str, start: int) -> None:
    text = "def f(a):\n    x = '🙂é'; y = a - 1\n    return x, y\n"
    answer = fenced("python", text.replace("-", "+").rstrip())
    general = {"general": {"positionEncodings": [encoding]}}
    one = await editor(ScriptedChat([answer]), general, text=text)
    found: Any = await one.request("lspLocal/rewrite", instructed())
    (edit,) = found["changes"][URI]
    assert edit == {"range": at((1, start), (1, start + 1)), "newText": "+"}
