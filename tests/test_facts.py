"""What is known of a symbol without a model: whole texts, as they are shown."""

from pathlib import Path

import pytest
from marks import doc_at

from lsp_local.grammars import GRAMMARS
from lsp_local.symbols.facts import MOST_SOURCE, Facts, facts
from lsp_local.text import Document

FOLDER = Path(__file__).parent / "data" / "facts"
HELLO = "def to<CURSOR>tal(a): return a\n"


def known(marked: str, language: str = "python") -> Facts:
    doc, offset = doc_at(marked, language, "src/cart.x")
    found = facts(doc, offset, None)
    assert found is not None
    return found


def check(marked: str, language: str, want: str | None) -> None:
    """Look at the mark; want all that a client without Markdown shows."""
    doc, offset = doc_at(marked, language, "cart")
    found = facts(doc, offset, None)
    assert (found.as_plain() if found else None) == want


def cases() -> list[object]:
    """Read `=== what it is`, `--- language`, the code with its mark, `--- shown`, what is shown."""
    found: list[object] = []
    for path in sorted(FOLDER.glob("*.txt")):
        for case in path.read_text().removeprefix("=== ").split("\n=== "):
            title, _, rest = case.partition("\n--- ")
            language, _, rest = rest.partition("\n")
            marked, _, shown = rest.partition("\n--- shown\n")
            title = f"{language}: {title}"
            found.append(pytest.param(f"{marked}\n", language, shown.strip(), id=title))
    assert len(found) > 30
    return found


@pytest.mark.parametrize(("marked", "language", "want"), cases())
def test_facts(marked: str, language: str, want: str) -> None:
    check(marked, language, want)


@pytest.mark.parametrize(
    ("marked", "language"),
    [
        pytest.param("<CURSOR>def f(): ...", "python", id="a keyword"),
        pytest.param("x = 'to<CURSOR>tal'", "python", id="a string"),
        pytest.param("# to<CURSOR>tal\n", "python", id="a comment"),
        pytest.param("x = 1<CURSOR>0", "python", id="a number"),
        pytest.param("x = 1\n  <CURSOR>  \ny", "python", id="white space"),
        pytest.param("x = (1 <CURSOR>+ 2)", "python", id="an operator"),
        pytest.param("pri<CURSOR>nt(1)", "python", id="a name of the language"),
        pytest.param("def f(self): se<CURSOR>lf.x", "python", id="self"),
        pytest.param("to<CURSOR>tal = 1", "plaintext", id="a language that nobody knows"),
        pytest.param('{"to<CURSOR>tal": 1}', "json", id="a language without names"),
        pytest.param(
            "# lsp-local: private\nto<CURSOR>tal = 1\n# lsp-local: public\n",
            "python",
            id="a private region",
        ),
        pytest.param("", "python", id="nothing"),
        pytest.param("const f = () => th<CURSOR>is.x", "typescript", id="this"),
        pytest.param("fun<CURSOR>c f() {}", "go", id="a keyword of Go"),
    ],
)
def test_places_without_a_symbol(marked: str, language: str) -> None:
    check(marked if marked else "<CURSOR>", language, None)


def test_in_an_f_string_there_are_names() -> None:
    check('def f(total):\n    return f"{to<CURSOR>tal}"\n', "python", PARAMETER)


def test_line_ends_of_windows_and_tabs_are_no_part_of_it() -> None:
    code = 'class A:\n\tdef to<CURSOR>tal(\n\t\tself,\n\t\ta,\n\t):\n\t\t"""Sum.\n\n\t\tMore."""\n'
    marked = code.replace("\n", "\r\n")
    assert known(marked).as_plain() == (
        "def total(\n\tself,\n\ta,\n)\n\nSum.\n\nmethod in src/cart.x:2 · not used in this file"
    )


PARAMETER = "total\n\nparameter of f · used once"


def test_the_span_is_that_of_the_name_also_behind_it() -> None:
    doc, offset = doc_at("größe = 1\nprint(größe<CURSOR>)")
    found = facts(doc, offset, None)
    assert found is not None
    assert doc.text[found.start : found.end] == found.name == "größe"


ODD = (
    "",
    "\0",
    "\r\n\r\n",
    "(" * 3000,
    "\ud800 = 1",
    "def f(\n",
    "class",
    "x = 'a\r\ny = x\r\n",
    "ä\u2028b = 😀\n",
    "f(f(f(f(" * 100,
    "a.b.c.d\n" * 100,
    "\t\tdef x\t(y\t):\n" * 20,
    "}" * 50 + "x",
)


@pytest.mark.parametrize("language", GRAMMARS)
@pytest.mark.parametrize("text", ODD, ids=range(len(ODD)))
def test_no_text_is_an_error(text: str, language: str) -> None:
    doc = Document("file:///a", "a", "p", language, text)
    for offset in {0, 1, 4, 8, len(text) // 2, len(text)}:
        facts(doc, offset, None)


def test_the_source_of_something_long_is_its_beginning() -> None:
    lines = "".join(f"    x{n} = {n} * 17\n" for n in range(500))
    found = known(f"def f<CURSOR>oo(a):\n{lines}")
    assert found.source.startswith("def foo(a):\n    x0 = 0 * 17\n")
    assert found.source.endswith(" * 17\n...")
    assert len(found.source) <= MOST_SOURCE


def test_the_source_of_a_variable_of_something_long_has_its_first_line_and_where_it_begins() -> (
    None
):
    lines = "".join(f"    x{n} = {n} * 17\n" for n in range(500))
    found = known(f"def foo(a):\n{lines}    here = 1\n{lines}    return he<CURSOR>re\n")
    assert found.source.startswith("def foo(a):\n...\n    x")
    assert "    here = 1\n" in found.source
    assert len(found.source) <= MOST_SOURCE


@pytest.mark.parametrize("line", ["x = '" + "a b" * 9000 + "'", "x = [" + "1, " * 9000 + "]"])
def test_one_long_line_is_cut(line: str) -> None:
    found = known(f"{line}\nprint(<CURSOR>x)\n")
    assert len(found.source) <= MOST_SOURCE
    assert len(found.signature) <= 610


def test_secrets_are_nowhere_in_it() -> None:
    secret = "ghp_" + "Zx8kQ2mN4vB7cL1pR5tY9wE3sD6fG0hJ2kL4"
    for marked in (
        f'TO<CURSOR>KEN = "{secret}"\n',
        f'def f<CURSOR>oo():\n    """Log in with {secret}."""\n    return "{secret}"\n',
        f'TOKEN = "{secret}"\n\n\ndef f(a):\n    return g<CURSOR>o(TOKEN, "{secret}")\n',
        f'x = "{"a" * 1500}{secret}"\nf(<CURSOR>x)\n',
    ):
        found = known(marked)
        assert secret[:12] not in f"{found.source}{found.as_plain()}{found.as_markdown()}"


def test_what_is_private_is_nowhere_in_it() -> None:
    found = known(
        "def f<CURSOR>oo():\n    x = 1\n    hush = 2  # lsp-local: private\n    return x\n"
    )
    assert "hush" not in found.source + found.as_plain()


def digests(*texts: str) -> int:
    return len({(known(text).digest, known(text).source) for text in texts})


def test_what_the_key_depends_on() -> None:
    assert digests(HELLO, f"import os\n\n\n{HELLO}\n\nx = 1\n") == 1, "moved"
    assert digests(HELLO, HELLO.replace("(a)", "(b)")) == 2, "changed"
    assert digests(HELLO, HELLO.replace("tal", "gether")) == 2, "renamed"
    assert digests(HELLO, HELLO.replace("<CURSOR>", "") + "to<CURSOR>tal(1)\n") == 1, "a call"
    body = "def f(a):\n    b = a\n    return b"
    assert digests(body + "<CURSOR>", body.replace("b =", "b<CURSOR> =")) == 1, "each use"
    assert digests(body + "<CURSOR>", f"x = 1\n{body}<CURSOR>") == 1, "moved with its function"
    assert digests(body + "<CURSOR>", body.replace("= a", "= <CURSOR>a")) == 2, "another variable"
