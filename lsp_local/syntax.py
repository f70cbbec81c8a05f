"""What the text around the cursor says about the code: whether a block is due."""

import re

from lsp_local.stops import Kind, Stops, columns

# A colon opens a block only behind these words; `x: int` and `{"a":` do not.
PYTHON_OPENER = re.compile(
    r"\s*(async\s+)?(def|class|if|elif|else|for|while|try|except|finally|with|match|case)\b.*:$"
)
WORD_OPENER = re.compile(r"(^|\s)(then|do|else|begin)$")
WORD_LANGUAGES = frozenset({"lua", "ruby", "shellscript", "bash", "elixir", "julia"})


def stops_at(prefix: str, suffix: str, language: str) -> Stops:
    """Return the stop rules for a cursor between `prefix` and `suffix`."""
    before = prefix[prefix.rfind("\n") + 1 :]
    rest, _, below = suffix.partition("\n")
    next_line = next((line for line in below.split("\n") if line.strip()), "")
    opener = _opener(prefix, before, rest, language)
    if opener is None or (next_line and columns(next_line) > columns(opener)):
        return Stops(Kind.LINE, before, rest, next_line)
    return Stops(Kind.BLOCK, before, rest, next_line, columns(opener))


def _opener(prefix: str, before: str, rest: str, language: str) -> str | None:
    """Return the line whose block the cursor stands in, if that block is expected here."""
    if rest.strip():
        return None
    if before.strip():
        return before if opens_block(before, language) else None
    above = prefix[: len(prefix) - len(before)].rstrip()
    line = above[above.rfind("\n") + 1 :]
    is_inside = columns(before + "x") > columns(line) or not before
    return line if is_inside and opens_block(line, language) else None


def opens_block(line: str, language: str) -> bool:
    """Whether `line` ends by opening a block in `language` (an LSP language id)."""
    code = line.split(" #")[0].split(" //")[0].rstrip()
    if code.endswith("{"):
        return True
    if language == "python":
        return bool(PYTHON_OPENER.match(code)) or code.endswith("):")
    return language in WORD_LANGUAGES and bool(WORD_OPENER.search(code))
