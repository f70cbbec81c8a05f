"""An edit that is to simplify loses nothing of what the code does, and invents nothing."""

import pytest
from verdicts import check

MAY = "so it may not do the same"


@pytest.mark.parametrize(
    ("language", "old", "new"),
    [
        pytest.param(
            "python",
            "if a == 1:\n    return True\nelse:\n    return False",
            "return a == 1",
            id="python: a condition is its own answer",
        ),
        pytest.param(
            "python",
            "r = []\nfor one in items:\n    if one.ok:\n        r.append(one.name)\nreturn r",
            "return [one.name for one in items if one.ok]",
            id="python: a loop becomes a comprehension",
        ),
        pytest.param(
            "python",
            "total = 0\nfor one in items:\n    total = total + one.price\nreturn total",
            "return sum(one.price for one in items)",
            id="python: a loop becomes a sum",
        ),
        pytest.param(
            "python",
            "if a > b:\n    return a\nreturn b",
            "return max(a, b)",
            id="python: a comparison becomes a maximum",
        ),
        pytest.param(
            "python",
            "for i in range(len(a)):\n    print(a[i])",
            "for one in a:\n    print(one)",
            id="python: an index that only counts",
        ),
        pytest.param(
            "python",
            "if not (a < b):\n    return 'x'\nreturn 'y'",
            'return "x" if a >= b else "y"',
            id="python: a negation, other quotes",
        ),
        pytest.param(
            "typescript",
            "let r = [];\nfor (const a of xs) {\n  if (a.ok) r.push(a.n);\n}\nreturn r;",
            "return xs.filter((a) => a.ok).map((a) => a.n);",
            id="ts: a loop becomes a chain",
        ),
        pytest.param(
            "typescript",
            "for (let i = 0; i < xs.length; i++) {\n  const one = xs[i];\n  f(one);\n}",
            "for (const one of xs) f(one);",
            id="ts: a counter",
        ),
        pytest.param(
            "typescript",
            "if (a && a.b) {\n  return a.b;\n} else {\n  return undefined;\n}",
            "return a?.b;",
            id="ts: optional chaining",
        ),
        pytest.param(
            "go",
            "if a == b {\n\treturn true\n} else {\n\treturn false\n}",
            "return a == b",
            id="go: a condition is its own answer",
        ),
        pytest.param(
            "rust",
            "let mut r = Vec::new();\nfor a in xs {\n    r.push(a.n);\n}\nreturn r;",
            "return xs.iter().map(|a| a.n).collect();",
            id="rust: a loop becomes a chain",
        ),
    ],
)
def test_the_same_in_less_code(language: str, old: str, new: str) -> None:
    check("simplify", language, *_wrapped(language, old, new))


@pytest.mark.parametrize(
    ("language", "old", "new", "problem"),
    [
        pytest.param(
            "go",
            "for i, a := range args {\n\tif a == x {\n\t\tret := append(args[:i], args[i+1:]...)\n"
            "\t\treturn ret\n\t}\n}",
            "for i, a := range args {\n\tif a == x {\n\t\treturn args[:i]\n\t}\n}",
            f"`1` is no longer there, {MAY}",
            id="go: half of what is returned",
        ),
        pytest.param(
            "python",
            "if a is None:\n    raise ValueError(b)\nreturn a",
            "return a or b",
            f"`raise` is no longer there, {MAY}",
            id="python: an error that is raised",
        ),
        pytest.param(
            "python",
            "self.log(a)\nb = self.load(a)\nreturn b",
            "return self.load(a)",
            f"`log` is no longer there, {MAY}",
            id="python: a call for its effect",
        ),
        pytest.param(
            "python",
            "b = a * 2 + 1\nreturn b",
            "return a + 1",
            f"`2` is no longer there, {MAY}",
            id="python: a number",
        ),
        pytest.param(
            "python",
            "b = items[0]\nc = b\nreturn c",
            "return items",
            f"`[0]` is no longer there, {MAY}",
            id="python: an index",
        ),
        pytest.param(
            "python",
            "r = []\nfor i in range(1, x):\n    r.append(i)\nreturn r",
            "return list(range(x))",
            f"`1` is no longer there, {MAY}",
            id="python: where it begins",
        ),
        pytest.param(
            "python",
            "b = x - a\nc = b\nreturn c",
            "return x + a",
            f"`-` is no longer there, {MAY}",
            id="python: another operator",
        ),
        pytest.param(
            "python",
            "if a < low:\n    return low\nif a > high:\n    return high\nreturn a",
            "if a > high:\n    return high\nreturn a or low",
            f"`a` and `low` are no longer compared, {MAY}",
            id="python: a comparison",
        ),
        pytest.param(
            "python",
            "b = a.strip()\nc = b.lower()\nreturn c",
            "return a.strip().casefold()",
            f"`lower` is no longer there, {MAY}",
            id="python: another method",
        ),
        pytest.param(
            "python",
            "b = f(a)\nc = b\nreturn c",
            "return f(a, 7)",
            f"`7` is new, {MAY}",
            id="python: a number nobody wrote",
        ),
        pytest.param(
            "python",
            "return f(a)",
            "b = f(a)\nreturn b",
            "the code became longer, not simpler",
            id="python: more code",
        ),
        pytest.param(
            "typescript",
            "const b = await load(a);\nreturn b;",
            "return load(a);",
            f"`await` is no longer there, {MAY}",
            id="ts: not waited for",
        ),
        pytest.param(
            "typescript",
            "try {\n  return f(a);\n} catch (e) {\n  return g(e);\n}",
            "return f(a);",
            f"`g` is no longer there, {MAY}",
            id="ts: a handler",
        ),
        pytest.param(
            "rust",
            "let b = a.lock()?;\nreturn b.len() + 1;",
            "return a.len() + 1;",
            f"`lock` is no longer there, {MAY}",
            id="rust: a lock",
        ),
    ],
)
def test_something_is_lost_or_new(language: str, old: str, new: str, problem: str) -> None:
    text, answer, _ = _wrapped(language, old, new)
    check("simplify", language, text, answer, f"! {problem}")


def test_without_a_grammar_it_is_not_simplified() -> None:
    want = "! without a grammar nobody can tell whether it still does the same"
    check("simplify", "cobol", "<START>ADD A TO B.\nADD C TO B.<END>\n", "ADD A C TO B.", want)


def _wrapped(language: str, old: str, new: str) -> tuple[str, str, str]:
    """Return the code in a function, marked; an answer; and what it shall be."""
    opening, closing = {
        "python": ("def outer(self, x, a, b, low, high, items, f):\n", ""),
        "typescript": ("async function outer(xs: T[], a: T) {\n", "}\n"),
        "go": ("package p\n\nfunc outer(args []string, x, a, b string) bool {\n", "}\n"),
        "rust": ("fn outer(xs: Vec<T>, a: T) -> T {\n", "}\n"),
    }[language]
    indent = "\t" if language == "go" else "    "
    before, after = ("\n".join(indent + line for line in one.split("\n")) for one in (old, new))
    return f"{opening}<START>{before}<END>\n{closing}", after, after
