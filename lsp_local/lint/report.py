"""What one run of lint has to say."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lsp_local.lint.finding import RANKS, Finding, Level
from lsp_local.lint.walking import Source


@dataclass(frozen=True, slots=True)
class Report:
    """The findings, sorted, and the files that have some, by path.

    `unfinished` are the files at which no model has looked, though it should have; `problem` is
    the sentence that says why.
    """

    findings: tuple[Finding, ...]
    sources: Mapping[str, Source] = field(default_factory=dict)
    unfinished: tuple[str, ...] = ()
    problem: str = ""
    is_unsafe: bool = False  # whether a diff holds fixes that are to be looked at, too

    def fails(self, least: Level | None) -> bool:
        """Whether there are findings of a level, or of a higher one; for None, never."""
        return least is not None and any(RANKS[one.level] >= RANKS[least] for one in self.findings)
