"""Comments that have findings ignored."""

import pytest
from linted import doc_of

from lsp_local.lint.finding import RULES, found
from lsp_local.lint.fixing import fixed
from lsp_local.lint.ignoring import unignored
from lsp_local.trees import parse

ALL = frozenset(RULES)


def check(path: str, text: str, want: list[str], ran: frozenset[str] = ALL) -> None:
    """Every `-` is a finding; `want` is what is left: the rule, its line, and what is wrong."""
    doc = doc_of(text, path)
    given = [
        found("wrong-operator", doc, at, at + 1, "wrong")
        for at, char in enumerate(text)
        if char == "-" and text[at - 1] == " "
    ]
    left = unignored(doc, parse(text, doc.language), given, ran, None)
    assert [f"{one.rule}:{one.line}: {one.message}" for one in left] == want


OPERATOR = "wrong-operator:{}: wrong"


@pytest.mark.parametrize(
    ("path", "text", "want"),
    [
        pytest.param("a.py", "a - b  # lsp-local: ignore[wrong-operator] so\n", [], id="its line"),
        pytest.param(
            "a.py",
            "# lsp-local: ignore[wrong-operator] so\n\n# more\na - b\nc - d\n",
            [OPERATOR.format(5)],
            id="alone, the next line with code",
        ),
        pytest.param("a.py", "a - b  # lsp-local: ignore\n", [], id="all rules"),
        pytest.param("a.py", "a - b\n# lsp-local: ignore-file\nc - d\n", [], id="the file"),
        pytest.param(
            "a.py", "a - b\n# lsp-local: ignore-file[wrong-operator]\n", [], id="a rule in the file"
        ),
        pytest.param("a.js", "a - b; // lsp-local: ignore[wrong-operator]\n", [], id="JavaScript"),
        pytest.param("a.ts", "/* lsp-local: ignore[wrong-operator] */ a - b;\n", [], id="before"),
        pytest.param("a.go", "// lsp-local: ignore[wrong-operator]\nvar c = a - b\n", [], id="Go"),
        pytest.param(
            "a.rs",
            "fn f() {\n    // lsp-local: ignore[wrong-operator]\n    a - b;\n}\n",
            [],
            id="Rust",
        ),
        pytest.param(
            "A.java",
            "/*\n * lsp-local: ignore[wrong-operator]\n */\nint c = a - b;\n",
            [],
            id="Java",
        ),
        pytest.param(
            "a.tsx",
            "const a = (\n  <b>\n    {/* lsp-local: ignore[wrong-operator] */}\n"
            "    {a - b}\n  </b>\n);\n",
            [],
            id="JSX",
        ),
        pytest.param("a.c", "int c = a - b; /* lsp-local: ignore */\n", [], id="C"),
        pytest.param("a.cpp", "int c = a - b; // lsp-local: ignore\n", [], id="C++"),
        pytest.param(
            "a.py",
            '"""Of\n\n a - b\n"""  # lsp-local: ignore[wrong-operator]\n',
            [],
            id="the end of a string that has no place for a comment",
        ),
        pytest.param(
            "a.ts",
            "// lsp-local: ignore[wrong-operator]\n/**\n * a - b\n */\nf();\n",
            [],
            id="above a comment",
        ),
        pytest.param(
            "a.py",
            "x = 'lsp-local: ignore'; a - b\n",
            [OPERATOR.format(1)],
            id="a string is no comment",
        ),
        pytest.param(
            "a.py",
            "a - b  # lsp-local: ignore[todo]\n",
            [OPERATOR.format(1), "stale-ignore:1: `todo` finds nothing here"],
            id="another rule",
        ),
        pytest.param(
            "a.py",
            "a - b  # lsp-local: ignore[wrong-operator, wrong]\n",
            ["stale-ignore:1: there is no rule `wrong`"],
            id="a rule that does not exist",
        ),
        pytest.param(
            "a.py",
            "a  # lsp-local: ignore\n",
            ["stale-ignore:1: nothing is found here that this comment could ignore"],
            id="nothing to ignore",
        ),
        pytest.param(
            "a.py",
            "a - b  # lsp-local: ignore[todo, stale-ignore, wrong-operator]\n",
            [],
            id="a stale one that is ignored itself",
        ),
        pytest.param(
            "a.py",
            "# lsp-local: ignore[wrong-operator]",
            ["stale-ignore:1: `wrong-operator` finds nothing here"],
            id="no code follows",
        ),
    ],
)
def test_unignored(path: str, text: str, want: list[str]) -> None:
    check(path, text, want)


def test_a_rule_that_did_not_run_makes_nothing_stale() -> None:
    check("a.py", "a  # lsp-local: ignore[off-by-one]\nb  # lsp-local: ignore\n", [], ALL - MODEL)


MODEL = frozenset(name for name, rule in RULES.items() if not rule.is_static)


@pytest.mark.parametrize(
    ("spans", "n_stale"),
    [
        pytest.param(None, 2, id="the whole file"),
        pytest.param([(0, 5)], 1, id="only a changed line is judged"),
        pytest.param([], 0, id="nothing has changed"),
    ],
)
def test_only_what_was_looked_at_is_stale(
    spans: list[tuple[int, int]] | None, n_stale: int
) -> None:
    doc = doc_of("a = 1  # lsp-local: ignore[todo]\n# lsp-local: ignore-file[secret]\n")
    assert len(unignored(doc, parse(doc.text, "python"), [], ALL, spans)) == n_stale


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("a = 1  # lsp-local: ignore[todo] x\n", "a = 1\n", id="behind code"),
        pytest.param("a = 1\n  # lsp-local: ignore[todo]\nb\n", "a = 1\nb\n", id="alone"),
        pytest.param("a = 1\n# lsp-local: ignore[todo]", "a = 1\n", id="in the last line"),
        pytest.param(
            "a = 1  # note lsp-local: ignore[todo]\n",
            "a = 1  # note lsp-local: ignore[todo]\n",
            id="with another note",
        ),
        pytest.param(
            "a - 1  # lsp-local: ignore[todo, wrong-operator]\n",
            "a - 1  # lsp-local: ignore[wrong-operator]\n",
            id="one of two rules",
        ),
    ],
)
def test_a_stale_comment_can_be_taken_away(before: str, after: str) -> None:
    doc = doc_of(before)
    at = before.find("-")
    given = [found("wrong-operator", doc, at, at + 1, "wrong")] if "a - 1" in before else []
    left = unignored(doc, parse(before, "python"), given, ALL, None)
    assert fixed(doc, left, is_unsafe=False).text == after
