"""What the model would rather have written, and the edits that write it."""

import pytest

from lsp_local.lint.alternatives import alternatives, gap, of_code, rest
from lsp_local.lint.reading import Spot
from lsp_local.trees import parse

WORDS = ("length", "limit", "n")


def check(language: str, marked: str, said: str, want: list[str]) -> None:
    """`marked` has the token that was read between « and »; `want` are whole texts."""
    text, spot = spot_of(marked, said)
    tree = parse(text, language)
    assert tree is not None
    ((_, leaf),) = of_code(tree, [spot])
    edits = [one.edit for one in alternatives(tree, spot, leaf, WORDS)]
    assert [text[: one.start] + one.text + text[one.end :] for one in edits] == want


def spot_of(marked: str, said: str = "", by: float = 4.0) -> tuple[str, Spot]:
    before, _, behind = marked.partition("«")
    inside, _, after = behind.partition("»")
    text = before + inside + after
    return text, Spot(7, len(before), len(before) + len(inside), ((said, by),))


@pytest.mark.parametrize(
    ("language", "marked", "said", "want"),
    [
        pytest.param(
            "python",
            "x = a« -» b",
            " +",
            ["x = a + b", "x = a + - b", "x = a + 1 - b"],
            id="instead of a token, before it, and a step",
        ),
        pytest.param(
            "python",
            "x = f(«a», b)",
            "b",
            ["x = f(b, b)", "x = f(b, a)", "x = f(b a, b)", "x = f(b)"],
            id="in exchange with a later one, and that alone",
        ),
        pytest.param(
            "python",
            "if« x»:",
            " not",
            ["if not:", "if not x:"],
            id="before a token",
        ),
        pytest.param(
            "go",
            "if «x» {",
            "!",
            ["if ! {", "if !x {"],
            id="before a token, without a space",
        ),
        pytest.param(
            "typescript",
            "f(n« -» 1);",
            ");",
            ["f(n ); 1);", "f(n );- 1);", "f(n );"],
            id="further on in the line",
        ),
        pytest.param(
            "python",
            "x = items[: lim«its»]",
            "it",
            ["x = items[: limit]"],
            id="the rest of a name",
        ),
        pytest.param(
            "python",
            "x = items[:« n»]",
            " l",
            ["x = items[: l]", "x = items[: length]", "x = items[: limit]", "x = items[: l n]"],
            id="the beginning of names in the file",
        ),
        pytest.param(
            "python",
            "x = a« -» b",
            "\n",
            [],
            id="white space is no other code",
        ),
        pytest.param(
            "python",
            "x = a« and» b",
            "\n    y",
            ["x = a y b", "x = a y and b", "x = a"],
            id="another line is the end of this one",
        ),
    ],
)
def test_the_edits(language: str, marked: str, said: str, want: list[str]) -> None:
    check(language, marked, said, want)


@pytest.mark.parametrize(
    ("language", "marked"),
    [
        pytest.param("python", "# a« note»", id="a comment"),
        pytest.param("python", 'def f():\n    """A« note»."""\n', id="a docstring"),
        pytest.param("python", "x = 'a« text»'", id="within a string"),
        pytest.param("python", "x = 1«\n»", id="white space"),
        pytest.param("python", "def f(x:« int»): pass", id="a type"),
        pytest.param("typescript", "const x:« number» = 1;", id="a type in TypeScript"),
    ],
)
def test_only_code_is_judged(language: str, marked: str) -> None:
    text, spot = spot_of(marked)
    tree = parse(text, language)
    assert tree is not None
    assert of_code(tree, [spot]) == []


def test_nothing_was_read() -> None:
    tree = parse("x = 1", "python")
    assert tree is not None
    assert of_code(tree, []) == []


@pytest.mark.parametrize(
    ("marked", "said", "want"),
    [
        pytest.param("x =« a»", " b", 4.0, id="within a statement"),
        pytest.param("x = 1\n«y» = 2", "z", 1.0, id="a statement begins: anything might"),
        pytest.param("x = 1«\n    y» = 2", "z", 1.0, id="with its indentation"),
        pytest.param("x =« a»", "\n", -1.0, id="white space"),
    ],
)
def test_how_much_likelier(marked: str, said: str, want: float) -> None:
    assert gap(*spot_of(marked, said)) == want


def test_the_rest_of_a_line() -> None:
    text, spot = spot_of("x = f(«a», b)\ny = 1")
    edit = rest(text, spot, "b)")
    assert text[: edit.start] + edit.text + text[edit.end :] == "x = f(b)\ny = 1"
