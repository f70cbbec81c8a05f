"""What the settings of a prompt file may say, and what they mean."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from enum import StrEnum

from lsp_local.languages import language_id
from lsp_local.userprompts.frontmatter import Entry, Odd, Refused
from lsp_local.userprompts.languages import meant


class Scope(StrEnum):
    """The code that a prompt is about; an edit replaces it, and nothing else."""

    SELECTION = "selection"
    FUNCTION = "function"
    FILE = "file"


class Output(StrEnum):
    """What becomes of the answer: code in place of the old, or words about it."""

    EDIT = "edit"
    COMMENT = "comment"
    DIAGNOSTIC = "diagnostic"
    MESSAGE = "message"


KINDS = ("refactor.rewrite", "quickfix", "refactor.extract", "refactor", "source")
KEYS = ("title", "kind", "languages", "scope", "output")
MOST_TITLE = 80  # characters; it stands in a menu
MOST_LANGUAGES = 50


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one file; "" and None are what it leaves out."""

    title: str = ""
    kind: str = KINDS[0]
    languages: tuple[str, ...] = ()
    scope: Scope | None = None
    output: Output = Output.EDIT


def read_settings(entries: Iterable[Entry]) -> Settings:
    """Return what the entries say. Raises Refused."""
    settings = Settings()
    for entry in entries:
        match entry.key:
            case "title":
                settings = replace(settings, title=_title(entry))
            case "kind":
                settings = replace(settings, kind=_choice(entry, KINDS))
            case "languages":
                settings = replace(settings, languages=_languages(entry))
            case "scope":
                settings = replace(settings, scope=Scope(_choice(entry, tuple(Scope))))
            case "output":
                settings = replace(settings, output=Output(_choice(entry, tuple(Output))))
            case _:
                reason = unknown(f"there is no key `{_shown(entry.key)}`", entry.key, KEYS)
                raise Refused(entry.line, reason)
    return settings


def unknown(complaint: str, written: str, legal: Sequence[str]) -> str:
    """Return the complaint with what could be meant, and with all that is legal."""
    near = get_close_matches(written[:40].lower(), legal, n=1)
    hint = f"did you mean `{near[0]}`? " if near else ""
    return f"{complaint}; {hint}{'There' if hint else 'there'} are {', '.join(legal)}"


def _title(entry: Entry) -> str:
    title = _text(entry, "one line of text").strip()
    if not title or not title.isprintable() or len(title) > MOST_TITLE:
        raise Refused(
            entry.line, f"`title` must be one line of 1 to {MOST_TITLE} visible characters"
        )
    return title


def _choice(entry: Entry, legal: Sequence[str]) -> str:
    written = _text(entry, f"one of {', '.join(legal)}").strip().lower()
    if written not in legal:
        complaint = f"`{entry.key}` cannot be `{_shown(written)}`"
        raise Refused(entry.line, unknown(complaint, written, legal))
    return written


def _languages(entry: Entry) -> tuple[str, ...]:
    value = entry.value
    wanted = "a list of languages, such as [python, go]"
    # `python, go` without brackets is as clear.
    spelt = value if isinstance(value, tuple) else _text(entry, wanted).split(",")
    found = [language_id(spelling) for spelling in spelt]
    if not all(found) or len(found) > MOST_LANGUAGES:
        raise Refused(entry.line, f"`languages` must be {wanted}, of at most {MOST_LANGUAGES}")
    for language in found:
        if near := meant(language):
            reason = f"`languages` cannot hold `{_shown(language)}`; did you mean `{near}`?"
            raise Refused(entry.line, reason)
    return tuple(dict.fromkeys(found))


def _text(entry: Entry, wanted: str) -> str:
    value = entry.value
    if isinstance(value, str):
        return value
    shown = value.shown if isinstance(value, Odd) else "a list"
    raise Refused(entry.line, f"`{entry.key}` must be {wanted}, not {shown}")


def _shown(text: str) -> str:
    # Python's own escapes: what is not printable could steer a terminal.
    return repr(text[:40])[1:-1]
