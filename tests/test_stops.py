import pytest
from marks import decode, split_at

from lsp_local.stops import Cut, Kind, Stops, cut_short
from lsp_local.syntax import stops_at


def check(language: str, marked: str, answer: str, want: tuple[str, str] | None) -> None:
    """Say `answer` token by token; want the text that is kept and the rule, at `<STOP>`."""
    assert decode(stops_at(*split_at(marked), language), answer) == (Cut(*want) if want else None)


@pytest.mark.parametrize(
    ("language", "marked", "answer", "want"),
    [
        pytest.param("python", "x = <CURSOR>", "1 + y\n<STOP>z", ("1 + y", "line-end"), id="py"),
        pytest.param("javascript", "let x = <CURSOR>", "1;\n<STOP>", ("1;", "line-end"), id="js"),
        pytest.param("go", "\tx := <CURSOR>", "f(y)\n\t<STOP>", ("f(y)", "line-end"), id="go"),
        pytest.param("c", "x = <CURSOR>\r\n", "1;\r\n<STOP>", ("1;", "line-end"), id="CRLF"),
        pytest.param("python", "x = 1<CURSOR>", "\n<STOP>", ("", "line-end"), id="it was complete"),
        pytest.param("python", "x = <CURSOR>", "f(y", None, id="an open end goes on"),
        pytest.param(
            "python",
            "f(a,<CURSOR>",
            " b,\n  <STOP>c)",
            (" b,", "line-end"),
            id="a statement over several lines is shown line by line",
        ),
        pytest.param("python", "# <CURSOR>", "it's\n<STOP>", ("it's", "line-end"), id="a comment"),
        pytest.param(
            "python",
            'def f():\n    """<CURSOR>\n    return 1',
            'Say "one".""" \n    <STOP>',
            ('Say "one"."""', "line-end"),
            id="a docstring",
        ),
        pytest.param(
            "python",
            "@property<CURSOR>\ndef f(self): ...",
            "\n<STOP>",
            ("", "line-end"),
            id="a decorator is no block",
        ),
        pytest.param(
            "yaml", "a:\n  b: <CURSOR>\n", "true\n  <STOP>c", ("true", "line-end"), id="YAML"
        ),
    ],
)
def test_a_line_ends(language: str, marked: str, answer: str, want: tuple[str, str] | None) -> None:
    check(language, marked, answer, want)


@pytest.mark.parametrize(
    ("language", "marked", "answer", "kept"),
    [
        pytest.param("python", "f(<CURSOR>)", "g(x), y)<STOP>", "g(x), y", id="a closed bracket"),
        pytest.param("typescript", "f(<CURSOR>);", "x)<STOP>;", "x", id="and a semicolon"),
        pytest.param("go", "x := []int{<CURSOR>}", "1, 2}<STOP>", "1, 2", id="braces"),
        pytest.param("python", "def f(<CURSOR>):", "a, b=(1, 2))<STOP>:", "a, b=(1, 2)", id="def"),
        pytest.param("javascript", 'f("<CURSOR>")', 'a (b)"<STOP>', "a (b)", id="a closed string"),
        pytest.param("python", "print('<CURSOR>)", "a')<STOP>", "a'", id="only the bracket closed"),
        pytest.param("python", 'x = "<CURSOR>"', "it's\"<STOP>", "it's", id="apostrophe in it"),
        pytest.param("python", 'f(", <CURSOR>", x)', 'a"<STOP> ', "a", id="a string in the middle"),
        pytest.param("rust", "f(g(<CURSOR>)", "x))<STOP>;", "x)", id="one of two closed"),
        pytest.param("javascript", "{f(<CURSOR>}", "x)}<STOP>", "x)", id="the outer one closed"),
        pytest.param("python", "f(<CURSOR>, n=3)", "x, n=3)<STOP>", "x", id="the other arguments"),
        pytest.param("python", "f(<CURSOR>, n=3)", "x)<STOP>, y", "x", id="closed too early"),
        pytest.param("java", "return <CURSOR>;", "a + b;<STOP>", "a + b", id="a semicolon"),
        pytest.param(
            "c", "for (<CURSOR>; i++)", "i = 0; i < n; i++)<STOP>", "i = 0; i < n", id="a loop in C"
        ),
        pytest.param("go", "if <CURSOR> {", "f(T{1}) {<STOP>", "f(T{1}) ", id="an opening brace"),
        pytest.param("python", "if <CURSOR>:", "x[1:2]:<STOP>", "x[1:2]", id="a colon"),
        pytest.param("python", "x = <CURSOR> + 1", "a + 1<STOP>", "a ", id="an operand"),
        pytest.param(
            "python", "x = <CURSOR> if y", "min(if_y) if y<STOP>", "min(if_y) ", id="word"
        ),
        pytest.param("python", "x = <CURSOR>  # sum", "a  #<STOP> all", "a  ", id="a comment"),
        pytest.param("html", "<b><CURSOR></b>", "it's</b><STOP>", "it's", id="a closing tag"),
        pytest.param("typescriptreact", "<A b={<CURSOR>} />", "c}<STOP>", "c", id="JSX"),
        pytest.param("json", '{"a": "<CURSOR>"}', 'b"<STOP>}', "b", id="JSON"),
        pytest.param("python", "f'{<CURSOR>}'", "x['a']}<STOP>'", "x['a']", id="an f-string"),
        pytest.param("markdown", "(don't <CURSOR>)", "panic)<STOP>", "panic", id="prose"),
        pytest.param("rust", "fn f<'a>(<CURSOR>) {", "x: &'a str)<STOP>", "x: &'a str", id="Rust"),
        pytest.param("python", "# it's (<CURSOR>)", "one)<STOP>", "one", id="in a comment"),
    ],
)
def test_what_follows_is_not_said_again(language: str, marked: str, answer: str, kept: str) -> None:
    check(language, marked, answer, (kept, "rest-of-line"))


@pytest.mark.parametrize(
    ("language", "marked", "answer", "want"),
    [
        pytest.param(
            "go",
            "func f() {\n\ta()\n\t<CURSOR>\n}",
            "}<STOP>",
            ("", "block-end"),
            id="a brace where no block is open",
        ),
        pytest.param(
            "javascript",
            "if (a) {\n  b();\n<CURSOR>\n",
            "}\n<STOP>",
            ("}", "line-end"),
            id="a brace where a block is open",
        ),
        pytest.param(
            "javascript",
            "if (a) {\n  b();\n<CURSOR>\n}",
            "}<STOP>",
            ("", "block-end"),
            id="a brace that is there already",
        ),
        pytest.param(
            "python",
            "if a:\n    b()\n    <CURSOR>",
            "else<STOP>:",
            ("", "block-end"),
            id="an else within the block",
        ),
        pytest.param(
            "python",
            "if a:\n    b()\n<CURSOR>",
            "else:\n<STOP>",
            ("else:", "line-end"),
            id="an else behind the block",
        ),
        pytest.param(
            "python",
            "f(\n    a,\n<CURSOR>\n",
            ")\n<STOP>",
            (")", "line-end"),
            id="the end of a call",
        ),
        pytest.param(
            "ruby",
            "def f\n  a\n  <CURSOR>",
            "end\n<STOP>",
            ("", "block-end"),
            id="an end within the block",
        ),
        pytest.param(
            "python",
            "def f():\n    a()\n    <CURSOR>",
            "end = 1\n<STOP>",
            ("end = 1", "line-end"),
            id="a variable called end",
        ),
        pytest.param(
            "python",
            "x = <CURSOR>",
            "a or b or c or b or c or b or c<STOP> or",
            ("", "repetition"),
            id="the same words over and over",
        ),
        pytest.param(
            "python", "# <CURSOR>", "-" * 40 + "\n<STOP>", ("-" * 40, "line-end"), id="a ruler"
        ),
    ],
)
def test_a_line_has_its_place(
    language: str, marked: str, answer: str, want: tuple[str, str]
) -> None:
    check(language, marked, answer, want)


@pytest.mark.parametrize(
    ("kind", "text", "want"),
    [
        pytest.param(Kind.LINE, "f(a, self.confi", "f(a, self.", id="no part of a word"),
        pytest.param(Kind.BLOCK, "\n  return some_thi", "\n  return", id="nor in a block"),
        pytest.param(Kind.BLOCK, "\n  a\n  b\n  c", "\n  a\n  b", id="whole lines"),
        pytest.param(Kind.BLOCK, "\n  a\n  f(\n    b,\n    c", "\n  a", id="whole calls"),
        pytest.param(
            Kind.BLOCK, "\n  if (a) {\n    b\n    c", "\n  if (a) {\n    b", id="or lines"
        ),
        pytest.param(Kind.LINE, "", "", id="nothing of nothing"),
    ],
)
def test_what_is_kept_of_too_long_an_answer(kind: Kind, text: str, want: str) -> None:
    assert cut_short(Stops(kind), text) == want


@pytest.mark.parametrize(
    ("language", "marked", "answer", "want"),
    [
        pytest.param(
            "python",
            "return (normcase(<CURSOR>\n        normcase(abspath(dst)))\n",
            "abspath(src)) == normcase(abspath(dst)))<STOP>\n",
            ("abspath(src)) ==", "next-line"),
            id="a condition over two lines in Python",
        ),
        pytest.param(
            "javascript",
            "const ok = <CURSOR>\n  isString(name) && name.length > 0;\n",
            "id > 0 && isString(name) && name.len<STOP>gth > 0;\n",
            ("id > 0 &&", "next-line"),
            id="and in JavaScript",
        ),
        pytest.param(
            "go",
            "\treturn f(<CURSOR>\n\t\tcontext.Background())\n",
            "x, context.Background())<STOP>\n",
            ("x,", "next-line"),
            id="arguments over two lines in Go",
        ),
        pytest.param(
            "python",
            "<CURSOR>\nself.assertEqual(c, d)\n",
            "self.assertEqual(a, b)\n<STOP>",
            ("self.assertEqual(a, b)", "line-end"),
            id="a line that only begins like the next one is another line",
        ),
    ],
)
def test_a_line_ends_before_the_line_below(
    language: str, marked: str, answer: str, want: tuple[str, str]
) -> None:
    check(language, marked, answer, want)
