"""The mistakes that `eval lint --mutate` can make in a function."""

import random

import pytest
from linted import doc_of
from mutated import FILES

from lsp_local.evals.mistakes import changed_line
from lsp_local.evals.mutating import mutant
from lsp_local.evals.mutations import mutations
from lsp_local.evals.suspecting import looked_at
from lsp_local.trees import parse
from lsp_local.verify.minimal import applied


def lines_of(path: str, text: str, kind: str) -> list[str]:
    """Return the lines that mutations of one kind make."""
    doc = doc_of(text, path)
    tree = parse(doc.text, doc.language)
    assert tree is not None
    found = []
    for function in looked_at(doc):
        for one in mutations(tree, function):
            wrong = applied(text, (one.edit,))
            line = changed_line(text, wrong)
            if one.kind == kind and line is not None:
                found.append(wrong.split("\n")[line].strip())
    return found


def check(path: str, kind: str, want: list[str]) -> None:
    assert lines_of(path, FILES[path], kind) == want


@pytest.mark.parametrize(
    ("path", "kind", "want"),
    [
        pytest.param(
            "a.py",
            "operator",
            [
                "if low < item and not blocked(item, low):",
                "if low >= item and not blocked(item, low):",
                "if low <= item or not blocked(item, low):",
                "total -= item * step",
                "total += item + step",
                "total += item / step",
            ],
            id="operators of Python, but none of texts, notes and defaults",
        ),
        pytest.param(
            "a.py",
            "constant",
            ["total = 1  # not 1"],
            id="constants of Python; 0 has one neighbour",
        ),
        pytest.param(
            "a.py",
            "argument",
            ["if low <= item and not blocked(low, item):"],
            id="arguments of Python",
        ),
        pytest.param(
            "a.py",
            "negation",
            ["if low <= item and blocked(item, low):"],
            id="a negation of Python that goes",
        ),
        pytest.param(
            "a.ts",
            "operator",
            [
                "if (item.size >= low && !blocked(item, low)) {",
                "if (item.size < low && !blocked(item, low)) {",
                "if (item.size > low || !blocked(item, low)) {",
                "total--;",
                "return total !== low;",
            ],
            id="operators of TypeScript, but not the brackets of types",
        ),
        pytest.param("a.ts", "constant", ["let total = 1;"], id="constants, but none of types"),
        pytest.param(
            "a.ts",
            "negation",
            ["if (item.size > low && blocked(item, low)) {"],
            id="a negation of TypeScript that goes",
        ),
        pytest.param(
            "a.ts",
            "variable",
            [
                "for (const item of low) {",
                "for (const item of total) {",
                "if (item.size > items && !blocked(item, low)) {",
                "if (item.size > total && !blocked(item, low)) {",
                "if (item.size > item && !blocked(item, low)) {",
                "if (item.size > low && !blocked(items, low)) {",
                "if (item.size > low && !blocked(low, low)) {",
                "if (item.size > low && !blocked(total, low)) {",
                "if (item.size > low && !blocked(item, items)) {",
                "if (item.size > low && !blocked(item, total)) {",
                "if (item.size > low && !blocked(item, item)) {",
                "items++;",
                "low++;",
                "item++;",
                "return items === low;",
                "return low === low;",
                "return total === items;",
                "return total === total;",
            ],
            id="only what is in scope; what has parts is not taken for what has none",
        ),
        pytest.param(
            "a.go",
            "operator",
            [
                "if item == low || blocked(low, item) {",
                "if item != low && blocked(low, item) {",
                "total += item",
            ],
            id="operators of Go",
        ),
        pytest.param(
            "a.go",
            "argument",
            ["if item != low || blocked(item, low) {"],
            id="arguments of Go",
        ),
        pytest.param(
            "a.go",
            "negation",
            ["if item != low || !blocked(low, item) {"],
            id="a negation of Go that comes",
        ),
        pytest.param(
            "a.go",
            "variable",
            [
                "total, err := 0, check(low)",
                "for _, item := range low {",
                "for _, item := range total {",
                "if items != low || blocked(low, item) {",
                "if low != low || blocked(low, item) {",
                "if total != low || blocked(low, item) {",
                "if item != items || blocked(low, item) {",
                "if item != total || blocked(low, item) {",
                "if item != item || blocked(low, item) {",
                "if item != low || blocked(items, item) {",
                "if item != low || blocked(total, item) {",
                "if item != low || blocked(item, item) {",
                "if item != low || blocked(low, items) {",
                "if item != low || blocked(low, low) {",
                "if item != low || blocked(low, total) {",
                "items -= item",
                "low -= item",
                "item -= item",
                "total -= items",
                "total -= low",
                "total -= total",
                "return items, err",
                "return low, err",
            ],
            id="variables of Go, but never err",
        ),
        pytest.param(
            "a.rs",
            "constant",
            ["let mut total: u32 = 11;", "let mut total: u32 = 9;"],
            id="constants of Rust, but no part of a tuple, and nothing of a macro",
        ),
        pytest.param(
            "a.rs",
            "operator",
            [
                "if !blocked(*item, low) { total -= item.0; }",
                "total <= low",
                "total > low",
            ],
            id="operators of Rust, but not that of a pointer",
        ),
        pytest.param(
            "a.java",
            "operator",
            ["total = total - item;"],
            id="operators of Java",
        ),
        pytest.param(
            "a.java",
            "variable",
            [
                "for (int item : low) {",
                "for (int item : total) {",
                "items = total + item;",
                "low = total + item;",
                "item = total + item;",
                "total = items + item;",
                "total = low + item;",
                "total = item + item;",
                "total = total + items;",
                "total = total + low;",
                "total = total + total;",
                "return blocked(items, low);",
                "return blocked(low, low);",
                "return blocked(total, items);",
                "return blocked(total, total);",
            ],
            id="variables of Java",
        ),
        pytest.param(
            "a.c",
            "constant",
            [
                "int total = 2, other = 07;",
                "int total = 0, other = 07;",
                "for (int i = 1; i < n; i++)",
            ],
            id="constants of C, but none of another base",
        ),
    ],
)
def test_mutations(path: str, kind: str, want: list[str]) -> None:
    check(path, kind, want)


@pytest.mark.parametrize(
    ("line", "kind", "want"),
    [
        pytest.param("if a is not b: pass", "negation", ["if a is b: pass"], id="is not"),
        pytest.param("return a in b", "negation", ["return a not in b"], id="in"),
        pytest.param("if a: pass", "negation", ["if not a: pass"], id="a bare condition"),
        pytest.param("if a == b: pass", "negation", [], id="what would need brackets stays"),
        pytest.param("while 1: pass", "constant", [], id="any number but 0 is as true"),
        pytest.param("x = True", "constant", ["x = False"], id="truths"),
        pytest.param("x = 0.5 + 0x10 + 1_000", "constant", [], id="only plain numbers"),
        pytest.param("x = a + [b]", "operator", [], id="lists are only joined"),
        pytest.param("x = '%d' % a", "operator", [], id="a text is only filled in"),
        pytest.param("x = '<' + a + b", "operator", [], id="a longer text is, too"),
        pytest.param("x = a if b else c", "constant", [], id="no constant"),
        pytest.param("f(a, *b, key=c)", "argument", [], id="what has no place is not swapped"),
        pytest.param("f(a, a)", "argument", [], id="equal arguments are not swapped"),
        pytest.param("f(a, b, c)", "argument", ["f(b, a, c)", "f(a, c, b)"], id="neighbours"),
        pytest.param("f(\n        a,\n        b)", "argument", [], id="not over two lines"),
        pytest.param("x = self.a", "variable", [], id="the receiver is no variable"),
        pytest.param("x = [y for y in f]", "variable", [], id="what is made in the same line"),
        pytest.param("def g(): return h", "variable", [], id="a name of another scope"),
        pytest.param("a(b)", "variable", ["a(a)"], id="what is called is no variable"),
        pytest.param("f(key=b)", "variable", ["f(key=a)"], id="the name of an argument is none"),
    ],
)
def test_a_line_of_python(line: str, kind: str, want: list[str]) -> None:
    text = f"def f(self, a, b, **rest):\n    {line}\n    print('a long enough body for a look')\n"
    assert lines_of("a.py", text, kind) == want


@pytest.mark.parametrize("path", FILES)
def test_a_mutant_is_a_program_that_differs_in_one_line(path: str) -> None:
    for end in ("\n", "\r\n"):
        doc = doc_of(FILES[path].replace("\n", end), path)
        tree = parse(doc.text, doc.language)
        assert tree is not None
        (function,) = looked_at(doc)
        kinds = set()
        for seed in range(20):
            made = mutant(doc, tree, function, random.Random(seed))
            assert made is not None
            assert made == mutant(doc, tree, function, random.Random(seed))
            assert changed_line(doc.text, made.doc.text) == made.line
            changed = parse(made.doc.text, doc.language)
            assert changed is not None
            assert not changed.n_errors
            kinds.add(made.kind)
        assert len(kinds) > 2


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("def f(:\n    return (1 <", id="a syntax error"),
        pytest.param("def f(a):\n    return '''" + "x\n" * 20, id="an open string"),
        pytest.param("def f(ä, 名):\n    return ä < 名 and '𝄞' * ä or 名(ä, 1)\n", id="letters"),
        pytest.param("def f(a):\n    return " + "(" * 300 + "a" + ")" * 300 + "\n", id="depth"),
        pytest.param(
            "def f(a):\n\treturn a < 1 and \\\n\t\tg(a, 99999999999999999999999)\n", id="tabs"
        ),
        pytest.param("\0def f(a):\n    return a < 1 and b(a, 1) or c\n", id="a NUL"),
    ],
)
def test_odd_text_is_no_fault(text: str) -> None:
    doc = doc_of(text, "a.py")
    tree = parse(text, "python")
    assert tree is not None
    for function in looked_at(doc):
        made = mutant(doc, tree, function, random.Random(1))
        assert made is None or changed_line(text, made.doc.text) == made.line
