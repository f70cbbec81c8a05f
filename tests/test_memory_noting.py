"""What of an event becomes memory, and that nothing private, ignored or secret does."""

from dataclasses import replace
from pathlib import Path

import pytest
from marks import doc_between

from lsp_local.memory.noting import Event, is_of_project, noted
from lsp_local.memory.observations import MOST_TEXT, Kind, words

PASSWORD = 'password = "Zx81-kTq9-vB7m-wPl2"'
KEY = (
    "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n<START>abc<END>def\n"
    "-----END RSA PRIVATE KEY-----\n"
)


def check(
    marked: str, want: tuple[str, str] | None, was: str = "", kind: Kind = Kind.ACCEPTED
) -> None:
    """Note what stands between the marks; compare its text and the symbol around it."""
    doc, start, end = doc_between(marked)
    found = noted(Event(kind, doc, start, end, was))
    got = (found.observation.text, found.observation.symbol) if found else None
    assert got == want


@pytest.mark.parametrize(
    ("marked", "want"),
    [
        pytest.param("x = <START>1<END>\n", ("1", ""), id="a piece of code is kept"),
        pytest.param(
            "def f(a):\n    return <START>a + 1<END>\n",
            ("a + 1", "f"),
            id="with the function around",
        ),
        pytest.param("x = <START>  <END>\n", None, id="white space is nothing"),
        pytest.param("<START><END>", None, id="an empty file has nothing"),
        pytest.param(
            "def (((\n<START>x = '<END>", ("x = '", ""), id="a syntax error is no hindrance"
        ),
        pytest.param("x = <START>'é漢😀'<END>\r\n", ("'é漢😀'", ""), id="any letters are kept"),
        pytest.param("x = <START>1  # lsp-local: private<END>\n", None, id="a private line is not"),
        pytest.param(
            "# lsp-local: private\nx = <START>1<END>\n", None, id="nor is what a mark above hides"
        ),
        pytest.param(
            "<START>y = 1\n# lsp-local: private\nx = 1\n<END>",
            None,
            id="nor what is private in part",
        ),
        pytest.param(
            "# lsp-local: private\nx = 1\n# lsp-local: public\ny = <START>2<END>\n",
            ("2", ""),
            id="what is public again is",
        ),
        pytest.param(f"<START>{PASSWORD}<END>\n", None, id="a secret is not kept"),
        pytest.param(
            'password = <START>"Zx81-kTq9-vB7m-wPl2"<END>\n',
            None,
            id="nor one that only the text before gives away",
        ),
        pytest.param(f"x = <START>1\n{PASSWORD}\ny = 2<END>\n", None, id="nor what has one within"),
        pytest.param(
            f"{PASSWORD}\nx = <START>1<END>\n", ("1", ""), id="beside one is another line"
        ),
        pytest.param(KEY, None, id="no line of a key is kept"),
        pytest.param(
            "<START>" + "x = 1\n" * 200 + "<END>", (("x = 1\n" * 66)[:-1], ""), id="in short"
        ),
        pytest.param(f"<START>{'x' * 900}<END>", ("x" * MOST_TEXT, ""), id="a long line, too"),
    ],
)
def test_noted(marked: str, want: tuple[str, str] | None) -> None:
    check(marked, want)


def test_what_stood_there_before_holds_no_secret() -> None:
    check("x = <START>load()<END>\n", None, was=PASSWORD, kind=Kind.EDITED)
    check("x = <START>load()<END>\n", ("load()", ""), was="read()", kind=Kind.EDITED)
    was = '"Zx81-kTq9-vB7m-wPl2"'
    check("password = <START>ask()<END>\n", None, was=was, kind=Kind.EDITED)
    check("x = <START>ask()<END>\n", None, was="1  # lsp-local: private", kind=Kind.EDITED)


def test_what_was_turned_down_is_no_habit() -> None:
    doc, start, end = doc_between("x = <START>'a'<END>\n")
    taken, refused = (
        noted(Event(kind, doc, start, end)) for kind in (Kind.ACCEPTED, Kind.REJECTED)
    )
    assert taken is not None
    assert refused is not None
    assert (len(taken.styles), len(refused.styles)) == (1, 0)


def test_half_characters_are_replaced() -> None:
    doc, start, end = doc_between("x = <START>'a'<END>\n")
    found = noted(Event(Kind.ACCEPTED, replace(doc, path="a\ud800.py"), start, end))
    assert found is not None
    assert found.observation.path == "a?.py"


@pytest.mark.parametrize(
    ("path", "want"),
    [
        pytest.param("app.py", True, id="a file of the project"),
        pytest.param("sub/app.py", True, id="in a folder"),
        pytest.param("", False, id="no path"),
        pytest.param("/etc/passwd", False, id="a file elsewhere"),
        pytest.param("../other/app.py", False, id="of another project"),
        pytest.param(".env", False, id="never read"),
        pytest.param("keys/server.pem", False, id="a key"),
        pytest.param("build/app.py", False, id="ignored by git"),
        pytest.param("sub/secret.py", False, id="ignored by us"),
        pytest.param("data/x.sql", False, id="excluded by the user"),
        pytest.param("node_modules/a/b.js", False, id="somebody else's"),
    ],
)
def test_is_of_project(tmp_path: Path, path: str, want: bool) -> None:
    (tmp_path / ".gitignore").write_text("build/\n")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / ".lsp-local-ignore").write_text("secret.py\n")
    assert is_of_project(tmp_path, path, ("*.sql",)) is want


@pytest.mark.parametrize(
    ("text", "want"),
    [
        pytest.param("", [], id="nothing"),
        pytest.param("parse_price(x)", ["parseprice", "parse", "price"], id="names in their parts"),
        pytest.param("HTTPServer2", ["httpserver2", "http", "server"], id="in any case"),
        pytest.param('"; DROP * NEAR(', ["drop", "near"], id="signs are none"),
    ],
)
def test_words(text: str, want: list[str]) -> None:
    assert words(text) == want
