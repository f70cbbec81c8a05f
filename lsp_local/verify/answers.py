"""The code in what a chat model answered: without fences, chatter and thoughts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lsp_local.chat import without_thoughts
from lsp_local.languages import family, language_id
from lsp_local.trees import knows, parse

FENCE = re.compile(r"^([ \t>]*)(`{3,}|~{3,})[ \t]*([\w+#.-]*)[^`\n]*$")
END_TOKENS = re.compile(r"(?:\s*(?:<\|[a-z_]+\|>|</s>))+\s*\Z")
INLINE = re.compile(r"\A`([^`\n]+)`\Z")
TAG = re.compile(r"\A[\w+#-]{1,16}\n")
# A sentence: it begins with a capital, a bullet or emphasis, and has words with spaces.
PROSE = re.compile(
    r"^(?:[-*>#]+ |\d+[.)] |\*\*|__)?[\"'`*]*"
    r"(?:[A-Z][a-z']*(?:[!:,.]| [\w`'\"(*-]+[^=;{}]*$)|I(?:'\w+)? )"
)
# Texts in which a sentence is no chatter.
OF_PROSE = frozenset({"markdown", "plaintext", "latex", "restructuredtext", "git-commit", "html"})
N_PARSES = 12  # places where the chatter may begin or end


@dataclass(frozen=True, slots=True)
class Block:
    """Code in an answer; `is_open` if nothing says that it is complete. Lines end with LF."""

    text: str
    tag: str = ""
    is_open: bool = False


def code_in(answer: str, language: str) -> str:
    """Return the code in a chat answer, "" if there is none.

    Of several blocks the longest of those in `language` counts.
    """
    found = blocks(answer, language)
    return max(found, key=lambda block: len(block.text)).text if found else ""


def blocks(answer: str, language: str) -> list[Block]:
    """Return the pieces of code in a chat answer, in order; those in `language` if any is."""
    text = answer.replace("\r\n", "\n").replace("\r", "\n")
    text = END_TOKENS.sub("", text)
    text = without_thoughts(text)
    fenced = list(_fenced(text))
    found = [block for block in fenced if block.text.strip()]
    if not found:
        if fenced:
            return []
        bare = _without_chatter(_without_tag(text, language), language)
        return [Block(bare, is_open=True)] if bare.strip() else []
    wanted = _meant(language)
    named = [block for block in found if _meant(block.tag) == wanted]
    return named or [block for block in found if not block.tag] or found


def _fenced(text: str) -> Iterator[Block]:
    """Yield what stands between fences; a fence in the code stands deeper, or names a language."""
    opener: tuple[str, str, str] | None = None
    lines: list[str] = []
    for line in text.split("\n"):
        match = FENCE.match(line)
        if opener is None:
            if match:
                opener, lines = (match[1], match[2], match[3].lower()), []
            continue
        indent, fence, tag = opener
        if match and match[1] == indent and match[2].startswith(fence) and not match[3]:
            yield Block("\n".join(lines), tag)
            opener = None
            continue
        lines.append(line.removeprefix(indent))
    if opener is not None:
        yield Block("\n".join(lines), opener[2], is_open=True)


def _without_tag(text: str, language: str) -> str:
    """Leave out the name of the language that stands alone in the first line."""
    text = text.strip("\n")
    inline = INLINE.match(text.strip())
    if inline:
        return inline[1]
    match = TAG.match(text)
    if match is None:
        return text
    tag = match[0].strip().lower()
    return text[match.end() :] if _meant(tag) == _meant(language) else text


def _without_chatter(text: str, language: str) -> str:
    """Leave out the sentences before and behind the code, where that makes it parse better."""
    if language in OF_PROSE:
        return text
    lines = text.split("\n")
    start = 0
    while start < len(lines) and (not lines[start].strip() or _is_prose(lines[start])):
        start += 1
    if start == len(lines):
        return "" if any(_is_prose(line) for line in lines) and knows(language) else text
    if start and _n_errors(lines[start:], language) <= _n_errors(lines, language):
        lines = lines[start:]
    ends = [n for n in range(1, len(lines)) if _is_prose(lines[n]) and not lines[n - 1].strip()]
    best = lines
    for end in ends[:N_PARSES]:
        if not knows(language) or _n_errors(lines[:end], language) < _n_errors(best, language):
            best = lines[:end]
            break
    return "\n".join(best)


def _is_prose(line: str) -> bool:
    return bool(PROSE.match(line)) and not line.rstrip().endswith(("{", "(", ";", ","))


def _n_errors(lines: list[str], language: str) -> int:
    tree = parse("\n".join(lines), language)
    return tree.n_errors if tree is not None else 0


def _meant(name: str) -> str:
    """Return the language that a model means, whichever of its dialects."""
    return family(language_id(name))
