"""While a menu of code actions is open, the code is read that something will be done with."""

import asyncio

import pytest
from marks import range_at
from scripted_chat import ScriptedChat, fenced
from wired import RESOLVES, Editor, complaint

from lsp_local.actions import catalogue as actions
from lsp_local.engine.base import Priority
from lsp_local.features.code_action import Wanted, read_ahead, resolve
from lsp_local.text import Diagnostic

METHOD = """\
class Cart:
    def add(self, a, b):<CURSOR>
        c = open(a)
        return c - b
"""
LINES = """\
def add(a):
<START>    b = a + 1
    c = b * 2
<END>    return c
"""
CODE = "def add(a, b):\n    return a - b\n"
INVOKED, AUTOMATIC = 1, 2


async def editor(engine: ScriptedChat) -> Editor:
    one = Editor(engine, is_early=True)
    await one.begin(RESOLVES, CODE, "python")
    return one


def read(engine: ScriptedChat) -> list[str]:
    """Return the code of each prompt that nothing was decoded for, behind the head."""
    found = [
        prompt.rpartition("<|user|>")[2].partition("<|end|>")[0]
        for prompt, request in zip(engine.prompts, engine.requests, strict=True)
        if not request.n_predict and request.priority is Priority.LINT
    ]
    return [one for one in found if "add" in one]


@pytest.mark.parametrize(
    ("trigger", "want"),
    [
        pytest.param(INVOKED, ["```python\ndef add(a, b):\n    return a - b\n```"], id="a menu"),
        pytest.param(AUTOMATIC, [], id="a light bulb, which asks at each move of the cursor"),
        pytest.param(0, [], id="an editor that does not say"),
    ],
)
async def test_it_is_read_for_a_menu_only(trigger: int, want: list[str]) -> None:
    engine = ScriptedChat()
    one = await editor(engine)
    await one.actions((0, 5), trigger=trigger)
    await asyncio.sleep(0.1)
    assert read(engine) == want


async def test_what_is_chosen_begins_with_what_was_read() -> None:
    engine = ScriptedChat([fenced("python", CODE.replace("-", "+").rstrip())])
    one = await editor(engine)
    listed = await one.actions((1, 0), diagnostics=(complaint(1, "adds nothing"),), trigger=INVOKED)
    await asyncio.sleep(0.1)
    resolved = await one.request("codeAction/resolve", next(iter(listed.values())))
    assert "edit" in resolved
    begun = engine.prompts[0].rpartition("<|end|>")[0]
    assert "add" in begun
    assert engine.prompts[1].startswith(begun)


@pytest.mark.parametrize(
    ("name", "marked"),
    [
        *(
            pytest.param(name, METHOD, id=f"{name} of a method")
            for name in actions.ACTIONS
            if name not in ("body", "extract")
        ),
        pytest.param("body", METHOD.replace("c = open(a)\n        return c - b", "..."), id="body"),
        pytest.param("extract", LINES, id="extract some lines"),
        pytest.param("comment", LINES, id="comment on some lines"),
    ],
)
async def test_whatever_is_chosen_begins_with_what_was_read(name: str, marked: str) -> None:
    doc, start, end = range_at(marked)
    offer = actions.offer(name, doc, start, end, [Diagnostic(start, end, "is wrong", "")])
    assert offer is not None
    engine = ScriptedChat(["Say nothing."] * 3)
    wanted = Wanted(offer, "Greet.", rules="RULES")
    await read_ahead(engine, doc, wanted)
    await resolve(engine, doc, wanted)
    assert "RULES" in engine.prompts[0]
    assert engine.prompts[1].startswith(engine.prompts[0].rpartition("<|end|>")[0])


async def test_another_menu_ends_the_reading() -> None:
    engine = ScriptedChat(gate=asyncio.Event())
    one = await editor(engine)
    await one.actions((0, 5), trigger=INVOKED)
    async with asyncio.timeout(10):
        await engine.asked.wait()
    await one.actions((0, 6), trigger=INVOKED)
    await asyncio.sleep(0.1)
    assert engine.n_cancelled == 1
