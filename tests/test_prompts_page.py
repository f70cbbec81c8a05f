import re
from pathlib import Path

import pytest

from lsp_local.userprompts.files import BUILT_IN, MOST_FILES, filled, load
from lsp_local.userprompts.settings import KEYS, KINDS, Output, Scope

PAGE = (Path(__file__).parents[1] / "docs" / "prompts.md").read_text(encoding="utf-8")
EXAMPLES = dict(re.findall(r"`([\w-]+)\.md`[^`\n]*:\n\n````markdown\n(.*?)````", PAGE, re.DOTALL))
CODE = "def f(x):\n    return eval(x)"


def test_the_examples_are_good_prompts(tmp_path: Path) -> None:
    for name, text in EXAMPLES.items():
        (tmp_path / f"{name}.md").write_text(text, encoding="utf-8")
    prompts, bad = load([tmp_path])
    assert bad == []
    assert [(one.name, one.title, one.scope, one.output) for one in prompts] == [
        ("edge-cases", "Name the edge cases", Scope.FUNCTION, Output.MESSAGE),
        ("log-errors", "Log the errors", Scope.FUNCTION, Output.EDIT),
        ("security-look", "Look for security problems", Scope.SELECTION, Output.DIAGNOSTIC),
        ("steps", "Number the steps", Scope.FUNCTION, Output.COMMENT),
    ]
    assert PAGE.count("````markdown") == len(prompts)
    for prompt in prompts:
        text = filled(prompt, {"function": CODE, "selection": CODE, "language": "python"})
        assert "{{" not in text
        assert "return eval(x)" in text
        assert len(text) < 1000, "a small model reads short prompts"


@pytest.mark.parametrize("word", [*KEYS, *KINDS, *Scope, *Output, *sorted(BUILT_IN)])
def test_the_page_names_every_word(word: str) -> None:
    assert f"`{word}`" in PAGE


def test_the_page_names_the_limits() -> None:
    assert f"at most {MOST_FILES} prompts" in PAGE
