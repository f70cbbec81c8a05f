"""What an option is, and which values one takes."""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

Value = bool | int | str | tuple[str, ...]
T = TypeVar("T", bool, int, str, tuple[str, ...])


class WorkspaceMay(StrEnum):
    """What the files of a workspace, which nobody has vouched for, may do to an option."""

    NOTHING = "nothing"
    TURN_OFF = "turn off"
    LOWER = "lower"
    ADD = "add"


@dataclass(frozen=True, slots=True)
class Option:
    """One option as declared.

    `at_least` and `at_most` bound a number, the characters of a text, the entries of a list.
    """

    name: str
    default: Value
    sentence: str
    at_least: int = 0
    at_most: int = 4096
    choices: tuple[str, ...] = ()
    workspace_may: WorkspaceMay = WorkspaceMay.NOTHING

    @property
    def variable(self) -> str:
        """Return the environment variable that sets the option."""
        return f"LSP_LOCAL_{self.name.upper()}"

    @property
    def camel_name(self) -> str:
        """Return the name as editors written in JavaScript spell it."""
        return re.sub("_(.)", lambda match: match[1].upper(), self.name)


def option(default: T, sentence: str, **limits: Any) -> T:
    """Declare a field of `Options`; the limits are the last fields of `Option`."""
    return field(default=default, metadata={"sentence": sentence, **limits})


def accept(option: Option, raw: object) -> Value | None:
    """Return `raw` as a value of `option`, or None where it is not what `expected` says."""
    match option.default:
        case bool():
            return raw if isinstance(raw, bool) else None
        case int():
            return _number(option, raw)
        case str():
            return _text(option, raw)
        case _:
            return _list(option, raw)


def expected(option: Option) -> str:
    """Say which values `option` takes, to stand after "must be"."""
    match option.default:
        case bool():
            return "true or false"
        case int():
            return f"a whole number from {option.at_least} to {option.at_most}"
        case str() if option.choices:
            return f"one of {', '.join(option.choices)}"
        case str():
            least = " that is not empty" if option.at_least else ""
            return f"a text{least}, of at most {option.at_most} characters"
        case _:
            return f"a list of texts, none empty, of at most {option.at_most} entries"


def from_text(option: Option, text: str) -> object:
    """Read what an environment variable says; what makes no sense comes back as it is."""
    match option.default:
        case bool():
            return _SPELT.get(text.strip().lower(), text)
        case int():
            # Eighteen digits: Python refuses to read thousands of them.
            return int(text) if re.fullmatch(r"\s*-?[0-9]{1,18}\s*", text) else text
        case str():
            return text
        case _:
            return [entry.strip() for entry in text.split(",") if entry.strip()]


_SPELT = {
    **dict.fromkeys(("1", "true", "yes", "on"), True),
    **dict.fromkeys(("0", "false", "no", "off"), False),
}


def _number(option: Option, raw: object) -> int | None:
    # JSON knows one kind of number, and some editors write 4096.0.
    number = int(raw) if isinstance(raw, float) and raw.is_integer() else raw
    if isinstance(number, bool) or not isinstance(number, int):
        return None
    return number if option.at_least <= number <= option.at_most else None


def _text(option: Option, raw: object) -> str | None:
    if not isinstance(raw, str) or not _is_clean(raw):
        return None
    if option.choices and raw not in option.choices:
        return None
    return raw if option.at_least <= len(raw) <= option.at_most else None


def _list(option: Option, raw: object) -> tuple[str, ...] | None:
    if not isinstance(raw, list | tuple) or not option.at_least <= len(raw) <= option.at_most:
        return None
    texts = [text for text in raw if isinstance(text, str) and text.strip() and _is_clean(text)]
    return tuple(texts) if len(texts) == len(raw) else None


def _is_clean(text: str) -> bool:
    # No path holds a NUL, and a lone surrogate cannot be written to any file.
    return "\0" not in text and text == text.encode("utf-8", "replace").decode()
