"""Tests of Go functions are tables of which a model fills in the cases."""

import pytest
from marks import range_at

from lsp_local.actions.gotables import Table, table_of
from lsp_local.actions.statements import function_meant
from lsp_local.typed_trees import parse_typed


def table(header: str) -> Table | None:
    doc, start, end = range_at(f"package p\n\n{header} {{<CURSOR>\n}}\n", "go")
    tree = parse_typed(doc.text, "go")
    function = function_meant(tree, start, end) if tree else None
    assert tree is not None
    assert function is not None
    return table_of(tree, function)


ADD = """func TestAdd(t *testing.T) {
	tests := []struct {
		a    int
		b    int
		want int
	}{
		{1, 2, 3},
		{0, -1, -1},
	}
	for _, test := range tests {
		if got := add(test.a, test.b); got != test.want {
			t.Errorf("add(%v, %v) = %v, want %v", test.a, test.b, got, test.want)
		}
	}
}
"""
SPLIT = """func TestSplit(t *testing.T) {
	tests := []struct {
		text string
		want []string
	}{
		{"a,b", []string{"a", "b"}},
	}
	for _, test := range tests {
		if got := split(test.text); !reflect.DeepEqual(got, test.want) {
			t.Errorf("split(%v) = %v, want %v", test.text, got, test.want)
		}
	}
}
"""


@pytest.mark.parametrize(
    ("header", "rows", "want"),
    [
        pytest.param(
            "func add(a, b int) int",
            "1, 2, 3},\n\t\t{0, -1, -1},\n\t}",
            ADD,
            id="two names, a type",
        ),
        pytest.param(
            "func add(a int, b int) int",
            "1, 2, 3},\n\t\t{1, 2, 4},\n\t\t{0, -1, -1},\n\t\t{7, ",
            ADD,
            id="of two results of one call the first, and no case that is cut off",
        ),
        pytest.param(
            "func add(a int, b int) int",
            "1, 2, 3},\n\t\t{oh no,\n\t\t{0, )}\n\t\t{0, -1, -1},\n\t}\n\tfor _, x := range y {}\n",
            ADD,
            id="cases that do not parse",
        ),
        pytest.param(
            "func split(text string) []string",
            '"a,b", []string{"a", "b"}},\n\t}',
            SPLIT,
            id="what has to be compared in depth",
        ),
        pytest.param("func add(a int, b int) int", "", "", id="nothing was said"),
    ],
)
def test_the_table_is_filled_in(header: str, rows: str, want: str) -> None:
    found = table(header)
    assert found is not None
    assert found.filled(f"{found.head}{rows}") == want
    assert ("reflect" in found.imports) == ("reflect" in want)


def test_there_are_six_cases_at_most() -> None:
    found = table("func add(a int, b int) int")
    assert found is not None
    rows = "".join(f"\n\t\t{{{n}, 1, {n + 1}}}," for n in range(40))
    assert found.filled(f"{found.head}0, 0, 0}},{rows}").count("\t\t{") == 6


@pytest.mark.parametrize(
    "header",
    [
        pytest.param("func f(a int)", id="no result"),
        pytest.param("func f() int", id="no argument"),
        pytest.param("func f(a int) (int, error)", id="two results"),
        pytest.param("func f(a int) error", id="an error"),
        pytest.param("func f(a *T) int", id="a pointer"),
        pytest.param("func f(a func(int) int) int", id="a function"),
        pytest.param("func f(a time.Time) int", id="a type of a package"),
        pytest.param("func f(a ...int) int", id="any number of arguments"),
        pytest.param("func f[T any](a T) int", id="a type parameter"),
        pytest.param("func f(want int) int", id="our own name"),
        pytest.param("func f(_ int) int", id="no name"),
        pytest.param("func f(int) int", id="a type only"),
        pytest.param("func (c C) f(a int) int", id="a method"),
    ],
)
def test_other_functions_get_no_table(header: str) -> None:
    assert table(header) is None
