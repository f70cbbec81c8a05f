"""A docstring's words laid out by a convention, in lines without marks and indentation."""

import textwrap

from lsp_local.actions.docprose import Prose
from lsp_local.actions.docstyle import Convention

MIN_WIDTH = 40


def laid_out(prose: Prose, convention: Convention, language: str, width: int) -> list[str]:
    """Return the lines of a docstring; `width` is what is left of a line for them."""
    width = max(MIN_WIDTH, width)
    blocks = [_wrapped(one, width) for one in prose.paragraphs]
    if convention is Convention.GOOGLE:
        blocks += _google(prose, width)
    elif convention is Convention.NUMPY:
        blocks += _numpy(prose, width)
    elif convention is Convention.REST:
        entries = [f":param {name}: {text}" for name, text in prose.parameters.items()]
        entries += [f":returns: {prose.returns}"] if prose.returns else []
        entries += [f":raises {name}: {text}" for name, text in prose.raises.items()]
        blocks.append(_hanging(entries, width))
    elif convention is Convention.TAGS:
        blocks.append(_hanging(_tags(prose, language), width, indent="  "))
    if any(line.strip() for line in prose.rest):
        blocks.append("\n".join(prose.rest).strip("\n").split("\n"))
    blocks = [block for block in blocks if block]
    return [line for n, block in enumerate(blocks) for line in ([""] if n else []) + block]


def _google(prose: Prose, width: int) -> list[list[str]]:
    blocks = []
    for title, entries in (
        ("Args:", [f"{name}: {text}" for name, text in prose.parameters.items()]),
        ("Returns:", [prose.returns] if prose.returns else []),
        ("Raises:", [f"{name}: {text}" for name, text in prose.raises.items()]),
    ):
        if entries:
            lines = _hanging(entries, width - 4)
            blocks.append([title, *(f"    {line}" for line in lines)])
    return blocks


def _numpy(prose: Prose, width: int) -> list[list[str]]:
    blocks = []
    returned = {"": prose.returns} if prose.returns else {}
    for title, entries in (
        ("Parameters", prose.parameters),
        ("Returns", returned),
        ("Raises", prose.raises),
    ):
        lines = []
        for name, text in entries.items():
            lines += [name] if name else []
            lines += [f"    {line}" for line in _wrapped(text, width - 4)]
        if lines:
            blocks.append([title, "-" * len(title), *lines])
    return blocks


def _tags(prose: Prose, language: str) -> list[str]:
    is_script = "script" in language and language != "shellscript"
    between, returns = (" - ", "@returns") if is_script else (" ", "@return")
    entries = [f"@param {name}{between}{text}" for name, text in prose.parameters.items()]
    entries += [f"{returns} {prose.returns}"] if prose.returns else []
    return entries + [f"@throws {name} {text}" for name, text in prose.raises.items()]


def _hanging(entries: list[str], width: int, indent: str = "    ") -> list[str]:
    return [line for one in entries for line in _wrapped(one, width, indent)]


def _wrapped(text: str, width: int, indent: str = "") -> list[str]:
    return textwrap.wrap(
        text.strip(),
        max(MIN_WIDTH // 2, width),
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
