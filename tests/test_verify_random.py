"""Whatever a model says, what comes of it is safe."""

import ast
import random

import pytest
from verdicts import KINDS

from lsp_local.text import Document
from lsp_local.trees import parse
from lsp_local.verify.minimal import applied
from lsp_local.verify.verdict import Rules, verified

N_ANSWERS = 60  # for each text and kind
PYTHON = '''import os


class Cart:
    """A cart."""

    rate = 2

    def total(self, items, tax=1):
        """Add all."""
        # One by one.
        total = 0
        for item in items:
            if item:
                total += item * tax  # with tax
        text = """
  ä {total}
"""
        return total, text

    def _clear(self):
        self.items = []


def other(x):
    return Cart().total(x)
'''
TYPESCRIPT = """import { tax } from "./tax";

export class Cart {
  // All of it.
  total(items: number[], rate = 1): number {
    let sum = 0;
    for (const item of items) {
      sum += item * rate; // with tax
    }
    return tax(`🙂 ${sum}`);
  }
}

export const other = (x: number) => new Cart().total([x]);
"""
GO = """package cart

import "fmt"

// Total adds.
func Total(items []int) int {
\ttotal := 0
\tfor _, item := range items {
\t\ttotal += item // one
\t}
\tfmt.Println(total)
\treturn total
}

func other() int { return Total(nil) }
"""
NOISE = ["(", ")", "{", "}", '"', "'", "`", '"""', "```", "\n", "    ", "\t", "x", " = ", ":", "#"]
NOISE += ["//", "/*", "\r\n", "ä", "🙂", "\x00", "\ud800", "<think>", "</think>", "pass", "return"]


def mutated(chance: random.Random, text: str) -> str:
    """Return `text` with some of the harm that a small model does to it."""
    for _ in range(chance.randrange(1, 4)):
        at = chance.randrange(len(text) + 1)
        lines = text.split("\n")
        n = chance.randrange(len(lines))
        match chance.randrange(10):
            case 0:
                text = text[:at]
            case 1:
                text = text[:at] + text[at + 1 + chance.randrange(9) :]
            case 2:
                text = text[:at] + chance.choice(NOISE) + text[at:]
            case 3:
                text = "\n".join(lines[:n] + lines[n + 1 :])
            case 4:
                text = "\n".join([*lines[: n + 1], *lines[n:]])
            case 5:
                lines[n] = " " * chance.randrange(9) + lines[n].lstrip()
                text = "\n".join(lines)
            case 6:
                chance.shuffle(lines)
                text = "\n".join(lines)
            case 7:
                mark = "#" if "def " in text else "//"
                indent = lines[n][: len(lines[n]) - len(lines[n].lstrip())]
                text = "\n".join([*lines[:n], f"{indent}{mark} note {n}", *lines[n:]])
            case 8:
                text = text.replace("items,", "items: list,", 1)
            case _:
                text = text.replace(chance.choice("()[]{}:,"), "", 1)
    return chance.choice(["", "```\n", "Here it is:\n```python\n", "Sure!\n\n"]) + text


def is_python(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError):
        return False
    return True


def check(doc: Document, kind: str, answer: str, start: int, end: int) -> bool:
    verdict = verified(doc, answer, Rules(start, end, **KINDS[kind]))
    assert not (verdict.problem and verdict.edits)
    last = start
    for edit in verdict.edits:
        assert last <= edit.start <= edit.end <= end, answer
        last = edit.end
    after = applied(doc.text, verdict.edits)
    assert after.startswith(doc.text[:start]), answer
    assert after.endswith(doc.text[end:]), answer
    trees = parse(doc.text, doc.language), parse(after, doc.language)
    assert all(trees), answer
    before_errors, after_errors = (tree.n_errors for tree in trees if tree)
    assert after_errors <= before_errors, answer
    if doc.language == "python":
        assert is_python(after) >= is_python(doc.text), answer
    return bool(verdict.edits)


@pytest.mark.parametrize("kind", ["rewrite", "annotate", "free"])
@pytest.mark.parametrize("ends", [pytest.param("\n", id="LF"), pytest.param("\r\n", id="CRLF")])
@pytest.mark.parametrize(
    ("language", "text"),
    [
        pytest.param("python", PYTHON, id="python"),
        pytest.param("python", PYTHON + "x = (\n", id="broken python"),
        pytest.param("typescript", TYPESCRIPT, id="typescript"),
        pytest.param("go", GO, id="go"),
    ],
)
def test_any_answer_is_safe(language: str, text: str, ends: str, kind: str) -> None:
    chance = random.Random(f"{language}{ends}{kind}{len(text)}")
    text = text.replace("\n", ends)
    doc = Document("file:///shop/a", "a", "shop", language, text)
    tree = parse(text, language)
    assert tree is not None
    spans = [(one.start, one.end) for one in tree.definitions()]
    n_edits = 0
    for _ in range(N_ANSWERS):
        start, end = chance.choice(spans)
        if chance.random() < 0.3:
            start, end = sorted(chance.choices(range(len(text) + 1), k=2))
        said = chance.choice([text[start:end], text]).replace("\r\n", "\n")
        n_edits += check(doc, kind, mutated(chance, said), start, end)
    assert n_edits or kind == "annotate"  # few of the answers have any
