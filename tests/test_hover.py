"""Hover: facts at once, the explanation when there is one, each asked for once."""

import asyncio

import pytest
from marks import doc_at
from scripted import NO_ENGINE, Head

from lsp_local.engine.base import EngineDied, Priority
from lsp_local.features.hover import Hover, State, explain, look, question_of, render
from lsp_local.symbols.explanations import Explanations

CODE = "def total(items, rate):\n    return sum(items) * ra<CURSOR>te\n"
FUNCTION = CODE.replace("<CURSOR>", "").replace("total", "to<CURSOR>tal")
SAID = "`rate` is what the sum is multiplied by."


def seen(marked: str, explanations: Explanations, language: str = "python") -> Hover:
    doc, offset = doc_at(marked, language)
    found = look(doc, offset, None, (), explanations)
    assert found is not None
    return found


async def check(monkeypatch: pytest.MonkeyPatch, answer: str, want: str) -> None:
    """Explain `rate`; the answer is remembered, whatever it is, and shown by the next hover."""
    head = Head(monkeypatch, answer)
    explanations = Explanations("qwen")
    hover = seen(CODE, explanations)
    assert (hover.explanation, hover.was_asked) == ("", False)
    assert await explain(NO_ENGINE, hover, explanations) == want
    hover = seen(CODE, explanations)
    assert (hover.explanation, hover.was_asked, len(head.questions)) == (want, True, 1)


@pytest.mark.parametrize(
    ("answer", "want"),
    [
        pytest.param(SAID, SAID, id="a sentence"),
        pytest.param(f"{SAID} It calls `compute`.", SAID, id="without what is invented"),
        pytest.param("It calls `compute`.", "", id="all of it invented"),
        pytest.param("", "", id="nothing"),
    ],
)
async def test_explanations(monkeypatch: pytest.MonkeyPatch, answer: str, want: str) -> None:
    await check(monkeypatch, answer, want)


async def test_what_fails_or_is_cancelled_is_not_remembered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    explanations = Explanations("qwen")
    head = Head(monkeypatch, SAID, failure=EngineDied("gone"))
    with pytest.raises(EngineDied):
        await explain(NO_ENGINE, seen(CODE, explanations), explanations)
    head.failure, head.gate = None, asyncio.Event()
    task = asyncio.create_task(explain(NO_ENGINE, seen(CODE, explanations), explanations))
    await head.asked.wait()
    task.cancel()
    await asyncio.wait([task])
    assert not seen(CODE, explanations).was_asked


async def test_what_is_said_is_heard_as_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    Head(monkeypatch, SAID)
    explanations, heard = Explanations("qwen"), list[str]()
    await explain(NO_ENGINE, seen(CODE, explanations), explanations, heard.append)
    assert "".join(heard) == SAID


@pytest.mark.parametrize(
    ("marked", "language", "want"),
    [
        pytest.param(
            FUNCTION,
            "python",
            "Explain the function `total` in this code in two or three short sentences: what it "
            "does, what its parameters `items`, `rate` are, and what it returns.",
            id="a function",
        ),
        pytest.param(
            CODE,
            "python",
            "Explain the parameter `rate` in this code in two or three short sentences: what it "
            "holds and what `total` does with it.",
            id="a parameter",
        ),
        pytest.param(
            "package a\n\nfunc f() { jso<CURSOR>nx.Marshal(1) }\n",
            "go",
            "Explain the name `jsonx` in this code in two or three short sentences: what it is "
            "and what this code does with it.",
            id="a name from elsewhere",
        ),
        pytest.param(
            "def f<CURSOR>oo(): return '{name} {0} {'\n",
            "python",
            "Explain the function `foo` in this code in two or three short sentences: what it "
            "does and what it returns.",
            id="braces in the code are no places to fill in",
        ),
    ],
)
def test_the_question(marked: str, language: str, want: str) -> None:
    hover = seen(marked, Explanations("qwen"), language)
    question = question_of(hover.facts)
    code, _, asked = question.task.rpartition("\n\n")
    assert code == f"```{language}\n{hover.facts.source}\n```"
    assert asked.startswith(want)
    assert (question.opening, question.priority) == (f"`{hover.facts.name}`", Priority.HOVER)


def test_names_of_one_function_are_asked_of_with_the_same_beginning() -> None:
    known = Explanations("qwen")
    tasks = [question_of(seen(text, known).facts).task for text in (CODE, FUNCTION)]
    beginnings = [task.partition("\n\nExplain")[0] for task in tasks]
    assert beginnings[0] == beginnings[1]


FACTS = "```python\nrate\n```\n\nparameter of `total` · used once"


async def test_how_it_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    Head(monkeypatch, "`rate` is <b> by `items`.")
    known = Explanations("qwen_2")
    hover = seen(CODE, known)
    assert render(hover, is_markdown=True) == FACTS
    assert render(hover, is_markdown=True, state=State.EXPLAINING) == (
        f"{FACTS}\n\n---\n\n_explaining…_"
    )
    assert render(hover, is_markdown=False, state=State.EXPLAINING) == (
        "rate\n\nparameter of total · used once\n\nexplaining…"
    )
    await explain(NO_ENGINE, hover, known)
    hover = seen(CODE, known)
    said = "`rate` is \\<b\\> by `items`.\n\n_qwen\\_2 on this machine; it can be wrong_"
    assert render(hover, is_markdown=True) == f"{FACTS}\n\n---\n\n{said}"
    assert render(hover, is_markdown=False) == (
        "rate\n\nparameter of total · used once\n\n"
        "`rate` is <b> by `items`.\n\nqwen_2 on this machine; it can be wrong"
    )


def test_where_there_is_no_symbol_there_is_no_hover() -> None:
    doc, offset = doc_at("x = 1 <CURSOR> + 2")
    assert look(doc, offset, None, (), Explanations("qwen")) is None
