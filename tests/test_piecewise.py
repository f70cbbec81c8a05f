"""Lint of an open document by functions: who is asked about what, and what is known."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from linted import KEY, ScriptedDetector, doc_of
from scripted_chat import ScriptedChat

from lsp_local.lint.cache import Cache, key_of
from lsp_local.lint.finding import Finding
from lsp_local.lint.piecewise import Memory, Piecewise, certain, is_known, session_detector, told
from lsp_local.lint.run import how
from lsp_local.options import Options
from lsp_local.text import Document, UserError

ADD = "def add(a, b):\n    return a - b if is_known(a) else max(a, 0, b)\n"
SUM = "def total(xs):\n    return sum(xs) - 1 if xs else max(xs, default=0)\n"
LONG = "a_number_of_some_length_that_says_nothing"


class Asked(ScriptedDetector):
    """Takes note of the code that it was asked about; `gate` is waited for before each answer."""

    def __init__(self, problem: str = "") -> None:
        super().__init__(problem)
        self.pieces: list[str] = []
        self.gate: asyncio.Event | None = None

    async def find(
        self, doc: Document, spans: Sequence[tuple[int, int]] | None, explain: bool
    ) -> list[Finding]:
        assert spans is not None
        self.pieces += [doc.text[a - 1 : b + 1].split("(")[0] for a, b in spans]
        if self.gate is not None:
            await self.gate.wait()
        return await super().find(doc, spans, explain)


async def find(piecewise: Piecewise, doc: Document, near: int = 0) -> list[str]:
    """Return what is found, as `line: rule`; the pieces must come to the whole."""
    pieces: list[Finding] = []
    async for _, found, is_whole in piecewise.find(doc, near):
        if is_whole:
            assert sorted(one.order for one in pieces) == sorted(one.order for one in found) or (
                not pieces
            )
            return sorted(f"{one.line}: {one.rule}" for one in found)
        pieces += found
    raise AssertionError("there was no end")


async def test_each_function_is_asked_about_the_nearest_first() -> None:
    detector = Asked()
    doc = doc_of(f"{ADD}\n\n{SUM}\n\n{ADD.replace('add', 'last')}")
    near = doc.text.index("default")
    found = await find(Piecewise(detector, Memory()), doc, near)
    assert found == ["10: wrong-operator", "2: wrong-operator", "6: wrong-operator"]
    assert detector.pieces == ["def total", "def last", "def add"]


async def test_nothing_is_asked_twice() -> None:
    detector = Asked()
    piecewise = Piecewise(detector, Memory())
    doc = doc_of(ADD + SUM)
    assert await find(piecewise, doc) == await find(piecewise, doc)
    assert detector.pieces == ["def add", "def total"]


async def test_after_an_edit_only_the_function_that_has_changed_is_asked_about() -> None:
    detector = Asked()
    piecewise = Piecewise(detector, Memory())
    await find(piecewise, doc_of(ADD + SUM))
    found = await find(piecewise, doc_of(f"import os\n\n\n{ADD}{SUM.replace('1', '2')}"))
    assert found == ["5: wrong-operator", "7: wrong-operator"]
    assert detector.pieces == ["def add", "def total", "def total"]


async def test_what_the_model_would_not_look_at_is_not_asked_about() -> None:
    detector = Asked()
    inner = "".join(f"    {line}\n" for line in ADD.splitlines())
    long = f"def long():\n{inner}    print('{LONG * 300}')\n"
    doc = doc_of(f"def short(a):\n    return a - 1\n\n\n{long}")
    assert await find(Piecewise(detector, Memory()), doc) == ["7: wrong-operator"]
    assert detector.pieces == ["def add"]


async def test_what_was_interrupted_goes_on_where_it_was() -> None:
    detector, memory = Asked(), Memory()
    piecewise = Piecewise(detector, memory)
    doc = doc_of(ADD + SUM)
    async for _, found, _ in piecewise.find(doc, 0):
        assert [one.line for one in found] == [2]
        break
    assert await find(piecewise, doc) == ["2: wrong-operator", "4: wrong-operator"]
    assert detector.pieces == ["def add", "def total"]
    assert memory.fetch(key_of(doc, False, None, how(detector, False)), doc) is not None


async def test_the_command_line_finds_what_was_found_in_this_very_text() -> None:
    detector, memory = Asked(), Memory()
    piecewise = Piecewise(detector, memory)
    doc, edited = doc_of(ADD + SUM), doc_of(ADD + SUM + "\nx = 1\n")
    await find(piecewise, doc)
    await find(piecewise, edited)
    known = memory.fetch(key_of(doc, False, None, how(detector, False)), doc)
    assert known is not None
    assert [one.line for one in known] == [2, 4]
    # The functions are the same, but nobody has looked at them in this text.
    assert memory.fetch(key_of(edited, False, None, how(detector, False)), edited) is None


async def test_what_the_command_line_has_found_is_not_asked_again() -> None:
    detector, memory = Asked(), Memory()
    doc = doc_of(ADD)
    memory.store(key_of(doc, False, None, how(detector, False)), [])
    assert await find(Piecewise(detector, memory), doc) == []
    assert detector.pieces == []


async def test_what_is_kept_on_disk_is_known_after_a_restart(tmp_path: Path) -> None:
    detector = Asked()
    for _ in range(2):
        cache = Cache(tmp_path / "lint")
        assert await find(Piecewise(detector, cache), doc_of(ADD)) == ["2: wrong-operator"]
        cache.close()
    assert detector.pieces == ["def add"]


async def test_a_model_that_fails_says_so_and_what_it_said_before_is_known() -> None:
    detector = Asked("out of memory")
    with pytest.raises(UserError):
        await find(Piecewise(detector, Memory()), doc_of(ADD))


async def test_what_is_private_is_not_read() -> None:
    detector = Asked()
    doc = doc_of(f"# lsp-local: private\n{ADD}# lsp-local: public\n{SUM}")
    assert await find(Piecewise(detector, Memory()), doc) == ["6: wrong-operator"]
    assert detector.pieces == ["def total"]
    assert "add" not in detector.asked[0]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        pytest.param("", "a.py", id="nothing"),
        pytest.param("def f(:\n  (((\n\x00", "a.py", id="broken"),
        pytest.param("class A {\n f() { } }", "a.ts", id="another language"),
        pytest.param("\r\n\t\r\n", "a.go", id="blanks"),
        pytest.param(f"fn f() {{}} fn g() {{ h(1 - 2, {LONG}) }}", "a.rs", id="one line"),
        pytest.param(
            f"def f(): pass\r\ndef é(): return '🙂' - 1, {LONG}\r\n", "a.py", id="beyond ASCII"
        ),
    ],
)
async def test_odd_texts(text: str, path: str) -> None:
    doc = doc_of(text, path)
    found = await find(Piecewise(Asked(), Memory()), doc)
    assert len(found) == text.count(" - ")
    static = certain(doc)
    told(doc, static, [], is_whole=True)


def shown(text: str, is_whole: bool = True) -> list[str]:
    doc = doc_of(text)
    return [f"{one.line}: {one.rule}" for one in told(doc, certain(doc), [], is_whole)]


def test_a_secret_is_shown_unless_it_is_ignored_or_private() -> None:
    assert shown(f'key = "{KEY}"\n') == ["1: secret"]
    assert shown(f'key = "{KEY}"  # lsp-local: ignore[secret]\n') == []
    assert shown(f'key = "{KEY}"  # lsp-local: private\n') == []
    assert shown(f'# lsp-local: private\nkey = "{KEY}"\n# lsp-local: public\n') == []


def test_a_comment_is_stale_only_once_the_model_has_looked() -> None:
    text = "x = 1  # lsp-local: ignore[wrong-operator]\n"
    assert shown(text, is_whole=False) == []
    assert shown(text) == ["1: stale-ignore"]


def test_a_new_todo_is_no_finding_in_an_editor() -> None:
    assert shown("# TODO: this\n") == []


@pytest.mark.parametrize(
    ("text", "path", "want"),
    [
        pytest.param("x", "a.py", True, id="Python"),
        pytest.param("x", "a.md", False, id="Markdown"),
        pytest.param("x" * 1_000_001, "a.py", False, id="too large"),
    ],
)
def test_what_lint_looks_at(text: str, path: str, want: bool) -> None:
    assert is_known(doc_of(text, path)) == want


async def test_a_model_needs_to_follow_no_instructions(tmp_path: Path) -> None:
    (tmp_path / "m.gguf").write_bytes(b"GGUF")
    engine = ScriptedChat(template=None, wishes=[("a -", "+")], natural=["a + b"], answers=[" b"])
    engine.path = str(tmp_path / "m.gguf")
    detector = await session_detector(engine, Options())
    doc = doc_of("def add(a, b):\n    difference = a - b\n    return difference\n")
    (finding,) = await detector.find(doc, None, False)
    assert finding.line == 2
