"""Answers of a scripted model become edits of the asked range, and of nothing else."""

import pytest
from verdicts import check

CART = '''import os


class Cart:
    """A cart."""

    def total(self, items):
        return sum(items)

    def clear(self):
        self.items = []


def other():
    pass
'''
TS = """import { tax } from "./tax";

export class Cart {
  total(items: number[]): number {
    return items.length;
  }

  clear(): void {}
}
"""
GO = """package cart

import "fmt"

func Total(items []int) int {
\ttotal := 0
\tfor _, item := range items {
\t\ttotal -= item
\t}
\treturn total
}

func Other() { fmt.Println() }
"""


def marked(text: str, part: str) -> str:
    assert text.count(part) == 1
    return text.replace(part, f"<START>{part}<END>")


METHOD = "    def total(self, items):\n        return sum(items)\n"
FIXED = "    def total(self, items):\n        return sum(items, 1)\n"
TS_METHOD = "total(items: number[]): number {\n    return items.length;\n  }"
TS_FIXED = "total(items: number[]): number {\n    return items.length + 1;\n  }"
GO_LOOP = "\tfor _, item := range items {\n\t\ttotal -= item\n\t}\n"
GO_FIXED = "\tfor _, item := range items {\n\t\ttotal += item\n\t}\n"


@pytest.mark.parametrize(
    ("answer", "want"),
    [
        pytest.param("def total(self, items):\n    return sum(items, 1)", FIXED, id="left edge"),
        pytest.param(FIXED, FIXED, id="in its place"),
        pytest.param(FIXED.strip(), FIXED, id="without the first line's indentation"),
        pytest.param("```python\n" + FIXED + "```", FIXED, id="in a fence"),
        pytest.param("```python\n" + FIXED, FIXED, id="in a fence without an end"),
        pytest.param(
            "def total(self, items):\n\treturn sum(items, 1)", FIXED, id="tabs for spaces"
        ),
        pytest.param(
            "def total(self, items):\n  return sum(items, 1)", FIXED, id="two spaces for four"
        ),
        pytest.param(
            "Here you are:\n```python\n" + CART.replace(METHOD, FIXED) + "```\nIt works.",
            FIXED,
            id="the whole file",
        ),
        pytest.param(
            "class Cart:\n    def total(self, items):\n        return sum(items, 1)",
            FIXED,
            id="the class around it",
        ),
        pytest.param(
            "import os\n\ndef total(self, items):\n    return sum(items, 1)\n\n\n"
            'if __name__ == "__main__":\n    print(Cart().total([1]))\n',
            FIXED,
            id="imports before and usage behind",
        ),
        pytest.param(
            "```python\n" + METHOD + "```\nis wrong. Better:\n```python\n" + FIXED + "```",
            FIXED,
            id="the old code first",
        ),
        pytest.param(
            "class A:\n    def total(self, items):\n        return 1\n\n"
            "class Cart:\n    def total(self, items):\n        return sum(items, 1)\n",
            FIXED,
            id="the one in the right class",
        ),
        pytest.param(
            "def total(self, items):\n    return add(items)\n\ndef add(items):\n    return 1\n",
            "    def total(self, items):\n        return add(items)\n\n"
            "    def add(items):\n        return 1\n",
            id="a new helper that is used",
        ),
        pytest.param("return sum(items, 1)", "! the answer does not define `total`", id="its body"),
        pytest.param(
            "def total(self, items):\n    return 1\n\ndef total(self, items):\n    return 2\n",
            "! the answer defines `total` more than once",
            id="twice",
        ),
        pytest.param("I cannot do that.", "! the answer holds no code", id="no code"),
        pytest.param(METHOD, "! nothing was changed", id="the same"),
        pytest.param(
            "def total( self, items ):\n\n    return sum(\n        items\n    )\n\n",
            "! nothing was changed",
            id="the same in other clothes",
        ),
        pytest.param(
            "def total(self, items):\n    return sum(items",
            "! line 2: does not parse: `return sum(items`",
            id="cut off",
        ),
        pytest.param(
            "def total(self, items):\n    if items:\n    return 1",
            "! line 3: expected an indented block after 'if' statement: `return 1`",
            id="wrong for Python only",
        ),
        pytest.param(
            "def total(self, items):\n    return 'REDACTED_SECRET'",
            "! the answer holds a placeholder for a secret",
            id="a placeholder",
        ),
    ],
)
def test_a_method_of_python(answer: str, want: str) -> None:
    check("rewrite", "python", marked(CART, METHOD), answer, want)


@pytest.mark.parametrize(
    ("language", "text", "answer", "want"),
    [
        pytest.param(
            "typescript", marked(TS, TS_METHOD), TS_FIXED, TS_FIXED, id="ts: a method in its place"
        ),
        pytest.param(
            "typescript",
            marked(TS, TS_METHOD),
            "total(items: number[]): number {\n    return items.length + 1;\n}",
            TS_FIXED,
            id="ts: a method at the edge, four spaces for two",
        ),
        pytest.param(
            "typescript",
            marked(TS, TS_METHOD),
            "```ts\n" + TS.replace(TS_METHOD, TS_FIXED) + "\nnew Cart().total([1]);\n```",
            TS_FIXED,
            id="ts: the whole file and more",
        ),
        pytest.param(
            "typescript",
            marked(TS, TS_METHOD),
            "total(items: number[]): number {\n  return items.length + 1;\n\n",
            "! line 2: does not parse: `return items.length + 1;`",
            id="ts: cut off",
        ),
        pytest.param(
            "typescript",
            "<START>const f = (a: number) => {\n  return a;\n};<END>\n",
            "import x from 'y';\nconst f = (a: number) => {\n  return -a;\n};\nf(1);",
            "const f = (a: number) => {\n  return -a;\n};",
            id="ts: an arrow",
        ),
        pytest.param("go", marked(GO, GO_LOOP), GO_FIXED, GO_FIXED, id="go: a loop in its place"),
        pytest.param(
            "go",
            marked(GO, GO_LOOP),
            "for _, item := range items {\n    total += item\n}",
            GO_FIXED,
            id="go: a loop with spaces",
        ),
        pytest.param(
            "go",
            marked(GO, GO_LOOP),
            "total := 0\n" + GO_FIXED + "\treturn total\n}",
            GO_FIXED,
            id="go: a loop and the lines around",
        ),
        pytest.param(
            "go",
            marked(GO, "func Other() { fmt.Println() }"),
            'package cart\n\nimport "fmt"\n\nfunc Other() { fmt.Println(1) }\n\nfunc main() {}\n',
            "func Other() { fmt.Println(1) }",
            id="go: a file",
        ),
        pytest.param(
            "rust",
            "impl A {\n    <START>fn f(&self) -> u8 {\n        1\n    }<END>\n}\n",
            "impl A {\n    fn f(&self) -> u8 {\n        2\n    }\n}",
            "fn f(&self) -> u8 {\n        2\n    }",
            id="rust: an impl around it",
        ),
        pytest.param(
            "java",
            "class A {\n  <START>int f() {\n    return 1;\n  }<END>\n}\n",
            "int f() {\n    return 2;\n}",
            "int f() {\n    return 2;\n  }",
            id="java: a method",
        ),
        pytest.param(
            "kotlin",
            "fun a() {\n    <START>f(1)<END>\n}\n",
            "```kotlin\nfun a() {\n    f(2)\n}\n```",
            "f(2)",
            id="no grammar",
        ),
        pytest.param(
            "typescript",
            "<START>export default function f(a: T) {\n  return a;\n}<END>\n",
            "function f(a: T) {\n  return -a;\n}",
            "export default function f(a: T) {\n  return -a;\n}",
            id="ts: an export that was forgotten",
        ),
        pytest.param(
            "rust",
            "<START>pub fn f() -> u8 {\n    1\n}<END>\n",
            "fn f() -> u8 {\n    2\n}",
            "pub fn f() -> u8 {\n    2\n}",
            id="rust: pub that was forgotten",
        ),
        pytest.param(
            "go",
            "package p\n\nfunc (a *A) F() int { return 1 }\n\n"
            "<START>func (b *B) F() int { return 2 }<END>\n",
            "func (a *A) F() int { return 4 }\n\nfunc (b *B) F() int { return 3 }\n",
            "func (b *B) F() int { return 3 }",
            id="go: the method of the right type",
        ),
        pytest.param(
            "json",
            '{\n  <START>"a": 1<END>\n}\n',
            '```json\n{\n  "a": 2\n}\n```',
            '"a": 2',
            id="json: braces around it",
        ),
        pytest.param(
            "c",
            "<START>int f(int a) {\n  return a;\n}<END>\n",
            "#include <stdio.h>\n\nint f(int a) {\n  return -a;\n}\n\nint main() { f(1); }",
            "int f(int a) {\n  return -a;\n}",
            id="c: a program",
        ),
        pytest.param("yaml", "a:\n  <START>b: 1<END>\n", "b: 1\nc: 2", "b: 1\n  c: 2", id="yaml"),
    ],
)
def test_other_languages(language: str, text: str, answer: str, want: str) -> None:
    check("rewrite", language, text, answer, want)
