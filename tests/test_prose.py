"""What is left of an answer: whole sentences that invent nothing and say something."""

import pytest
from marks import doc_at

from lsp_local.symbols.facts import Facts, facts
from lsp_local.symbols.prose import checked, sentences, unknown_names

CODE = '''\
class Cart:
    def to<CURSOR>tal_of(self, items: list[Item], rate=2) -> int:
        """Sum up."""
        return sum(item.price for item in items) * rate
'''


def known(marked: str = CODE, language: str = "python") -> Facts:
    doc, offset = doc_at(marked, language)
    found = facts(doc, offset, None)
    assert found is not None
    return found


def check(answer: str, want: str) -> None:
    assert checked(answer, known()) == want


@pytest.mark.parametrize(
    ("answer", "want"),
    [
        pytest.param(
            "`total_of` adds up `price`. It takes `items` and `rate`. It returns an `int`.",
            "`total_of` adds up `price`. It takes `items` and `rate`. It returns an `int`.",
            id="three good sentences",
        ),
        pytest.param(
            "It adds. It sums. It ends. It goes on.", "It adds. It sums. It ends.", id="4"
        ),
        pytest.param("It adds up. It then mul", "It adds up.", id="an incomplete one"),
        pytest.param("It adds up", "", id="only an incomplete one"),
        pytest.param("It adds up. It adds up.", "It adds up.", id="said twice"),
        pytest.param("It adds up. It calls `compute`.", "It adds up.", id="an invented name"),
        pytest.param("It adds up. It calls `Cart.add(x)`.", "It adds up.", id="half invented"),
        pytest.param("It calls total_sum first. It adds up.", "It adds up.", id="snake case"),
        pytest.param("It uses itemPrice of it. It adds up.", "It adds up.", id="camel case"),
        pytest.param("It is a CartModel of it. It adds up.", "It adds up.", id="words joined"),
        pytest.param("It calls total() of it. It adds up.", "It adds up.", id="a call"),
        pytest.param("It reads cart.items too. It adds up.", "It adds up.", id="dotted"),
        pytest.param("It needs the item(s) given.", "It needs the item(s) given.", id="a plural"),
        pytest.param("It adds JavaScript up.", "It adds JavaScript up.", id="a name of the world"),
        pytest.param("It adds e.g. prices up.", "It adds e.g. prices up.", id="an abbreviation"),
        pytest.param("It adds `item.price`. Good", "It adds `item.price`.", id="a dot in code"),
        pytest.param("It gives `sum(x for x in y)`.", "", id="code that is not there"),
        pytest.param("It gives `None` or `True`.", "It gives `None` or `True`.", id="Python's own"),
        pytest.param("Sure! Here is what it does. It adds up.", "It adds up.", id="chatter"),
        pytest.param("It adds up.\n\nI hope this helps!", "It adds up.", id="a good bye"),
        pytest.param("`total_of` `total_of` adds up.", "`total_of` adds up.", id="begun twice"),
        pytest.param("`total_of` is a method. It adds up.", "It adds up.", id="only its name"),
        pytest.param("This function totals. It adds up.", "It adds up.", id="its name again"),
        pytest.param("# Heading\n\n- It adds up.\n- It ends.", "It adds up. It ends.", id="a list"),
        pytest.param("**It** adds up.", "It adds up.", id="strong"),
        pytest.param("```python\nx = 1.\n```\nIt adds up.", "It adds up.", id="a block of code"),
        pytest.param("It adds up.\n```python\nx = 1.", "It adds up.", id="an open block"),
        pytest.param("1. It adds up.\n2. It ends.", "It adds up. It ends.", id="numbers"),
        pytest.param("It adds\nprices up.\r\n", "It adds prices up.", id="lines are joined"),
        pytest.param("", "", id="nothing"),
        pytest.param("...", "", id="no word"),
        pytest.param("\0\ud800.", "", id="odd text"),
        pytest.param("`" * 5000, "", id="many backticks"),
        pytest.param(
            "<b>It adds up.</b> It ends.", "<b>It adds up.</b> It ends.", id="html is text"
        ),
    ],
)
def test_checked(answer: str, want: str) -> None:
    check(answer, want)


def test_sentences_of_odd_text_take_no_time() -> None:
    for text in (
        "a. " * 2000,
        "`a` " * 2000,
        "**" * 3000,
        "a.b" * 2000,
        "(((" * 2000,
        "e.g. " * 900,
    ):
        checked(text, known())
        sentences(text)


def test_names_of_the_language_are_known_in_it_only() -> None:
    go = known("package a\n\nfunc to<CURSOR>tal(n int) int { return n }\n", "go")
    assert unknown_names("It calls `append` and `isinstance`.", go) == ["isinstance"]
    assert unknown_names("It calls `isinstance`.", known()) == []
