"""How a suggestion ends, told from the text alone and by editors that say more."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest

from lsp_local.feedback import Count
from lsp_local.lsp.reactions import WATCH_KEYS, WATCH_SECONDS, Reactions
from lsp_local.text import Document

START = Document("file:///shop/a.py", "a.py", "shop", "python", "x = \ny = 1\n")
OFFSET = 4
TEXT = "total(1) + rest"


class Play:
    """An editor's side of the conversation, with a clock that only moves when told."""

    def __init__(self) -> None:
        self.now = 0.0
        self.counts: Counter[str] = Counter()
        self.reactions = Reactions(self._count, lambda: self.now)
        self.doc = START
        self.cursor = OFFSET
        self.item_id = self.answer(TEXT)
        self.wait(1.0)

    def _count(self, language: str, name: Count, number: int) -> None:
        assert language == "python"
        self.counts[str(name)] += number

    def answer(self, text: str) -> str:
        return self.reactions.answered(self.doc, self.cursor, text)

    def wait(self, seconds: float) -> None:
        self.now += seconds

    def put(self, text: str, n_removed: int = 0, at: int | None = None) -> None:
        start = self.cursor - n_removed if at is None else at
        before, old = self.doc, self.doc.text
        changed = old[:start] + text + old[start + n_removed :]
        self.doc = replace(before, text=changed, version=before.version + 1)
        self.cursor = start + len(text)
        self.reactions.changed(before, self.doc)

    def type(self, text: str) -> None:
        for key in text:
            self.put(key)

    @property
    def ends(self) -> dict[str, int]:
        return {name: n for name, n in self.counts.items() if n}


def other_document(play: Play) -> None:
    play.reactions.answered(replace(START, uri="file:///shop/b.py"), OFFSET, "else")


def again(play: Play) -> None:
    play.type("tot")
    assert play.answer(TEXT[3:]) == play.item_id
    play.put(TEXT[3:])


def with_bracket(play: Play) -> None:
    play.type("total")
    play.put("()")
    play.cursor -= 1
    play.put("1")


@pytest.mark.parametrize(
    ("act", "want"),
    [
        pytest.param(lambda play: None, {}, id="it is still on the screen"),
        pytest.param(lambda play: play.put(TEXT), {"accepted": 1}, id="taken whole"),
        pytest.param(again, {"accepted": 1}, id="typed into, shown again and taken: one"),
        pytest.param(lambda play: play.type(TEXT), {"typed": 1}, id="typed by hand to its end"),
        pytest.param(lambda play: play.type("tx"), {"dismissed": 1}, id="something else typed"),
        pytest.param(
            lambda play: (play.put("total"), play.type("!")), {"partly": 1}, id="a word taken"
        ),
        pytest.param(
            lambda play: (play.put("total"), play.put(TEXT[5:])),
            {"accepted": 1},
            id="a word, then the rest",
        ),
        pytest.param(lambda play: play.put("", 2), {"dismissed": 1}, id="something deleted"),
        pytest.param(
            lambda play: (play.type("to"), play.put("", 1), play.type("o")), {}, id="a slip mended"
        ),
        pytest.param(
            lambda play: play.reactions.moved(play.doc, 0), {"dismissed": 1}, id="cursor went away"
        ),
        pytest.param(
            lambda play: (play.type("to"), play.reactions.moved(play.doc, OFFSET + 2)),
            {},
            id="the cursor goes with the text",
        ),
        pytest.param(other_document, {"dismissed": 1}, id="went on in another document"),
        pytest.param(lambda play: play.reactions.left(START.uri), {"dismissed": 1}, id="closed"),
        pytest.param(lambda play: play.answer("else"), {}, id="the server has changed its mind"),
        pytest.param(lambda play: play.answer(""), {}, id="or is silent now"),
        pytest.param(with_bracket, {}, id="the editor has closed a bracket"),
    ],
)
def test_what_the_text_says(act: Callable[[Play], object], want: dict[str, int]) -> None:
    play = Play()
    act(play)
    assert play.ends == want


def test_what_flashes_by_is_not_turned_down() -> None:
    play = Play()
    play.type("!")
    play.answer("else")
    play.wait(0.1)
    play.type("!")
    assert play.ends == {"dismissed": 1}


def test_the_command_after_the_text_counts_nothing_twice() -> None:
    play = Play()
    play.put(TEXT)
    play.reactions.accepted(play.item_id)
    play.reactions.accepted(play.item_id)
    assert play.ends == {"accepted": 1}


def test_the_command_corrects_what_the_text_seemed_to_say() -> None:
    play = Play()
    play.put("Total(1) + rest")  # an editor that formats what it inserts
    assert play.ends == {"dismissed": 1}
    play.reactions.accepted(play.item_id)
    assert play.ends == {"accepted": 1}


@pytest.mark.parametrize("item_id", ["", "99", "?"])
def test_an_id_that_is_none_counts_nothing(item_id: str) -> None:
    play = Play()
    play.reactions.accepted(item_id)
    play.reactions.seen(item_id)
    play.reactions.taken(item_id, 3)
    assert play.ends == {}


def test_parts_are_told_in_the_editors_units() -> None:
    play = Play()
    play.reactions.taken(play.item_id, 5)
    play.type("!")
    assert play.ends == {"partly": 1}
    emoji = play.answer("😋")
    play.reactions.taken(emoji, 2)
    assert play.ends == {"partly": 1, "accepted": 1}


def test_editors_that_say_what_is_seen_are_believed() -> None:
    play = Play()
    play.reactions.seen(play.item_id)
    play.type("!")
    assert play.ends == {"dismissed": 1}
    play.answer("unseen")
    play.wait(1.0)
    play.type("!")
    assert play.ends == {"dismissed": 1}
    play.answer("taken, so seen")
    play.put("taken, so seen")
    assert play.ends == {"dismissed": 1, "accepted": 1}


@pytest.mark.parametrize(
    ("act", "want"),
    [
        pytest.param(lambda play: None, 100, id="left alone"),
        pytest.param(lambda play: play.put("# new\n", at=0), 100, id="moved by lines above it"),
        pytest.param(lambda play: play.put("z", at=len(play.doc.text)), 100, id="a key below"),
        pytest.param(lambda play: play.put("", len(TEXT), at=OFFSET), 0, id="deleted"),
        pytest.param(lambda play: play.put("a", 5, at=OFFSET), 73, id="a name replaced"),
        pytest.param(lambda play: play.put("", 8, at=OFFSET - 2), 60, id="its beginning deleted"),
    ],
)
def test_what_is_kept(act: Callable[[Play], object], want: int) -> None:
    play = Play()
    play.put(TEXT)
    act(play)
    assert play.counts["checked"] == 0
    play.wait(WATCH_SECONDS)
    play.put("later", at=0)
    play.put("later", at=0)
    assert (play.counts["checked"], play.counts["kept"]) == (1, want)


def test_many_keys_are_as_long_as_some_time() -> None:
    play = Play()
    play.put(TEXT)
    for _ in range(WATCH_KEYS):
        play.put("!", at=0)
    assert play.counts["checked"] == 0
    play.put("!", at=0)
    assert (play.counts["checked"], play.counts["kept"]) == (1, 100)


def test_a_closed_document_is_not_looked_at_again() -> None:
    play = Play()
    play.put(TEXT)
    play.reactions.left(START.uri)
    play.wait(WATCH_SECONDS)
    play.put("!")
    assert play.counts["checked"] == 0
