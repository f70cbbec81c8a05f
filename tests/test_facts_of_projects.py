"""What is known of symbols that other files define, open ones and those of the index."""

from pathlib import Path

import pytest
from marks import doc_at

from lsp_local.index import Index
from lsp_local.symbols.facts import facts
from lsp_local.text import Document

CART = '''\
"""Carts."""

from shop.tax import with_tax as tax
import shop.tax
import json


def total(x):
    return tax(x) + shop.tax.RATE + json.dumps(x)
'''
TAX = '''\
RATE = 2


def with_tax(net: int) -> int:
    """Add the tax.

    More.
    """
    return net
'''


@pytest.fixture
def index(tmp_path: Path) -> Index:
    for path, text in (
        ("shop/cart.py", CART),
        ("shop/tax.py", TAX),
        ("shop/use.py", "from shop.tax import with_tax\n"),
        ("shop/comment.py", "# with_tax is good, with_taxes is not\n"),
        ("shop/other.py", "withTax = with_taxes = 1\n\n\ndef dumps(): ...\n"),
        ("lib/a.go", "package lib\n\n// Gross adds.\nfunc Gross(net int) int { return net }\n"),
    ):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    index = Index(tmp_path, database=tmp_path / "index.sqlite")
    index.refresh()
    return index


def look(index: Index | None, marked: str, path: str, *others: Document) -> str | None:
    doc, offset = doc_at(marked, "go" if path.endswith("go") else "python", path)
    found = facts(doc, offset, index, others)
    return found.as_plain().replace("\n\n", " // ") if found else None


WITH_TAX = "def with_tax(net: int) -> int // Add the tax. // function in shop/tax.py:4"


def test_an_imported_name_is_looked_up_in_the_project(index: Index) -> None:
    marked = CART.replace("tax(x)", "ta<CURSOR>x(x)")
    assert look(index, marked, "shop/cart.py") == (
        f"{WITH_TAX} · used once in this file · named in 3 other files"
    )


def test_an_open_file_is_looked_up_as_it_is_now(index: Index) -> None:
    now = Document("file:///t", "shop/tax.py", "p", "python", "\n\n" + TAX)
    marked = CART.replace("tax(x)", "ta<CURSOR>x(x)")
    want = WITH_TAX.replace(":4", ":6") + " · used once in this file"
    assert look(None, marked, "shop/cart.py", now) == want
    assert str(look(index, marked, "shop/cart.py", now)).startswith(want)


def test_what_no_file_of_the_project_defines_is_not_looked_up_by_its_mere_name(
    index: Index,
) -> None:
    marked = CART.replace("dumps(x)", "du<CURSOR>mps(x)")
    assert look(index, marked, "shop/cart.py") == (
        "member · used once in this file · named in 1 other file"
    )


def test_other_files_of_a_go_package_need_no_import(index: Index) -> None:
    marked = "package lib\n\nfunc f() { Gr<CURSOR>oss(1) }\n"
    here = "func Gross(net int) int // function, perhaps in lib/a.go:4"
    assert look(index, marked, "lib/b.go") == (
        f"{here} · used once in this file · named in 1 other file"
    )
    assert look(index, marked, "elsewhere/b.go") == (
        "name · used once in this file · named in 1 other file"
    )


@pytest.mark.parametrize(
    ("name", "want"),
    [
        pytest.param("with_tax", 3, id="whole words, in code and comments"),
        pytest.param("with_taxes", 2, id="another word"),
        pytest.param("withTax", 1, id="what differs in letters is another name"),
        pytest.param("nowhere", 0, id="a name that stands nowhere"),
        pytest.param("x", None, id="too short for the index"),
        pytest.param("", None, id="no name"),
        pytest.param('"; DROP', 0, id="odd text"),
    ],
)
def test_files_that_name_a_word(index: Index, name: str, want: int | None) -> None:
    assert index.n_files_naming(name, not_path="shop/tax.py") == want


def test_in_too_many_places_nobody_counts(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lsp_local.index.queries.MOST_CHUNKS", 2)
    assert index.n_files_naming("with_tax", "") is None
