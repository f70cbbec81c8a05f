"""A trace of a recorded editing session: its own keys and its own gaps."""

import json
import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import replace
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

from lsp_local.evals.system import Act
from lsp_local.evals.traces import Step, Trace
from lsp_local.text import Document

LONGEST_GAP_S = 5.0  # of a user who does nothing
OWN_CURSOR_MS = 20  # a selection that soon after an edit is where the edit left the cursor
PAIRS = ("()", "[]", "{}", '""', "''", "``", "<>")  # typed as one key where an editor closes them
STREAM_S = 0.06  # whole words that follow each other sooner come from a program
LEAST_WORD = 3  # characters
LINE_END = re.compile(r"\r?\n[ \t]*(?:\r?\n[ \t]*)?")

Event = dict[str, Any]
Edit = tuple[int, int, str]  # start and end in the text before the event, and what replaces it


def recorded_session(
    text: str, name: str, root: Path, language_of: Callable[[str], str], seconds: float
) -> Trace | None:
    """Return the part of `seconds` with the most single-key insertions; None if it is no session.

    Idle gaps are shortened first.
    """
    session = json.loads(text)
    if not isinstance(session, dict) or not {"paths", "events"} <= session.keys():
        return None
    steps = _Session(root, language_of).steps(session["events"])
    if not steps:
        return None
    gaps = [step.gap for step in steps]
    steps = [replace(step, gap=min(step.gap, LONGEST_GAP_S)) for step in steps]
    first, last = _busiest(steps, seconds)
    n_shortened = sum(gap > LONGEST_GAP_S for gap in gaps[first:last])
    note = (
        f"from minute {sum(gaps[:first]) / 60:.0f} to {sum(gaps[:last]) / 60:.0f} of the session, "
        f"{n_shortened} idle gaps over {LONGEST_GAP_S:.0f} s shortened to that"
    )
    start = steps[first]
    opened = replace(start, gap=0.0, act=Act.OPENED)
    return Trace(name, root, (opened, *steps[first + 1 : last]), note, is_recorded=True)


def _busiest(steps: list[Step], seconds: float) -> tuple[int, int]:
    """Return the slice of at most `seconds` in which most is typed; its first step is the start."""
    times = list(accumulate(step.gap for step in steps))
    n_typed = list(accumulate((step.act is Act.TYPED for step in steps), initial=0))
    ends = [bisect_right(times, time + seconds) for time in times]
    most = max(range(len(steps)), key=lambda first: n_typed[ends[first]] - n_typed[first + 1])
    return most, ends[most]


class _Session:
    """Follows the events; knows every document and where its cursor is."""

    def __init__(self, root: Path, language_of: Callable[[str], str]) -> None:
        self._root = root
        self._language_of = language_of
        self._docs: dict[int, Document] = {}
        self._cursors: dict[int, int] = {}
        self._focus: int | None = None
        self._steps: list[Step] = []
        self._words: set[int] = set()  # the steps that insert more than a key does
        self._now = self._then = 0.0

    def steps(self, events: list[Event]) -> list[Step]:
        """Return the acts; gaps are those of the recording."""
        for event, following in pairwise([*events, {"kind": "end", "t": 0}]):
            self._now = max(self._now, event["t"] / 1000)
            number = event["doc"]
            if event["kind"] == "open":
                self._open(number, event["path"], event["text"])
            elif number in self._docs and event["kind"] == "focus":
                self._look_at(number)
            elif number in self._docs and event["kind"] == "sel":
                self._select(number, event["sel"][0][1])
            elif number in self._docs and event["kind"] == "edit":
                self._edit(number, event, following)
        return self._streamed()

    def _open(self, number: int, path: str, text: str) -> None:
        known = self._docs.get(number)
        version = known.version + 1 if known else 1
        uri, language = (self._root / path).as_uri(), self._language_of(path)
        self._docs[number] = Document(uri, path, self._root.name, language, text, version)
        self._cursors[number] = 0

    def _look_at(self, number: int) -> None:
        self._focus = number
        self._add(Act.OPENED, number)

    def _select(self, number: int, cursor: int) -> None:
        if cursor == self._cursors[number]:
            return
        self._cursors[number] = min(cursor, len(self._docs[number].text))
        if number == self._focus:
            self._add(Act.MOVED, number)

    def _edit(self, number: int, event: Event, following: Event) -> None:
        edits = sorted((start, end, text) for start, end, text in event["edits"])
        doc = self._docs[number]
        act = Act.TYPED if is_typed(edits, doc.text, self._cursors[number]) else Act.EDITED
        text, cursor = applied(edits, doc.text)
        is_own = following["kind"] == "sel" and following["doc"] == number
        if is_own and following["t"] - event["t"] <= OWN_CURSOR_MS:
            cursor = following["sel"][0][1]
        self._docs[number] = replace(doc, text=text, version=doc.version + 1)
        self._cursors[number] = min(cursor, len(text))
        # What a rename changes elsewhere is known to the editor when the user looks there.
        if number == self._focus:
            if act is Act.EDITED and any(len(text.strip()) >= LEAST_WORD for *_, text in edits):
                self._words.add(len(self._steps))
            self._add(act, number)

    def _streamed(self) -> list[Step]:
        """Return the steps; what a program wrote, word by word, nobody typed or asked about."""
        steps = list(self._steps)
        first = 0
        for last in range(1, len(steps) + 1):
            if last < len(steps) and _goes_on(steps[last - 1], steps[last]):
                continue
            if sum(n in self._words for n in range(first, last)) > 1:
                steps[first:last] = [replace(one, act=Act.STREAMED) for one in steps[first:last]]
            first = last
        return steps

    def _add(self, act: Act, number: int) -> None:
        gap = self._now - self._then
        self._then = self._now
        self._steps.append(Step(gap, act, self._docs[number], self._cursors[number]))


def _goes_on(step: Step, following: Step) -> bool:
    """Whether two changes of a document follow each other as a program's do."""
    are_changes = all(one.act in (Act.TYPED, Act.EDITED) for one in (step, following))
    return are_changes and step.doc.uri == following.doc.uri and following.gap <= STREAM_S


def is_typed(edits: list[Edit], text: str, cursor: int) -> bool:
    """Whether an event is one key, or two that came at once, and what an editor adds to it."""
    *trims, (start, end, inserted) = edits
    if any(new or text[a:b].strip(" \t") for a, b, new in trims) or inserted == "":
        return False
    if end > start:  # a closing bracket typed over
        return not trims and text[start:end] == inserted and len(inserted) == 1
    if LINE_END.fullmatch(inserted):
        return start == cursor
    is_short = "\n" not in inserted and len(inserted) <= 2
    return not trims and start == cursor and (is_short or inserted in PAIRS)


def applied(edits: list[Edit], text: str) -> tuple[str, int]:
    """Return the text after all edits of an event, and the end of the last."""
    n_grown = 0
    cursor = 0
    for start, end, inserted in edits:
        text = text[: start + n_grown] + inserted + text[end + n_grown :]
        cursor = start + n_grown + len(inserted)
        n_grown += len(inserted) - (end - start)
    return text, cursor
