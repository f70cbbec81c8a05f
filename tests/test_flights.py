"""A decode goes on while the user types what it says."""

import asyncio
from dataclasses import replace

import pytest
from marks import doc_at

from lsp_local.lsp.flights import Flight, typed_since
from lsp_local.text import Outcome, Reason


async def fly() -> Outcome:
    await asyncio.Event().wait()
    return Outcome(None, Reason.BLANK)


async def check(said: list[str], typed: list[str], want: bool) -> None:
    """Let the model say and the user type in turn; want whether the decode goes on."""
    doc, offset = doc_at("x = <CURSOR>\ny")
    flight = Flight(doc, offset)
    flight.work = asyncio.create_task(fly())
    text = ""
    for n in range(max(len(said), len(typed))):
        for key in typed[n : n + 1]:
            text += key
            flight.follow(replace(doc, text=doc.text[:offset] + text + doc.text[offset:]))
        for piece in said[n : n + 1]:
            flight.hear(piece)
    assert (flight.work.cancelling() == 0) is want
    flight.stop()


@pytest.mark.parametrize(
    ("said", "typed", "want"),
    [
        pytest.param([], ["s"], True, id="nothing said yet"),
        pytest.param(["self", ".x"], ["s", "e"], True, id="the user types what is said"),
        pytest.param(["s", "el", "f"], ["self", "."], True, id="the user is ahead"),
        pytest.param(["self"], ["", "y"], False, id="the user types something else"),
        pytest.param(["sel", "l"], ["self"], False, id="the model says something else"),
    ],
)
async def test_agreement(said: list[str], typed: list[str], want: bool) -> None:
    await check(said, typed, want)


@pytest.mark.parametrize(
    ("now", "want"),
    [
        pytest.param("x = \ny", "", id="nothing"),
        pytest.param("x = 12\ny", "12", id="at the cursor"),
        pytest.param("x = 1\n2\ny", "1\n2", id="more lines"),
        pytest.param("x = 1\nyy", None, id="elsewhere too"),
        pytest.param("xx = \ny", None, id="above"),
        pytest.param("x =\ny", None, id="a deletion"),
    ],
)
def test_typed_since(now: str, want: str | None) -> None:
    doc, offset = doc_at("x = <CURSOR>\ny")
    assert typed_since(doc, offset, replace(doc, text=now)) == want
