"""Names that an answer uses and nobody defines; names that it defines itself are none."""

import pytest
from verdicts import check

PY = "<START>def f(a, b=1, *c: int):\n    return a + b<END>\n"
GO = "package p\n\n<START>func f(a int, b int) int {\n\treturn a - b\n}<END>\n"
TS = "<START>function f(a: number, b = 1): number {\n  return a - b;\n}<END>\n"
RUST = "<START>fn f(a: &str) -> usize {\n    a.len()\n}<END>\n"


@pytest.mark.parametrize(
    ("language", "text", "answer", "name"),
    [
        pytest.param(
            "python", PY, "def f(a, b=1, *c: int):\n    return add(a)", "add", id="python"
        ),
        pytest.param(
            "python",
            "<START>def f(a):\n    total = 0\n    total += a\n    return total<END>\n",
            "def f(a):\n    total += a\n    return total",
            "total",
            id="python: a variable without a beginning",
        ),
        pytest.param(
            "typescript",
            TS,
            "function f(a: number, b = 1): number {\n  const { c } = add(a);\n  return c;\n}",
            "add",
            id="typescript",
        ),
        pytest.param("go", GO, "func f(a int, b int) int {\n\treturn add(a, b)\n}", "add", id="go"),
        pytest.param("rust", RUST, "fn f(a: &str) -> usize {\n    add(a)\n}", "add", id="rust"),
    ],
)
def test_unknown_names(language: str, text: str, answer: str, name: str) -> None:
    check("rewrite", language, text, answer, f"! `{name}` is not defined anywhere")


@pytest.mark.parametrize(
    ("language", "text", "body"),
    [
        pytest.param("python", PY, "    return f(a.x, b=len(b))", id="python: known"),
        pytest.param(
            "python",
            PY,
            "    import math\n    with open(a) as g, b as (h, i):\n"
            "        return [math.sqrt(x) for x, *y in g if (z := x)] + [h, i, z]",
            id="python: statements",
        ),
        pytest.param(
            "python",
            PY,
            "    def g(h: int, *i: str, **j: bytes) -> None:\n        print(h, i, j)\n\n"
            "    match a:\n        case {'x': k, **m}:\n            return g(k, m)\n"
            "        case [n, *o] | (n, o):\n            return lambda p, *q: (n, o, p, q)",
            id="python: parameters and patterns",
        ),
        pytest.param(
            "typescript",
            TS,
            "  const { c, d: e, ...g } = JSON.parse(`${a}`);\n  const [i, [j = 2]] = g;\n"
            "  for (const k of i) { try { j(k); } catch (m) { throw m; } }\n"
            "  return c + e + (n => n)(1) + ((o, { p }) => o + p)(1, {});",
            id="ts: patterns",
        ),
        pytest.param(
            "typescript",
            TS,
            "  type X<T> = { [key: string]: T };\n  const c: X<number> = {};\n"
            "  function* g(h?: string) { yield h; }\n  return [...g()].length + c.d;",
            id="ts: types",
        ),
        pytest.param(
            "go",
            GO,
            "\tswitch x := any(a).(type) {\n\tcase int:\n\t\treturn x\n\t}\n"
            "\tg := func(c, d int) (e int) { e = c; return }\n"
            "\tvar h, i = g(1, 2), struct{ j int }{j: 1}\n"
            "\tfor k, l := range []int{h} {\n\t\tg(k, l)\n\t}\n"
            "\tselect {\n\tcase m := <-make(chan int):\n\t\treturn m\n\t}\n\treturn i.j",
            id="go",
        ),
        pytest.param(
            "rust",
            RUST,
            "    let (b, mut c) = (a.len(), 1);\n"
            "    if let Some(d) = a.chars().next() { c += d as usize; }\n"
            '    match b { 0 => 1, n if n > 2 => n, k => { println!("{}", k.pow(2)); k } }\n'
            "        + a.chars().map(|e| e as usize).fold(0, |g, (h)| g + h)",
            id="rust: patterns",
        ),
        pytest.param(
            "rust",
            RUST,
            "    use std::collections::{BTreeMap, VecDeque as Queue};\n"
            "    struct P { x: u8 }\n    let P { x } = P { x: 1 };\n"
            "    let m: BTreeMap<u8, Queue<u8>> = BTreeMap::new();\n    m.len() + x as usize",
            id="rust: imports",
        ),
    ],
)
def test_names_that_are_defined(language: str, text: str, body: str) -> None:
    inside = text.partition("<START>")[2].partition("<END>")[0]
    first, *_, last = inside.split("\n")
    answer = f"{first}\n{body}" + ("" if language == "python" else f"\n{last}")
    check("rewrite", language, text, answer, answer)


@pytest.mark.parametrize(
    ("language", "text", "answer", "name"),
    [
        pytest.param(
            "go", GO, "func f(a int, b int) int {\n\tlog.Print(a)\n\treturn a\n}", "log", id="go"
        ),
        pytest.param(
            "rust", RUST, "fn f(a: &str) -> usize {\n    Rc::new(a).len()\n}", "Rc", id="rust"
        ),
    ],
)
def test_what_must_be_imported(language: str, text: str, answer: str, name: str) -> None:
    check("rewrite", language, text, answer, f"! `{name}` is not imported")
    check("rewrite", language, text.replace("<END>", f"<END> // {name}"), answer, answer)
