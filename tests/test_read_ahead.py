"""While a menu of code actions is open, the code is read that something will be done with."""

import asyncio

import pytest
from scripted_chat import ScriptedChat, fenced
from wired import RESOLVES, Editor, complaint

from lsp_local.engine.base import Priority

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


async def test_another_menu_ends_the_reading() -> None:
    engine = ScriptedChat(gate=asyncio.Event())
    one = await editor(engine)
    await one.actions((0, 5), trigger=INVOKED)
    async with asyncio.timeout(10):
        await engine.asked.wait()
    await one.actions((0, 6), trigger=INVOKED)
    await asyncio.sleep(0.1)
    assert engine.n_cancelled == 1
