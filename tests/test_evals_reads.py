"""Whether what is read at a hole is counted rightly; no model is asked."""

import json
from pathlib import Path

import pytest
from marks import doc_between
from typer.testing import CliRunner

from lsp_local.cli.app import app
from lsp_local.context import Source
from lsp_local.evals.holes import Hole, punch
from lsp_local.evals.reads import Compared, Read, compare, figures
from lsp_local.index import Index
from lsp_local.options import Options
from lsp_local.text import Document

PRICES = "def with_tax(net):\n    return net * 119 // 100\n"
SHIPPING = "def ship(cart, country):\n    total = with_tax(cart.net)\n    return total\n"


def hole_at(marked: str, kind: str) -> Hole:
    doc, start, end = doc_between(marked)
    text = doc.text[:start] + doc.text[end:]
    return Hole(
        kind, Document(doc.uri, "cart.py", "shop", "python", text), start, doc.text[start:end]
    )


def check(
    root: Path, marked: str, kind: str, without: Source, want: list[tuple[bool, bool]]
) -> None:
    """Look at one hole in a project of two other files; first with everything, then without."""
    (root / "prices.py").write_text(PRICES)
    (root / "shipping.py").write_text(SHIPPING)
    index = Index(root, database=root / "index.sqlite")
    index.refresh()
    (one,) = compare(Options(), [hole_at(marked, kind)], index, frozenset({without}))
    assert [(read.has_names, read.has_line) for read in (one.full, one.less)] == want


@pytest.mark.parametrize(
    ("marked", "kind", "without", "want"),
    [
        pytest.param(
            "from prices import with_tax\n\ndef pay(net):\n    return <START>with_tax(net)<END>\n",
            "rest",
            Source.IMPORTED,
            [(True, False), (True, False)],
            id="a name that the window has is always there",
        ),
        pytest.param(
            "pay = <START>with_tax(1)<END>\n",
            "rest",
            Source.REPOSITORY,
            [(False, False), (False, False)],
            id="a name that nothing nearby leads to is not read",
        ),
        pytest.param(
            "def ship(cart, country):\n    <START>total = with_tax(cart.net)<END>\n",
            "line",
            Source.REPOSITORY,
            [(True, True), (False, False)],
            id="a line that a similar part has, indented as it may be",
        ),
        pytest.param(
            "def ship(cart, country):\n    total = <START>with_tax(cart.net)<END>\n    return 0\n",
            "rest",
            Source.REPOSITORY,
            [(True, True), (False, False)],
            id="of a rest the whole line is looked for",
        ),
        pytest.param(
            "def ship(cart, country):<START>\n\n    total = with_tax(cart.net)\n    x()<END>\n",
            "block",
            Source.REPOSITORY,
            [(True, True), (False, False)],
            id="of a block the first line that is not blank",
        ),
        pytest.param(
            "# lsp-local: private\ntotal = 1\n# lsp-local: end\ndef f(ü):\n    <START>total<END>\n",
            "line",
            Source.NAMED,
            [(False, False), (False, False)],
            id="what is private is not read",
        ),
    ],
)
def test_what_is_read_is_looked_at(
    marked: str,
    kind: str,
    without: Source,
    want: list[tuple[bool, bool]],
    tmp_path: Path,
) -> None:
    check(tmp_path, marked, kind, without, want)


def test_a_gain_is_that_of_the_same_holes() -> None:
    hole = hole_at("x = <START>with_tax(1)<END>\n", "rest")
    all_of_it, names, nothing = Read(True, True, 90), Read(True, False, 30), Read(False, False, 0)
    found = figures([Compared(hole, all_of_it, names), Compared(hole, names, nothing)], seed=1)
    assert {
        name: [row[which]["value"] for which in ("with", "without", "gain")]
        for name, row in found.items()
    } == {
        "all_names_of_the_line": [1.0, 0.5, 0.5],
        "the_line_itself": [0.5, 0.0, 0.5],
        "characters_of_other_places": [60.0, 15.0, 45.0],
    }


def test_the_command_asks_no_model(tmp_path: Path) -> None:
    (tmp_path / "prices.py").write_text(PRICES + "\n" * 20)
    (tmp_path / "shipping.py").write_text(SHIPPING + "\n" * 20)
    arguments = ["eval", "sources", str(tmp_path), "--without", "named,repository", "--reads"]
    ran = CliRunner().invoke(app, [*arguments, "--model", "/there/is/none.gguf", "--json"])
    assert ran.exit_code == 0, ran.output
    found = json.loads(ran.stdout)
    assert (found["repository"], found["n"]) == (tmp_path.name, 2)
    said = CliRunner().invoke(app, [*arguments, "--verbose"])
    assert "wanted 'total = with_tax(cart.net)'" in said.stdout


def test_all_names_of_a_long_file_are_asked_for(tmp_path: Path) -> None:
    names = [f"name_{n:04}" for n in range(1200)]
    defined = "".join(f"def {name}():\n    return 0\n\n\n" for name in names)
    (tmp_path / "defined.py").write_text(defined)
    (tmp_path / "used.py").write_text("".join(f"{name}()\n" for name in names))
    index = Index(tmp_path, database=tmp_path / "index.sqlite")
    index.refresh()
    holes = punch(tmp_path, ["line"], 0, 1, index)
    assert sorted(hole.truth for hole in holes) == [f"{name}()" for name in names]
