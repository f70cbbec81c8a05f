"""Actions that follow habits, with a scripted model; and the measurement of how well they do."""

from pathlib import Path

import pytest
from marks import range_at
from scripted_chat import ScriptedChat, fenced

from lsp_local.actions import catalogue as actions
from lsp_local.evals import following
from lsp_local.evals.following import Result
from lsp_local.evals.following_cases import CASES
from lsp_local.features.code_action import Wanted, asked, resolve
from lsp_local.features.projects import Project
from lsp_local.memory.choosing import habits_of
from lsp_local.memory.habits import OWN, Habit, habits
from lsp_local.memory.store import Store
from lsp_local.memory.styles import Style
from lsp_local.verify.minimal import applied

AREA = "def area(width):<CURSOR>\n    return width * width\n"
HEAD, BODY = "def area(width):\n", "    return width * width\n"
NUMPY = (
    '    """Square it.\n\n    Parameters\n    ----------\n'
    '    width\n        The length of a side.\n    """\n'
)
PLAIN = '    """Square it."""\n'


def of(**values: str) -> tuple[Habit, ...]:
    """Return habits of Python by their traits."""
    return tuple(habits({(Style(t, "python", v), OWN): 1.0 for t, v in values.items()}))


async def check(
    name: str, marked: str, answers: list[str], known: tuple[Habit, ...], want: str
) -> ScriptedChat:
    """Do an action in a project with habits; `want` is the whole file, or the new one."""
    engine = ScriptedChat(list(answers))
    doc, start, end = range_at(marked)
    offer = actions.offer(name, doc, start, end, [])
    assert offer is not None
    project = Project(("app.py",), ())
    found = await resolve(engine, doc, Wanted(offer, "Greet.", project=project, habits=known))
    after = found.new_file.text if found.new_file else applied(doc.text, found.edits)
    assert (found.problem, after) == ("", want)
    assert len(engine.requests) == len(answers)
    return engine


@pytest.mark.parametrize(
    ("name", "marked", "answers", "known", "want"),
    [
        pytest.param(
            "docstring", AREA, ["Square it."], (), HEAD + PLAIN + BODY, id="no habit, one question"
        ),
        pytest.param(
            "docstring",
            AREA,
            ["Square it.", " The length of a side."],
            of(docstring="numpy"),
            HEAD + NUMPY + BODY,
            id="where parameters are described, the model is led to it",
        ),
        pytest.param(
            "docstring",
            AREA,
            ["Square it.\n\nwidth: The length of a side."],
            of(docstring="numpy"),
            HEAD + NUMPY + BODY,
            id="but not where it has done so",
        ),
        pytest.param(
            "docstring",
            AREA,
            ["Square it."],
            of(docstring="plain"),
            HEAD + PLAIN + BODY,
            id="nor where nobody does",
        ),
        pytest.param(
            "rewrite",
            "def greet():<CURSOR>\n    pass\n",
            [fenced("python", 'def greet():\n    return "hello"')],
            of(quotes="single"),
            "def greet():\n    return 'hello'\n",
            id="new strings get the quotes",
        ),
        pytest.param(
            "rewrite",
            "def greet():<CURSOR>\n    pass\n",
            [fenced("python", 'def greet():\n    return "hello"')],
            (),
            'def greet():\n    return "hello"\n',
            id="without a habit they stay",
        ),
    ],
)
async def test_habits_in_actions(
    name: str, marked: str, answers: list[str], known: tuple[Habit, ...], want: str
) -> None:
    await check(name, marked, answers, known, want)


async def test_rules_stand_before_the_code() -> None:
    doc, start, end = range_at(AREA)
    for name in ("docstring", "comment", "rewrite", "annotate", "simplify", "tests"):
        offer = actions.offer(name, doc, start, end, [])
        assert offer is not None
        wanted = Wanted(offer, "Greet.", rules="RULES")
        said = asked(doc, wanted)
        assert said.startswith("RULES\n\n```python\ndef area(width):")
        assert len(said) >= len("RULES\n\n```python\n```") + len(doc.text)
        engine = ScriptedChat(["Square it."] * 2)
        await resolve(engine, doc, wanted)
        assert f"<|user|>{said}" in engine.prompts[0]


def test_the_accepted_edits_show_what_is_measured(tmp_path: Path) -> None:
    store = Store(tmp_path / "a.sqlite")
    following.accept(store, 24)
    found = habits_of(store, Store(tmp_path / "b.sqlite"))
    assert {one.trait: one.value for one in found} == {"docstring": "numpy", "quotes": "single"}


def test_the_cases_show_no_style() -> None:
    assert len(CASES) >= 20
    assert not any("'" in code or '"' in code for code, _ in CASES)


def test_figures() -> None:
    results = [
        Result("rewrite", "before", "a", "double", ""),
        Result("rewrite", "before", "b", "", ""),
        Result("rewrite", "after", "a", "single", ""),
        Result("rewrite", "after", "b", "mixed", ""),
    ]
    assert following.figures(results) == {
        "rewrite before": {"value": 0.0, "n": 1},
        "rewrite after": {"value": 0.5, "n": 2},
        "all before": {"value": 0.0, "n": 1},
        "all after": {"value": 0.5, "n": 2},
    }
