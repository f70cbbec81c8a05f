"""Characters that a person does not see and a model reads: what hides instructions in a text."""

import unicodedata
from dataclasses import dataclass

JOINERS = "\u200c\u200d"  # they tie emoji, and the letters of some scripts
BLANK = "\u115f\u1160\u2800\u3164\uffa0\u034f\u17b4\u17b5\u2028\u2029"  # drawn as nothing
KEYCAPS = "0123456789#*"


@dataclass(frozen=True, slots=True)
class Found:
    """Invisible characters in one line (from 1), each kind once, as `U+200B`."""

    line: int
    names: tuple[str, ...]

    def __str__(self) -> str:
        more = ", ..." if len(self.names) > 3 else ""
        return f"invisible characters ({', '.join(self.names[:3])}{more})"


def removed(text: str) -> tuple[str, list[Found]]:
    """Return `text` without its invisible characters, and the lines that held some.

    The number of lines stays, and so do emoji and the joiners of scripts that need them.
    """
    if text.isascii():
        return text, []
    lines, found = text.split("\n"), []
    for n, line in enumerate(lines):
        hits = set() if line.isascii() else _offsets(line)
        if hits:
            names = dict.fromkeys(f"U+{ord(line[offset]):04X}" for offset in sorted(hits))
            found.append(Found(n + 1, tuple(names)))
            lines[n] = "".join(char for offset, char in enumerate(line) if offset not in hits)
    return "\n".join(lines), found


def _offsets(line: str) -> set[int]:
    padded = f" {line} "
    return {n for n, char in enumerate(line) if _is_unseen(padded[n], char, padded[n + 2])}


def _is_unseen(before: str, char: str, behind: str) -> bool:
    if char.isascii():
        return False
    if _is_selector(char):
        # It says how one visible character looks; a row of them can spell a whole text.
        return _is_selector(before) or (before.isascii() and before not in KEYCAPS)
    if char in JOINERS:
        return not (_takes_joiner(before) and _takes_joiner(behind))
    return char in BLANK or unicodedata.category(char) == "Cf"


def _is_selector(char: str) -> bool:
    return "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"


def _takes_joiner(char: str) -> bool:
    """Whether a joiner beside `char` is seen: emoji, scripts from Arabic to those of India."""
    is_emoji = unicodedata.category(char) == "So" or "\U0001f3fb" <= char <= "\U0001f3ff"
    return is_emoji or char == "\ufe0f" or ("\u0600" <= char <= "\u1cff" and char not in BLANK)
