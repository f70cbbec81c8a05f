"""Any text as Markdown that shows it and does nothing else."""

import re

SPECIAL = re.compile(r"[\\`*_\[\]<>&|~$!]")
CODE = re.compile(r"(?<!`)(`{1,2})(?!`)([^`\n]+)\1(?!`)")
# What would begin a list, a heading, a quotation or a rule at the start of a line.
BEGINNING = re.compile(r"\s*(\d{1,9}(?=[.)])|(?=[-+=#>:]))")


def fenced(code: str, language: str) -> str:
    """Return a block of code, whatever fences stand in it."""
    longest = max((len(run) for run in re.findall("`+", code)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{re.sub('[^a-z]', '', language)}\n{code}\n{fence}"


def inline(code: str) -> str:
    """Return code within a line, whatever backticks stand in it."""
    code = " ".join(code.split())
    longest = max((len(run) for run in re.findall("`+", code)), default=0)
    fence = "`" * (longest + 1)
    gap = " " if code.startswith("`") or code.endswith("`") else ""
    return f"{fence}{gap}{code}{gap}{fence}"


def prose(text: str) -> str:
    """Return a paragraph in one line; of its marks only those of code keep their meaning."""
    text = " ".join(text.split())
    parts: list[str] = []
    end = 0
    for code in CODE.finditer(text):
        parts += [escaped(text[end : code.start()]), inline(code[2])]
        end = code.end()
    shown = "".join([*parts, escaped(text[end:])])
    return BEGINNING.sub(lambda found: f"{found[1]}\\", shown, count=1) if _begins(shown) else shown


def escaped(text: str) -> str:
    """Return text of which no sign is taken for a mark."""
    return SPECIAL.sub(r"\\\g<0>", text)


def _begins(text: str) -> bool:
    return BEGINNING.match(text) is not None
