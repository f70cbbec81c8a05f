import pytest
from marks import doc_at, split_at

from lsp_local.judge import as_it_stands, by_line, is_in_popup, is_only_comment, judge
from lsp_local.syntax import stops_at
from lsp_local.text import Reason


def check(language: str, marked: str, said: tuple[str, str], want: tuple[str, str]) -> None:
    """`said` is a decode's text and the rule that ended it; want what is shown, and the reason."""
    text, reason = by_line(*said, stops_at(*split_at(marked), language))
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


@pytest.mark.parametrize(
    ("text", "popup", "want"),
    [
        pytest.param("lower()", "lower", False, id="more than the entry"),
        pytest.param("lower ", "lower", True, id="the entry itself"),
        pytest.param("upper()", "lower", True, id="something else"),
    ],
)
def test_what_the_popup_menu_offers(text: str, popup: str, want: bool) -> None:
    assert is_in_popup(text, popup) is want


@pytest.mark.parametrize(
    ("language", "marked", "text", "want"),
    [
        pytest.param("python", "x = 1\n<CURSOR>", "# Note", True, id="python: a comment"),
        pytest.param("python", "x = 1  <CURSOR>", "# Note", False, id="python: behind code"),
        pytest.param("python", "x = 1\n<CURSOR>", "y = 1", False, id="python: code"),
        pytest.param("typescript", "f();\n<CURSOR>", "// Note", True, id="typescript: a comment"),
        pytest.param("typescript", "f();\n<CURSOR>", "g();", False, id="typescript: code"),
        pytest.param("go", "\tf()\n\t<CURSOR>", "// Note", True, id="go: a comment"),
        pytest.param("go", "\tf()\n\t<CURSOR>", "g()", False, id="go: code"),
    ],
)
def test_comments_that_nobody_asked_for(language: str, marked: str, text: str, want: bool) -> None:
    assert is_only_comment(text, stops_at(*split_at(marked), language)) is want


@pytest.mark.parametrize(
    ("language", "marked", "said", "want"),
    [
        pytest.param(
            "python", "x = <CURSOR>\n", ("a b", "line-end"), ("", "breaks-syntax"), id="python"
        ),
        pytest.param(
            "typescript",
            "const x = <CURSOR>\n",
            ("a b c", "line-end"),
            ("", "breaks-syntax"),
            id="typescript",
        ),
        pytest.param(
            "go",
            "package a\nvar x = <CURSOR>\n",
            ("a b", "line-end"),
            ("", "breaks-syntax"),
            id="go",
        ),
        pytest.param(
            "python", "x = <CURSOR>\n", ("a b", "unsure"), ("", "unsure"), id="python: one letter"
        ),
        pytest.param(
            "python",
            "x = <CURSOR>\n",
            ("total_of(a, b c", "unsure"),
            ("total_of(a, b", "shown"),
            id="python: what can become valid",
        ),
        pytest.param(
            "typescript",
            "const x = <CURSOR>\n",
            ("items.map((item) => ", "unsure"),
            ("items.map((item) =>", "shown"),
            id="typescript: what can become valid",
        ),
        pytest.param(
            "go",
            "package a\n\nfunc f() {\n\tx := <CURSOR>\n}\n",
            ("strings.Split(a, b c", "unsure"),
            ("strings.Split(a, b", "shown"),
            id="go: what can become valid",
        ),
        pytest.param(
            "python",
            "key = <CURSOR>\n",
            ('"REDACTED_SECRET"', "line-end"),
            ("", "secret"),
            id="what stands for a secret",
        ),
        pytest.param(
            "python",
            "a = 1\n<CURSOR>",
            ("    b = 2", "line-end"),
            ("", "wrong-indentation"),
            id="deep",
        ),
        pytest.param(
            "go",
            "package a\n\tf()\n\t<CURSOR>\n",
            ("\tg()", "line-end"),
            ("", "wrong-indentation"),
            id="go: too deep",
        ),
        pytest.param(
            "typescript",
            "f();\n<CURSOR>\n",
            ("  g();", "line-end"),
            ("", "wrong-indentation"),
            id="typescript: too deep",
        ),
    ],
)
def test_what_the_file_can_hold(
    language: str, marked: str, said: tuple[str, str], want: tuple[str, str]
) -> None:
    doc, offset = doc_at(marked, language)
    stops = stops_at(doc.text[:offset], doc.text[offset:], language)
    text, reason = judge(*said, stops, doc, offset)
    assert (text, str(reason)) == want


@pytest.mark.parametrize(
    ("language", "marked", "said", "want"),
    [
        pytest.param(
            "python",
            "<CURSOR>\n",
            ("total = price", ""),
            ("total = price", "shown"),
            id="python: whole",
        ),
        pytest.param(
            "python", "<CURSOR>\n", ("a = 1", ""), ("a = 1", "shown"), id="python: short, but whole"
        ),
        pytest.param(
            "python",
            "<CURSOR>\n",
            ("total = price", "unsure"),
            ("total = price", "shown"),
            id="python: a beginning",
        ),
        pytest.param(
            "python",
            "<CURSOR>\n",
            ("ab", "unsure"),
            ("", "unsure"),
            id="python: a short beginning",
        ),
        pytest.param(
            "typescript",
            "<CURSOR>\n",
            ("const total = price(", "unsure"),
            ("const total = price", "shown"),
            id="typescript: as far as it can stand",
        ),
        pytest.param(
            "typescript", "<CURSOR>\n", ("a(", "unsure"), ("", "unsure"), id="typescript: half"
        ),
        pytest.param(
            "go",
            "package a\nfunc f() {\n\t<CURSOR>\n}\n",
            ("if err != nil {", ""),
            ("", "breaks-syntax"),
            id="go: a block that nothing closes",
        ),
        pytest.param(
            "go",
            "package a\nfunc f() {\n\tif err<CURSOR>\n}\n",
            (" != nil {", ""),
            (" != nil {", "shown"),
            id="go: the line is half written already",
        ),
    ],
)
def test_what_somebody_sees_who_has_not_asked(
    language: str, marked: str, said: tuple[str, str], want: tuple[str, str]
) -> None:
    doc, offset = doc_at(marked, language)
    text, reason = as_it_stands(*said, doc, offset)
    assert (text, str(reason)) == want
