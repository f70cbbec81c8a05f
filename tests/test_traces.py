"""Traces: what is typed is the file, the commit or the session, and always in the same way."""

import json
import random
import subprocess
from pathlib import Path
from typing import Any

import pytest

from lsp_local.cli.typing_traces import chosen_traces
from lsp_local.evals.commits import type_changes, typed_commit
from lsp_local.evals.recorded import is_typed, recorded_session
from lsp_local.evals.rhythm import Rhythm
from lsp_local.evals.system import Act
from lsp_local.evals.traces import Ahead, Trace, Typist, ahead
from lsp_local.evals.typed_file import typed_file
from lsp_local.languages import language_of
from lsp_local.text import Document, UserError

ROOT = Path("/src/shop")
CODE = "".join(f"def price_{n}(basket):\n    return basket.total({n}) * {n}\n\n" for n in range(60))
FILE = Document("file:///elsewhere/price.py", "price.py", "elsewhere", "python", CODE)


def kinds(trace: Trace) -> list[str]:
    return [str(step.act) for step in trace.steps]


def git(folder: Path, *arguments: str) -> None:
    names = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    subprocess.run(["git", *names, *arguments], cwd=folder, check=True, capture_output=True)


def test_a_seed_makes_one_trace() -> None:
    assert typed_file(FILE, ROOT, 60, seed=1) == typed_file(FILE, ROOT, 60, seed=1)
    assert typed_file(FILE, ROOT, 60, seed=1) != typed_file(FILE, ROOT, 60, seed=2)


@pytest.mark.parametrize("seed", range(5))
def test_every_key_writes_what_stands_in_the_file(seed: int) -> None:
    trace = typed_file(FILE, ROOT, 400, seed)
    lines = set(CODE.split("\n"))
    for before, step in zip(trace.steps, trace.steps[1:], strict=False):
        if step.act is Act.MOVED:  # a line is finished before the user goes elsewhere
            halves = {line for line in before.doc.text.split("\n") if line not in lines}
            assert all(any(line.startswith(half) for line in lines) for half in halves)
        if step.act is Act.TYPED:
            assert step.doc.text[: step.cursor].startswith(before.doc.text[: before.cursor])
            assert step.doc.text[step.cursor :] == before.doc.text[before.cursor :]
    assert {"opened", "moved", "typed", "edited"} == set(kinds(trace))
    assert trace.steps[0].doc.uri == "file:///src/shop/price.py"


def test_the_whole_middle_comes_back_when_there_is_time() -> None:
    trace = typed_file(FILE, ROOT, 10_000, seed=1)
    first, last = trace.steps[0].doc.text, trace.steps[-1].doc.text
    assert len(first) < len(CODE) - 1000
    missing = len(CODE) - len(last)  # places elsewhere to which the user did not come
    assert 0 <= missing < 60 * 400


def test_the_length_is_about_what_was_asked_for() -> None:
    assert 50 < typed_file(FILE, ROOT, 60, seed=1).seconds < 70


def test_a_short_file_is_refused() -> None:
    with pytest.raises(UserError, match="take a longer file"):
        typed_file(Document("", "a.py", "", "python", "a\nb\n"), ROOT, 60, 1)


def typed(*acts: tuple[str, object]) -> Trace:
    """Play some calls of a typist in a small document."""
    typist = Typist(Rhythm("any"))
    typist.open(Document("file:///src/shop/a.py", "a.py", "shop", "python", "x = 1\ny = 2\n", 1))
    for name, argument in acts:
        getattr(typist, name)(argument)
    return Trace("a", ROOT, tuple(typist.steps))


@pytest.mark.parametrize(
    ("acts", "n_line_ends", "want"),
    [
        pytest.param([("type", "abc")], 0, "abc", id="to the last key"),
        pytest.param([("type", "ab\n    cd\nef")], 0, "ab", id="to the end of the line"),
        pytest.param([("type", "ab\n    cd\nef")], 1, "ab\n    cd", id="to the end of the next"),
        pytest.param([("type", "ab"), ("move", 0), ("type", "c")], 0, "ab", id="until a jump"),
        pytest.param([("type", "abcd"), ("erase", 3), ("type", "xy")], 0, "axy", id="corrected"),
        pytest.param([("move", 3), ("type", "c")], 0, "", id="nothing before a jump"),
    ],
)
def test_what_the_user_is_about_to_type(
    acts: list[tuple[str, object]], n_line_ends: int, want: str
) -> None:
    assert ahead(typed(*acts), 1, n_line_ends).text == want


def test_a_correction_that_goes_back_further_still_ends_in_the_right_line() -> None:
    trace = typed(("type", "abcd"), ("erase", 3), ("type", "xyz"))
    assert ahead(trace, 2) == Ahead("xyz", 10)
    assert ahead(trace, 4).text == ""  # `abc`, whose end goes away: nothing right can be said


def test_a_line_end_and_its_indentation_are_one_key() -> None:
    trace = typed(("type", "a:\n    b\n\nc"))
    assert [step.cursor for step in trace.steps] == [0, 1, 2, 7, 8, 9, 10, 11]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    git(folder, "init", "-q")
    (folder / "a.py").write_text("one\ntwo\nthree\nfour\n")
    (folder / "gone.py").write_text("gone\n")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "first")
    (folder / "a.py").write_text("zero\none\nTWO\n    more\nthree\nfour\nfive\n")
    (folder / "new.py").write_text("import a\n\nprint(a)\n")
    (folder / "gone.py").unlink()
    (folder / "blob").write_bytes(b"\xff\x00\xfe")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "second")
    return folder


def finished(trace: Trace) -> dict[str, str]:
    return {step.doc.path: step.doc.text for step in trace.steps}


def test_a_commit_is_typed_file_by_file(repository: Path) -> None:
    trace = typed_commit(repository, "HEAD", ROOT, language_of, 1000, seed=1)
    want = {name: (repository / name).read_text() for name in ("a.py", "new.py")}
    assert finished(trace) == want
    assert kinds(trace).count("opened") == 2
    assert kinds(trace).count("edited") == 1  # `two` goes
    # Every key adds one character, or a line end with its indentation (before `more`).
    assert trace.n_keys == len("zero\n" + "\nTWO" + "\nmore" + "\nfive" + want["new.py"])


@pytest.mark.parametrize("seed", range(40))
def test_any_text_becomes_any_other(seed: int) -> None:
    lots = random.Random(seed)
    old, new = ("\n".join(lots.choices(["a", "b", "  c", ""], k=lots.randint(1, 6))) for _ in "ab")
    typist = Typist(Rhythm("any"))
    type_changes(typist, Document("", "", "", "", old, 1), new, 1000)
    assert [step.doc.text for step in typist.steps][-1:] == ([new] if new != old else [])


def test_the_first_commit_of_all_is_typed_too(repository: Path) -> None:
    trace = typed_commit(repository, "HEAD~1", ROOT, language_of, 1000, seed=1)
    assert finished(trace) == {"a.py": "one\ntwo\nthree\nfour\n", "gone.py": "gone\n"}


def test_no_such_commit_is_an_error(repository: Path) -> None:
    with pytest.raises(UserError, match="git in"):
        typed_commit(repository, "nowhere", ROOT, language_of, 60, seed=1)


def session(*events: dict[str, Any]) -> str:
    opened = {"t": 0, "kind": "open", "doc": 7, "path": "a.ts", "text": "let a;\n"}
    focus = {"t": 0, "kind": "focus", "doc": 7}
    at_end = {"t": 10, "kind": "sel", "doc": 7, "sel": [[6, 6]]}
    mine = [{"doc": 7, **event} for event in events]
    return json.dumps({"source": "", "paths": {}, "events": [opened, focus, at_end, *mine]})


def edit(t: int, *edits: list[object]) -> dict[str, Any]:
    return {"t": t, "kind": "edit", "edits": edits}


def test_a_session_keeps_its_keys_and_gaps() -> None:
    text = session(
        edit(1000, [6, 6, "f"]),
        {"t": 1001, "kind": "sel", "sel": [[7, 7]]},
        edit(1200, [7, 7, "()"]),
        {"t": 1201, "kind": "sel", "sel": [[8, 8]]},
        edit(20_000, [0, 3, "const"], [4, 5, "b"]),
        {"t": 21_000, "kind": "sel", "sel": [[0, 0]]},
    )
    trace = recorded_session(text, "day", ROOT, language_of, 600)
    assert trace is not None
    assert trace.is_recorded
    assert [(str(s.act), round(s.gap, 2), s.cursor, s.doc.text) for s in trace.steps] == [
        ("opened", 0.0, 0, "let a;\n"),
        ("moved", 0.01, 6, "let a;\n"),
        ("typed", 0.99, 7, "let a;f\n"),
        ("typed", 0.2, 8, "let a;f()\n"),
        ("edited", 5.0, 7, "const b;f()\n"),
        ("moved", 1.0, 0, "const b;f()\n"),
    ]
    assert "1 idle gaps over 5 s" in trace.note
    assert trace.steps[0].doc.language == "typescript"


def test_the_busiest_part_of_a_session_is_taken() -> None:
    moves = [{"t": n * 1000, "kind": "sel", "sel": [[n % 2, n % 2]]} for n in range(1, 9)]
    back = {"t": 9000, "kind": "sel", "sel": [[6, 6]]}
    keys = [edit(9500 + n * 100, [6 + n, 6 + n, "k"]) for n in range(10)]
    trace = recorded_session(session(*moves, back, *keys), "day", ROOT, language_of, 1.5)
    assert trace is not None
    assert kinds(trace) == ["opened", *["typed"] * 10]


def test_what_a_program_writes_is_not_typed() -> None:
    words = ("const", " x", " =", " value", ";")
    starts = [7 + sum(map(len, words[:n])) for n in range(len(words))]
    streamed = [
        edit(2000 + 30 * n, [at, at, word])
        for n, (at, word) in enumerate(zip(starts, words, strict=True))
    ]
    at_end = {"t": 1000, "kind": "sel", "sel": [[7, 7]]}
    by_hand = edit(3000, [23, 23, "s"])
    menu = edit(3040, [24, 24, "tatus"])
    trace = recorded_session(
        session(at_end, *streamed, by_hand, menu), "day", ROOT, language_of, 60
    )
    assert trace is not None
    assert kinds(trace)[3:] == [*["streamed"] * 5, "typed", "edited"]
    before = next(n for n, step in enumerate(trace.steps) if step.act == "typed")
    assert ahead(trace, before + 1).text == ""
    assert ahead(trace, before + 1, by_keys=False).text == "tatus"
    assert ahead(trace, 3).text == ""


def test_other_json_is_typed_as_a_file(tmp_path: Path) -> None:
    path = tmp_path / "big.json"
    path.write_text(json.dumps(list(range(40)), indent=1))
    (trace,) = chosen_traces([path], "", tmp_path, 20, 1)
    assert trace.steps[0].doc.language == "json"
    assert not trace.is_recorded


@pytest.mark.parametrize(
    ("edits", "want"),
    [
        pytest.param([(5, 5, "x")], True, id="a key"),
        pytest.param([(5, 5, " =")], True, id="two keys at once"),
        pytest.param([(5, 5, "\n\t\t")], True, id="a line end with indentation"),
        pytest.param([(3, 5, ""), (5, 5, "\n  ")], True, id="one that trims its line"),
        pytest.param([(5, 5, "{}")], True, id="brackets"),
        pytest.param([(5, 6, ")")], True, id="a bracket typed over"),
        pytest.param([(4, 5, "")], False, id="backspace"),
        pytest.param([(4, 5, "x")], False, id="a replacement"),
        pytest.param([(5, 5, "name")], False, id="a word that was pasted"),
        pytest.param([(0, 0, "x")], False, id="a key elsewhere"),
        pytest.param([(0, 0, "x"), (5, 5, "x")], False, id="two cursors"),
    ],
)
def test_what_counts_as_typed(edits: list[tuple[int, int, str]], want: bool) -> None:
    assert is_typed(edits, "f(a  )\n", 5) is want
