"""Tests of Go functions as tables: the form is ours, so a model only finds the cases.

Asked for whole tests, small models write a table of their own that never ends.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lsp_local.actions.functions import Function, parameter_nodes
from lsp_local.trees import Tree, parse

if TYPE_CHECKING:
    from lsp_local.trees import Node

MOST_CASES = 6
WANT = "want"
CASE = re.compile(r"^\s*(\{.*\}),?\s*$", re.MULTILINE)
PLAIN = re.compile(r"(?:\[\w*\]|map\[\w+\])*[A-Za-z_]\w*")  # no package, pointer or function
COMPARABLE = re.compile(r"[a-z]+\d*")  # by `!=`, of the types that everybody knows
NO_VALUES = ("error", "any", "chan", "func", "interface", "struct")


@dataclass(frozen=True, slots=True)
class Table:
    """A function with plain types: what it is called, takes (name and type), and returns."""

    name: str
    takes: tuple[tuple[str, str], ...]
    gives: str

    @property
    def head(self) -> str:
        """Return the test up to where the first case has to be filled in."""
        fields = [*self.takes, (WANT, self.gives)]
        width = max(len(name) for name, _ in fields)
        listed = "".join(f"\t\t{name:<{width}} {kind}\n" for name, kind in fields)
        title = f"{self.name[:1].upper()}{self.name[1:]}"
        return f"func Test{title}(t *testing.T) {{\n\ttests := []struct {{\n{listed}\t}}{{\n\t\t{{"

    @property
    def imports(self) -> str:
        """Return what the test imports."""
        if self._is_comparable:
            return 'import "testing"\n\n'
        return 'import (\n\t"reflect"\n\t"testing"\n)\n\n'

    @property
    def _is_comparable(self) -> bool:
        return COMPARABLE.fullmatch(self.gives) is not None

    def filled(self, said: str) -> str:
        """Return the test with the cases of an answer that begins with `head`; "" for none."""
        rows = list(self._rows(said.partition(self.head)[2]))[:MOST_CASES]
        return self._with(rows) if rows else ""

    def _rows(self, said: str) -> Iterator[str]:
        """Yield cases that parse; of those for the same arguments the first."""
        seen = set()
        for found in CASE.finditer(f"\t\t{{{said}"):
            asked = found[1].rpartition(",")[0] if self._is_comparable else found[1]
            tree = parse(f"package p\n\n{self._with([found[1]])}", "go")
            if asked not in seen and tree is not None and not tree.n_errors:
                seen.add(asked)
                yield found[1]

    def _with(self, rows: list[str]) -> str:
        given = ", ".join(f"test.{name}" for name, _ in self.takes)
        shown = ", ".join(["%v"] * len(self.takes))
        differs = (
            "got != test.want" if self._is_comparable else "!reflect.DeepEqual(got, test.want)"
        )
        return (
            f"{self.head[:-3]}"
            + "".join(f"\t\t{row},\n" for row in rows)
            + "\t}\n\tfor _, test := range tests {\n"
            + f"\t\tif got := {self.name}({given}); {differs} {{\n"
            + f'\t\t\tt.Errorf("{self.name}({shown}) = %v, want %v", {given}, got, test.want)\n'
            + "\t\t}\n\t}\n}\n"
        )


def table_of(tree: Tree, function: Function) -> Table | None:
    """Return how a function of Go can be tested with a table, None where that takes more."""
    result = function.node.child_by_field_name("result")
    is_generic = function.node.child_by_field_name("type_parameters") is not None
    if function.is_method or is_generic or result is None:
        return None
    takes = []
    for one in parameter_nodes(function):
        listed = one if one.type == "parameter_declaration" else one.parent
        kind = listed.child_by_field_name("type") if listed is not None else None
        name = one.child_by_field_name("name") or one
        if kind is None or name.type != "identifier":
            return None
        takes.append((_text(tree, name), _text(tree, kind)))
    kinds = [*(kind for _, kind in takes), _text(tree, result)]
    is_plain = all(PLAIN.fullmatch(one) and one not in NO_VALUES for one in kinds)
    names = {name for name, _ in takes}
    is_named = takes and not names & {"_", WANT} and len(names) == len(takes)
    return Table(function.name, tuple(takes), kinds[-1]) if is_plain and is_named else None


def _text(tree: Tree, node: "Node") -> str:
    return tree.text[node.start_byte : node.end_byte]
