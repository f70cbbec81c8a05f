"""What lint finds: the rules, one finding, and whoever looks for them with a model."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from hashlib import sha256
from typing import Any, Protocol

from lsp_local.privacy import masked
from lsp_local.text import Document, UserError

N_FINGERPRINT = 32  # hexadecimal digits
LEAST_CONFIDENCE = 0.5  # that is told of, unless somebody asks for more or less
MOST_SOURCE = 2000  # characters; nobody reads a longer line
SPACE = re.compile(r"\s+")


class Level(StrEnum):
    """How much a finding matters; the order is that of `RANKS`."""

    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"


RANKS = {Level.NOTE: 0, Level.WARNING: 1, Level.ERROR: 2}


@dataclass(frozen=True, slots=True)
class Rule:
    """What may be found. `is_static` is certain and costs no model."""

    name: str
    level: Level
    short: str
    long: str
    is_static: bool = False


_MODEL = "The model finds what is written here much less likely than the replacement."
RULES = {
    rule.name: rule
    for rule in (
        Rule(
            "swapped-argument",
            Level.WARNING,
            "Arguments stand in the wrong order.",
            f"{_MODEL} Two arguments of the call were probably exchanged.",
        ),
        Rule(
            "wrong-operator",
            Level.WARNING,
            "An operator is probably the wrong one.",
            f"{_MODEL} Another operator fits what the function does, such as `<` for `>`.",
        ),
        Rule(
            "wrong-variable",
            Level.WARNING,
            "A variable is probably the wrong one.",
            f"{_MODEL} Another variable in scope fits what the function does.",
        ),
        Rule(
            "off-by-one",
            Level.WARNING,
            "A bound or index is probably one too high or too low.",
            f"{_MODEL} A neighbouring number or the other kind of bound fits better.",
        ),
        Rule(
            "missing-not",
            Level.WARNING,
            "A condition is probably the wrong way round.",
            f"{_MODEL} The condition fits what the function does only when negated.",
        ),
        Rule(
            "wrong-attribute",
            Level.WARNING,
            "An attribute or method is probably the wrong one.",
            f"{_MODEL} Another attribute of the same thing fits what the function does.",
        ),
        Rule(
            "suspicious-token",
            Level.NOTE,
            "Something here is very unlikely.",
            f"{_MODEL} No other rule says what kind of mistake it might be.",
        ),
        Rule(
            "review",
            Level.NOTE,
            "A remark of a model that was asked for a review.",
            "With `--review`, a model is asked what is wrong with the lines that have changed. Its "
            "remarks stand at lines that exist and quote what is there; nothing else of them is "
            "checked, and small models are mostly wrong.",
        ),
        Rule(
            "docstring-mismatch",
            Level.WARNING,
            "A docstring names a parameter that does not exist.",
            "The documentation of a function describes a parameter which the function does not "
            "take: it was renamed or removed, or the documentation was copied.",
            is_static=True,
        ),
        Rule(
            "todo",
            Level.NOTE,
            "A new line leaves something to do.",
            "A comment with TODO or FIXME is in a line that the change adds. Lines that were "
            "there before are not looked at.",
            is_static=True,
        ),
        Rule(
            "secret",
            Level.ERROR,
            "A secret stands in the code.",
            "The text looks like a key, token or password. Whoever can read the code can use it: "
            "revoke it, and read the new one from the environment or a secret store.",
            is_static=True,
        ),
        Rule(
            "stale-ignore",
            Level.NOTE,
            "A comment ignores nothing.",
            "An `lsp-local: ignore` comment names a rule that finds nothing there, or a rule "
            "that does not exist.",
            is_static=True,
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that may be wrong between two offsets of a file.

    Lines and columns count from 1, columns in code points; the end is behind the last character.
    `source` is the text of the lines from `line` to `end_line`, with secrets masked, or "" if that
    is long. `confidence` is None for what is certain. `fingerprint` stays when lines move.
    Invariant: `replacement`, where there is one, differs from what is there.
    """

    rule: str
    level: Level
    path: str
    start: int
    end: int
    line: int
    column: int
    end_line: int
    end_column: int
    message: str
    replacement: str | None
    is_safe: bool
    confidence: float | None
    is_static: bool
    fingerprint: str
    source: str

    @property
    def order(self) -> tuple[Any, ...]:
        """Return what findings are sorted by."""
        return self.path, self.start, self.end, self.rule, self.message, self.fingerprint

    def as_json(self) -> dict[str, object]:
        """Return all fields, for `json` and `jsonl`."""
        return asdict(self)


class NotLooked(UserError):
    """One text has cost a fleet too many workers; others can be looked at."""


class Detector(Protocol):
    """Looks for findings with a model."""

    async def find(
        self, doc: Document, spans: Sequence[tuple[int, int]] | None, explain: bool
    ) -> list[Finding]:
        """Return what is found in `spans`, offsets in the text, or anywhere for None.

        Private regions of `doc.text` are blank, secrets are masked. The answer may depend on the
        language, the text and on whether the file holds tests, on nothing else of `doc`: it is
        kept by those. A function that does not fit into the context is left out. Raises UserError
        when the model cannot go on; a fleet raises NotLooked for this text alone.
        """
        ...

    def describe(self) -> str:
        """Name everything that an answer depends on: model hash, settings, version."""
        ...


def found(
    rule: str,
    doc: Document,
    start: int,
    end: int,
    message: str,
    *,
    replacement: str | None = None,
    is_safe: bool = False,
    confidence: float | None = None,
) -> Finding:
    """Make a finding of what is between two offsets of a document."""
    changing = replacement if replacement != doc.text[start:end] else None
    line, column = position(doc.text, start)
    end_line, end_column = position(doc.text, end)
    source = doc.text[_line_start(doc.text, start) : _line_end(doc.text, end)]
    return Finding(
        rule=rule,
        level=RULES[rule].level,
        path=doc.path,
        start=start,
        end=end,
        line=line,
        column=column,
        end_line=end_line,
        end_column=end_column,
        message=message,
        replacement=changing,
        is_safe=is_safe and changing is not None,
        confidence=confidence,
        is_static=RULES[rule].is_static,
        fingerprint=_fingerprint(rule, doc, start, end),
        source=masked(source) if len(source) <= MOST_SOURCE else "",
    )


def again(finding: Finding, doc: Document) -> Finding:
    """Return a finding as it is in another document with the same text, or in the whole of it."""
    return found(
        finding.rule,
        doc,
        finding.start,
        finding.end,
        finding.message,
        replacement=finding.replacement,
        is_safe=finding.is_safe,
        confidence=finding.confidence,
    )


def position(text: str, offset: int) -> tuple[int, int]:
    """Return the line and the column of an offset, from 1."""
    return text.count("\n", 0, offset) + 1, offset - _line_start(text, offset) + 1


def numbered(findings: Iterable[Finding]) -> list[Finding]:
    """Sort findings and tell apart those whose fingerprints are equal: by their order."""
    seen: Counter[str] = Counter()
    unique: list[Finding] = []
    for one in sorted(findings, key=lambda one: one.order):
        n = seen[one.fingerprint]
        seen[one.fingerprint] += 1
        print_ = one.fingerprint if not n else _digest(one.fingerprint, str(n))
        unique.append(replace(one, fingerprint=print_))
    return unique


def _fingerprint(rule: str, doc: Document, start: int, end: int) -> str:
    """Hash rule, path, line and neighbours: not the line's number, nor how it is indented."""
    text = doc.text
    first, last = _line_start(text, start), _line_end(text, end)
    around = _last_line(text[:first]), masked(text[first:last]), _next_line(text[last:])
    return _digest(rule, doc.path, *(SPACE.sub(" ", masked(one)).strip() for one in around))


def _digest(*parts: str) -> str:
    joined = "\0".join(parts).encode(errors="surrogatepass")
    return sha256(joined).hexdigest()[:N_FINGERPRINT]


def _last_line(text: str) -> str:
    """Return the last line that is not blank, "" without one."""
    end = len(text.rstrip())
    return text[_line_start(text, end) : end]


def _next_line(text: str) -> str:
    start = len(text) - len(text.lstrip())
    return text[start : _line_end(text, start)]


def _line_start(text: str, offset: int) -> int:
    return text.rfind("\n", 0, offset) + 1


def _line_end(text: str, offset: int) -> int:
    end = text.find("\n", offset)
    end = len(text) if end < 0 else end
    return end - 1 if end > offset and text[end - 1] == "\r" else end
