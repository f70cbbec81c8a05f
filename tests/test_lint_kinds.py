"""What kind of mistake an edit mends, and edits that no finding is made of."""

import pytest

from lsp_local.languages import language_of
from lsp_local.lint.kinds import kind_of
from lsp_local.trees import parse
from lsp_local.verify.minimal import minimal

PY, TS, GO = "shop/cart.py", "shop/cart.ts", "shop/cart.go"


def check(path: str, before: str, after: str, want: str) -> None:
    """`want` is the rule with what it replaces, "" for nothing to tell."""
    tree = parse(before, language_of(path))
    edits = minimal(before, after, 0)
    kind = None
    if tree is not None and len(edits) == 1:
        kind = kind_of(tree, edits[0], (0, len(before)), is_test="test" in path)
    got = f"{kind.rule}: {kind.old} > {kind.new}" if kind else ""
    assert got == want
    if kind:
        assert before[: kind.start] + kind.new + before[kind.end :] == after


@pytest.mark.parametrize(
    ("path", "before", "after", "want"),
    [
        (PY, "x = a - b\n", "x = a + b\n", "wrong-operator: - > +"),
        (PY, "if a == b:\n    c()\n", "if a != b:\n    c()\n", "wrong-operator: == > !="),
        (PY, "x = a and b\n", "x = a or b\n", "wrong-operator: and > or"),
        (TS, "x = a && b;\n", "x = a || b;\n", "wrong-operator: && > ||"),
        (PY, "if a < b:\n    c()\n", "if a <= b:\n    c()\n", "off-by-one: < > <="),
        (PY, "x = a[0]\n", "x = a[1]\n", "off-by-one: 0 > 1"),
        (PY, "x = f(n)\n", "x = f(n - 1)\n", "off-by-one:  >  - 1"),
        (GO, "package a\n\nvar x = n + 1\n", "package a\n\nvar x = n\n", "off-by-one:  + 1 > "),
        (PY, "x = total\n", "x = totals\n", "wrong-variable: total > totals"),
        (TS, "f(cart.item);\n", "f(cart.items);\n", "wrong-attribute: item > items"),
        (PY, "if a:\n    b()\n", "if not a:\n    b()\n", "missing-not:  > not "),
        (TS, "if (a) { b(); }\n", "if (!a) { b(); }\n", "missing-not:  > !"),
        (PY, "x = a in b\n", "x = a not in b\n", "missing-not:  > not "),
        (PY, "x = f(a, b)\n", "x = f(b, a)\n", "swapped-argument: a, b > b, a"),
        (PY, "x = a\n", "x = a.copy()\n", "suspicious-token:  > .copy()"),
    ],
)
def test_the_rule_and_the_place(path: str, before: str, after: str, want: str) -> None:
    check(path, before, after, want)


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        pytest.param(PY, "x = a\ny = b\n", "x = c\ny = d\n", id="two places"),
        pytest.param(PY, "x = a\n", "x = a\ny = b\n", id="another line"),
        pytest.param(PY, "x = a  # b\n", "x = a  # c\n", id="a comment"),
        pytest.param(PY, 'x = "a"\n', "x = 'a'\n", id="quotes"),
        pytest.param(PY, "x = (a)\n", "x = a\n", id="parentheses"),
        pytest.param(PY, "x = a == None\n", "x = a is None\n", id="what means the same"),
        pytest.param(PY, "x = list()\n", "x = []\n", id="what makes the same"),
        pytest.param(TS, "f(a)\n", "f(a);\n", id="a semicolon"),
        pytest.param(PY, "x = a\n", "x =  a\n", id="layout"),
        pytest.param("tests/test_cart.py", "x = 3\n", "x = 4\n", id="a literal of a test"),
        pytest.param(PY, "x = a\n", f"x = {'b' * 100}\n", id="too long to read"),
        pytest.param("shop/cart.txt", "x = a\n", "x = b\n", id="no grammar"),
    ],
)
def test_no_finding_is_made_of(path: str, before: str, after: str) -> None:
    check(path, before, after, "")
