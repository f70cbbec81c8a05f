import pytest
from marks import split_at

from lsp_local.judge import judge
from lsp_local.syntax import stops_at
from lsp_local.text import Reason


def check(language: str, marked: str, said: tuple[str, str], want: tuple[str, str]) -> None:
    """`said` is a decode's text and the rule that ended it; want what is shown, and the reason."""
    text, reason = judge(*said, stops_at(*split_at(marked), language))
    assert (text, str(reason)) == want


@pytest.mark.parametrize(
    ("language", "marked", "said", "want"),
    [
        pytest.param("python", "x = <CURSOR>", ("1 ", "line-end"), "1", id="no space at the end"),
        pytest.param("go", "f(<CURSOR>)", ("a, b", "rest-of-line"), "a, b", id="the arguments"),
        pytest.param(
            "go", "if <CURSOR>{", ("a ", "rest-of-line"), "a ", id="a space that separates"
        ),
        pytest.param("go", "if <CURSOR> {", ("a ", "rest-of-line"), "a", id="a space too many"),
        pytest.param(
            "python", "f(<CURSOR>, b)", ("a,", "line-end"), "a", id="a comma there already"
        ),
        pytest.param("python", "f(<CURSOR>, b)", ("a, c,", ""), "a, c", id="the last one only"),
        pytest.param("javascript", "x = <CURSOR> + b", ("a +", ""), "a", id="an operator"),
        pytest.param("python", "x = <CURSOR> if b", ("a i", ""), "a i", id="not half a word"),
        pytest.param("python", "f(<CURSOR>, b)", ('g(",', ""), 'g(",', id="not in a string"),
        pytest.param(
            "typescript", "f(<CURSOR>);", ("a.map((b) => {", "line-end"), "a.map", id="left open"
        ),
        pytest.param(
            "typescript", "x = <CURSOR>", ("f({", "line-end"), "f({", id="free to be open"
        ),
        pytest.param("python", "f(<CURSOR>)  # a", ("a[0]", "rest-of-line"), "a[0]", id="closed"),
        pytest.param(
            "javascript",
            "  if (a) {<CURSOR>}",
            ("\n    b();", "dedent"),
            "\n    b();\n  ",
            id="the brace behind the cursor gets a line of its own",
        ),
        pytest.param(
            "python", "def f():\n    <CURSOR>", ("a\r\n    b\r\n", ""), "a\n    b", id="CRLF"
        ),
        pytest.param("python", "x = '<CURSOR>", ("日本 🙂'", ""), "日本 🙂'", id="any script"),
        pytest.param("go", "\ta\n\t<CURSOR>\n\tb", ("c", "line-end"), "c", id="another line"),
    ],
)
def test_what_is_shown(language: str, marked: str, said: tuple[str, str], want: str) -> None:
    check(language, marked, said, (want, Reason.SHOWN))


@pytest.mark.parametrize(
    ("language", "marked", "said", "want"),
    [
        pytest.param("python", "x = 1<CURSOR>", ("", "line-end"), "statement-complete", id="done"),
        pytest.param("python", "    <CURSOR>", ("", "line-end"), "blank", id="a blank line"),
        pytest.param("go", "\t<CURSOR>", ("", "block-end"), "statement-complete", id="block done"),
        pytest.param("python", "def f():<CURSOR>", ("", "dedent"), "blank", id="no body"),
        pytest.param("go", "f(<CURSOR>)", (" ", "rest-of-line"), "repeats-suffix", id="the rest"),
        pytest.param("go", "f(<CURSOR>)", ("'", ""), "blank", id="a quote and no more"),
        pytest.param("python", "x = <CURSOR>", ("", "repetition"), "repeats-itself", id="a loop"),
        pytest.param(
            "go",
            "\t<CURSOR>\n\n\tf(a)",
            ("f(a)", "line-end"),
            "repeats-suffix",
            id="the line below",
        ),
        pytest.param(
            "javascript",
            "  f(a);\n  <CURSOR>\n",
            ("f(a);", "line-end"),
            "repeats-itself",
            id="the line above",
        ),
        pytest.param("python", "x = <CURSOR>", ("a\x07b", "line-end"), "not-typeable", id="a bell"),
        pytest.param(
            "python", "x = <CURSOR>", ("a\u202eb", ""), "not-typeable", id="right to left"
        ),
        pytest.param("python", "x = <CURSOR>", ("a\ufffd", ""), "not-typeable", id="broken UTF-8"),
    ],
)
def test_why_nothing_is_shown(language: str, marked: str, said: tuple[str, str], want: str) -> None:
    check(language, marked, said, ("", want))
