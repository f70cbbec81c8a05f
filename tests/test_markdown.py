"""Text from code that a client would otherwise take for Markdown or HTML."""

import pytest
from marks import doc_at

from lsp_local.symbols.facts import facts
from lsp_local.symbols.markdown import fenced, inline, prose


@pytest.mark.parametrize(
    ("text", "want"),
    [
        pytest.param("Sum `items` up.", "Sum `items` up.", id="code stays code"),
        pytest.param("Sum ``items`` up.", "Sum `items` up.", id="as reStructuredText has it"),
        pytest.param("<b onclick=x>&amp;", r"\<b onclick=x\>\&amp;", id="HTML is text"),
        pytest.param("`<b>` <i>", r"`<b>` \<i\>", id="HTML in code, and not"),
        pytest.param("[a](javascript:x)", r"\[a\](javascript:x)", id="a link is none"),
        pytest.param("![a](http://x)", r"\!\[a\](http://x)", id="nothing is fetched"),
        pytest.param("a_b * c_d **e**", r"a\_b \* c\_d \*\*e\*\*", id="no emphasis"),
        pytest.param("# a", r"\# a", id="no heading"),
        pytest.param("- a\n- b", r"\- a - b", id="no list"),
        pytest.param("1. a", r"1\. a", id="no numbered list"),
        pytest.param("=== ===", r"\=== ===", id="no underline"),
        pytest.param("```\nx = 1\n```", r"\`\`\` x = 1 \`\`\`", id="no fence"),
        pytest.param("a `b", r"a \`b", id="a backtick alone"),
        pytest.param("a\\nb", r"a\\nb", id="a backslash"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_prose(text: str, want: str) -> None:
    assert prose(text) == want


@pytest.mark.parametrize(
    ("code", "want"),
    [
        pytest.param("x", "```python\nx\n```", id="plain"),
        pytest.param("'```'\nx", "````python\n'```'\nx\n````", id="a fence in the code"),
    ],
)
def test_fenced(code: str, want: str) -> None:
    assert fenced(code, "python") == want


def test_a_language_cannot_end_the_line() -> None:
    assert fenced("x", "a\n```<b>") == "```ab\nx\n```"


@pytest.mark.parametrize(
    ("code", "want"), [("a", "`a`"), ("a`b", "``a`b``"), ("`a`", "`` `a` ``"), ("a\nb", "`a b`")]
)
def test_inline(code: str, want: str) -> None:
    assert inline(code) == want


def test_facts_as_markdown() -> None:
    doc, offset = doc_at(
        'def to<CURSOR>tal(a="```"):\n    """<b>Sum</b> of `a`, *all*."""\n    return a\n'
    )
    found = facts(doc, offset, None)
    assert found is not None
    assert found.as_markdown() == (
        '````python\ndef total(a="```")\n````\n\n'
        r"\<b\>Sum\</b\> of `a`, \*all\*."
        "\n\nfunction in `app.py:1` · not used in this file"
    )
