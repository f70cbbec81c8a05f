"""What can be done about a finding of lint: mend it, ignore it, have it explained."""

from typing import Any

import pytest
from linted import KEY
from scripted_chat import ScriptedChat
from shown import Gated, Reader, reader
from wired import DOCUMENT_CHANGES, RESOLVES, URI, Json, at

from lsp_local.lint.finding import Finding, found
from lsp_local.text import Document

ADD = "def add(a, b):\n    return a - b if is_known(a) else max(a, 0, b)\n"
REPLACE = "Replace `-` by `+`"
IGNORE = "Ignore `wrong-operator` here"
EXPLAIN = "Explain `wrong-operator`"
TITLES = [REPLACE, IGNORE, EXPLAIN]
FOUND = {
    "range": at((1, 13), (1, 14)),
    "severity": 4,
    "code": "wrong-operator",
    "source": "lsp-local",
    "message": "`+` is likelier (75% sure)",
}


class Scripted(Gated):
    """Finds one thing, wherever `what` stands in a function."""

    def __init__(self, what: str, instead: str, confidence: float) -> None:
        super().__init__()
        self._finding = what, instead, confidence

    async def find(self, doc: Document, spans: Any, explain: bool) -> list[Finding]:
        what, instead, sure = self._finding
        at = doc.text.find(what)
        end = at + len(what)
        message, rule = "odd", "suspicious-token"
        made = found(rule, doc, at, end, message, replacement=instead, confidence=sure)
        return [made] if at >= 0 else []


async def mending(one: Reader, line: int, *diagnostics: Json, only: str = "") -> dict[str, Json]:
    """Return what is offered to mend a line."""
    await one.settle()
    kinds = (only,) if only else ()
    listed = await one.actions((line, 0), (line, 80), diagnostics=diagnostics, only=kinds)
    return {title: action for title, action in listed.items() if action["kind"] == "quickfix"}


async def changed(one: Reader, action: Json, text: str) -> str:
    """Apply the edit of an action, which is one place of ASCII."""
    (edit,) = action["edit"]["changes"][URI]
    rows = text.split("\n")
    start, end = edit["range"]["start"], edit["range"]["end"]
    assert start["line"] == end["line"]
    row = rows[start["line"]]
    rows[start["line"]] = row[: start["character"]] + edit["newText"] + row[end["character"] :]
    return "\n".join(rows)


async def test_a_finding_is_mended() -> None:
    one = await reader(ADD)
    offered = await mending(one, 1, FOUND)
    assert list(offered) == TITLES
    edit = {"changes": {URI: [{"range": FOUND["range"], "newText": "+"}]}}
    assert offered[REPLACE] == {
        "title": REPLACE,
        "kind": "quickfix",
        "diagnostics": [FOUND],
        "edit": edit,
    }
    one.change(await changed(one, offered[REPLACE], ADD))
    await one.settle()
    assert one.published()[-1] == []


async def test_a_finding_is_ignored_and_then_there_is_silence() -> None:
    one = await reader(ADD)
    offered = await mending(one, 1, FOUND)
    text = await changed(one, offered[IGNORE], ADD)
    assert text == ADD.replace(")\n", ")  # lsp-local: ignore[wrong-operator]\n")
    one.change(text)
    await one.settle()
    assert one.published()[-1] == []
    assert await mending(one, 1) == {}


async def test_a_rule_is_explained() -> None:
    one = await reader(ADD)
    command = (await mending(one, 1, FOUND))[EXPLAIN]["command"]
    await one.request("workspace/executeCommand", command)
    (said,) = one.said()
    assert said.startswith("lsp-local: wrong-operator: ")


@pytest.mark.parametrize("arguments", [None, [], [1], ["no-rule"], [{}]])
async def test_an_odd_rule_is_not(arguments: object) -> None:
    one = await reader(ADD)
    params: Json = {"command": "lspLocal.explainRule"}
    params |= {} if arguments is None else {"arguments": arguments}
    assert await one.request("workspace/executeCommand", params) is None
    assert one.said() == []


async def test_an_edit_is_of_one_version_where_the_editor_can_tell() -> None:
    one = await reader(ADD, RESOLVES, DOCUMENT_CHANGES)
    (change,) = (await mending(one, 1, FOUND))[REPLACE]["edit"]["documentChanges"]
    assert change["textDocument"] == {"uri": URI, "version": 1}


async def test_without_its_diagnostic_an_action_brings_its_own() -> None:
    one = await reader(ADD)
    assert (await mending(one, 1))[REPLACE]["diagnostics"] == [FOUND]


async def test_what_other_servers_say_is_fixed_as_ever() -> None:
    theirs = {**FOUND, "source": "mypy", "message": "bad"}
    one = await reader(ADD, RESOLVES)
    offered = await mending(one, 1, FOUND, theirs)
    assert list(offered) == [*TITLES, "Fix: bad"]
    assert offered["Fix: bad"]["diagnostics"] == [theirs]
    assert offered[REPLACE]["diagnostics"] == [FOUND]


async def test_elsewhere_and_for_other_kinds_there_is_nothing() -> None:
    one = await reader(f"x = 1\n\n{ADD}")
    assert await mending(one, 0) == {}
    assert await mending(one, 3, only="refactor") == {}
    assert list(await mending(one, 3, only="quickfix")) == TITLES


async def test_paused_there_is_nothing() -> None:
    one = await reader(ADD)
    await one.settle()
    one.server.session.pause(True)
    assert await mending(one, 1) == {}


@pytest.mark.parametrize(
    ("what", "instead", "sure", "title", "is_preferred"),
    [
        pytest.param("- b", "+ b", 0.95, "Replace `- b` by `+ b`", True, id="sure"),
        pytest.param("- b", "+ b", 0.6, "Replace `- b` by `+ b`", False, id="less so"),
        pytest.param(" - b", "", 0.6, "Remove `- b`", False, id="too much"),
        pytest.param("- b", "- (b", 0.99, None, False, id="what breaks the syntax is not offered"),
        pytest.param("- b", "+ b", 0.4, None, False, id="unsure: it is not even shown"),
        pytest.param(
            "return a - b",
            f"return {'x' * 50}",
            0.6,
            f"Replace `return a - b` by `return {'x' * 33}…`",
            False,
            id="a long one",
        ),
    ],
)
async def test_titles(
    what: str, instead: str, sure: float, title: str | None, is_preferred: bool
) -> None:
    one = await reader(ADD, detector=Scripted(what, instead, sure))
    offered = await mending(one, 1)
    mends = [one for one in offered.values() if one["title"].startswith(("Replace", "Remove"))]
    assert [one["title"] for one in mends] == ([title] if title else [])
    assert [one.get("isPreferred", False) for one in mends] == ([is_preferred] if title else [])


async def test_static_findings_are_mended_and_ignored_too() -> None:
    text = f'key = "{KEY}"\nx = 1  # lsp-local: ignore[secret]\n'
    one = await reader(text, engine=ScriptedChat())
    assert list(await mending(one, 0)) == ["Ignore `secret` here", "Explain `secret`"]
    offered = await mending(one, 1)
    assert list(offered) == ["Remove the comment", "Explain `stale-ignore`"]
    assert offered["Remove the comment"]["isPreferred"]
    assert offered["Remove the comment"]["diagnostics"][0]["tags"] == [1]


async def test_line_ends_stay() -> None:
    one = await reader(ADD.replace("\n", "\r\n"))
    offered = await mending(one, 1)
    (edit,) = offered[IGNORE]["edit"]["changes"][URI]
    assert edit["range"] == at((1, 49), (1, 49))
