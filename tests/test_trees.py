"""What tree-sitter tells of a file, in the languages that matter most."""

import pytest
from marks import split_at

from lsp_local.trees import Tree, parse
from lsp_local.typed_trees import n_common, parse_typed

PYTHON = '''\
import os
from shop.tax import with_tax as tax

RATE: float = 0.19


@dataclass(frozen=True)
class Item(Base):
    """A thing."""

    price: int = 0

    @property
    def gross(self) -> int:
        return tax(self.price)


def total(items: list[Item]) -> int:
    def inner(): ...
    return sum(item.gross for item in items)
'''
TYPESCRIPT = """\
import { tax } from "./tax";
export interface Item { price: number; gross(rate: number): number }
export const RATE = 0.19;
export default class Cart<T> extends Base {
  private items: T[] = [];
  add(item: T): void { this.items.push(item) }
}
export type Id = string | number;
"""
GO = """\
package shop

import "example.com/shop/tax"

type Item struct { Price int }

const Rate = 0.19

func (i *Item) Gross() int { return tax.With(i.Price) }
func Total(items []Item) (int, error) { return 0, nil }
"""
RUST = """\
use crate::tax::with_tax;
pub struct Item<T> { price: T }
impl<T> Item<T> { pub fn gross(&self) -> i64 { 0 } }
pub fn total(items: &[Item<i64>]) -> i64 { 0 }
"""


def tree_of(text: str, language: str) -> Tree:
    tree = parse(text, language)
    assert tree is not None
    return tree


@pytest.mark.parametrize(
    ("text", "language", "want"),
    [
        pytest.param(
            PYTHON,
            "python",
            [
                ("constant", "RATE", "RATE: float = 0.19"),
                ("type", "Item", "@dataclass(frozen=True)\nclass Item(Base):"),
                ("field", "price", "price: int = 0"),
                ("function", "gross", "@property\n    def gross(self) -> int:"),
                ("function", "total", "def total(items: list[Item]) -> int:"),
            ],
            id="python",
        ),
        pytest.param(
            TYPESCRIPT,
            "typescript",
            [
                ("type", "Item", "export interface Item"),
                ("field", "price", "price: number"),
                ("function", "gross", "gross(rate: number): number"),
                ("constant", "RATE", "export const RATE = 0.19;"),
                ("type", "Cart", "export default class Cart<T> extends Base"),
                ("field", "items", "private items: T[] = []"),
                ("function", "add", "add(item: T): void"),
                ("alias", "Id", "export type Id = string | number;"),
            ],
            id="typescript",
        ),
        pytest.param(
            GO,
            "go",
            [
                ("alias", "Item", "type Item struct { Price int }"),
                ("constant", "Rate", "const Rate = 0.19"),
                ("function", "Gross", "func (i *Item) Gross() int"),
                ("function", "Total", "func Total(items []Item) (int, error)"),
            ],
            id="go",
        ),
        pytest.param(
            RUST,
            "rust",
            [
                ("alias", "Item", "pub struct Item<T>"),
                ("type", "Item", "impl<T> Item<T>"),
                ("function", "gross", "pub fn gross(&self) -> i64"),
                ("function", "total", "pub fn total(items: &[Item<i64>]) -> i64"),
            ],
            id="rust",
        ),
    ],
)
def test_definitions(text: str, language: str, want: list[tuple[str, str, str]]) -> None:
    found = tree_of(text, language).definitions()
    assert [(one.kind, one.name, text[one.start : one.body].strip()) for one in found] == want


@pytest.mark.parametrize(
    ("text", "language", "want"),
    [
        pytest.param(
            PYTHON,
            "python",
            ["import os", "from shop.tax import with_tax as tax"],
            id="python",
        ),
        pytest.param(TYPESCRIPT, "typescript", ['import { tax } from "./tax";'], id="typescript"),
        pytest.param(GO, "go", ['import "example.com/shop/tax"'], id="go"),
        pytest.param(RUST, "rust", ["use crate::tax::with_tax;"], id="rust"),
    ],
)
def test_imports(text: str, language: str, want: list[str]) -> None:
    assert tree_of(text, language).imports() == want


@pytest.mark.parametrize(
    ("marked", "language", "want"),
    [
        pytest.param("x = 'a<CURSOR>b'", "python", "string", id="in a string"),
        pytest.param("x = <CURSOR>'ab'", "python", "code", id="before a string"),
        pytest.param("x = 'ab'<CURSOR>", "python", "code", id="behind a string"),
        pytest.param("x = 1  # äh<CURSOR>", "python", "comment", id="at the end of a comment"),
        pytest.param("/* a */<CURSOR>\n", "go", "code", id="behind a block comment"),
        pytest.param("/* a <CURSOR> */", "typescript", "comment", id="in a block comment"),
        pytest.param("const a = `x${<CURSOR>b}`", "typescript", "string", id="in a template"),
        pytest.param('def f():\n    """A <CURSOR>."""', "python", "string", id="in a docstring"),
    ],
)
def test_places(marked: str, language: str, want: str) -> None:
    before, behind = split_at(marked)
    assert tree_of(before + behind, language).place(len(before)) == want


@pytest.mark.parametrize(
    ("marked", "want"),
    [
        pytest.param("class A:\n    def f(self):\n        <CURSOR>x", ["A", "f"], id="a method"),
        pytest.param("def f():\n    def g():\n        <CURSOR>x", ["f", "g"], id="a closure"),
        pytest.param("<CURSOR>x = 1", [], id="the top"),
    ],
)
def test_what_encloses_a_place(marked: str, want: list[str]) -> None:
    before, behind = split_at(marked)
    assert [one.name for one in tree_of(before + behind, "python").enclosing(len(before))] == want


@pytest.mark.parametrize("text", ["x = f(ä", "f(🙂 1\n", "\x00\ud800", "(" * 3000, ""])
def test_any_text_has_a_tree(text: str) -> None:
    tree = tree_of(text, "python")
    assert (tree.n_errors == 0) == (text == "")
    assert tree.definitions() == []


def test_types_may_be_nested_as_deep_as_anybody_likes() -> None:
    text = "".join(f"class A{n} {{" for n in range(3000)) + "}" * 3000
    assert len(tree_of(text, "java").definitions()) == 21


def test_a_replaced_text_is_parsed_as_if_it_were_new() -> None:
    tree = tree_of(PYTHON, "python")
    start = PYTHON.index("return sum")
    for text in ("retürn (", "return 1\n    return 2", ""):
        again = tree.replaced(start, start + 10, text)
        assert again.text == PYTHON[:start] + text + PYTHON[start + 10 :]
        assert list(again.errors()) == list(tree_of(again.text, "python").errors())
    assert tree.n_errors == 0


def test_a_language_without_a_grammar_has_no_tree() -> None:
    assert parse("x", "cobol") is None
    assert parse("x" * 1_000_001, "python") is None


def test_what_is_typed_is_parsed_as_if_it_were_new() -> None:
    text = PYTHON
    for typed in ("x", " = ", "f(", "ä)", "\n", "\ndef g():\n    pass\n"):
        at = text.index("def total") + len("def total") if typed == "x" else len(text)
        text = text[:at] + typed + text[at:]
        tree = parse_typed(text, "python")
        assert tree is not None
        assert tree.text == text
        assert list(tree.errors()) == list(tree_of(text, "python").errors())
        assert tree.definitions() == tree_of(text, "python").definitions()
    assert parse_typed(text, "python") is parse_typed(text, "python")


@pytest.mark.parametrize(
    ("left", "right", "want"),
    [("", "", 0), ("a", "b", 0), ("ab", "ac", 1), ("ab", "abc", 2), ("ab", "ab", 2)],
)
def test_common_beginnings(left: str, right: str, want: int) -> None:
    assert n_common(left, right) == want
