"""The rubric for explanations: which texts keep it, and what becomes of a file's symbols."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from marks import doc_at
from scripted import NO_ENGINE, Head
from typer.testing import CliRunner

from lsp_local.cli import eval_explain
from lsp_local.cli.app import app
from lsp_local.engine.base import Engine
from lsp_local.evals.explain import cases, run, verdict
from lsp_local.symbols.facts import facts
from lsp_local.text import Document, UserError

GIVES = "def to<CURSOR>tal(items, rate=2):\n    return sum(items) * rate\n"
GIVES_NOTHING = "def sh<CURSOR>ow(items):\n    print(items)\n"


def check(
    marked: str, language: str, text: str, want: tuple[bool | None, bool | None, bool]
) -> None:
    """Judge a text: whether it names parameters rightly, says what is returned, invents nothing."""
    doc, offset = doc_at(marked, language)
    known = facts(doc, offset, None)
    assert known is not None
    found = verdict(text, known)
    assert (found.names_parameters, found.says_returned, found.invents_nothing) == want
    assert found.passes == (bool(text) and False not in want)


@pytest.mark.parametrize(
    ("marked", "language", "text", "want"),
    [
        pytest.param(
            GIVES, "python", "It returns `items` times `rate`.", (True, True, True), id="good"
        ),
        pytest.param(GIVES, "python", "It adds items.", (True, False, True), id="no result"),
        pytest.param(GIVES, "python", "It returns a sum.", (False, True, True), id="no parameter"),
        pytest.param(
            GIVES,
            "python",
            "It takes the parameters `items`, `rate` and `sum` and returns.",
            (False, True, True),
            id="what is no parameter",
        ),
        pytest.param(
            GIVES,
            "python",
            "The `sum` argument is a result of `items`.",
            (False, True, True),
            id="what is no argument",
        ),
        pytest.param(
            GIVES, "python", "`compute(items)` is returned.", (True, True, False), id="invented"
        ),
        pytest.param(GIVES, "python", "", (False, False, True), id="nothing said"),
        pytest.param(
            GIVES_NOTHING, "python", "It returns `items`.", (True, False, True), id="no such result"
        ),
        pytest.param(
            GIVES_NOTHING, "python", "It returns nothing of items.", (True, True, True), id="right"
        ),
        pytest.param(
            "class Ca<CURSOR>rt:\n    pass\n", "python", "A cart.", (None, None, True), id="a class"
        ),
        pytest.param(
            "package a\n\nfunc To<CURSOR>tal(n int) (int, error) { return n, nil }\n",
            "go",
            "It returns n.",
            (True, True, True),
            id="go",
        ),
        pytest.param(
            "package a\n\nfunc (c *Cart) Sh<CURSOR>ow(n int) { print(n) }\n",
            "go",
            "It returns n.",
            (True, False, True),
            id="go, nothing",
        ),
        pytest.param(
            "fn to<CURSOR>tal(n: u8) -> u8 { n }",
            "rust",
            "It returns n.",
            (True, True, True),
            id="rust",
        ),
        pytest.param(
            "const to<CURSOR>tal = (n: number) => n + 1;",
            "typescript",
            "It returns n.",
            (True, True, True),
            id="an arrow",
        ),
        pytest.param(
            "function sh<CURSOR>ow(n: number): void { log(n); }",
            "typescript",
            "It returns n.",
            (True, False, True),
            id="void",
        ),
        pytest.param(
            "void sh<CURSOR>ow(int n) { f(n); }", "c", "It returns n.", (True, False, True), id="c"
        ),
        pytest.param(
            "def sh<CURSOR>ow(n)\n  n\nend", "ruby", "It is n.", (True, None, True), id="ruby"
        ),
    ],
)
def test_rubric(
    marked: str, language: str, text: str, want: tuple[bool | None, bool | None, bool]
) -> None:
    check(marked, language, text, want)


CODE = '''\
RATE = 2


class Cart:
    """A cart that has items in it and a name."""

    def total(self, items):
        """Return the sum of all, with tax."""
        return sum(items) * RATE

    def short(self): ...


def show(items):
    print("these are the items:", items)
    print("that was all of them")
'''
DOC = Document("file:///cart.py", "cart.py", "shop", "python", CODE)


@pytest.mark.parametrize(
    ("limit", "want"), [(0, ["Cart", "total", "show"]), (9, ["Cart", "total", "show"])]
)
def test_cases(limit: int, want: list[str]) -> None:
    assert [case.hover.facts.name for case in cases([DOC], limit, seed=1)] == want


def test_a_sample_is_the_same_each_time() -> None:
    names = [[case.hover.facts.name for case in cases([DOC], 2, seed=3)] for _ in range(2)]
    assert names[0] == names[1]
    assert len(names[0]) == 2


def test_files_without_anything_to_explain() -> None:
    with pytest.raises(UserError, match="define nothing to explain"):
        cases([Document("file:///a", "a.txt", "p", "plaintext", CODE)], 9, seed=1)


async def test_a_run_judges_what_was_said_and_what_is_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Head(monkeypatch, "It returns the items. It calls `compute`.")
    found = [one async for one in run(NO_ENGINE, cases([DOC], 0, seed=1))]
    total = next(one for one in found if one.case.hover.facts.name == "total")
    assert total.shown == "It returns the items."
    assert (total.raw.passes, total.ours.passes) == (False, True)


def test_the_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    @asynccontextmanager
    async def engine(options: object) -> AsyncIterator[Engine]:
        yield NO_ENGINE

    Head(monkeypatch, "It returns the items. It calls `compute`.")
    monkeypatch.setattr(eval_explain, "chosen_engine", engine)
    path = tmp_path / "cart.py"
    path.write_text(CODE)
    ran = CliRunner().invoke(app, ["eval", "explain", str(path), "--json"])
    assert ran.exception is None
    found = json.loads(ran.stdout)
    shares = {
        system: {rule: (share["value"], share["n"]) for rule, share in found[system].items()}
        for system in ("raw", "ours")
    }
    rules = {"said": (1.0, 3), "names_parameters": (1.0, 2), "says_returned": (0.5, 2)}
    assert (found["n"], found["seed"]) == (3, 1)
    assert shares == {
        "raw": {**rules, "invents_nothing": (0.0, 3), "passes": (0.0, 3)},
        "ours": {**rules, "invents_nothing": (1.0, 3), "passes": (0.6667, 3)},
    }
    ran = CliRunner().invoke(app, ["eval", "explain", str(path), "--verbose"])
    assert "passes method total cart.py:7" in ran.stdout
    assert "FAILS function show cart.py:14" in ran.stdout
