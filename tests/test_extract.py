"""Statements become a function that is called in their place, or stay where they are."""

import pytest
from marks import range_at

from lsp_local.actions.extract import Extraction, judged
from lsp_local.actions.extracted import edits, is_free_name


def check(marked: str, language: str, want: str) -> None:
    """`want` is the whole file after it, or the reason why it stays as it is."""
    doc, start, end = range_at(marked, language)
    found = judged(doc, start, end)
    if not isinstance(found, Extraction):
        assert found.reason == want
        return
    text = doc.text
    for edit in reversed(edits(doc, found, "part")):
        text = text[: edit.start] + edit.text + text[edit.end :]
    assert text == want


@pytest.mark.parametrize(
    ("marked", "want"),
    [
        pytest.param(
            "RATE = 1\n\n\ndef f(a, b):\n    c = a\n    <START>d = c + b * RATE\n    e = d<END>\n"
            "    return d + e\n",
            "RATE = 1\n\n\ndef part(c, b):\n    d = c + b * RATE\n    e = d\n    return d, e\n\n\n"
            "def f(a, b):\n    c = a\n    d, e = part(c, b)\n    return d + e\n",
            id="what is used before comes in, what is used behind goes out",
        ),
        pytest.param(
            "# about f\n@deco\ndef f(a: int, b=1) -> int:\n    <START>print(a, b)<END>\n"
            "    return a\n",
            "def part(a: int, b) -> None:\n    print(a, b)\n\n\n"
            "# about f\n@deco\ndef f(a: int, b=1) -> int:\n    part(a, b)\n    return a\n",
            id="annotations come along, comments stay with their function",
        ),
        pytest.param(
            "x = f(\n        1)\nif x:\n  x = 1\n\n\n"
            "def f(a):\n  <START>b = a\n  print(b)<END>\n  return a\n",
            "x = f(\n        1)\nif x:\n  x = 1\n\n\n"
            "def part(a):\n  b = a\n  print(b)\n\n\n"
            "def f(a):\n  part(a)\n  return a\n",
            id="as deep as the file indents, whatever stands under a bracket",
        ),
        pytest.param(
            "class A:\n    def f(self, a):\n        <START>self.x = a\n"
            "        y = super().g(a)<END>\n"
            "        return y\n\n    def g(self): pass\n",
            "class A:\n    def f(self, a):\n        y = self.part(a)\n        return y\n\n"
            "    def part(self, a):\n        self.x = a\n        y = super().g(a)\n"
            "        return y\n\n    def g(self): pass\n",
            id="what uses self becomes a method",
        ),
        pytest.param(
            "class A:\n    @classmethod\n    async def f(cls):\n"
            "        <START>await cls.g()<END>\n",
            "class A:\n    @classmethod\n    async def f(cls):\n        await cls.part()\n\n"
            "    @classmethod\n    async def part(cls):\n        await cls.g()\n",
            id="what awaits is awaited",
        ),
        pytest.param(
            "class A:\n    def f(self, a):\n        <START>b = a\n        print(b)<END>\n",
            "def part(a):\n    b = a\n    print(b)\n\n\nclass A:\n    def f(self, a):\n"
            "        part(a)\n",
            id="what does not use self becomes a function",
        ),
        pytest.param(
            "def f(a):\n    if a:\n        return 1\n    <START>if a > 2:\n        return 2\n"
            "    return 3<END>\n",
            "def part(a):\n    if a > 2:\n        return 2\n    return 3\n\n\n"
            "def f(a):\n    if a:\n        return 1\n    return part(a)\n",
            id="the end of a function is returned",
        ),
        pytest.param(
            "def f(a):\n    n = 0\n    for x in a:\n        <START>n += x\n        print(n)<END>\n",
            "def part(n, x):\n    n += x\n    print(n)\n    return n\n\n\n"
            "def f(a):\n    n = 0\n    for x in a:\n        n = part(n, x)\n",
            id="what the next round of a loop reads goes out",
        ),
        pytest.param(
            "def f():\n    <START>x = '''\n a\n'''\n    y = (1,\n  2)<END>\n    return x, y\n",
            "def part():\n    x = '''\n a\n'''\n    y = (1,\n    2)\n    return x, y\n\n\n"
            "def f():\n    x, y = part()\n    return x, y\n",
            id="a string over lines stays as it is",
        ),
        pytest.param(
            "def f(a):\r\n    for x in a:\r\n        <START>b = [x for y in a]\r\n"
            "        g(b)<END>\r\n",
            "def part(x, a):\r\n    b = [x for y in a]\r\n    g(b)\r\n\r\n\r\n"
            "def f(a):\r\n    for x in a:\r\n        part(x, a)\r\n",
            id="windows; a comprehension has names of its own",
        ),
        pytest.param(
            "def f(a):\n    <START>if a:\n        x = 1<END>\n    return x\n",
            "`x` may have no value afterwards",
            id="refused: a result may be unbound",
        ),
        pytest.param(
            "def f(a):\n    if a:\n        x = 1\n    <START>if a:\n        print(x)<END>\n",
            "`x` may have no value yet",
            id="refused: a parameter may be unbound",
        ),
        pytest.param(
            "def f(a):\n    x = 1\n    <START>if a:\n        x = 2<END>\n    return x\n",
            "def part(a, x):\n    if a:\n        x = 2\n    return x\n\n\n"
            "def f(a):\n    x = 1\n    x = part(a, x)\n    return x\n",
            id="an old value goes through",
        ),
        pytest.param(
            "def f(a):\n    <START>if a:\n        return 1<END>\n    return 2\n",
            "it returns from its function",
            id="refused: a return in the middle",
        ),
        pytest.param(
            "def f(a):\n    for x in a:\n        <START>if x:\n            break<END>\n",
            "it leaves a loop",
            id="refused: a break that leaves",
        ),
        pytest.param(
            "def f(a):\n    <START>yield a<END>\n",
            "it gives values one by one",
            id="refused: yield",
        ),
        pytest.param(
            "def f(a):\n    x = 0\n    def g():\n        nonlocal x\n        <START>x = 1<END>\n",
            "it changes a name of an outer scope",
            id="refused: nonlocal",
        ),
        pytest.param(
            "def f(a):\n    global x\n    <START>x = a<END>\n",
            "it changes a name of an outer scope",
            id="refused: global",
        ),
        pytest.param(
            "def f(a):\n    b = 1  # <START>note\n    c = b + a<END>\n    return c\n",
            "def part(b, a):\n    c = b + a\n    return c\n\n\n"
            "def f(a):\n    b = 1  # note\n    c = part(b, a)\n    return c\n",
            id="a comment behind other code stays there",
        ),
        pytest.param(
            "def f(a):\n    g = lambda: x\n    <START>x = 1<END>\n    return g()\n",
            "an inner function uses `x`",
            id="refused: a closure sees the change",
        ),
        pytest.param(
            "def f(a):\n    x = 0\n    try:\n        <START>x = 1\n        g()<END>\n"
            "    except E:\n        pass\n    return x\n",
            "what it computes may be needed after an error in it",
            id="refused: an error in the middle",
        ),
        pytest.param(
            "x = 1\n<START>y = x<END>\n", "no statements of a function are selected", id="top"
        ),
        pytest.param(
            "class A:\n    def f(self, o):\n        <START>print(o.__x)<END>\n",
            "it uses what is private in its class",
            id="refused: a mangled name",
        ),
        pytest.param(
            "def f(a):\n    <START>return locals()<END>\n",
            "it belongs to its function",
            id="locals",
        ),
    ],
)
def test_python(marked: str, want: str) -> None:
    check(marked, "python", want)


@pytest.mark.parametrize(
    ("marked", "language", "want"),
    [
        pytest.param(
            "export function f(a: number, b?: string, c = 1) {\n  const d = [a];\n"
            "  <START>const e = a + c;\n  const g = d.map((x) => x + e);<END>\n"
            "  return g + b;\n}\n",
            "typescript",
            "export function f(a: number, b?: string, c = 1) {\n  const d = [a];\n"
            "  const g = part(a, c, d);\n  return g + b;\n}\n\n"
            "function part(a: number, c: number, d: any) {\n  const e = a + c;\n"
            "  const g = d.map((x) => x + e);\n  return g;\n}\n",
            id="typescript: types where they are known",
        ),
        pytest.param(
            "class A {\n  static async f(a: number) {\n    <START>await this.g(a);\n"
            "    this.n++;<END>\n"
            "  }\n}\n",
            "typescript",
            "class A {\n  static async f(a: number) {\n    await this.part(a);\n  }\n\n"
            "  private static async part(a: number) {\n    await this.g(a);\n    this.n++;\n"
            "  }\n}\n",
            id="typescript: a static method",
        ),
        pytest.param(
            "function f(a) {\n  let n = 0\n  <START>for (const x of a) {\n    n += x\n"
            "  }<END>\n  return n\n}\n",
            "javascript",
            "function f(a) {\n  let n = 0\n  n = part(a, n)\n  return n\n}\n\n"
            "function part(a, n) {\n"
            "  for (const x of a) {\n    n += x\n  }\n  return n\n}\n",
            id="javascript: a name that was declared before, no semicolons",
        ),
        pytest.param(
            "test('x', () => {\n  const a = 1;\n  <START>const b = a; let c = b;<END>\n"
            "  c = c + b;\n});\n",
            "javascript",
            "test('x', () => {\n  const a = 1;\n  let { b, c } = part(a);\n  c = c + b;\n});\n\n"
            "function part(a) {\n  const b = a; let c = b;\n  return { b, c };\n}\n",
            id="javascript: in a callback, two results",
        ),
        pytest.param(
            "function f() {\n  <START>this.x = 1;<END>\n}\n",
            "javascript",
            "it uses `this` outside of a class",
            id="refused: this of a function",
        ),
        pytest.param(
            "func f(a []int, s string) (int, error) {\n\tn := 0\n\t<START>for _, x := range a {\n"
            "\t\tn += x\n\t}\n\tm := len(s) + n<END>\n\treturn n + m, nil\n}\n",
            "go",
            "func f(a []int, s string) (int, error) {\n\tn := 0\n\tm, n := part(a, n, s)\n"
            "\treturn n + m, nil\n}\n\nfunc part(a []int, n int, s string) (int, int) {\n"
            "\tfor _, x := range a {\n\t\tn += x\n\t}\n\tm := len(s) + n\n\treturn m, n\n}\n",
            id="go: types of parameters and results",
        ),
        pytest.param(
            "func f(a T) (int, error) {\n\t<START>b, err := strconv.Atoi(a.s)\n"
            "\treturn b, err<END>\n}\n",
            "go",
            "func f(a T) (int, error) {\n\treturn part(a)\n}\n\nfunc part(a T) (int, error) {\n"
            "\tb, err := strconv.Atoi(a.s)\n\treturn b, err\n}\n",
            id="go: the end of a function",
        ),
        pytest.param(
            "func f(s string) {\n\t<START>g, _ := func() (int, int) {\n\t\ts := 1\n"
            "\t\treturn s, 1\n"
            "\t}, s<END>\n}\n",
            "go",
            "func f(s string) {\n\tpart(s)\n}\n\nfunc part(s string) {\n"
            "\tg, _ := func() (int, int) {\n\t\ts := 1\n\t\treturn s, 1\n\t}, s\n}\n",
            id="go: an inner function has names of its own",
        ),
        pytest.param(
            "func f() {\n\tx := unknown()\n\t<START>use(x)<END>\n}\n",
            "go",
            "the type of `x` is not known",
            id="refused: a type that nothing says",
        ),
        pytest.param(
            "func f() string {\n\tvar b strings.Builder\n\t<START>b.WriteString(s)<END>\n"
            "\treturn b.String()\n}\n",
            "go",
            "`b` may be changed in place",
            id="refused: a copy would be changed",
        ),
        pytest.param(
            "func f(mu *T) {\n\t<START>defer mu.Unlock()<END>\n}\n",
            "go",
            "it belongs to its function",
            id="refused: defer",
        ),
        pytest.param(
            "fn f() { <START>g();<END> }",
            "rust",
            "this language is not known well enough",
            id="rust",
        ),
        pytest.param("<START>a<END>", "cobol", "there is no grammar for this language", id="cobol"),
    ],
)
def test_other_languages(marked: str, language: str, want: str) -> None:
    check(marked, language, want)


@pytest.mark.parametrize(
    ("language", "name", "want"),
    [
        *(("python", "sum_up", True), ("python", "sumUp", False), ("python", "print", False)),
        *(("python", "taken", False), ("python", "", False), ("python", "a b", False)),
        *(("go", "sumUp", True), ("go", "sum_up", False), ("go", "len", False)),
        *(("typescript", "sumUp", True), ("typescript", "delete", False)),
        *(("python", "x" * 51, False), ("python", "naïve", False), ("python", "take", True)),
    ],
)
def test_free_names(language: str, name: str, want: bool) -> None:
    doc, _, _ = range_at("taken = 1<CURSOR>", language)
    assert is_free_name(doc, name) is want


@pytest.mark.parametrize("language", ["python", "typescript", "go"])
@pytest.mark.parametrize(
    "text", ["", "def f(:\n\x00", "(" * 2000, "func f( {", "{}" * 500, "🙂\ud800"]
)
def test_no_text_is_too_odd(text: str, language: str) -> None:
    doc, _, _ = range_at(text + "<CURSOR>", language)
    for start in range(0, len(text) + 1, max(1, len(text) // 9)):
        assert not isinstance(judged(doc, start, len(text)), Extraction)
