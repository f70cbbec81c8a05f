import pytest
from marks import split_at

from lsp_local.stops import ANY_NUMBER, Kind
from lsp_local.syntax import stops_at


def check(language: str, marked: str, want: str) -> None:
    """Want a sentence: the kind, then whatever is not as usual."""
    stops = stops_at(*split_at(marked), language)
    words = [str(stops.kind)]
    if stops.kind is Kind.BLOCK:
        ends = f"ends with {stops.closer}" if stops.closer else "ends by itself"
        words += [f"at {stops.indent}", ends, *["below"] * stops.is_closed]
    if stops.quote:
        words.append(f"in {stops.quote}")
    if stops.n_closable != ANY_NUMBER:
        words.append(f"closes {stops.n_closable}")
    words += ["ends no block"] * (not stops.may_close)
    assert ", ".join(words) == want


@pytest.mark.parametrize(
    ("language", "marked", "want"),
    [
        pytest.param("python", "x = <CURSOR>", "line", id="an expression is none"),
        pytest.param("python", "def f():<CURSOR>", "block, at 0, ends by itself", id="def"),
        pytest.param(
            "python", "  def f(\n  ) -> A:<CURSOR>", "block, at 2, ends by itself", id="->"
        ),
        pytest.param(
            "python",
            "  if (a\n       and b):<CURSOR>",
            "block, at 2, ends by itself",
            id="two lines",
        ),
        pytest.param("python", "def f():  # a<CURSOR>", "line", id="a comment goes on as one"),
        pytest.param(
            "python",
            "def f():  # a\n    <CURSOR>",
            "block, at 0, ends by itself, ends no block",
            id="a comment hides no block",
        ),
        pytest.param("python", "# if x:<CURSOR>", "line", id="a comment opens none"),
        pytest.param("python", 'if a == "#:<CURSOR>', 'line, in "', id="nor does a string"),
        pytest.param(
            "python", 'if a == "#":<CURSOR>', "block, at 0, ends by itself", id="# in a string"
        ),
        pytest.param("python", "x: <CURSOR>", "line", id="nor an annotation"),
        pytest.param("python", "if x[1:<CURSOR>", "line", id="nor a slice"),
        pytest.param("python", "f(lambda:<CURSOR>", "line", id="nor a lambda"),
        pytest.param("python", 'd = {\n    "a":<CURSOR>', "line", id="nor a key"),
        pytest.param("python", "def f():<CURSOR>\n    x", "line", id="a block with a body is done"),
        pytest.param(
            "python",
            "if a:\n    <CURSOR>\nelse:\n    b",
            "block, at 0, ends by itself, ends no block",
            id="an else below is no body",
        ),
        pytest.param(
            "python", "    def f():\n    <CURSOR>", "block, at 4, ends by itself", id="level cursor"
        ),
        pytest.param("python", "def f():\n<CURSOR>", "block, at 0, ends by itself", id="margin"),
        pytest.param(
            "python",
            'def f():\n    """Do.\n\n    More.\n    """\n\n    # x\n    <CURSOR>',
            "block, at 0, ends by itself, ends no block",
            id="docstring and comment are no body",
        ),
        pytest.param(
            "python",
            "def f():\n    '''Do.'''\n    <CURSOR>",
            "block, at 0, ends by itself, ends no block",
            id="nor is a docstring of one line",
        ),
        pytest.param(
            "python",
            'def f():\n    """Do."""\n\n\n<CURSOR>',
            "line",
            id="unless the cursor left it",
        ),
        pytest.param(
            "python",
            'def f():\n    """\n    <CURSOR>',
            "line, ends no block",
            id="within a docstring",
        ),
        pytest.param("javascript", "if (a) {<CURSOR>", "block, at 0, ends with }", id="a brace"),
        pytest.param(
            "javascript",
            "if (a) {<CURSOR>\n}",
            "block, at 0, ends with }, below, closes 0",
            id="closed",
        ),
        pytest.param(
            "javascript",
            "if (a) {<CURSOR>}",
            "block, at 0, ends with }, below, closes 0",
            id="closed on the same line",
        ),
        pytest.param(
            "typescript", "  if (a) {<CURSOR>\n}", "block, at 2, ends with }", id="another's brace"
        ),
        pytest.param(
            "typescriptreact",
            "a.map((b) => {<CURSOR>})",
            "block, at 0, ends with }, below, closes 0",
            id="a callback",
        ),
        pytest.param("typescript", "f(`${<CURSOR>}`)", "line, closes 0", id="a template"),
        pytest.param(
            "go", "func f() {\n\n\t<CURSOR>", "block, at 0, ends with }, ends no block", id="Go"
        ),
        pytest.param("go", "\tswitch a {<CURSOR>\n\tcase 1:", "line", id="a switch with a case"),
        pytest.param(
            "c", "int f()\n{<CURSOR>\n}", "block, at 0, ends with }, below, closes 0", id="C"
        ),
        pytest.param("rust", "fn f<'a>(a: &'a A) {<CURSOR>", "block, at 0, ends with }", id="Rust"),
        pytest.param("json", '{"a": {<CURSOR>', "block, at 0, ends with }", id="JSON"),
        pytest.param("ruby", "foo.each do |a|<CURSOR>", "block, at 0, ends with end", id="do"),
        pytest.param("ruby", "def f(a) = a<CURSOR>", "line", id="an endless method"),
        pytest.param("ruby", "x if y<CURSOR>", "line", id="a condition behind"),
        pytest.param("lua", "local function f(a)<CURSOR>", "block, at 0, ends with end", id="Lua"),
        pytest.param("lua", "  if a then<CURSOR>", "block, at 2, ends with end", id="then"),
        pytest.param("shellscript", "if a; then<CURSOR>", "block, at 0, ends with fi", id="fi"),
        pytest.param("yaml", "a:<CURSOR>", "line", id="YAML"),
        pytest.param("markdown", "like {<CURSOR>", "line", id="prose"),
    ],
)
def test_where_a_block_is_due(language: str, marked: str, want: str) -> None:
    check(language, marked, want)


@pytest.mark.parametrize(
    ("language", "marked", "want"),
    [
        pytest.param("python", "f(<CURSOR>)", "line, closes 0", id="a bracket closed behind it"),
        pytest.param("python", "f(g(<CURSOR>)", "line, closes 1", id="one of two"),
        pytest.param(
            "python", 'f("<CURSOR>")', 'line, in ", closes 0', id="a string and a bracket"
        ),
        pytest.param("python", 'f("<CURSOR>)', 'line, in ", closes 1', id="the bracket only"),
        pytest.param("typescript", "if (f('<CURSOR>')", "line, in ', closes 0", id="not the if"),
        pytest.param("python", "a = b'<CURSOR>", "line, in '", id="a prefix"),
        pytest.param(
            "python", "# don't (<CURSOR>)", "line, closes 0", id="an apostrophe, in prose"
        ),
        pytest.param("markdown", "don't <CURSOR>", "line", id="an apostrophe"),
        pytest.param("rust", "x: &'a <CURSOR>", "line", id="a lifetime"),
        pytest.param("python", 'x = """<CURSOR>"""', 'line, in """, closes 0', id="long quotes"),
        pytest.param("python", r"x = 'it\'s <CURSOR>", "line, in '", id="an escape"),
        pytest.param("python", "x = ''<CURSOR>", "line", id="an empty string"),
        pytest.param("c", "x = '(';<CURSOR>", "line", id="a character"),
    ],
)
def test_what_is_open_at_the_cursor(language: str, marked: str, want: str) -> None:
    check(language, marked, want)


@pytest.mark.parametrize("text", ["", "\n", "\0", "\ud800'\"", "{" * 99, '"""\n' * 99, "\\", "'"])
@pytest.mark.parametrize("language", ["python", "go", "rust", "ruby", "plaintext", ""])
def test_any_text_will_do(text: str, language: str) -> None:
    assert stops_at(text, text, language).language in (language, "plaintext")
