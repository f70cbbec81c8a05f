"""The first paragraph that an author wrote of a definition."""

import pytest
from marks import split_at

from lsp_local.symbols.notes import MOST_NOTE, comment_above, comment_behind, docstring


@pytest.mark.parametrize(
    ("body", "want"),
    [
        pytest.param('"""One."""', "One.", id="one line"),
        pytest.param('"""\n    One\n    two.\n\n    Three.\n    """', "One two.", id="a paragraph"),
        pytest.param("r'''One.'''", "One.", id="other quotes"),
        pytest.param("'One.'", "One.", id="short quotes"),
        pytest.param('"""One.\n    Args:\n        a: b\n    """', "One.", id="no table"),
        pytest.param('"""One.\n    :param a: b\n    """', "One.", id="no field"),
        pytest.param('"""One.\r\n\r\nTwo."""', "One.", id="line ends of Windows"),
        pytest.param("return 'One.'", "", id="a string that is none"),
        pytest.param('"""One.', "", id="a string without an end"),
        pytest.param('"""' + "one " * 500 + '"""', "one " * 99 + "one …", id="a long one"),
        pytest.param('""""""', "", id="an empty one"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_docstring(body: str, want: str) -> None:
    assert docstring(body) == want
    assert len(want) <= MOST_NOTE + 2


@pytest.mark.parametrize(
    ("marked", "language", "want"),
    [
        pytest.param("// One\n// two.\n<CURSOR>f", "go", "One two.", id="lines"),
        pytest.param("/// One.\n///\n/// Two.\n<CURSOR>f", "rust", "One.", id="a paragraph"),
        pytest.param("/**\n * One.\n * @param a\n */\n<CURSOR>f", "java", "One.", id="a block"),
        pytest.param("/* One. */\n<CURSOR>f", "c", "One.", id="a block in one line"),
        pytest.param("/*\nOne.\n*/\n<CURSOR>f", "c", "One.", id="a block without stars"),
        pytest.param("// One.\n\n<CURSOR>f", "go", "", id="a line between is too far"),
        pytest.param("x // One.\n<CURSOR>f", "go", "", id="a comment of other code"),
        pytest.param("// One.\nx <CURSOR>f", "go", "", id="not the first of its line"),
        pytest.param("# One.\n<CURSOR>f", "ruby", "One.", id="a hash"),
        pytest.param("# One.\n<CURSOR>f", "go", "", id="a hash that is no comment"),
        pytest.param("#!/bin/sh\n<CURSOR>f", "shellscript", "", id="no comment at all"),
        pytest.param("/// One.\n#[inline]\n<CURSOR>f", "rust", "One.", id="an attribute"),
        pytest.param("// One.\n//go:inline\n<CURSOR>f", "go", "One.", id="for tools"),
        pytest.param("// ----\n// One.\n<CURSOR>f", "go", "One.", id="a rule"),
        pytest.param("\t// One.\r\n\t<CURSOR>f", "go", "One.", id="tabs and line ends of Windows"),
        pytest.param("*/\n<CURSOR>f", "c", "", id="half a block"),
        pytest.param("<CURSOR>f", "go", "", id="nothing"),
    ],
)
def test_comment_above(marked: str, language: str, want: str) -> None:
    before, behind = split_at(marked)
    assert comment_above(before + behind, len(before), language) == want


@pytest.mark.parametrize(
    ("marked", "language", "want"),
    [
        pytest.param("x = 1<CURSOR>  # One.\n# Two.", "python", "One.", id="python"),
        pytest.param("x int<CURSOR> // One.\r\n", "go", "One.", id="go"),
        pytest.param("int x<CURSOR>; /* One. */\n", "c", "One.", id="c"),
        pytest.param("x = 1<CURSOR>  # noqa: E501\n", "python", "", id="for tools"),
        pytest.param("x = 1<CURSOR>\n# One.", "python", "", id="another line"),
    ],
)
def test_comment_behind(marked: str, language: str, want: str) -> None:
    before, behind = split_at(marked)
    assert comment_behind(before + behind, len(before), language) == want
