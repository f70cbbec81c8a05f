"""Findings and their fingerprints."""

import random
from dataclasses import replace

import pytest
from linted import KEY, doc_of

from lsp_local.lint.finding import RULES, Finding, Rule, again, found, numbered

TEXT = "def f(a):\n    return a - 1\n\n\ndef g(b):\n    return b - 2\n"


def minus(text: str, path: str = "shop/cart.py") -> list[Finding]:
    """Return a finding for each `-`."""
    doc = doc_of(text, path)
    places = (at for at, char in enumerate(text) if char == "-")
    return numbered(found("wrong-operator", doc, at, at + 1, "wrong") for at in places)


def prints(text: str, path: str = "shop/cart.py") -> list[str]:
    return [one.fingerprint for one in minus(text, path)]


def test_a_finding_knows_its_place() -> None:
    doc = doc_of("a\r\nü🙂 = '\r\nx'\r\n")
    assert found("todo", doc, 5, 12, "here") == Finding(
        rule="todo",
        level=RULES["todo"].level,
        path="shop/cart.py",
        start=5,
        end=12,
        line=2,
        column=3,
        end_line=3,
        end_column=2,
        message="here",
        replacement=None,
        is_safe=False,
        confidence=None,
        is_static=True,
        fingerprint="b4cf2d6a9dfaf16639ade15f3e9aa05e",
        source="ü🙂 = '\r\nx'",
    )


def test_a_replacement_changes_something() -> None:
    one = found("off-by-one", doc_of("a"), 0, 1, "same", replacement="a", is_safe=True)
    assert (one.replacement, one.is_safe) == (None, False)


@pytest.mark.parametrize(
    ("after", "is_same"),
    [
        pytest.param(f"import os\n\n\n{TEXT}", True, id="lines above"),
        pytest.param(TEXT.replace("\n\n\n", "\n"), True, id="blank lines between"),
        pytest.param(TEXT.replace("    ", "\t"), True, id="another indentation"),
        pytest.param(TEXT.replace("\n", "\r\n"), True, id="line ends of Windows"),
        pytest.param(TEXT.replace("return a", "return  a"), True, id="blanks in the line"),
        pytest.param(TEXT.replace("a - 1", "a - 3"), False, id="another line"),
        pytest.param(TEXT.replace("f(a)", "f(a=1)"), False, id="another neighbour"),
    ],
)
def test_fingerprints_stay_when_lines_move(after: str, is_same: bool) -> None:
    assert (prints(after)[0] == prints(TEXT)[0]) == is_same
    assert prints(after)[1] == prints(TEXT)[1] or not is_same


def test_fingerprints_tell_files_rules_and_equals_apart() -> None:
    twice = "a\nx - y\nb\n" * 3
    known = [*prints(twice), *prints(twice, "other.py")]
    assert len(set(known)) == 6
    assert prints(f"new\n\n{twice}")[1:] == prints(twice)[1:]


def test_the_order_of_findings_does_not_matter() -> None:
    findings = minus("a\nx - y\nb\n" * 5)
    bare = [replace(one, fingerprint=findings[0].fingerprint) for one in findings]
    for seed in range(20):
        shuffled = random.Random(seed).sample(bare, len(bare))
        assert numbered(shuffled) == findings


def test_no_secret_is_repeated() -> None:
    doc = doc_of(f"key = '{KEY}'; x = a - b\n")
    one = found("wrong-operator", doc, 36, 37, "wrong")
    assert one.source == "key = '********************'; x = a - b"


def test_a_finding_of_a_part_is_one_of_the_whole() -> None:
    part, whole = doc_of("      x - y\n"), doc_of("a =1; x - y\n")
    one = found("wrong-operator", part, 8, 9, "wrong", replacement="+", confidence=0.5)
    assert again(one, whole) == found(
        "wrong-operator", whole, 8, 9, "wrong", replacement="+", confidence=0.5
    )


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.name)
def test_rules_say_something(rule: Rule) -> None:
    assert rule.short.endswith(".")
    assert rule.long.endswith(".")
    assert len(rule.short) < len(rule.long)
