"""A conversation as the model's own chat template writes it, the user's text apart from it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from lsp_local.text import UserError

Role = Literal["system", "user", "assistant"]
MARK = re.compile("\ue000([0-9]+)\ue001")  # private characters, which no template writes
LONGEST_TEMPLATE = 100_000  # characters
THOUGHTS = re.compile(r"\A\s*<think(?:ing)?>.*?(?:</think(?:ing)?>\s*|\Z)", re.DOTALL)
# Where the template has begun them; code may say such a thing, so nothing behind a fence counts.
END_OF_THOUGHTS = re.compile(r"\A(?:(?!```).)*?</think(?:ing)?>\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Message:
    """What one side says."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a prompt. Only in the template's own text do special tokens count as such."""

    text: str
    is_template: bool


def parts(template: str | None, messages: Sequence[Message]) -> list[Part]:
    """Return the prompt up to where the assistant's answer begins.

    The template sees marks instead of texts, so that nothing in them can pass for a part of it.
    Raises UserError for a model without a template, or with one that does not work.
    """
    if not template:
        raise UserError(
            "this model has no chat template, so it completes code but follows no instructions; "
            "choose one of `lsp-local model list`"
        )
    written = _written(template, tuple(message.role for message in messages))
    found = []
    end = 0
    for mark in MARK.finditer(written):
        found.append(Part(written[end : mark.start()], is_template=True))
        found.append(Part(messages[int(mark[1])].text, is_template=False))
        end = mark.end()
    found.append(Part(written[end:], is_template=True))
    return [part for part in found if part.text]


def without_thoughts(answer: str) -> str:
    """Return an answer without what a reasoning model said to itself, also if it never ended."""
    return END_OF_THOUGHTS.sub("", THOUGHTS.sub("", answer))


@lru_cache(maxsize=64)
def _written(template: str, roles: tuple[Role, ...]) -> str:
    """Render a template in a sandbox: it comes with the model file, from whomever."""
    from jinja2 import TemplateError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    if len(template) > LONGEST_TEMPLATE:
        raise UserError("the model's chat template is too long to be one")
    room = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
    room.globals["raise_exception"] = _refuse
    said = [{"role": role, "content": f"\ue000{n}\ue001"} for n, role in enumerate(roles)]
    try:
        written = room.from_string(template).render(
            messages=said, add_generation_prompt=True, enable_thinking=False, bos_token=""
        )
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError) as error:
        raise UserError(f"the model's chat template does not work: {error}") from None
    if [int(mark[1]) for mark in MARK.finditer(written)] != list(range(len(roles))):
        raise UserError("the model's chat template does not say every message once, in order")
    return written


def _refuse(message: str) -> None:
    from jinja2 import TemplateError

    raise TemplateError(message)
