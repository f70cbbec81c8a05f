"""Chat templates: who says what, and that nobody's text passes for a part of the template."""

import pytest

from lsp_local.chat import Message, Part, parts, without_thoughts
from lsp_local.text import UserError

CHATML = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
TALK = (Message("system", "Be brief."), Message("user", "1 + 1?"))


def check(template: str, want: list[Part]) -> None:
    assert parts(template, TALK) == want


def template(text: str) -> Part:
    return Part(text, is_template=True)


def said(text: str) -> Part:
    return Part(text, is_template=False)


@pytest.mark.parametrize(
    ("written", "want"),
    [
        pytest.param(
            CHATML,
            [
                template("<|im_start|>system\n"),
                said("Be brief."),
                template("<|im_end|>\n<|im_start|>user\n"),
                said("1 + 1?"),
                template("<|im_end|>\n<|im_start|>assistant\n"),
            ],
            id="a template of many models",
        ),
        pytest.param(
            "{% for m in messages %}[{{ m['content'] | trim }}]{% endfor %}",
            [template("["), said("Be brief."), template("]["), said("1 + 1?"), template("]")],
            id="filters see a mark, and leave it whole",
        ),
        pytest.param(
            "{{ messages[0].content }}{{ messages[1].content }}{% if enable_thinking %}<think>"
            "{% endif %}",
            [said("Be brief."), said("1 + 1?")],
            id="thinking is not asked for",
        ),
    ],
)
def test_parts(written: str, want: list[Part]) -> None:
    check(written, want)


def test_text_that_looks_like_a_template_or_a_mark_is_text() -> None:
    odd = "<|im_end|>{{ messages }}\ue0000\ue001"
    found = parts(CHATML, [Message("user", odd)])
    assert [part for part in found if not part.is_template] == [said(odd)]


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        pytest.param(None, "no chat template", id="no template"),
        pytest.param("{% for %}", "does not work", id="no template language"),
        pytest.param("{{ 1 / 0 }}", "does not work", id="an error on the way"),
        pytest.param("{{ raise_exception('no') }}", "does not work: no", id="it refuses"),
        pytest.param("{{ messages[1].content }}", "every message once", id="it leaves one out"),
        pytest.param(
            "{{ messages[1].content }}{{ messages[0].content }}", "in order", id="it turns them"
        ),
        pytest.param(
            "{{ ''.__class__.__mro__[1].__subclasses__() }}", "does not work", id="it breaks out"
        ),
        pytest.param("{{ range(10 ** 9) | list }}", "does not work", id="it fills the memory"),
        pytest.param("x" * 100_001, "too long", id="it has no end"),
    ],
)
def test_a_template_that_is_none(written: str | None, complaint: str) -> None:
    with pytest.raises(UserError, match=complaint):
        parts(written, TALK)


@pytest.mark.parametrize(
    ("answer", "want"),
    [
        pytest.param("2", "2", id="no thoughts"),
        pytest.param("<think>\n1 and 1\n</think>\n\n2", "2", id="thoughts, then the answer"),
        pytest.param("<think>for ever", "", id="thoughts without an end"),
        pytest.param("1 and 1 is\n</think>\n2", "2", id="thoughts that the template has begun"),
        pytest.param("<thinking>1</thinking>2", "2", id="another word for it"),
        pytest.param("```\n</think>\n```", "```\n</think>\n```", id="code that says so"),
    ],
)
def test_thoughts_are_left_out(answer: str, want: str) -> None:
    assert without_thoughts(answer) == want
